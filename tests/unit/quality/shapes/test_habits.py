import numpy as np
import pytest

from groundswell.quality.shapes import Box, Polyline, consensus_of_shapes
from groundswell.quality.shapes.crowd import find_objects, read_crowd
from groundswell.quality.shapes.habits import without_habits


def straightened(rows):
    crowd = read_crowd(rows, ("task", "worker", "shapes"))
    return crowd, without_habits(crowd, find_objects(crowd, 0.4))


def rows_with(habits, spread, images=120):
    """One box of 100 x 100 an image from each worker, sides off by the worker's habit and by chance, in pixels."""
    rng = np.random.default_rng(0)
    rows = []
    for task in range(images):
        for who, habit in enumerate(habits):
            left, top, right, bottom = np.array([200, 300, 300, 400]) + habit + rng.normal(0, spread, 4)
            rows.append((task, who, [Box(*map(float, (left, top, right - left, bottom - top)))]))
    return rows


def test_a_worker_who_always_draws_too_wide_is_put_beside_the_others():
    wide = np.array([-9.0, 0.0, 9.0, 0.0])
    crowd, straight = straightened(rows_with([wide, 0 * wide, 0 * wide], [2, 2, 2, 2]))
    drawn = [np.mean([box.left for box in crowd.shapes[who::3]]) for who in range(3)]
    after = [np.mean([box.left for box in straight.shapes[who::3]]) for who in range(3)]
    assert drawn == pytest.approx([191, 200, 200], abs=0.5)
    # all three now draw where they drew on average before
    assert after == pytest.approx([197, 197, 197], abs=0.5)


def test_chance_is_not_taken_for_a_habit():
    crowd, straight = straightened(rows_with([np.zeros(4)] * 4, [3, 3, 3, 3], images=30))
    moved = [one.left - other.left for one, other in zip(crowd.shapes, straight.shapes, strict=True)]
    assert np.abs(moved).max() < 0.6


def test_the_side_where_people_let_go_is_found_to_be_less_exact():
    rows = rows_with([np.zeros(4)] * 3, [1, 1, 4, 4])
    _, straight = straightened(rows)
    assert straight.shares == pytest.approx([0.1, 0.1, 0.4, 0.4], abs=0.03)
    found = consensus_of_shapes(rows)
    errors = np.mean([one.error for one in found], axis=0)
    lefts = [one.shape.left for one in found]
    assert errors[2] > 3 * errors[0]
    assert errors[0] == pytest.approx(np.std(lefts), rel=0.25)


def test_what_nobody_else_drew_and_what_is_no_box_stays_as_it_is():
    shapes = [Box(0, 0, 9, 9), Polyline([[50, 50], [90, 90]])]
    crowd, straight = straightened([("t", "a", shapes), ("t", "b", [shapes[1]])])
    assert straight.shapes == crowd.shapes
    assert straight.shares.tolist() == [0.25] * 4


def test_two_workers_meet_half_way_and_do_not_pass_each_other():
    low, high = np.array([-4.0, 0, -4.0, 0]), np.array([4.0, 0, 4.0, 0])
    _, straight = straightened(rows_with([low, high], [1, 1, 1, 1]))
    after = [np.mean([box.left for box in straight.shapes[who::2]]) for who in range(2)]
    assert after == pytest.approx([200, 200], abs=0.5)
