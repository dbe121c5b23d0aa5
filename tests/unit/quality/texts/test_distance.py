from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.errors import InputError
from groundswell.quality.texts.distance import (
    character_error_rate,
    cosine_distances,
    distance,
    distances,
    word_error_rate,
)
from groundswell.quality.texts.normal import Normal

WORDS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=6)


def test_word_error_rate_by_hand():
    # "the" is "a", "sat" is "down": 2 edits for 3 words
    assert word_error_rate("the cat sat", "a cat, Down") == pytest.approx(2 / 3)
    assert word_error_rate("the cat sat", "The cat SAT.") == 0
    assert word_error_rate("one", "one two three") == 2


def test_the_rate_of_several_texts_is_over_all_words():
    assert word_error_rate(["a b c d", "x"], ["a b c", "y"]) == pytest.approx(2 / 5)


def test_character_error_rate_by_hand():
    assert character_error_rate("air tight", "airtight") == pytest.approx(1 / 9)


def test_a_truth_without_words_is_matched_or_not_at_all():
    assert word_error_rate("", "...") == 0
    assert word_error_rate("", "word") == inf


def test_every_text_needs_a_truth():
    with pytest.raises(InputError, match="found 1 for 2"):
        word_error_rate(["a"], ["a", "b"])


def test_distance_by_hand():
    assert distance("a b c d", "A x c!") == pytest.approx(2 / 4)
    assert distance("", "") == 0
    assert distance("", "a") == 1
    assert distance("The", "the", normal=Normal(case=False)) == 1


@given(texts=st.lists(WORDS, min_size=1, max_size=5))
def test_distances_are_those_of_every_pair(texts):
    table = distances(texts)
    for one, first in enumerate(texts):
        for other, second in enumerate(texts):
            assert table[one, other] == pytest.approx(distance(" ".join(first), " ".join(second)))


def test_cosine_distances_by_hand():
    table = cosine_distances(np.array([[1.0, 0.0], [3.0, 4.0], [-1.0, 0.0], [0.0, 0.0]]))
    assert table[0].tolist() == pytest.approx([0, 0.4, 1, 1])
    assert table[3].tolist() == [1, 1, 1, 0]
