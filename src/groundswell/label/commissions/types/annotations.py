"""Annotations: shapes as programs know them, read and written. Pure.

Source:
    docs.scale.com/reference/boxes, /polygons, /lines, /points, /ellipses and /cuboids.
"""

from collections.abc import Mapping
from typing import Any

from groundswell.errors import InputError
from groundswell.label.commissions.asked import LAYERS, Params, Wanted, name_of
from groundswell.label.commissions.schemas import NUMBER, TEXT, JsonSchema, list_of, object_of, one_of
from groundswell.label.commissions.types import attributes, cuboids
from groundswell.label.kinds import Answer
from groundswell.label.kinds.drawn import TYPES, ellipse_ends, ellipse_of, rectangle, rounded
from groundswell.label.kinds.image_shapes import MOST_SHAPES

Shape = Mapping[str, Any]


def all_written(params: Params, answer: Answer) -> list[dict[str, Any]]:
    """Return an annotation for each shape of an answer, linked by their names."""
    boxes = (params.get("geometries") or {}).get("box", {})
    annotations = [written(shape, place) for place, shape in enumerate(answer["shapes"])]
    if boxes.get("can_rotate"):
        annotations = [_with_turn(one) for one in annotations]
    elif boxes.get("integer_pixels"):
        annotations = [_in_whole_pixels(one) for one in annotations]
    return attributes.by_name(params, annotations)


def _in_whole_pixels(annotation: dict[str, Any]) -> dict[str, Any]:
    """Return an annotation with the place and the size of its box in whole pixels; others as they are."""
    return {**annotation, **{side: round(annotation[side]) for side in _SIDES if side in annotation}}


def _with_turn(annotation: dict[str, Any]) -> dict[str, Any]:
    """Return the annotation of an upright box among turned ones told as they are; others as they are."""
    if annotation["type"] != "box" or "rotation" in annotation:
        return annotation
    left, top, width, height = (annotation[side] for side in _SIDES)
    right, low = left + width, top + height
    corners = [[left, top], [right, top], [right, low], [left, low]]
    return {**annotation, "rotation": 0, "vertices": _corners(corners)}


_SIDES = ("left", "top", "width", "height")


def _upright(left: float, top: float, width: float, height: float) -> dict[str, float]:
    return dict(zip(_SIDES, (left, top, width, height), strict=True))


def _corners(points: Any) -> list[dict[str, float]]:
    return [{"x": x, "y": y} for x, y in points]


def written(shape: Shape, place: int) -> dict[str, Any]:
    """Return a shape as an annotation."""
    kind, points = shape["type"], shape["points"]
    said = {
        "uuid": name_of(shape, place),
        "type": "box" if kind == "rotated_box" else kind,
        "label": shape["label"],
        "attributes": dict(shape.get("attributes") or {}),
    }
    if kind == "box":
        (left, top), (right, bottom) = points
        return {**said, **_upright(left, top, right - left, bottom - top)}
    if kind == "rotated_box":
        box = rectangle(points)
        sides = rounded([[box.x - box.width / 2, box.y - box.height / 2], [box.width, box.height]])
        turned = {"rotation": box.angle, "vertices": _corners(points)}
        return {**said, **_upright(*sides[0], *sides[1]), **turned}
    if kind == "point":
        return {**said, "x": points[0][0], "y": points[0][1]}
    if kind == "ellipse":
        return {**said, "vertices": _corners(rounded(ellipse_ends(shape)))}
    if kind == "cuboid":
        return {**said, **cuboids.written(points)}
    return {**said, "vertices": _corners(points)}


