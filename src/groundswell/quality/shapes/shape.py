"""What a worker may draw on an image: boxes, polygons, lines, keypoints, cuboids and masks, each with a class.

Coordinates are pixels, x to the right and y down; they may be fractions and may lie outside the image.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError
from groundswell.quality.votes import Name

Floats = NDArray[np.float64]

COCO_SIGMAS: tuple[float, ...] = (0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062)
COCO_SIGMAS += (0.107, 0.107, 0.087, 0.087, 0.089, 0.089)
"""How far people put each of COCO's 17 keypoints apart, in units of the square root of the object's area.

Source: cocodataset.org/#keypoints-eval (nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles).
"""

OTHER_SIGMA = 0.05
"""The same for keypoints of which nothing is known: between COCO's eyes (0.025) and hips (0.107)."""


@dataclass(frozen=True)
class Box:
    """An axis-aligned box. Width and height may be zero: such a box overlaps nothing.

    Raises:
        InputError: a number is not finite, or a size is negative.
    """

    left: float
    top: float
    width: float
    height: float
    label: Name = None

    def __post_init__(self) -> None:
        _check_box("box", (self.left, self.top, self.width, self.height), self.width, self.height)


@dataclass(frozen=True)
class RotatedBox:
    """A box around (x, y), turned by `angle` radians from the x axis to the y axis (clockwise on a screen).

    Raises:
        InputError: a number is not finite, or a size is negative.
    """

    x: float
    y: float
    width: float
    height: float
    angle: float
    label: Name = None

    def __post_init__(self) -> None:
        numbers = (self.x, self.y, self.width, self.height, self.angle)
        _check_box("rotated box", numbers, self.width, self.height)

    def corners(self) -> Floats:
        """Return the four corners in order, `[4, 2]`."""
        along = np.array([np.cos(self.angle), np.sin(self.angle)]) * self.width / 2
        across = np.array([-np.sin(self.angle), np.cos(self.angle)]) * self.height / 2
        turns = np.array([along + across, across - along, -along - across, along - across])
        corners: Floats = np.array([self.x, self.y]) + turns
        return corners


