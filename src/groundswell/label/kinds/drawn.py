"""Shapes as they cross the wire: checked, and translated to the shapes of `quality` and back. Pure.

A shape is `{"type": ..., "label": ..., "points": [[x, y], ...]}`, in pixels of the original image.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from math import atan2, cos, degrees, hypot, radians, sin
from typing import Any, ClassVar

import numpy as np
import shapely

from groundswell.errors import InputError
from groundswell.label.kinds.checks import Check, listed, number
from groundswell.quality.shapes import Box, Cuboid, Keypoints, Polygon, Polyline, RotatedBox, Shape
from groundswell.quality.shapes.overlap import line_length, outline
from groundswell.quality.shapes.shape import keypoint_area

Drawn = Mapping[str, Any]
Points = list[list[float]]

FARTHEST = 100_000.0
"""Coordinates beyond it are of no image that a browser can show."""

DIGITS = 2
"""Coordinates are kept to the hundredth of a pixel."""

MOST_POINTS = 5_000
"""Points of one shape."""

SKEWED = 0.03
"""How far the corners of a rotated box may be from a rectangle's, over its diagonal (or one pixel): screens round."""

DENTED = 0.02
"""How much of the area around the four corners of a face may be outside of it: screens round."""

coordinate = number(-FARTHEST, FARTHEST, digits=DIGITS)
point = listed(coordinate, least=2, most=2)


class DrawnType(ABC):
    """One type of shape.

    Attributes:
        points: the check of its points.
    """

    points: ClassVar[Check]

    @abstractmethod
    def canonical(self, name: str, given: Drawn) -> dict[str, Any]:
        """Return what says where a checked shape is: `points`, and whatever else the type has.

        Raises:
            InputError: it has no extent, or is no such shape.
        """

    @abstractmethod
    def to_quality(self, drawn: Drawn, reach: float) -> Shape:
        """Return it as `quality` knows it, without a label.

        Args:
            reach: pixels within which two points are the same place.
        """

    @abstractmethod
    def from_quality(self, shape: Any, like: Drawn) -> dict[str, Any]:
        """Return what says where a merged shape is; where it begins and how it is turned as in `like`."""

    def size(self, drawn: Drawn) -> tuple[float, float] | None:
        """Return width and height, or None where the type has none."""
        across, down = np.ptp(np.array(drawn["points"], np.float64), axis=0)
        return float(across), float(down)


def rounded(points: Any) -> Points:
    """Return points as they are kept."""
    return [[round(float(value), DIGITS) + 0.0 for value in pair] for pair in points]


class _Box(DrawnType):
    points = listed(point, least=2, most=2)

    def canonical(self, name: str, given: Drawn) -> dict[str, Any]:
        (x1, y1), (x2, y2) = given["points"]
        if x1 == x2 or y1 == y2:
            raise InputError(f"{name} is a box without width or height")
        return {"points": [[min(x1, x2), min(y1, y2)], [max(x1, x2), max(y1, y2)]]}

    def to_quality(self, drawn: Drawn, reach: float) -> Shape:
        (left, top), (right, bottom) = drawn["points"]
        return Box(left, top, right - left, bottom - top)

    def from_quality(self, shape: Box, like: Drawn) -> dict[str, Any]:
        corners = [[shape.left, shape.top], [shape.left + shape.width, shape.top + shape.height]]
        return {"points": rounded(corners)}


class _RotatedBox(DrawnType):
    points = listed(point, least=4, most=4)

    def canonical(self, name: str, given: Drawn) -> dict[str, Any]:
        corners = np.array(given["points"], np.float64)
        turned = given["points"]
        if not _is_clockwise(corners):
            turned = [turned[0], *turned[:0:-1]]
        _check_rectangle(name, np.array(turned, np.float64))
        return {"points": [list(pair) for pair in turned]}

    def to_quality(self, drawn: Drawn, reach: float) -> Shape:
        return rectangle(drawn["points"])

    def from_quality(self, shape: RotatedBox, like: Drawn) -> dict[str, Any]:
        corners, first = shape.corners(), np.array(like["points"], np.float64)
        turns = [np.roll(corners, -by, axis=0) for by in range(4)]
        return {"points": rounded(min(turns, key=lambda one: float(((one - first) ** 2).sum())))}

    def size(self, drawn: Drawn) -> tuple[float, float] | None:
        box = rectangle(drawn["points"])
        return box.width, box.height


