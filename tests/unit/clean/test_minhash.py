"""Sketches: similarity as by hand, and band keys that near copies share as the arithmetic says."""

import random
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.clean import minhash
from groundswell.clean.minhash import SKETCH, jaccard, sketch

LONG = "the quick brown fox jumps over the lazy dog and then it runs far away from the loud barking hound"


def shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    if len(words) >= minhash.MIN_WORDS:
        return {tuple(words[place : place + 5]) for place in range(len(words) - 4)}
    padded = f" {' '.join(words)} ".ljust(5) if words else ""
    return {tuple(padded[place : place + 5]) for place in range(len(padded) - 4)}


def by_hand(one: str, other: str) -> float:
    a, b = shingles(one), shingles(other)
    return len(a & b) / len(a | b) if a | b else 0.0


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from(["a", "be", "see", "Dee", "\u00e9tude", "7"]), max_size=24),
        min_size=2,
        max_size=6,
    )
)
def test_similarity_is_the_exact_jaccard_of_small_texts(word_lists: list[list[str]]) -> None:
    texts = [" ".join(words) for words in word_lists]
    sketches = sketch(texts)
    for one in range(len(texts)):
        for other in range(len(texts)):
            if sketches.is_short[one] == sketches.is_short[other]:
                found = jaccard(sketches.shingles(one), sketches.shingles(other))
                assert found == pytest.approx(by_hand(texts[one], texts[other]))


def test_case_punctuation_and_spacing_do_not_count() -> None:
    sketches = sketch([LONG, LONG.upper().replace(" ", ",  ")])
    assert jaccard(sketches.shingles(0), sketches.shingles(1)) == 1
    assert np.array_equal(sketches.keys[0], sketches.keys[1])


@pytest.mark.parametrize("text", ["", "  ", "!?", "\U0001f600"])
def test_a_text_without_words_has_no_shingles(text: str) -> None:
    sketches = sketch([LONG, text, "short"])
    assert [len(sketches.shingles(row)) > 0 for row in range(3)] == [True, False, True]


def test_no_texts_give_no_sketches() -> None:
    assert sketch([]).keys.shape == (0, minhash.BANDS)


def test_a_long_text_is_estimated_within_its_stated_error() -> None:
    rng = random.Random(5)
    words = [f"w{number}" for number in range(50_000)]
    errors = []
    for _ in range(20):
        one = rng.choices(words, k=4000)
        other = one[: rng.randrange(1000, 4000)] + rng.choices(words, k=500)
        sketches = sketch([" ".join(one), " ".join(other)])
        assert len(sketches.shingles(0)) == SKETCH
        errors.append(
            jaccard(sketches.shingles(0), sketches.shingles(1)) - by_hand(" ".join(one), " ".join(other))
        )
    assert np.sqrt(np.mean(np.square(errors))) < 0.03
    assert abs(np.mean(errors)) < 0.02


def test_pairs_share_a_band_as_often_as_the_formula_says() -> None:
    rng = random.Random(7)
    words = [f"w{number}" for number in range(50_000)]
    shared, expected = [], []
    for _ in range(300):
        one = rng.choices(words, k=200)
        other = [*one[: rng.randrange(100, 200)], *rng.choices(words, k=rng.randrange(40))]
        sketches = sketch([" ".join(one), " ".join(other)])
        likeness = by_hand(" ".join(one), " ".join(other))
        shared.append(bool((sketches.keys[0] == sketches.keys[1]).any()))
        expected.append(1 - (1 - likeness**minhash.ROWS_PER_BAND) ** minhash.BANDS)
    assert np.mean(shared) == pytest.approx(np.mean(expected), abs=0.06)


def test_short_texts_that_name_other_numbers_share_no_key() -> None:
    keys = sketch(["please ship order 17 by friday", "please ship order 18 by friday"]).keys
    assert not (keys[0] == keys[1]).any()


def test_a_sketch_does_not_depend_on_its_neighbours() -> None:
    alone = [sketch([text]).keys[0] for text in (LONG, "short text")]
    together = sketch([LONG, "short text"]).keys
    assert np.array_equal(np.stack(alone), together)


def test_keys_are_the_same_in_every_process() -> None:
    code = f"from groundswell.clean.minhash import sketch; print(sketch([{LONG!r}, 'short']).keys.tolist())"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found.strip() == str(sketch([LONG, "short"]).keys.tolist())
