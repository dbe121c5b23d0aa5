"""How alike two shapes are, from 0 (nothing in common) to 1 (the same), for many pairs at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from groundswell.errors import InputError
from groundswell.quality.shapes.shape import (
    Box,
    Cuboid,
    Floats,
    Keypoints,
    Mask,
    Polygon,
    Polyline,
    RotatedBox,
    Shape,
    keypoint_area,
)

Geometries = NDArray[Any]
"""Shapely geometries, `[n]` objects."""

HALF_WAY = 0.1
"""Two lines whose mean distance is this share of their length are half alike."""

BLOCK = 32
"""Shapes that are compared with all others at a time, to bound memory."""

RESAMPLED = 64
"""Points along a line at which its distance to another is taken."""


def similarity(first: Sequence[Shape], second: Sequence[Shape]) -> Floats:
    """Compare every shape with every other, whatever their classes.

    Boxes, rotated boxes, polygons and masks by intersection over union (IoU), cuboids by the mean IoU of their front
    and their back faces, keypoints by object keypoint similarity, lines by their mean distance. Shapes of two kinds
    have nothing in common.

    Args:
        first: shapes of one image.
        second: shapes of the same image.

    Returns:
        `[len(first), len(second)]`, from 0 to 1. A shape without area is unlike everything, itself too.

    Raises:
        InputError: two masks are of images of different sizes.
    """
    out = np.zeros((len(first), len(second)))
    rows, columns = _by_kind(first), _by_kind(second)
    for kind in rows.keys() & columns.keys():
        compare = COMPARE[kind]
        found = compare([first[row] for row in rows[kind]], [second[column] for column in columns[kind]])
        out[np.ix_(rows[kind], columns[kind])] = found
    return out


def box_iou(first: Any, second: Any) -> Floats:
    """Return the IoU of every pair of boxes, `[n, m]`; 0 where both are empty.

    Args:
        first: `[n, 4]` left, top, width, height.
        second: `[m, 4]`.
    """
    one = np.asarray(first, np.float64).reshape(-1, 1, 4)
    other = np.asarray(second, np.float64).reshape(1, -1, 4)
    start = np.maximum(one[..., :2], other[..., :2])
    end = np.minimum(one[..., :2] + one[..., 2:], other[..., :2] + other[..., 2:])
    shared = np.maximum(end - start, 0).prod(axis=-1)
    return _over_union(shared, one[..., 2:].prod(axis=-1), other[..., 2:].prod(axis=-1))


def polygon_iou(first: Geometries, second: Geometries) -> Floats:
    """Return the IoU of every pair of valid shapely areas, `[n, m]`; 0 where both are empty."""
    reach, other = shapely.bounds(first)[:, None, :], shapely.bounds(second)[None, :, :]
    meets = (reach[..., :2] < other[..., 2:]).all(axis=-1) & (other[..., :2] < reach[..., 2:]).all(axis=-1)
    rows, columns = np.nonzero(meets)
    shared = np.zeros(meets.shape)
    shared[rows, columns] = shapely.area(shapely.intersection(first[rows], second[columns]))
    return _over_union(shared, shapely.area(first)[:, None], shapely.area(second)[None, :])


def mask_iou(first: Sequence[Mask], second: Sequence[Mask]) -> Floats:
    """Return the IoU of every pair of masks, `[n, m]`, from their run lengths alone; 0 where both are empty.

    Raises:
        InputError: the masks are of images of different sizes.
    """
    sizes = {(mask.height, mask.width) for mask in (*first, *second)}
    if len(sizes) > 1:
        raise InputError(f"masks to compare must be of one image; found the sizes {sorted(sizes)}")
    shared = np.zeros((len(first), len(second)))
    for column, other in enumerate(second):
        starts, ends = other.intervals()
        # Pixels of `other` before each place: a line that climbs inside its runs and is level between them.
        places = np.concatenate([[0], np.column_stack([starts, ends]).ravel()])
        climbed = np.column_stack([np.zeros_like(starts), ends - starts]).ravel()
        before = np.concatenate([[0], np.cumsum(climbed)])
        for row, mask in enumerate(first):
            begun, ended = mask.intervals()
            inside = np.interp(ended, places, before) - np.interp(begun, places, before)
            shared[row, column] = inside.sum()
    areas = [np.array([mask.area for mask in masks], np.float64) for masks in (first, second)]
    return _over_union(shared, areas[0][:, None], areas[1][None, :])


def keypoint_similarity(first: Keypoints, second: Keypoints) -> float:
    """Return object keypoint similarity (OKS), between two people rather than against the truth.

    The mean, over points that either labelled, of `exp(-distance² / (2 · area · (2 sigma)²))`; a point that only
    one of them labelled counts 0, hidden or not makes no difference. The area is the mean of both (the truth's,
    in COCO). 0 for objects with different numbers of points, or where nobody labelled any.

    Source:
        cocodataset.org/#keypoints-eval; that both sides count alike is ours.
    """
    if len(first.points) != len(second.points):
        return 0.0
    labelled = np.column_stack([first.visibility > 0, second.visibility > 0])
    if not labelled.any():
        return 0.0
    area = (keypoint_area(first) + keypoint_area(second)) / 2
    distance = ((first.points - second.points) ** 2).sum(axis=1)
    alike = np.exp(-distance / (2 * (area + np.spacing(1)) * (2 * np.array(first.sigmas)) ** 2))
    return float(alike[labelled.all(axis=1)].sum() / labelled.any(axis=1).sum())


def line_distance(first: Polyline, second: Polyline) -> float:
    """Return the mean distance of two lines in pixels: of each from the other, and of both the mean.

    Each line is walked in equal steps. Hausdorff's and Fréchet's distances take the worst place instead, so that
    one stray click, or one line that goes on a little longer, would decide the whole; as a measure of what two
    people agree on the mean is the steadier one. It does not see in which direction, or how often, a line was
    drawn.
    """
    lines = shapely.linestrings(first.points), shapely.linestrings(second.points)
    walked = [shapely.points(walk(line.points, RESAMPLED)) for line in (first, second)]
    forth, back = shapely.distance(walked[0], lines[1]), shapely.distance(walked[1], lines[0])
    return float((forth.mean() + back.mean()) / 2)


def walk(points: Floats, count: int) -> Floats:
    """Return `count` places along a line in equal steps, from its first point to its last, `[count, 2]`."""
    steps = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.linspace(0, along[-1], count)
    return np.column_stack([np.interp(at, along, points[:, axis]) for axis in (0, 1)])


def line_length(line: Polyline) -> float:
    """Return the length of a line in pixels."""
    return float(np.hypot(*np.diff(line.points, axis=0).T).sum())


def outline(shape: RotatedBox | Polygon) -> Any:
    """Return a shape as a valid shapely area."""
    if isinstance(shape, RotatedBox):
        return shapely.polygons(shape.corners())
    # make_valid loses nothing of a ring that crosses itself, and leaves valid areas as they are.
    return shapely.make_valid(
        shapely.Polygon(shape.points, shape.holes), method="structure", keep_collapsed=False
    )


def _over_union(shared: Floats, first: Floats, second: Floats) -> Floats:
    union = first + second - shared
    out: Floats = np.divide(shared, union, out=np.zeros(union.shape), where=union > 0)
    return np.minimum(out, 1.0)


def _by_kind(shapes: Sequence[Shape]) -> dict[type, list[int]]:
    """Return where the shapes of each kind are."""
    places: dict[type, list[int]] = {}
    for place, shape in enumerate(shapes):
        places.setdefault(type(shape), []).append(place)
    return places


def _compare_boxes(first: Sequence[Box], second: Sequence[Box]) -> Floats:
    numbers = [[(box.left, box.top, box.width, box.height) for box in boxes] for boxes in (first, second)]
    return box_iou(*numbers)


def _compare_areas(first: Sequence[Any], second: Sequence[Any]) -> Floats:
    one, other = (np.array([outline(shape) for shape in shapes], object) for shapes in (first, second))
    return polygon_iou(one, other)


def _compare_cuboids(first: Sequence[Cuboid], second: Sequence[Cuboid]) -> Floats:
    """Return the mean IoU of the front and of the back faces of every pair; which face is the front matters."""
    sides = [
        [
            np.array([outline(Polygon(one.faces[side])) for one in cuboids], object)
            for cuboids in (first, second)
        ]
        for side in (0, 1)
    ]
    front, back = (polygon_iou(*faces) for faces in sides)
    return (front + back) / 2


def _compare_keypoints(first: Sequence[Keypoints], second: Sequence[Keypoints]) -> Floats:
    """Return `keypoint_similarity` of every pair; those of as many points are compared together."""
    out = np.zeros((len(first), len(second)))
    for count in {len(one.points) for one in first} & {len(other.points) for other in second}:
        rows = np.array([place for place, one in enumerate(first) if len(one.points) == count])
        columns = np.array([place for place, other in enumerate(second) if len(other.points) == count])
        others = _Joints.of([second[column] for column in columns])
        for start in range(0, len(rows), BLOCK):
            block = rows[start : start + BLOCK]
            out[np.ix_(block, columns)] = _Joints.of([first[row] for row in block]).compared(others)
    return out


class _Joints(NamedTuple):
    """Keypoints of as many points each, as arrays: `[n, count, 2]`, `[n, count]`, `[n]`, `[n, count]`."""

    points: Floats
    seen: NDArray[np.bool_]
    area: Floats
    sigmas: Floats

    @classmethod
    def of(cls, shapes: Sequence[Keypoints]) -> _Joints:
        return cls(
            np.stack([one.points for one in shapes]),
            np.stack([one.visibility > 0 for one in shapes]),
            np.array([keypoint_area(one) for one in shapes]),
            np.array([one.sigmas for one in shapes]),
        )

    def compared(self, other: _Joints) -> Floats:
        """Return the similarity of each to each; see `keypoint_similarity`."""
        area = (self.area[:, None] + other.area[None, :]) / 2
        squared = ((self.points[:, None] - other.points[None, :]) ** 2).sum(axis=-1)
        spread = 2 * (area + np.spacing(1))[..., None] * (2 * self.sigmas[:, None]) ** 2
        both, either = self.seen[:, None] & other.seen[None, :], self.seen[:, None] | other.seen[None, :]
        alike = np.where(both, np.exp(-squared / spread), 0.0).sum(axis=-1)
        out: Floats = alike / np.maximum(either.sum(axis=-1), 1)
        return out


def _compare_lines(first: Sequence[Polyline], second: Sequence[Polyline]) -> Floats:
    """Return 1 for the same line, a half where the mean distance is `HALF_WAY` of the mean length, for every pair."""
    apart = (_from_lines(first, second) + _from_lines(second, first).T) / 2
    mine, yours = (np.array([line_length(line) for line in lines]) for lines in (first, second))
    reach = HALF_WAY * (mine[:, None] + yours[None, :]) / 2
    out: Floats = np.divide(reach, reach + apart, out=np.zeros(apart.shape), where=reach > 0)
    return out


def _from_lines(first: Sequence[Polyline], second: Sequence[Polyline]) -> Floats:
    """Return the mean distance of places along each line from each other line, `[n, m]`."""
    walked = shapely.points(np.stack([walk(line.points, RESAMPLED) for line in first]))
    lines = np.array([shapely.linestrings(line.points) for line in second], object)
    blocks = [walked[start : start + BLOCK] for start in range(0, len(walked), BLOCK)]
    return np.concatenate(
        [shapely.distance(block[:, None, :], lines[None, :, None]).mean(axis=-1) for block in blocks]
    )


COMPARE: dict[type, Callable[[Sequence[Any], Sequence[Any]], Floats]] = {
    Box: _compare_boxes,
    RotatedBox: _compare_areas,
    Polygon: _compare_areas,
    Polyline: _compare_lines,
    Keypoints: _compare_keypoints,
    Cuboid: _compare_cuboids,
    Mask: mask_iou,
}
"""How shapes of each kind are compared; a new kind is a line here and one in `merge.MERGE`."""
