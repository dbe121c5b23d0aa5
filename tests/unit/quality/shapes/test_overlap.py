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
    box_iou,
    keypoint_similarity,
    line_distance,
    mask_iou,
    similarity,
)


def test_boxes_overlap_by_what_they_share_over_what_they_cover():
    found = box_iou([(0, 0, 4, 4), (10, 10, 1, 1)], [(2, 0, 4, 4), (0, 0, 4, 4), (4, 0, 4, 4)])
    assert found == pytest.approx(np.array([[8 / 24, 1, 0], [0, 0, 0]]))


def test_boxes_without_area_are_unlike_everything():
    assert box_iou([(1, 1, 0, 5)], [(1, 1, 0, 5), (0, 0, 9, 9)]).tolist() == [[0, 0]]


def test_no_boxes_have_no_overlaps():
    assert box_iou([], [(0, 0, 1, 1)]).shape == (0, 1)


def test_random_boxes_overlap_as_polygons_and_as_shapely_say():
    rng = np.random.default_rng(0)
    numbers = np.column_stack([rng.uniform(0, 50, (12, 2)), rng.uniform(1, 60, (12, 2))])
    areas = [shapely.box(x, y, x + w, y + h) for x, y, w, h in numbers]
    expected = [[a.intersection(b).area / a.union(b).area for b in areas] for a in areas]
    assert box_iou(numbers, numbers) == pytest.approx(np.array(expected))
    polygons = [Polygon(shapely.get_coordinates(area)[:-1]) for area in areas]
    assert similarity(polygons, polygons) == pytest.approx(np.array(expected))


def test_two_squares_of_which_one_is_turned_share_an_octagon():
    # sides 2 and 2: the octagon of a square and itself turned by 45 degrees has an area of 8 (sqrt 2 - 1)
    shared = 8 * (np.sqrt(2) - 1)
    found = similarity([RotatedBox(5, 5, 2, 2, 0)], [RotatedBox(5, 5, 2, 2, np.pi / 4)])
    assert found == pytest.approx(np.array([[shared / (8 - shared)]]))


def test_a_box_turned_by_a_quarter_is_the_one_with_exchanged_sides():
    found = similarity([RotatedBox(5, 5, 2, 6, 0.3)], [RotatedBox(5, 5, 6, 2, 0.3 - np.pi / 2)])
    assert found == pytest.approx(np.array([[1.0]]))


def test_cuboids_are_as_alike_as_their_faces_are_on_average_and_know_front_from_back():
    front = np.array([[0, 0], [4, 0], [4, 4], [0, 4]])
    cuboid, deeper = (Cuboid(np.concatenate([front, front + by])) for by in ([6, 0], [8, 0]))
    turned = Cuboid(cuboid.faces[::-1].reshape(8, 2))
    shares_half = (1 + 2 / 6) / 2
    assert similarity([cuboid], [cuboid, deeper, turned]) == pytest.approx(np.array([[1, shares_half, 0]]))


def test_a_hole_is_not_part_of_a_polygon():
    ring = [[0, 0], [4, 0], [4, 4], [0, 4]]
    hole = [[1, 1], [3, 1], [3, 3], [1, 3]]
    assert similarity([Polygon(ring)], [Polygon(ring, holes=(hole,))]) == pytest.approx(np.array([[12 / 16]]))


def test_a_polygon_that_crosses_itself_is_what_it_encloses():
    bow = Polygon([[0, 0], [4, 4], [4, 0], [0, 4]])
    assert similarity([bow], [Polygon([[0, 0], [4, 0], [4, 4], [0, 4]])]) == pytest.approx(np.array([[0.5]]))


def test_a_polygon_without_area_is_unlike_everything():
    flat = Polygon([[0, 0], [1, 1], [2, 2]])
    assert similarity([flat], [flat]).tolist() == [[0]]


def test_masks_overlap_as_their_pixels_do():
    rng = np.random.default_rng(1)
    pixels = rng.random((6, 9, 7)) < 0.4
    pixels[0], pixels[1] = False, True
    masks = [Mask.from_array(one) for one in pixels]
    shared = np.array([[(a & b).sum() / max((a | b).sum(), 1) for b in pixels] for a in pixels])
    assert mask_iou(masks, masks) == pytest.approx(shared)


