import numpy as np
import pytest
import shapely

from groundswell.errors import InputError
from groundswell.quality.shapes import (
    Box,
    Cuboid,
    Keypoints,
    Mask,
    Polygon,
    Polyline,
    RotatedBox,
    merge,
    similarity,
)
from groundswell.quality.shapes.merge import expected_similarity

EQUAL = np.full(9, 0.1)
CUBE = np.array([[0, 9], [8, 9], [8, 15], [0, 15], [5, 4], [13, 4], [13, 10], [5, 10]], float)


def circle(rng, radius, points=40, jitter=0.0):
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    reach = radius + rng.normal(0, jitter, points)
    return Polygon(np.column_stack([100 + reach * np.cos(angle), 100 + reach * np.sin(angle)]), "disc")


@pytest.mark.parametrize(
    "shape",
    [
        Box(1, 2, 3, 4, "car"),
        RotatedBox(1, 2, 3, 4, 0.5, "car"),
        Polygon([[0, 0], [4, 0], [4, 4]], "car"),
        Polyline([[0, 0], [4, 0], [4, 4]], "car"),
        Keypoints([[0, 0], [4, 0], [4, 4]], [2, 1, 0], "car"),
        Cuboid(CUBE, "car"),
        Mask.from_array([[0, 1, 1], [0, 1, 0]], "car"),
    ],
    ids=lambda shape: type(shape).__name__,
)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_same_shape_from_all_stays_as_it_is(shape, count):
    merged = merge([shape] * count, EQUAL[:count]).shape
    assert type(merged) is type(shape)
    assert merged.label == "car"
    assert similarity([merged], [shape])[0, 0] == pytest.approx(1, abs=1e-6)


def test_sides_of_boxes_are_averaged_one_by_one():
    boxes = [Box(10, 10, 20, 40), Box(12, 10, 20, 40), Box(11, 10, 20, 40)]
    merged = merge(boxes, EQUAL[:3])
    assert merged.shape == Box(11, 10, 20, 40)
    assert merged.error.shape == (4,)
    agreed = merge(boxes[:1] * 3, EQUAL[:3])
    assert merged.error[0] > agreed.error[0]
    assert merged.error[1] == agreed.error[1]


def test_one_careless_box_does_not_move_the_rest():
    boxes = [Box(100, 100, 50, 50)] * 4 + [Box(115, 85, 70, 40)]
    merged = merge(boxes, EQUAL[:5]).shape
    assert abs(merged.left - 100) < 2
    assert abs(np.mean([box.left for box in boxes]) - 100) == 3


def test_the_more_exact_worker_counts_more():
    merged = merge([Box(0, 0, 50, 50), Box(4, 0, 50, 50)], np.array([0.05, 0.2])).shape
    assert merged.left < 1


def test_the_error_of_box_sides_is_what_it_says():
    rng = np.random.default_rng(1)
    # sides off by 3 pixels lose about 1.6 * 3 * (1/60 + 1/90) = 13 % of IoU
    off, said = [], []
    for _ in range(500):
        left, top, right, bottom = (np.array([0, 0, 60, 90]) + rng.normal(0, 3, (5, 4))).T
        boxes = [
            Box(*map(float, numbers)) for numbers in zip(left, top, right - left, bottom - top, strict=True)
        ]
        merged = merge(boxes, np.full(5, 0.1333))
        off.append([merged.shape.left, merged.shape.top])
        said.append(merged.error[:2])
    assert np.sqrt(np.mean(np.square(said))) == pytest.approx(np.sqrt(np.mean(np.square(off))), rel=0.1)


def test_sides_that_are_less_exact_have_larger_errors():
    boxes = [Box(10, 10, 20, 20)] * 3
    error = merge(boxes, EQUAL[:3], np.array([0.1, 0.1, 0.4, 0.4])).error
    assert error[2] == pytest.approx(4 * error[0])


def test_what_is_expected_of_the_merged_shape_grows_with_workers_and_falls_with_discord():
    box = Box(0, 0, 10, 10)
    alone = expected_similarity([box], EQUAL[:1], np.ones((1, 1)))
    assert alone == pytest.approx(0.9)
    apart = np.sqrt(0.02)  # as far as two workers who lose 0.1 each are expected to be
    alike = np.where(np.eye(4), 1.0, 1 - apart)
    assert expected_similarity([box] * 4, EQUAL[:4], alike) == pytest.approx(0.95)
    assert expected_similarity([box] * 4, EQUAL[:4], alike - 0.2) < 0.95


def test_rotated_boxes_agree_whatever_they_call_their_sides():
    boxes = [
        RotatedBox(50, 50, 40, 10, 0.3),
        RotatedBox(50, 50, 10, 40, 0.3 - np.pi / 2),
        RotatedBox(50, 50, 40, 10, 0.3 + np.pi),
        RotatedBox(50, 50, 10, 40, 0.3 + 5 * np.pi / 2),
    ]
    merged = merge(boxes, EQUAL[:4]).shape
    assert similarity([merged], [boxes[0]])[0, 0] == pytest.approx(1)