def read(given: Params, kind: str) -> dict[str, Any]:
    """Return the shape that an annotation of a geometry stands for.

    Raises:
        InputError: it lacks what its geometry needs.
    """
    shape: dict[str, Any] = {"type": kind, "label": given.get("label")}
    if given.get("attributes"):
        shape["attributes"] = dict(given["attributes"])
    try:
        if kind == "box" and ("vertices" not in given or given.get("rotation") == 0):
            left, top = given["left"], given["top"]
            return {**shape, "points": [[left, top], [left + given["width"], top + given["height"]]]}
        if kind == "point":
            return {**shape, "points": [[given["x"], given["y"]]]}
        if kind == "ellipse":
            return {**shape, **ellipse_of([[one["x"], one["y"]] for one in given["vertices"]])}
        if kind == "cuboid":
            return {**shape, "points": cuboids.read(given["vertices"])}
        points = [[corner["x"], corner["y"]] for corner in given["vertices"]]
        return {**shape, "type": "rotated_box" if kind == "box" else kind, "points": points}
    except (KeyError, TypeError) as error:
        raise InputError(f"an annotation of type {kind[:20]} in the response lacks {error}") from None


_LAYERS = {"boxes": "box", "lines": "line", "cuboids": "cuboid", "polygons": "polygon"}


def layers_of(given: Any) -> list[dict[str, Any]]:
    """Return the shapes of layers: lists of annotations by geometry.

    Raises:
        InputError: they are no such lists, or an annotation lacks what its geometry needs.
    """
    if not isinstance(given, Mapping) or not all(isinstance(some, list) for some in given.values()):
        raise InputError(f"The {LAYERS} parameter must be an object of lists: {', '.join(_LAYERS)}.")
    found = []
    for name, some in given.items():
        if name not in _LAYERS or not all(isinstance(one, Mapping) for one in some):
            raise InputError(f"{LAYERS} are lists of annotations: {', '.join(_LAYERS)}; got {name[:40]!r}")
        found += [_layer(f"{LAYERS}.{name}[{at}]", one, _LAYERS[name]) for at, one in enumerate(some)]
    if len(found) > MOST_SHAPES:
        raise InputError(f"{LAYERS} have at most {MOST_SHAPES:,} shapes; {len(found):,} given")
    return found


def _layer(name: str, given: Params, geometry: str) -> dict[str, Any]:
    shape = read({**given, "attributes": {}}, geometry)
    kind, label = TYPES[shape["type"]], given.get("label")
    points = kind.points(f"{name}.points", shape["points"])
    placed = kind.canonical(name, {**shape, "points": points})
    return {"type": shape["type"], "label": label[:100] if isinstance(label, str) else "", **placed}


_VERTICES: dict[str, JsonSchema] = {"vertices": list_of(object_of({"x": NUMBER, "y": NUMBER}))}

_PLACES: dict[str, JsonSchema] = {
    "box": dict.fromkeys(_SIDES, NUMBER),
    "rotated_box": {**dict.fromkeys((*_SIDES, "rotation"), NUMBER), **_VERTICES},
    "point": {"x": NUMBER, "y": NUMBER},
    "cuboid": cuboids.PLACES,
}
"""Where shapes are; all others have vertices."""


def annotations_schema(wanted: Wanted, **more: JsonSchema) -> JsonSchema:
    """Return the schema of a response that is a list of shapes.

    Args:
        more: further properties of each shape.
    """
    kinds = wanted.options["shapes"]
    return object_of(
        {"annotations": list_of({"anyOf": [_shape_schema(kind, wanted, more) for kind in kinds]})}
    )


def _shape_schema(kind: str, wanted: Wanted, more: JsonSchema) -> JsonSchema:
    of = wanted.options.get("shapes_of", {})
    labels = [label for label in wanted.classes if kind in of.get(label, (kind,))]
    if kind == "box" and "rotated_box" in wanted.options["shapes"]:
        kind = "rotated_box"  # told like those that are turned
    said = {
        "uuid": TEXT,
        "type": one_of(["box" if kind == "rotated_box" else kind]),
        "label": one_of(labels),
        "attributes": attributes.schema(wanted.options.get("attributes", ())),
    }
    return object_of({**said, **_PLACES.get(kind, _VERTICES), **more})
