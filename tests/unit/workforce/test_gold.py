"""When the key of a test is doubted, and what a change of it means for those who were tested."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.workforce.evidence import Evidence
from groundswell.workforce.gold.rules import (
    LEAST_ANSWERS,
    GoldAnswer,
    GoldItem,
    Key,
    corrections,
    suspect_gold,
)


def item(answers, right, skill=0.9, *, suspended=False):
    return GoldItem(1, "cat", suspended, answers, right, skill)


@pytest.mark.parametrize(
    ("answers", "right", "skill", "doubted"),
    [
        (5, 0, 0.9, True),
        (5, 2, 0.97, True),  # three of five such people are wrong together once in four thousand times
        (5, 2, 0.9, False),  # but these are so once in 117 times
        (4, 0, 0.99, False),  # too few looked at it
        (10, 5, 0.99, False),  # half of them is not most
        (20, 9, 0.6, False),  # what people of this skill miss by themselves
        (200, 90, 0.9, True),
        (0, 0, 0.0, False),
    ],
)
def test_an_item_is_doubted_when_most_skilled_workers_fail_it_beyond_their_own_mistakes(
    answers, right, skill, doubted
):
    assert bool(suspect_gold([item(answers, right, skill)])) == doubted


def test_what_is_suspended_is_not_suspended_again_and_nothing_gives_nothing():
    assert suspect_gold([item(50, 0, suspended=True)]) == []
    assert suspect_gold([]) == []


@given(st.integers(LEAST_ANSWERS, 60), st.data())
def test_one_more_failure_never_clears_an_item(answers, data):
    right = data.draw(st.integers(0, answers))
    if suspect_gold([item(answers, right, 0.85)]):
        assert suspect_gold([item(answers + 1, right, 0.85)])


def test_a_suspended_test_counts_neither_for_nor_against_and_a_corrected_key_counts_anew():
    answers = [GoldAnswer(1, 10, "cat"), GoldAnswer(1, 11, "dog"), GoldAnswer(1, 12, None)]
    held, gone, fixed = Key("cat", False), Key("cat", True), Key("dog", False)
    assert corrections(5, answers, {1: (held, gone)}) == [
        Evidence(10, 5, "gold", -1, -1),
        Evidence(11, 5, "gold", -1, 0),
        Evidence(12, 5, "gold", -1, 0),
    ]
    assert corrections(5, answers, {1: (held, fixed)}) == [
        Evidence(10, 5, "gold", 0, -1),
        Evidence(11, 5, "gold", 0, 1),
    ]
    assert corrections(5, answers, {1: (gone, gone)}) == []


KEYS = st.builds(Key, st.sampled_from(["cat", "dog"]), st.booleans())


@given(KEYS, KEYS, KEYS)
def test_changing_a_key_step_by_step_comes_to_the_same_as_at_once(first, second, third):
    answers = [GoldAnswer(1, 10, "cat"), GoldAnswer(1, 11, "dog")]

    def sums(*steps):
        rows = [row for step in steps for row in corrections(5, answers, {1: step})]
        return {
            w: (
                sum(r.total for r in rows if r.worker_id == w),
                sum(r.correct for r in rows if r.worker_id == w),
            )
            for w in (10, 11)
        }

    assert sums((first, second), (second, third)) == sums((first, third))
