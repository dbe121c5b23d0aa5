"""Lines of YOLO: a class and numbers, from and to shapes."""

from collections.abc import Mapping, Sequence
from typing import Any

from groundswell.feed.exporters.yolo_index import Classes

Shape = Mapping[str, Any]

SEEN = 2
"""Visibility of a joint that was placed; 1 is one that is hidden and placed all the same, 0 one that is not there."""

_BOX = 4
_CORNERS = 8


def line_of(shape: Shape, number: int, size: tuple[int, int]) -> str:
    """Return the line of a shape.

    Args:
        shape: a box, a polygon, a rotated box or keypoints.
        number: of its class.
        size: width and height of the image in pixels.
    """
    seen = [point for point in shape["points"] if point is not None]
    shares = [(x / size[0], y / size[1]) for x, y in seen]
    if shape["type"] in ("polygon", "rotated_box"):
        values = [f"{value:.10f}" for point in shares for value in point]
    else:
        values = [f"{value:.10f}" for value in _centred(shares)]
    if shape["type"] == "keypoints":
        left = iter(shares)
        for point in shape["points"]:
            values += ["0", "0", "0"] if point is None else [*(f"{v:.10f}" for v in next(left)), str(SEEN)]
    return " ".join([str(number), *values]) + "\n"


def padded(line: str, joints: int) -> str:
    """Return a line of a pose with unseen joints at its end, so that all lines have as many."""
    values = line.split()
    missing = 1 + _BOX + 3 * joints - len(values)
    return " ".join([*values, *["0"] * missing]) + "\n"


def shape_of(line: str, classes: Classes, size: tuple[int, int], types: Sequence[str]) -> dict[str, Any]:
    """Return the shape that a line says.

    Args:
        line: of a file of labels.
        classes: of the folder; where they have joints, its lines are poses.
        size: width and height of the image in pixels.
        types: those that the format has, since corners and polygons look alike.

    Raises:
        ValueError: it is no such line.
        IndexError: there is no class of its number.
    """
    first, *rest = line.split()
    number, values = int(first), [float(value) for value in rest]
    if number < 0:
        raise IndexError(f"class {number}")
    label = classes.names[number]
    kind, points = _points(values, label, classes, types)
    placed = [None if point is None else [point[0] * size[0], point[1] * size[1]] for point in points]
    return {"type": kind, "label": label, "points": placed}


def _points(
    values: list[float], label: str, classes: Classes, types: Sequence[str]
) -> tuple[str, Sequence[tuple[float, float] | None]]:
    if classes.joints and "rotated_box" not in types:
        joints = _joints(values[_BOX:], classes)[: classes.joints.get(label, classes.most_joints)]
        return ("keypoints", joints) if any(joints) else ("box", _corners(values[:_BOX]))
    pairs = list(zip(values[::2], values[1::2], strict=True))
    if types == ("rotated_box",):
        if len(values) != _CORNERS:
            raise ValueError(f"{len(values)} values")
        return "rotated_box", pairs
    if len(values) == _BOX:
        return "box", _corners(values)
    if len(pairs) < 3 or "polygon" not in types:
        raise ValueError(f"{len(values)} values")
    return "polygon", pairs


def _joints(values: list[float], classes: Classes) -> list[tuple[float, float] | None]:
    """Return joints, None where one is not seen; without visibility that is one in the corner, as trainers take it."""
    step = classes.values_of_joint
    if len(values) != step * classes.most_joints:
        raise ValueError(f"{len(values)} values for {classes.most_joints} joints")
    groups = [values[place : place + step] for place in range(0, len(values), step)]
    return [(group[0], group[1]) if (group[2] if step == 3 else any(group)) else None for group in groups]


def _centred(points: Sequence[tuple[float, float]]) -> list[float]:
    """Return the centre and the extent of the box around points."""
    (left, top), (right, bottom) = ([pick(axis) for axis in zip(*points, strict=True)] for pick in (min, max))
    return [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top]


def _corners(values: list[float]) -> list[tuple[float, float]]:
    x, y, width, height = values
    return [(x - width / 2, y - height / 2), (x + width / 2, y + height / 2)]
