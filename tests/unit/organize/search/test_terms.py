"""Terms: a word is found however it is written, in any script; and an index holds what the texts hold."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.organize.search.postings import Postings, write_postings
from groundswell.organize.search.terms import MAX_TERM, Stream, terms_of


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("The screen, BROKEN!", ["the", "screen", "broken"]),
        ("Crème brûlée", ["creme", "brulee"]),
        ("Cre\u0300me", ["creme"]),
        ("Straße ﬁne ①", ["strasse", "fine", "1"]),
        ("snake_case 3.14 it's", ["snake_case", "3", "14", "it", "s"]),
        ("東京都に行く", ["東京", "京都", "都に", "に行", "行く"]),
        ("iPhone6は良い", ["iphone6", "は良", "良い"]),
        ("好", ["好"]),
        ("Привет, Ёлка", ["привет", "елка"]),
        ("مَرْحَبًا", ["مرحبا"]),
        ("x" * 100, ["x" * MAX_TERM]),
        ("--- !!! \x00", []),
        ("", []),
    ],
)
def test_a_text_is_cut_into_terms(text: str, terms: list[str]) -> None:
    assert terms_of(text) == terms


texts = st.lists(st.none() | st.text("ab bc日本 é", max_size=12), max_size=12)


@settings(deadline=None)
@given(texts)
def test_many_texts_are_cut_like_each_alone(given: list[str | None]) -> None:
    stream = Stream(pa.array(given, pa.large_string()))
    alone = [terms_of(text or "") for text in given]
    assert [stream.vocabulary[code] for code in stream.codes] == [term for terms in alone for term in terms]
    assert stream.lengths.tolist() == [len(terms) for terms in alone]
    assert stream.vocabulary == sorted({term for terms in alone for term in terms})


@settings(max_examples=60, deadline=None)
@given(
    texts,
    st.lists(st.sampled_from(["a", "b", "bc", "e", "日本", "本"]), min_size=1, max_size=3),
    st.booleans(),
)
def test_an_index_finds_what_a_loop_finds(
    tmp_path_factory: pytest.TempPathFactory, given: list[str | None], phrase: list[str], prefix: bool
) -> None:
    folder: Path = tmp_path_factory.mktemp("index")
    write_postings(pa.array(given, pa.large_string()), folder)
    postings = Postings(folder, len(given))
    alone = [terms_of(text or "") for text in given]
    last = len(phrase) - 1

    def fits(terms: list[str], at: int) -> bool:
        stretch = terms[at : at + len(phrase)]
        return len(stretch) == len(phrase) and all(
            one == other or (prefix and place == last and one.startswith(other))
            for place, (one, other) in enumerate(zip(stretch, phrase, strict=True))
        )

    ranges = [postings.find(term, prefix=prefix and place == last) for place, term in enumerate(phrase)]
    expected = [row for row, terms in enumerate(alone) if any(fits(terms, at) for at in range(len(terms)))]
    assert postings.rows_with_phrase(ranges).tolist() == expected
    rows, counts = postings.rows_with(postings.find(phrase[0]))
    assert dict(zip(rows.tolist(), counts.tolist(), strict=True)) == {
        row: terms.count(phrase[0]) for row, terms in enumerate(alone) if phrase[0] in terms
    }
    assert postings.total_length == sum(map(len, alone))