def test_masks_of_different_images_cannot_be_compared():
    with pytest.raises(InputError, match="one image"):
        similarity([Mask([6], 2, 3)], [Mask([6], 3, 2)])


def test_keypoint_similarity_is_cocos_where_both_label_all():
    # area 400, sigma 0.05: a distance of 2 loses 1 - exp(-4 / (2 * 400 * 0.01))
    first = Keypoints([[0, 0], [20, 20]], area=400)
    second = Keypoints([[2, 0], [20, 20]], area=400)
    assert keypoint_similarity(first, second) == pytest.approx((np.exp(-0.5) + 1) / 2)


def test_a_point_that_one_worker_left_out_counts_as_missed():
    first, second = Keypoints([[0, 0], [20, 20]], area=9), Keypoints([[0, 0], [20, 20]], [1, 0], area=9)
    assert keypoint_similarity(first, second) == pytest.approx(0.5)


def test_keypoints_of_different_objects_or_of_none_are_unlike():
    assert keypoint_similarity(Keypoints([[0, 0]]), Keypoints([[0, 0], [1, 1]])) == 0
    assert keypoint_similarity(Keypoints([[0, 0]], [0]), Keypoints([[0, 0]], [0])) == 0


def test_the_area_of_keypoints_is_their_box_but_never_a_line():
    # a vertical line 40 high counts as 10 wide: area 400, and the point that is 2 off loses as above
    first, second = Keypoints([[5, 0], [5, 40]]), Keypoints([[5, 0], [5, 40]], area=400)
    moved = Keypoints([[7, 0], [5, 40]], area=400)
    assert keypoint_similarity(first, second) == pytest.approx(1)
    assert keypoint_similarity(first, moved) == pytest.approx((np.exp(-0.5) + 1) / 2)


def test_parallel_lines_are_as_far_apart_as_they_look():
    first, second = Polyline([[0, 0], [100, 0]]), Polyline([[100, 5], [50, 5], [0, 5]])
    assert line_distance(first, second) == pytest.approx(5)
    assert similarity([first], [second]) == pytest.approx(np.array([[10 / 15]]))


def test_one_stray_click_does_not_decide_how_far_lines_are_apart():
    first = Polyline([[0, 0], [50, 0], [100, 0]])
    second = Polyline([[0, 0], [49, 0], [50, 20], [51, 0], [100, 0]])
    hausdorff = shapely.hausdorff_distance(
        shapely.linestrings(first.points), shapely.linestrings(second.points)
    )
    assert line_distance(first, second) < hausdorff / 5


def test_a_line_without_length_is_unlike_everything():
    dot = Polyline([[3, 3], [3, 3]])
    assert similarity([dot], [dot]).tolist() == [[0]]


def test_shapes_of_two_kinds_have_nothing_in_common():
    box, turned = Box(0, 0, 2, 2), RotatedBox(1, 1, 2, 2, 0)
    assert similarity([box, turned], [turned, box]) == pytest.approx(np.array([[0, 1], [1, 0]]))


def test_many_keypoints_and_lines_at_once_are_as_alike_as_two_by_two():
    rng = np.random.default_rng(3)
    people = [
        Keypoints(rng.uniform(0, 50, (count, 2)), rng.integers(0, 3, count), area=area)
        for count, area in ((1, 9.0), (17, None), (4, None), (17, 800.0), (1, None), (4, 3.0))
    ]
    pairs = [[keypoint_similarity(one, other) for other in people] for one in people]
    assert similarity(people, people) == pytest.approx(np.array(pairs), abs=1e-12)
    lines = [Polyline(rng.uniform(0, 50, (count, 2))) for count in (2, 5, 3)] + [
        Polyline([(1, 1), (1, 1)])
    ] * 2
    found = similarity(lines[:4], lines)
    for row, one in enumerate(lines[:4]):
        for column, other in enumerate(lines):
            apart = line_distance(one, other)
            length = (
                np.hypot(*np.diff(one.points, axis=0).T).sum()
                + np.hypot(*np.diff(other.points, axis=0).T).sum()
            ) / 2
            alike = 0.1 * length / (0.1 * length + apart) if length else 0.0
            assert found[row, column] == pytest.approx(alike, abs=1e-12)