def test_corners_of_cuboids_are_averaged_whichever_comes_first():
    right = np.array([2, 0])
    turned = np.roll(CUBE.reshape(2, 4, 2), 1, axis=1).reshape(8, 2)
    merged = merge([Cuboid(CUBE), Cuboid(turned + right)], EQUAL[:2])
    assert np.allclose(merged.shape.points, CUBE + right / 2)
    assert merged.error.shape == (8, 2)


def test_angles_are_averaged_across_the_turn():
    merged = merge([RotatedBox(0, 0, 40, 10, 0.1), RotatedBox(0, 0, 40, 10, np.pi - 0.1)], EQUAL[:2]).shape
    assert np.sin(merged.angle) == pytest.approx(0, abs=1e-9)


def test_polygons_keep_what_most_cover():
    squares = [Polygon([[left, 0], [left + 10, 0], [left + 10, 10], [left, 10]]) for left in (0, 2, 3)]
    merged = merge(squares, EQUAL[:3]).shape
    expected = shapely.box(2, 0, 12, 10)
    assert shapely.Polygon(merged.points).symmetric_difference(expected).area == pytest.approx(0, abs=1e-9)


def test_polygons_of_many_shaky_hands_are_nearer_the_truth_than_one():
    rng = np.random.default_rng(4)
    truth = circle(rng, 50)
    drawn = [circle(rng, 50, jitter=5) for _ in range(7)]
    merged = merge(drawn, EQUAL[:7]).shape
    assert similarity([merged], [truth])[0, 0] > similarity(drawn, [truth]).max() + 0.02


def test_a_hole_that_most_see_stays_a_hole():
    ring = [[0, 0], [9, 0], [9, 9], [0, 9]]
    hole = [[3, 3], [6, 3], [6, 6], [3, 6]]
    merged = merge(
        [Polygon(ring, holes=(hole,)), Polygon(ring, holes=(hole,)), Polygon(ring)], EQUAL[:3]
    ).shape
    assert shapely.Polygon(merged.points, merged.holes).area == pytest.approx(72)


def test_polygons_that_cannot_be_outlined_leave_the_best_worker_s():
    flat = Polygon([[0, 0], [1, 1], [2, 2]])
    assert merge([flat, flat], np.array([0.2, 0.1])).shape is flat


def test_masks_keep_the_pixels_that_most_cover():
    rng = np.random.default_rng(2)
    pixels = rng.random((5, 8, 9)) < 0.5
    merged = merge([Mask.from_array(one) for one in pixels], EQUAL[:5]).shape
    assert (merged.to_array() == (pixels.sum(axis=0) >= 3)).all()


def test_masks_weigh_by_precision():
    pixels = np.array([[[1, 0]], [[0, 1]], [[0, 1]]])
    masks = [Mask.from_array(one) for one in pixels]
    assert merge(masks, np.array([0.1, 0.3, 0.3])).shape.to_array().tolist() == [[True, False]]


def test_keypoints_are_averaged_over_those_who_label_them_if_most_do():
    people = [
        Keypoints([[10, 10], [50, 50], [0, 0]], [2, 2, 0]),
        Keypoints([[12, 10], [50, 50], [90, 0]], [2, 1, 2]),
        Keypoints([[11, 10], [50, 53], [0, 0]], [2, 1, 0]),
    ]
    merged = merge(people, EQUAL[:3])
    assert merged.shape.visibility.tolist() == [2, 1, 0]
    assert merged.shape.points[0] == pytest.approx([11, 10])
    assert merged.error.shape == (3, 2)
    assert np.isnan(merged.error[2]).all()


def test_lines_are_averaged_from_whichever_end_they_were_drawn():
    lines = [
        Polyline([[0, 0], [100, 0]]),
        Polyline([[100, 4], [0, 4]]),
        Polyline([[0, 2], [50, 2], [100, 2]]),
    ]
    merged = merge(lines, EQUAL[:3]).shape
    assert sorted(merged.points.round(6).tolist()) == [[0, 2], [100, 2]]


def test_lines_that_are_points_stay_lines():
    dot = Polyline([[3, 3], [3, 3]])
    assert similarity([merge([dot, dot], EQUAL[:2]).shape], [Polyline([[3, 3], [9, 3]])]).shape == (1, 1)


@pytest.mark.parametrize(
    ("shapes", "loss"),
    [([], []), ([Box(0, 0, 1, 1), RotatedBox(0, 0, 1, 1, 0)], [0.1, 0.1]), ([Box(0, 0, 1, 1)], [0.1, 0.1])],
)
def test_what_cannot_be_merged_is_refused(shapes, loss):
    with pytest.raises(InputError, match="one kind"):
        merge(shapes, np.array(loss))
