"""Habits: workers who always draw their boxes a little too wide, or too high up, beside the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.shapes.crowd import Crowd, Found
from groundswell.quality.shapes.merge import EVEN
from groundswell.quality.shapes.overlap import similarity
from groundswell.quality.shapes.rates import summed
from groundswell.quality.shapes.shape import Box, Floats, Shape

FARTHEST = 0.3
"""A side that is off by more than this share of the size is a slip, and says no more of a habit than this."""

LEAST_WEIGHT = 5.0
"""Boxes that the absence of a habit is worth at least."""

ROUNDS = 8


@dataclass(frozen=True, eq=False)
class Straight:
    """Shapes without the habits of their workers.

    Attributes:
        shapes: as `Crowd.shapes`.
        alike: as `Found.alike`.
        shares: `[4]` how the error of a box is shared out among left, top, right and bottom, each in units of width
            or height; they sum to 1. People who drag a box place the corner where they start more exactly.
    """

    shapes: tuple[Shape, ...]
    alike: list[Floats]
    shares: Floats


def without_habits(crowd: Crowd, found: Found) -> Straight:
    """Return all shapes, boxes moved to where their workers would have drawn them without their habits.

    A habit is the mean offset of each side from those of the others around the same objects, in units of the
    object's width or height; it leans on none at all as far as workers are alike (method of moments). The average
    worker has none, so the crowd as a whole stays where it is, right or wrong; what becomes smaller is how far a
    few workers are from it. Shapes of other kinds stay as they are.
    """
    moved = list(crowd.shapes)
    seen = [
        (number, one)
        for number, members in enumerate(found.members)
        if len(members) > 1 and isinstance(crowd.shapes[members[0]], Box)
        for one in members
    ]
    if not seen:
        return Straight(crowd.shapes, found.alike, EVEN)
    obj, place = np.array(seen, np.int64).T
    sides = np.array([_sides(crowd.shapes[one]) for one in place.tolist()])
    worker = crowd.who[crowd.answer[place]]
    count = summed(obj, np.ones(len(obj)), len(found.members))[obj]
    middle = _summed_columns(obj, sides, len(found.members))[obj] / count[:, None]
    size = np.tile(np.maximum(middle[:, 2:] - middle[:, :2], 1e-9), 2)
    habit, spread = _habits(obj, worker, sides / size, len(crowd.workers))
    offset = habit[worker] * size
    for one, (left, top, right, bottom) in zip(place.tolist(), (sides - offset).tolist(), strict=True):
        width, height = max(right - left, 0.0), max(bottom - top, 0.0)
        moved[one] = Box(left, top, width, height, crowd.shapes[one].label)
    alike = list(found.alike)
    for number in np.unique(obj).tolist():
        members = [moved[one] for one in found.members[number]]
        alike[number] = similarity(members, members)
    shares = (spread * len(obj) + spread.mean() * LEAST_WEIGHT) / (len(obj) + LEAST_WEIGHT) + 1e-9
    return Straight(tuple(moved), alike, shares / shares.sum())


def _habits(
    obj: NDArray[np.int64], worker: NDArray[np.int64], sides: Floats, n_workers: int
) -> tuple[Floats, Floats]:
    """Return each worker's mean offset from the others, `[n_workers, 4]`, and the spread around it, `[4]`.

    Args:
        obj: `[n]` object of each box; every object has two or more.
        worker: `[n]` who drew it.
        sides: `[n, 4]` left, top, right, bottom over the size of the object.
        n_workers: workers, with or without a box.
    """
    n_objects = int(obj.max()) + 1
    count = summed(obj, np.ones(len(obj)), n_objects)[obj][:, None]
    boxes = summed(worker, np.ones(len(obj)), n_workers)[:, None]
    habit, within = np.zeros((n_workers, 4)), np.zeros(4)
    for _ in range(ROUNDS):
        straight = sides - habit[worker]
        others = (_summed_columns(obj, straight, n_objects)[obj] - straight) / (count - 1)
        off = np.clip(sides - others, -FARTHEST, FARTHEST)
        total = _summed_columns(worker, off, n_workers)
        mean = total / np.maximum(boxes, 1)
        within = ((off - mean[worker]) ** 2).mean(axis=0)
        between = ((boxes * mean**2).sum(axis=0) - (boxes > 0).sum() * within) / len(off)
        weight = np.maximum(within / np.maximum(between, 1e-12), LEAST_WEIGHT)
        habit = (habit + total / (boxes + weight)) / 2  # half-way, or two workers would move past each other
        habit -= (boxes * habit).sum(axis=0) / len(off)
    return habit, np.sqrt(within)


def _summed_columns(codes: NDArray[np.int64], values: Floats, count: int) -> Floats:
    """Return the sums of each column of `[n, d]` values under each code, `[count, d]`."""
    return np.stack([summed(codes, column, count) for column in values.T], axis=1)


def _sides(shape: Shape) -> tuple[float, float, float, float]:
    assert isinstance(shape, Box)  # objects are of one kind
    return shape.left, shape.top, shape.left + shape.width, shape.top + shape.height
