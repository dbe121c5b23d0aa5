"""Merging: one shape from those that several workers drew around the same object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from groundswell.errors import InputError
from groundswell.quality.shapes.location import robust_mean
from groundswell.quality.shapes.overlap import (
    HALF_WAY,
    RESAMPLED,
    line_length,
    outline,
    walk,
)
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

EVEN = np.full(4, 0.25)
"""Every side of a box is as exact as any other, in units of width or height."""

SMOOTH = 0.001
"""A merged line leaves out points that lie within this share of its length of what remains."""


@dataclass(frozen=True, eq=False)
class Merged:
    """One shape from several.

    Attributes:
        shape: the shape; its label is that of the first.
        error: standard errors in pixels of what it is made of: left, top, right and bottom of a box; x and y,
            width and height of a rotated box; `[n, 2]` of keypoints and of the corners of a cuboid. None for areas and
            lines.
    """

    shape: Shape
    error: Floats | None = None


def merge(shapes: Sequence[Shape], loss: Floats, side_shares: Floats | None = None) -> Merged:
    """Merge the shapes of one object; all must be of one kind.

    Boxes side by side, keypoints and cuboids point by point, by a robust average in which a worker weighs by precision.
    Polygons and masks by a vote over area: what at least half of the weight covers is inside. Lines point by
    point along their length. One shape alone stays as it is.

    Args:
        shapes: one for each worker, at least one.
        loss: `[k]` what each worker's shapes are expected to lack of a similarity of 1 to the truth, above 0.
        side_shares: `[4]` how the error of boxes is shared out among left, top, right and bottom, each in units of
            width or height; evenly by default.

    Returns:
        The shape with its standard errors, where its kind has any.

    Raises:
        InputError: no shapes, shapes of two kinds, or not a loss for each.
    """
    kinds = {type(shape) for shape in shapes}
    if len(kinds) != 1 or np.shape(loss) != (len(shapes),):
        found = f"{len(shapes)} shapes of {len(kinds)} kinds with {np.size(loss)} losses"
        raise InputError(
            f"merging takes shapes of one kind, at least one, and a loss for each; found {found}"
        )
    loss = np.clip(loss, 0.001, 0.9)
    boxes = [shape for shape in shapes if isinstance(shape, Box)]
    if boxes and side_shares is not None:
        return _merge_boxes(boxes, loss, side_shares)
    return MERGE[kinds.pop()](shapes, loss)


def _merge_boxes(boxes: Sequence[Box], loss: Floats, shares: Floats = EVEN) -> Merged:
    """Average left, top, right and bottom.

    A side that is off by a standard deviation of `s` costs about `0.8 s / width` of IoU (a top or bottom, over the
    height), 0.8 s being the mean of the error's size: the `s` of each side follows from the loss and its share.
    """
    sides = np.array(
        [(box.left, box.top, box.left + box.width, box.top + box.height) for box in boxes], np.float64
    )
    size = np.median(sides[:, 2:] - sides[:, :2], axis=0)
    scale = loss[:, None] * shares * np.maximum(np.tile(size, 2), 1e-9) / 0.8
    (left, top, right, bottom), error = robust_mean(sides, np.maximum(scale, 1e-9))
    width, height = max(float(right - left), 0.0), max(float(bottom - top), 0.0)
    return Merged(Box(float(left), float(top), width, height, boxes[0].label), error)


def _side_error(loss: Floats, size: Floats) -> Floats:
    """Return the standard deviation of a side of a box, in pixels, that goes with a loss of IoU.

    Four sides that are all off by as many pixels, `s`, cost `1.6 s (1 / width + 1 / height)`.
    """
    out: Floats = np.maximum(loss / (1.6 * (1 / np.maximum(size, 1e-9)).sum()), 1e-9)
    return out


def _merge_rotated(boxes: Sequence[RotatedBox], loss: Floats) -> Merged:
    """Average centre, size and angle, once all name their sides alike."""
    named = np.array([_turned_like(box, boxes[int(loss.argmin())]) for box in boxes])
    scale = _side_error(loss, np.median(named[:, 2:4], axis=0))
    # A centre is half-way between two sides, and a size the difference of two.
    each = scale[:, None] * np.array([0.5, 0.5, 2.0, 2.0]) ** 0.5
    (x, y, width, height), error = robust_mean(named[:, :4], each)
    turn = scale / max(float(width), float(height), 1e-9) * 2
    (angle,), _ = robust_mean(named[:, 4:], np.maximum(turn, 1e-9))
    numbers = (float(x), float(y), max(float(width), 0.0), max(float(height), 0.0), float(angle))
    return Merged(RotatedBox(*numbers, boxes[0].label), error)


def _turned_like(box: RotatedBox, model: RotatedBox) -> tuple[float, float, float, float, float]:
    """Return the numbers of a box, its sides named so that they are most like those of another.

    A box turned by half a turn is the same box, and so is one turned by a quarter with its sides exchanged.
    """
    ways = []
    for quarter, (width, height) in enumerate(((box.width, box.height), (box.height, box.width))):
        angle = box.angle + quarter * np.pi / 2
        angle -= np.pi * np.round((angle - model.angle) / np.pi)
        sizes = abs(width - model.width) + abs(height - model.height)
        swing = abs(angle - model.angle) * max(model.width, model.height) / 2
        ways.append((sizes + swing, (box.x, box.y, width, height, float(angle))))
    return min(ways)[1]


def _merge_keypoints(people: Sequence[Keypoints], loss: Floats) -> Merged:
    """Average each point over those who labelled it, if half of the weight did.

    With an error of `s` each way a keypoint loses about `s² / (area · (2 sigma)²)` of its similarity.
    """
    model = people[int(loss.argmin())]
    alike = [number for number, one in enumerate(people) if len(one.points) == len(model.points)]
    people, loss = [people[number] for number in alike], loss[alike]
    area = float(np.median([keypoint_area(one) for one in people]))
    visibility = np.array([_visibility_vote([one.visibility[n] for one in people], 1 / loss)
                           for n in range(len(model.points))])  # fmt: skip
    points, error = np.zeros_like(model.points), np.full(model.points.shape, np.nan)
    for number in np.flatnonzero(visibility):
        labelled = [who for who, one in enumerate(people) if one.visibility[number]]
        assert model.sigmas is not None  # Keypoints fills them in
        scale = np.sqrt(max(area, 1e-9) * loss[labelled]) * 2 * model.sigmas[number]
        placed = np.array([people[who].points[number] for who in labelled])
        points[number], error[number] = robust_mean(placed, scale)
    given = [one.area for one in people if one.area is not None]
    known = float(np.median(given)) if given else None
    return Merged(replace(model, points=points, visibility=visibility, area=known), error)


def _visibility_vote(said: Sequence[int], weight: Floats) -> int:
    """Return whether a point is labelled, if at least half of the weight says so; then hidden or visible."""
    votes = np.bincount(said, weight, 3)
    if votes[0] > votes[1] + votes[2] + 1e-12:
        return 0
    return 1 if votes[1] > votes[2] + 1e-12 else 2


def _merge_cuboids(cuboids: Sequence[Cuboid], loss: Floats) -> Merged:
    """Average corner by corner, once all begin at the same one; a corner is as exact as the sides that meet in it."""
    model = cuboids[int(loss.argmin())]
    named = np.array([_begun_like(one, model) for one in cuboids])
    scale = _side_error(loss, np.median(np.ptp(named[:, :4], axis=1), axis=0))
    corners, error = robust_mean(named.reshape(len(named), 16), np.tile(scale[:, None], 16))
    return Merged(Cuboid(corners.reshape(8, 2), cuboids[0].label), error.reshape(8, 2))


def _begun_like(cuboid: Cuboid, model: Cuboid) -> Floats:
    """Return the corners of a cuboid, both faces begun where they are nearest to those of another."""
    ways = [np.roll(cuboid.faces, -by, axis=1).reshape(8, 2) for by in range(4)]
    return min(ways, key=lambda one: float(((one - model.points) ** 2).sum()))


def _merge_lines(lines: Sequence[Polyline], loss: Floats) -> Merged:
    """Average places along the lines, all walked from the same end."""
    model = lines[int(loss.argmin())]
    walked = [_along(line, model) for line in lines]
    length = float(np.median([line_length(line) for line in lines]))
    # Similarity is reach / (reach + distance); the mean distance is 0.8 standard deviations.
    apart = HALF_WAY * length * loss / (1 - loss) * 1.25
    middle, _ = robust_mean(np.array([places.ravel() for places in walked]), np.maximum(apart, 1e-9))
    line = shapely.simplify(shapely.linestrings(middle.reshape(-1, 2)), SMOOTH * length)
    points = shapely.get_coordinates(line)
    return Merged(Polyline(points, lines[0].label) if len(points) > 1 else model)


def _along(line: Polyline, model: Polyline) -> Floats:
    """Return places along a line, from the end at which the model starts."""
    places, other = walk(line.points, RESAMPLED), walk(model.points, RESAMPLED)
    turned = ((places[::-1] - other) ** 2).sum() < ((places - other) ** 2).sum()
    return places[::-1] if turned else places


def _merge_polygons(polygons: Sequence[Polygon], loss: Floats) -> Merged:
    """Keep what at least half of the weight covers; of several parts the largest.

    The outlines together cut the plane into faces; each face is inside or outside every polygon.
    """
    areas = np.array([outline(polygon) for polygon in polygons], object)
    weight = 1 / loss
    edges = shapely.node(shapely.union_all(shapely.boundary(areas)))
    faces = shapely.get_parts(shapely.polygonize([edges]))
    inside = shapely.contains(areas[:, None], shapely.point_on_surface(faces)[None, :])
    kept = faces[weight @ inside >= weight.sum() / 2 * (1 - 1e-9)]
    parts = shapely.get_parts(shapely.union_all(kept))
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    if not len(parts):
        return Merged(polygons[int(loss.argmin())])
    largest = parts[int(shapely.area(parts).argmax())]
    holes = tuple(shapely.get_coordinates(hole)[:-1] for hole in largest.interiors)
    return Merged(Polygon(shapely.get_coordinates(largest.exterior)[:-1], polygons[0].label, holes))


def _merge_masks(masks: Sequence[Mask], loss: Floats) -> Merged:
    """Keep the pixels that at least half of the weight covers, from run lengths alone."""
    weight = 1 / loss
    places, steps = [np.array([0])], [np.array([0.0])]
    for mask, one in zip(masks, weight, strict=True):
        starts, ends = mask.intervals()
        places += [starts, ends]
        steps += [np.full(len(starts), one), np.full(len(ends), -one)]
    where = np.concatenate(places)
    order = np.argsort(where, kind="stable")
    covered = np.cumsum(np.concatenate(steps)[order]) >= weight.sum() / 2 * (1 - 1e-9)
    last = np.append(np.diff(where[order]) > 0, True)  # of several changes at one pixel, the state after all
    bounds, inside = where[order][last], covered[last]
    total = masks[0].height * masks[0].width
    turns = bounds[np.diff(inside, prepend=False) & (bounds < total)]
    runs = np.diff(np.concatenate([[0], turns, [total]]))
    return Merged(Mask(runs, masks[0].height, masks[0].width, masks[0].label))


MERGE: dict[type, Callable[[Sequence[Any], Floats], Merged]] = {
    Box: _merge_boxes,
    RotatedBox: _merge_rotated,
    Polygon: _merge_polygons,
    Polyline: _merge_lines,
    Keypoints: _merge_keypoints,
    Cuboid: _merge_cuboids,
    Mask: _merge_masks,
}
"""How shapes of each kind are merged."""

EXPECTED_WEIGHT = 3.0
"""Shapes that what is known of their workers is worth, against how far these few are in fact apart."""

VOTED = (Polygon, Mask)
"""Kinds that are merged by vote, which is less exact than an average (by pi / 2 in variance, as a median is)."""


def expected_similarity(shapes: Sequence[Shape], loss: Floats, alike: Floats) -> float:
    """Return the similarity that the merged shape is expected to have to the truth, from 0 to 1.

    Squared losses add like variances: the merged shape's is one over the sum of one over each worker's, and more
    or less by as much as these workers are further apart, or nearer, than their precision lets expect.

    Args:
        shapes: the shapes that were merged.
        loss: `[k]` expected loss of each worker.
        alike: `[k, k]` similarity of the shapes to each other.
    """
    others = len(shapes) - 1
    expected = loss[:, None] ** 2 + loss[None, :] ** 2
    apart = ~np.eye(len(shapes), dtype=bool)
    seen = float(((1 - alike) ** 2 / expected)[apart].mean()) if others else 1.0
    inflation = (EXPECTED_WEIGHT + others * seen) / (EXPECTED_WEIGHT + others)
    vote = np.pi / 2 if isinstance(shapes[0], VOTED) and len(shapes) > 2 else 1.0
    squared = vote * inflation / (1 / loss**2).sum()
    return float(max(0.0, 1 - np.sqrt(squared)))
