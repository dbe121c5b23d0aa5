from itertools import combinations

import numpy as np
import pytest
from tests.unit.quality.shapes.crowds import drawn, true_boxes

from groundswell.errors import InputError, TooLarge
from groundswell.quality.shapes import Box, match, matching
from groundswell.quality.shapes.matching import GATE, group


def gain_of(groups, alike):
    return sum(alike[pair] - GATE for members in groups for pair in combinations(members, 2))


def best_gain(alike, owner):
    """Try every grouping with each owner at most once in each group."""

    def tried(number, groups):
        if number == len(owner):
            return gain_of(groups, alike)
        ways = [tried(number + 1, [*groups, [number]])]
        for place, members in enumerate(groups):
            if all(owner[one] != owner[number] for one in members):
                joined = [*groups[:place], [*members, number], *groups[place + 1 :]]
                ways.append(tried(number + 1, joined))
        return max(ways)

    return tried(0, [])


def crowded(rng, workers):
    """Overlapping boxes of a few objects that stand close, drawn without care."""
    truth = [(0.0, 0.0), (25.0, 5.0), (45.0, 0.0)]
    boxes, owner = [], []
    for who in range(workers):
        for left, top in truth:
            if rng.random() < 0.8:
                boxes.append(Box(left + rng.normal(0, 9), top + rng.normal(0, 9), 40.0, 60.0))
                owner.append(who)
    return boxes, np.array(owner)


def test_shapes_that_overlap_enough_are_one_object_and_the_rest_are_their_own():
    answers = [
        [Box(0, 0, 10, 10), Box(50, 50, 10, 10)],
        [Box(51, 50, 10, 10), Box(1, 0, 10, 10)],
        [],
        [Box(90, 0, 5, 5)],
    ]
    assert match(answers) == [((0, 0), (1, 1)), ((0, 1), (1, 0)), ((3, 0),)]


def test_one_worker_is_at_most_once_in_an_object_and_the_better_box_is_taken():
    answers = [[Box(0, 0, 10, 10)], [Box(2, 0, 10, 10), Box(1, 0, 10, 10)], [Box(0, 0, 10, 10)]]
    assert match(answers) == [((0, 0), (1, 1), (2, 0)), ((1, 0),)]


def test_another_class_needs_more_overlap_to_be_the_same_object():
    half = [[Box(0, 0, 10, 10, "cat")], [Box(4, 0, 10, 10, "dog")]]  # an IoU of 6 / 14
    assert len(match(half)) == 2
    assert len(match([half[0], [Box(4, 0, 10, 10, "cat")]])) == 1
    assert len(match([half[0], [Box(1, 0, 10, 10, "dog")]])) == 1


def test_nobody_and_nothing_make_no_objects():
    assert match([]) == []
    assert match([[], []]) == []


def test_two_workers_are_matched_as_well_as_possible():
    rng = np.random.default_rng(3)
    for _ in range(40):
        boxes, owner = crowded(rng, 2)
        alike = matching.compared(boxes)[0] if boxes else np.zeros((0, 0))
        found = group(alike, owner, GATE)
        assert gain_of(found, alike) == pytest.approx(best_gain(alike, owner))


def test_three_careless_workers_on_a_crowded_image_are_matched_as_well_as_possible_nearly_always():
    rng = np.random.default_rng(5)
    best, reached = [], []
    for _ in range(40):
        boxes, owner = crowded(rng, 3)
        alike = matching.compared(boxes)[0]
        best.append(best_gain(alike, owner))
        reached.append(gain_of(group(alike, owner, GATE), alike))
    assert np.mean(np.array(reached) > np.array(best) - 1e-9) >= 0.95
    assert np.sum(reached) > 0.995 * np.sum(best)


def test_the_order_of_workers_and_of_shapes_does_not_matter():
    rng = np.random.default_rng(11)
    truth = true_boxes(rng, 1, 6)[0]
    answers = [drawn(rng, truth, 0.2, 0.5, 0.1) for _ in range(7)]
    named = {frozenset(id(answers[a][s]) for a, s in members) for members in match(answers)}
    mixed = [list(rng.permutation(np.array(answer, object))) for answer in answers]
    mixed = [mixed[place] for place in rng.permutation(len(mixed))]
    assert {frozenset(id(mixed[a][s]) for a, s in members) for members in match(mixed)} == named


@pytest.mark.parametrize("gate", [0, 1, -1, float("nan")])
def test_a_gate_that_lets_all_or_nothing_through_is_refused(gate):
    with pytest.raises(InputError, match="gate"):
        match([[Box(0, 0, 1, 1)]], gate=gate)


def test_more_shapes_than_can_be_compared_are_refused(monkeypatch):
    monkeypatch.setattr(matching, "MOST_SHAPES", 3)
    with pytest.raises(TooLarge, match="at most 3"):
        match([[Box(0, 0, 1, 1)] * 2, [Box(0, 0, 1, 1)] * 2])
