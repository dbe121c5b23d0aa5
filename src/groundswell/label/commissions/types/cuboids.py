"""Cuboids as programs know them: the corners and edges that are seen, by name. Pure.

Scale names six corners: the four of the face in front, and the two outer ones of the side beside it. Ours have the two
hidden ones, too; of a known answer they are where the back face has the form of the front face.

Source:
    docs.scale.com/reference/cuboids and /3d-cuboids, for the corners. What the edges are called is not told there: here
    they are called like the corners that they join.
"""

from collections.abc import Mapping, Sequence
from math import dist
from typing import Any

from groundswell.errors import Unsupported
from groundswell.label.commissions.asked import Params
from groundswell.label.commissions.schemas import NUMBER, JsonSchema, list_of, object_of, one_of
from groundswell.label.kinds.drawn import point

Point = Sequence[float]

FACE = ("face-topleft", "face-topright", "face-bottomright", "face-bottomleft")
SIDE = ("side-topcorner", "side-bottomcorner")
RIGHT, LEFT = (1, 2), (0, 3)
"""The upper and the lower corner of a face, by their place among its four, on the side that is seen."""

CAMERA = ("camera_intrinsics", "camera_rotation_quaternion", "camera_height")


def check_camera(given: Params) -> None:
    """Check that cuboids are asked for on the image alone.

    Raises:
        Unsupported: parameters of a camera ask for their places in space.
    """
    for name in CAMERA:
        if given.get(name) is not None:
            raise Unsupported(
                f"cuboids are drawn on the image and have no place in space yet; leave out {name}"
            )


def written(points: Sequence[Point]) -> dict[str, Any]:
    """Return the corners and edges of a cuboid that are seen.

    Args:
        points: the four corners of its front face, clockwise from the top left, and those of its back face.
    """
    front, back = points[:4], points[4:]
    beside = RIGHT if _middle(back) >= _middle(front) else LEFT
    corners = dict(zip(FACE, front, strict=True)) | dict(zip(SIDE, (back[at] for at in beside), strict=True))
    edges = _edges([FACE[at] for at in beside])
    return {
        "vertices": [
            {"description": name, "type": "vertex", "x": x, "y": y} for name, (x, y) in corners.items()
        ],
        "edges": [_edge(name, corners[one], corners[other]) for name, (one, other) in edges.items()],
    }


def read(vertices: Sequence[Mapping[str, Any]]) -> list[Point]:
    """Return the eight corners of a cuboid of which six are told.

    Raises:
        KeyError: one of the six is not there.
        InputError: one is no place.
    """
    told = {one["description"]: point(str(one["description"])[:20], [one["x"], one["y"]]) for one in vertices}
    front, side = [told[name] for name in FACE], [told[name] for name in SIDE]
    beside, hidden = (RIGHT, LEFT) if _middle(side) >= _middle(front) else (LEFT, RIGHT)
    high = dist(*(front[at] for at in beside))
    share = dist(*side) / high if high else 1.0
    back = dict(zip(beside, side, strict=True))
    for corner, across in zip(beside, hidden, strict=True):
        (x, y), (fx, fy), (ax, ay) = back[corner], front[corner], front[across]
        back[across] = [x + share * (ax - fx), y + share * (ay - fy)]
    return [*front, *(back[at] for at in range(4))]


def _middle(corners: Sequence[Point]) -> float:
    return sum(x for x, _ in corners) / len(corners)


def _edges(beside: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return which corners each edge joins; the side lies beside two corners of the face."""
    face = dict(
        zip(("top", "right", "bottom", "left"), zip(FACE, [*FACE[1:], FACE[0]], strict=True), strict=True)
    )
    upper, lower = beside
    return {
        **{f"face-{name}": ends for name, ends in face.items()},
        "side-top": (upper, SIDE[0]),
        "side-bottom": (lower, SIDE[1]),
        "side-outer": SIDE,
    }


def _edge(name: str, one: Point, other: Point) -> dict[str, Any]:
    return {"description": name, "type": "edge", "x1": one[0], "y1": one[1], "x2": other[0], "y2": other[1]}


PLACES: dict[str, JsonSchema] = {
    "vertices": list_of(
        object_of(
            {"x": NUMBER, "y": NUMBER, "type": one_of(["vertex"]), "description": one_of([*FACE, *SIDE])}
        )
    ),
    "edges": list_of(
        object_of(
            {
                **dict.fromkeys(("x1", "y1", "x2", "y2"), NUMBER),
                "type": one_of(["edge"]),
                "description": one_of([*_edges(FACE[1:3])]),
            }
        )
    ),
}
"""The schema of where a cuboid is."""