@dataclass(frozen=True, eq=False)
class Polygon:
    """An area inside a ring of three points or more, less its holes; the last point joins the first.

    A ring that crosses itself is read as the area that it encloses, however often.

    Attributes:
        points: float64 `[n, 2]`.
        label: its class.
        holes: rings cut out of it.

    Raises:
        InputError: fewer than three points in a ring, or a coordinate that is not finite.
    """

    points: Floats
    label: Name = None
    holes: tuple[Floats, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", _points("a polygon", self.points, 3))
        object.__setattr__(self, "holes", tuple(_points("a hole", hole, 3) for hole in self.holes))


@dataclass(frozen=True, eq=False)
class Polyline:
    """An open line through two points or more, `[n, 2]`; which end comes first means nothing.

    Raises:
        InputError: fewer than two points, or a coordinate that is not finite.
    """

    points: Floats
    label: Name = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", _points("a polyline", self.points, 2))


@dataclass(frozen=True, eq=False)
class Keypoints:
    """Named places of one object, in an order fixed by its class.

    Attributes:
        points: float64 `[n, 2]`; where a point is not labelled its place means nothing.
        visibility: int64 `[n]`: 0 not labelled, 1 labelled but hidden, 2 visible (as in COCO). All visible by
            default.
        label: its class.
        skeleton: pairs of points that are joined.
        area: pixels that the object covers, if known; else its box is taken (see `keypoint_area`).
        sigmas: how far people put each point apart (see `COCO_SIGMAS`); by default COCO's for 17 points, and
            `OTHER_SIGMA` else.

    Raises:
        InputError: arrays that do not fit, an unknown visibility, a bone to nowhere, no positive sigma or area.
    """

    points: Floats
    visibility: Any = None
    label: Name = None
    skeleton: tuple[tuple[int, int], ...] = ()
    area: float | None = None
    sigmas: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        visibility = np.full(len(self.points), 2) if self.visibility is None else np.array(self.visibility)
        if visibility.shape != (len(self.points),) or not np.isin(visibility, (0, 1, 2)).all():
            raise InputError("keypoints need a visibility of 0, 1 or 2 for each point")
        points = np.array(self.points, np.float64).reshape(len(visibility), -1)
        points[visibility == 0] = 0.0
        object.__setattr__(self, "points", _points("keypoints", points, 1))
        object.__setattr__(self, "visibility", visibility.astype(np.int64))
        if any(not 0 <= end < len(points) for bone in self.skeleton for end in bone):
            raise InputError(f"the skeleton joins points 0 to {len(points) - 1}, not {self.skeleton}")
        if self.area is not None and not (np.isfinite(self.area) and self.area > 0):
            raise InputError(f"the area of keypoints must be above 0, not {self.area}")
        object.__setattr__(self, "sigmas", _sigmas(self.sigmas, len(points)))


@dataclass(frozen=True, eq=False)
class Cuboid:
    """A cuboid as an image shows it: its front and its back face, of four corners each, `[8, 2]`.

    The corners of both faces go around the same way from the same one: those of one number share an edge.

    Raises:
        InputError: not eight points, or a coordinate that is not finite.
    """

    points: Floats
    label: Name = None

    def __post_init__(self) -> None:
        points = _points("a cuboid", self.points, 8)
        if len(points) > 8:
            raise InputError(f"a cuboid must be 8 points, four of each face; found {len(points)}")
        object.__setattr__(self, "points", points)

    @property
    def faces(self) -> Floats:
        """The front and the back face, `[2, 4, 2]`."""
        return self.points.reshape(2, 4, 2)


@dataclass(frozen=True, eq=False)
class Mask:
    """The pixels of an object, as run lengths: a mask of a large image costs as much as its outline.

    Attributes:
        runs: int64, lengths of runs down the columns, first outside, then inside, and so on: COCO's uncompressed
            `counts`.
        height: rows of the image.
        width: columns of the image.
        label: its class.

    Raises:
        InputError: the runs do not add up to the image.
    """

    runs: NDArray[np.int64]
    height: int
    width: int
    label: Name = None

    def __post_init__(self) -> None:
        runs = np.array(self.runs, np.int64).reshape(-1)
        if (runs < 0).any() or runs.sum() != self.height * self.width:
            found = f"{runs.sum()} pixels in {len(runs)} runs"
            raise InputError(f"the runs of a mask must add up to {self.height} x {self.width}; found {found}")
        object.__setattr__(self, "runs", runs)

    @classmethod
    def from_array(cls, inside: Any, label: Name = None) -> Mask:
        """Make a mask of a boolean `[height, width]` array.

        Raises:
            InputError: not two-dimensional, or not made of truth values (0 and 1 will do).
        """
        pixels = np.asarray(inside)
        if pixels.ndim != 2 or not np.isin(pixels, (0, 1)).all():
            raise InputError(f"a mask must be a [height, width] array of truth values, not {pixels.shape}")
        flat = pixels.astype(bool).ravel(order="F")
        turns = np.flatnonzero(np.diff(flat, prepend=False))
        bounds = np.concatenate([[0], turns, [len(flat)]])
        return cls(np.diff(bounds), len(pixels), pixels.shape[1], label)

    def to_array(self) -> NDArray[np.bool_]:
        """Return the mask as a boolean `[height, width]` array."""
        flat = np.repeat(np.arange(len(self.runs)) % 2 == 1, self.runs)
        return flat.reshape(self.height, self.width, order="F")

    def intervals(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where the runs inside start, and where they have ended, counting pixels down the columns."""
        bounds = np.concatenate([[0], np.cumsum(self.runs)])
        odd = len(self.runs) // 2 * 2
        return bounds[1:odd:2], bounds[2 : odd + 1 : 2]

    @property
    def area(self) -> int:
        """Pixels inside."""
        return int(self.runs[1::2].sum())


Shape: TypeAlias = Box | RotatedBox | Polygon | Polyline | Keypoints | Cuboid | Mask
"""Anything that can be drawn."""


def keypoint_area(shape: Keypoints) -> float:
    """Return the pixels that the object covers: as given, or the box around its labelled points.

    A box narrower than a quarter of its height (points in a line) counts as that wide. One point has none: 0.
    """
    if shape.area is not None:
        return shape.area
    labelled = shape.points[shape.visibility > 0]
    if not len(labelled):
        return 0.0
    sides = np.ptp(labelled, axis=0)
    return float(sides.max() * max(sides.min(), sides.max() / 4))


def _check_box(kind: str, numbers: Sequence[float], width: float, height: float) -> None:
    """Refuse a box that is none."""
    if not np.isfinite(numbers).all():
        raise InputError(f"a {kind} must be finite numbers, not {numbers}")
    if width < 0 or height < 0:
        raise InputError(f"a {kind} cannot have a negative size: width {width}, height {height}")


def _points(what: str, given: Any, least: int) -> Floats:
    """Return points as float64 `[n, 2]`, a copy that cannot be written to."""
    points = np.array(given, np.float64)
    if points.ndim != 2 or points.shape[1:] != (2,) or len(points) < least:
        raise InputError(f"{what} must be at least {least} points [n, 2]; found an array of {points.shape}")
    if not np.isfinite(points).all():
        raise InputError(f"{what} must be finite numbers; found NaN or infinity")
    points.flags.writeable = False
    return points


def _sigmas(given: tuple[float, ...] | None, count: int) -> tuple[float, ...]:
    """Return the sigma of each keypoint."""
    if given is None:
        return COCO_SIGMAS if count == len(COCO_SIGMAS) else (OTHER_SIGMA,) * count
    if len(given) != count or not all(np.isfinite(one) and one > 0 for one in given):
        raise InputError(f"keypoints need {count} sigmas above 0, not {given}")
    return tuple(given)
