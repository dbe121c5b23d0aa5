import numpy as np
import pytest
from hypothesis import given, strategies
from hypothesis.extra import numpy as arrays

from groundswell.errors import InputError
from groundswell.quality.shapes import Box, Cuboid, Keypoints, Mask, Polygon, Polyline, RotatedBox


def test_a_mask_is_kept_as_run_lengths_down_the_columns_outside_first():
    mask = Mask.from_array([[0, 1, 1], [0, 0, 1]])
    assert mask.runs.tolist() == [2, 1, 1, 2]
    assert (mask.height, mask.width, mask.area) == (2, 3, 3)


def test_a_mask_that_starts_inside_has_a_first_run_of_nothing():
    assert Mask.from_array([[1], [0]]).runs.tolist() == [0, 1, 1]


@given(arrays.arrays(bool, arrays.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=6)))
def test_a_mask_comes_back_as_it_was(pixels):
    assert (Mask.from_array(pixels).to_array() == pixels).all()
    assert Mask.from_array(pixels).area == pixels.sum()


def test_the_corners_of_a_box_turned_by_a_quarter_lie_around_its_centre():
    corners = RotatedBox(10, 20, 4, 2, np.pi / 2).corners()
    assert sorted(map(tuple, corners.round(9).tolist())) == [(9, 18), (9, 22), (11, 18), (11, 22)]


def test_keypoints_are_visible_unless_said_otherwise():
    assert Keypoints([[0, 0], [1, 1]]).visibility.tolist() == [2, 2]


def test_the_place_of_a_point_that_is_not_labelled_is_forgotten():
    assert Keypoints([[3, 4], [np.nan, 9]], [2, 0]).points.tolist() == [[3, 4], [0, 0]]


def test_points_cannot_be_written_to():
    points = np.zeros((3, 2))
    shape = Polygon(points)
    points[0] = 7
    assert shape.points[0].tolist() == [0, 0]
    with pytest.raises(ValueError, match="read-only"):
        shape.points[0] = 7


@pytest.mark.parametrize(
    "make",
    [
        lambda: Box(0, 0, -1, 5),
        lambda: Box(float("nan"), 0, 1, 5),
        lambda: RotatedBox(0, 0, 1, -5, 0),
        lambda: RotatedBox(0, 0, 1, 5, float("inf")),
        lambda: Polygon([[0, 0], [1, 1]]),
        lambda: Polygon([[0, 0], [1, 1], [0, float("inf")]]),
        lambda: Polygon([[0, 0], [1, 1], [0, 1]], holes=([[0, 0]],)),
        lambda: Polyline([[0, 0]]),
        lambda: Polyline([0, 1]),
        lambda: Cuboid([[0, 0]] * 7),
        lambda: Cuboid([[0, 0]] * 9),
        lambda: Keypoints([[0, 0]], [3]),
        lambda: Keypoints([[0, 0]], [2, 2]),
        lambda: Keypoints([[0, 0]], skeleton=((0, 1),)),
        lambda: Keypoints([[0, 0]], area=0),
        lambda: Keypoints([[0, 0]], sigmas=(0.0,)),
        lambda: Mask([1, 2], 2, 2),
        lambda: Mask([5, -1], 2, 2),
        lambda: Mask.from_array([1, 0]),
        lambda: Mask.from_array([[0, 2]]),
    ],
)
def test_what_is_no_shape_is_refused(make):
    with pytest.raises(InputError):
        make()


@given(strategies.integers(0, 16))
def test_keypoints_of_other_than_seventeen_points_get_a_sigma_each(count):
    assert len(Keypoints(np.zeros((count + 1, 2))).sigmas) == count + 1