def _is_clockwise(corners: Any) -> bool:
    """Say whether a ring turns clockwise on a screen, where y grows downwards."""
    x, y = corners.T
    return bool((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() >= 0)


def _check_rectangle(name: str, corners: Any) -> None:
    one, other = corners[2] - corners[0], corners[3] - corners[1]
    allowed = max(1.0, SKEWED * max(hypot(*one), hypot(*other)))
    middles_apart = hypot(*(corners[0] + corners[2] - corners[1] - corners[3])) / 2
    if middles_apart > allowed or abs(hypot(*one) - hypot(*other)) > allowed:
        raise InputError(
            f"{name} is no rotated box: its four corners, in order, are not those of a rectangle"
        )
    box = rectangle(corners)
    if min(box.width, box.height) <= 0 or outline(box).area <= 0:
        raise InputError(f"{name} is a rotated box without width or height")


def rectangle(points: Any) -> RotatedBox:
    """Return the box of four corners, clockwise; its first side is its width."""
    corners = np.asarray(points, np.float64)
    along = (corners[1] - corners[0] + corners[2] - corners[3]) / 2
    across = (corners[2] - corners[1] + corners[3] - corners[0]) / 2
    x, y = corners.mean(axis=0)
    return RotatedBox(float(x), float(y), hypot(*along), hypot(*across), atan2(along[1], along[0]))


class _Polygon(DrawnType):
    points = listed(point, least=3, most=MOST_POINTS)

    def canonical(self, name: str, given: Drawn) -> dict[str, Any]:
        if outline(Polygon(np.array(given["points"], np.float64))).area <= 0:
            raise InputError(f"{name} is a polygon without area")
        return {"points": given["points"]}

    def to_quality(self, drawn: Drawn, reach: float) -> Shape:
        return Polygon(np.array(drawn["points"], np.float64))

    def from_quality(self, shape: Polygon, like: Drawn) -> dict[str, Any]:
        """Return the outline; what a vote cut out of its inside is filled, since the wire knows no holes."""
        return {"points": rounded(shape.points)}


class _Line(DrawnType):
    points = listed(point, least=2, most=MOST_POINTS)

    def canonical(self, name: str, given: Drawn) -> dict[str, Any]:
        if line_length(Polyline(np.array(given["points"], np.float64))) <= 0:
            raise InputError(f"{name} is a line without length")
        return {"points": given["points"]}

    def to_quality(self, drawn: Drawn, reach: float) -> Shape:
        return Polyline(np.array(drawn["points"], np.float64))

    def from_quality(self, shape: Polyline, like: Drawn) -> dict[str, Any]:
        points, first = shape.points, np.array(like["points"][0], np.float64)
        if hypot(*(points[-1] - first)) < hypot(*(points[0] - first)):
            points = points[::-1]
        return {"points": rounded(points)}

    def size(self, drawn: Drawn) -> tuple[float, float] | None:
        return None


def _or_missing(name: str, value: Any) -> Any:
    return None if value is None else point(name, value)


class _Keypoints(DrawnType):
    points = listed(Check(f"{point.says}, or null where it is not seen", _or_missing), least=1, most=1_000)

    def canonical(self, name: str, given: Drawn) -> dict[str, Any]:
        if all(pair is None for pair in given["points"]):
            raise InputError(f"{name} has no joint; leave it out where nothing is seen")
        return {"points": given["points"]}

    def to_quality(self, drawn: Drawn, reach: float) -> Shape:
        placed = [pair is not None for pair in drawn["points"]]
        points = np.array([pair or [0.0, 0.0] for pair in drawn["points"]], np.float64)
        seen = Keypoints(points, np.where(placed, 2, 0))
        sigma = float(np.median(seen.sigmas or (1.0,)))
        # A pixel or two is nothing, however near the joints are to each other.
        return Keypoints(points, seen.visibility, area=max(keypoint_area(seen), (reach / (2 * sigma)) ** 2))

    def from_quality(self, shape: Keypoints, like: Drawn) -> dict[str, Any]:
        pairs = rounded(shape.points)
        return {
            "points": [pair if seen else None for pair, seen in zip(pairs, shape.visibility, strict=True)]
        }

    def size(self, drawn: Drawn) -> tuple[float, float] | None:
        return None


class _Point(_Keypoints):
    points = listed(point, least=1, most=1)


class _Ellipse(DrawnType):
    """Centre and radii; the first radius is turned by `rotation` degrees from the x axis, clockwise on a screen."""

    points = listed(point, least=2, most=2)

    def canonical(self, name: str, given: Drawn) -> dict[str, Any]:
        centre, (rx, ry) = given["points"]
        if rx <= 0 or ry <= 0:
            raise InputError(f"{name} is an ellipse whose radii are not both above 0")
        rotation = 0.0 if rx == ry else round(float(given.get("rotation", 0.0)) % 180.0, DIGITS) % 180.0
        return {"points": [centre, [rx, ry]], "rotation": rotation}

    def to_quality(self, drawn: Drawn, reach: float) -> Shape:
        (x, y), (rx, ry) = drawn["points"]
        return RotatedBox(x, y, 2 * rx, 2 * ry, radians(drawn["rotation"]))

    def from_quality(self, shape: RotatedBox, like: Drawn) -> dict[str, Any]:
        radii = [shape.width / 2, shape.height / 2]
        found = {"points": rounded([[shape.x, shape.y], radii]), "rotation": degrees(shape.angle)}
        return self.canonical("an ellipse", found)

    def size(self, drawn: Drawn) -> tuple[float, float] | None:
        """Return the size of the upright box around it."""
        (_, (rx, ry)), turn = drawn["points"], radians(drawn["rotation"])
        return 2 * hypot(rx * cos(turn), ry * sin(turn)), 2 * hypot(rx * sin(turn), ry * cos(turn))


def ellipse_ends(drawn: Drawn) -> Points:
    """Return where the axes of an ellipse end, clockwise; the first is its top where it is not turned."""
    (x, y), (rx, ry) = drawn["points"]
    turn = radians(drawn.get("rotation", 0.0))
    along, down = (rx * cos(turn), rx * sin(turn)), (-ry * sin(turn), ry * cos(turn))
    ways = [(-down[0], -down[1]), along, down, (-along[0], -along[1])]
    return [[x + dx, y + dy] for dx, dy in ways]


def ellipse_of(ends: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Return the points and the rotation of the ellipse whose axes end there; see `ellipse_ends`.

    Raises:
        InputError: there are not four ends.
    """
    if len(ends) != 4:
        raise InputError(f"the axes of an ellipse have four ends; {len(ends)} given")
    top, right, low, left = ends
    radii = [hypot(right[0] - left[0], right[1] - left[1]) / 2, hypot(low[0] - top[0], low[1] - top[1]) / 2]
    middle = [sum(axis) / 4 for axis in zip(*ends, strict=True)]
    return {
        "points": [middle, radii],
        "rotation": degrees(atan2(right[1] - left[1], right[0] - left[0])),
    }


class _Cuboid(DrawnType):
    """Four corners of the front face and four of the back, clockwise on a screen from the front's top left."""

    points = listed(point, least=8, most=8)

    def canonical(self, name: str, given: Drawn) -> dict[str, Any]:
        faces = np.array(given["points"], np.float64).reshape(2, 4, 2)
        for side, face in zip(("front", "back"), faces, strict=True):
            _check_face(f"the {side} face of {name}", face)
        if _is_clockwise(faces[0]) != _is_clockwise(faces[1]):
            raise InputError(
                f"{name} is no cuboid: the corners of its back face go the other way round than those of its front"
            )
        if np.array_equal(*faces):
            raise InputError(f"{name} is a cuboid without depth")
        if not _is_clockwise(faces[0]):
            faces = faces[:, [0, 3, 2, 1]]
        first = min(range(4), key=lambda at: (faces[0, at].sum(), faces[0, at, 1]))
        return {"points": rounded(np.roll(faces, -first, axis=1).reshape(8, 2))}

    def to_quality(self, drawn: Drawn, reach: float) -> Shape:
        return Cuboid(np.array(drawn["points"], np.float64))

    def from_quality(self, shape: Cuboid, like: Drawn) -> dict[str, Any]:
        return {"points": rounded(shape.points)}


def _check_face(name: str, face: Any) -> None:
    """Raise `InputError` where four corners are not, in order, those of an area without a dent."""
    around = shapely.convex_hull(shapely.multipoints(face)).area
    if around <= 0 or outline(Polygon(face)).area < (1 - DENTED) * around:
        raise InputError(f"{name} is none: its four corners, in order, go around no area, or one with a dent")


TYPES: dict[str, DrawnType] = {
    "box": _Box(),
    "rotated_box": _RotatedBox(),
    "polygon": _Polygon(),
    "line": _Line(),
    "keypoints": _Keypoints(),
    "ellipse": _Ellipse(),
    "point": _Point(),
    "cuboid": _Cuboid(),
}
"""Every type of shape by its name."""

rotation = number(-3_600, 3_600, digits=DIGITS)


def sequence_of(points: Sequence[Any]) -> tuple[Any, ...]:
    """Return points as something that can be ordered: a missing one comes first."""
    return tuple((-FARTHEST * 2,) * 2 if pair is None else tuple(pair) for pair in points)
