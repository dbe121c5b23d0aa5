import numpy as np
import pytest
from tests.unit.quality.shapes.crowds import drawn, true_boxes

from groundswell.quality.shapes import Box, distance


def test_one_matched_box_and_one_extra_lose_what_panoptic_quality_loses():
    # IoU 9 / 11; panoptic quality is 9/11 over 1 match and half of one box too many
    first, second = [Box(0, 0, 10, 10)], [Box(1, 0, 10, 10), Box(80, 80, 5, 5)]
    assert distance(first, second) == pytest.approx(1 - (9 / 11) / 1.5)


def test_the_same_shapes_in_any_order_are_no_distance_apart():
    shapes = [Box(0, 0, 10, 10), Box(3, 0, 10, 10), Box(50, 5, 10, 10)]
    assert distance(shapes, shapes[::-1]) == pytest.approx(0)


def test_seeing_nothing_is_agreeing_with_who_sees_nothing_only():
    assert distance([], []) == 0
    assert distance([], [Box(0, 0, 1, 1)]) == 1


def test_the_same_box_of_another_class_is_as_far_as_can_be():
    assert distance([Box(0, 0, 5, 5, "cat")], [Box(0, 0, 5, 5, "dog")]) == 1


def test_boxes_are_paired_so_that_the_total_is_best():
    # pairing the two most alike (9 / 11) would leave the others with nothing
    first, second = [Box(0, 0, 10, 10), Box(4, 0, 10, 10)], [Box(1, 0, 10, 10), Box(-5, 0, 10, 10)]
    assert distance(first, second) == pytest.approx(1 - (5 / 15 + 7 / 13) / 2)


def test_it_is_symmetric_between_0_and_1_and_grows_with_carelessness():
    rng = np.random.default_rng(2)
    means = []
    for jitter in (0.02, 0.1, 0.3):
        found = []
        for truth in true_boxes(rng, 30):
            first, second = (drawn(rng, truth, 0.1, 0.2, jitter) for _ in range(2))
            found.append(distance(first, second))
            assert found[-1] == pytest.approx(distance(second, first))
            assert 0 <= found[-1] <= 1
        means.append(np.mean(found))
    assert means[0] < means[1] < means[2]
