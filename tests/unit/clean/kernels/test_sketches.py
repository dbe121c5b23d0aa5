"""The compiled kernels see the words that plain Python sees, in every script."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.clean.kernels.words import words

from groundswell.clean import kernels
from groundswell.clean.minhash import jaccard, sketch

CHARACTERS = st.one_of(
    st.sampled_from(
        list("abcAB09_ \n\t.,-'\u00e9\u00c9\u0130\u03a3\u03c2\u03c3\u0928\u0939\u093f\u094d\u200d\u0301")
    ),
    st.sampled_from(list("\u4e2d\u6587\u3042\u30ab\u0e01\u0e31\u1780\u00a0\u2026\u3002\U0001f600\U00010400")),
    st.characters(exclude_categories=["Cs"]),
)
TEXTS = st.lists(st.text(CHARACTERS, max_size=40), max_size=5)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_words_are_those_of_plain_python(texts: list[str]) -> None:
    counts, hashes = kernels.gram_hashes(kernels.Texts.of(pa.array(texts, pa.large_string())), 1)
    expected = [word for text in texts for word in words(text)]
    assert counts.tolist() == [len(words(text)) for text in texts]
    assert len(hashes) == len(expected)
    assert [a == b for a in hashes for b in hashes] == [a == b for a in expected for b in expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't stop", ["don", "t", "stop"]),
        ("\u4e2d\u6587 text", ["\u4e2d", "\u6587", "text"]),
        ("\u0939\u093f\u0928\u094d\u0926\u0940", ["\u0939\u093f\u0928\u094d\u0926\u0940"]),
        ("\u03a3\u0391\u03a3 \u03c3\u03b1\u03c2", ["\u03c3\u03b1\u03c3", "\u03c3\u03b1\u03c3"]),
        ("snake_case 3.14", ["snake_case", "3", "14"]),
        ("", []),
    ],
)
def test_words_by_hand(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_near_copies_in_scripts_without_spaces_are_alike() -> None:
    one = (
        "\u753b\u50cf\u4e0a\u306e\u3069\u3053\u304b\u3067\u30af\u30ea\u30c3\u30af\u3059\u308c\u3070\u3001\u63cf\u753b\u8272\u3092\u7f6e\u304d\u63db\u3048\u307e\u3059\u3002"
        * 1
    )
    other = one.replace("\u753b\u8272", "\u8272\u5f69")
    sketches = sketch([one, other])
    assert not sketches.is_short.any()
    assert 0.4 < jaccard(sketches.shingles(0), sketches.shingles(1)) < 1


def test_a_slice_of_a_column_is_seen_as_it_is() -> None:
    column = pa.array(["zero", "one two", None, "three"], pa.large_string())
    counts, _ = kernels.gram_hashes(kernels.Texts.of(column.slice(1)), 1)
    assert counts.tolist() == [2, 0, 1]
    assert kernels.Texts.of(column.slice(1, 1)).size_bytes == 7
    assert kernels.Texts.of(pa.array([], pa.string())).size_bytes == 0
