"""Shapes on an image: `imageannotation`, and the older types of a single geometry.

Source:
    docs.scale.com/reference/boxes, /polygons, /lines, /points, /ellipses and /cuboids.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from groundswell.errors import InputError, Unsupported
from groundswell.items import ItemKind
from groundswell.label.commissions.asked import (
    LAYERS,
    Content,
    Params,
    Response,
    TaskType,
    Wanted,
    attached,
    label_names,
    listed,
    name_of,
    required,
)
from groundswell.label.commissions.schemas import NUMBER, TEXT, JsonSchema, list_of, object_of, one_of
from groundswell.label.commissions.types import attributes, cuboids
from groundswell.label.kinds import Answer, Shown
from groundswell.label.kinds.drawn import TYPES, ellipse_ends, ellipse_of, rectangle, rounded
from groundswell.label.kinds.image_shapes import MOST_SHAPES

Shape = Mapping[str, Any]

GEOMETRIES = ("box", "polygon", "line", "point", "cuboid", "ellipse")
"""Geometries of `imageannotation`."""


class OnImage(TaskType):
    """What is drawn on an image, beside which something may be shown, and on which shapes may be from the start."""

    shows_beside: ClassVar[bool] = True

    def content(self, params: Params) -> Content:
        """Return the image."""
        return attached(params, (ItemKind.IMAGE,))

    def layers(self, params: Params) -> list[dict[str, Any]]:
        """Return the shapes of all layers."""
        return layers_of(params.get(LAYERS) or {})


class ImageAnnotation(OnImage):
    """Shapes of several geometries, each with its own labels, and attributes."""

    names: ClassVar[tuple[str, ...]] = ("imageannotation",)

    def wanted(self, params: Params, shown: Shown) -> Wanted:
        """Return the labels as classes, with the geometries that each may have."""
        geometries = required(params, "geometries", Mapping, "an object of geometries")
        types_of: dict[str, list[str]] = {}
        for geometry, given in geometries.items():
            for label in _labels_of(geometry, given):
                types_of.setdefault(label, []).extend(_types(geometry, given))
        shapes = [kind for kinds in types_of.values() for kind in kinds]
        options: dict[str, Any] = {"shapes": list(dict.fromkeys(shapes)), "shapes_of": types_of}
        options |= _least_sizes(geometries) | _points([geometries.get(one) for one in ("polygon", "line")])
        if connections := _connections(geometries.get("point") or {}):
            options["connections"] = connections
        options |= attributes.options(params)
        return Wanted("image_shapes", tuple(types_of), options)

    def response(self, params: Params, answer: Answer, shown: Shown) -> Response:
        """Return an annotation for each shape."""
        return {"annotations": all_written(params, answer)}

    def answer(self, params: Params, response: Params, shown: Shown) -> Answer:
        """Return the shapes."""
        given = attributes.by_place(params, listed(response, "annotations"))
        return {"shapes": [read(one, str(one.get("type"))) for one in given]}

    def response_schema(self, wanted: Wanted) -> JsonSchema:
        """Return that there are annotations of the geometries."""
        return annotations_schema(wanted)


class SingleGeometry(OnImage):
    """One geometry with a list of labels; of boxes without labels, all are an "object"."""

    geometry: ClassVar[str]

    def wanted(self, params: Params, shown: Shown) -> Wanted:
        """Return the labels as classes."""
        labels = label_names("objects_to_annotate", params.get("objects_to_annotate") or ["object"])
        options: dict[str, Any] = {"shapes": [self.geometry], **_least_size(params), **_points([params])}
        options |= attributes.options(params)
        return Wanted("image_shapes", labels, options)

    def response(self, params: Params, answer: Answer, shown: Shown) -> Response:
        """Return an annotation for each shape."""
        return {"annotations": all_written(params, answer)}

    def answer(self, params: Params, response: Params, shown: Shown) -> Answer:
        """Return the shapes."""
        given = attributes.by_place(params, listed(response, "annotations"))
        return {"shapes": [read({"label": "object", **one}, self.geometry) for one in given]}

    def response_schema(self, wanted: Wanted) -> JsonSchema:
        """Return that there are annotations of the geometry."""
        return annotations_schema(wanted)


class BoxAnnotation(SingleGeometry):
    """Boxes."""

    names: ClassVar[tuple[str, ...]] = ("annotation",)
    geometry: ClassVar[str] = "box"
    defaults: ClassVar[Params] = {"min_width": 0, "min_height": 0}


class PolygonAnnotation(SingleGeometry):
    """Polygons."""

    names: ClassVar[tuple[str, ...]] = ("polygonannotation",)
    geometry: ClassVar[str] = "polygon"


class LineAnnotation(SingleGeometry):
    """Lines."""

    names: ClassVar[tuple[str, ...]] = ("lineannotation",)
    geometry: ClassVar[str] = "line"


class PointAnnotation(SingleGeometry):
    """Points."""

    names: ClassVar[tuple[str, ...]] = ("pointannotation",)
    geometry: ClassVar[str] = "point"


class CuboidAnnotation(SingleGeometry):
    """Cuboids, by the corners and edges that are seen."""

    names: ClassVar[tuple[str, ...]] = ("cuboidannotation",)
    geometry: ClassVar[str] = "cuboid"
    defaults: ClassVar[Params] = {"min_width": 0, "min_height": 0}

    def wanted(self, params: Params, shown: Shown) -> Wanted:
        """Return the labels as classes."""
        cuboids.check_camera(params)
        return super().wanted(params, shown)


class DocumentTranscription(OnImage):
    """Blocks of a document, each with a label and the text in it."""

    names: ClassVar[tuple[str, ...]] = ("documenttranscription",)

    def wanted(self, params: Params, shown: Shown) -> Wanted:
        """Return the blocks as labels of boxes, with an attribute for their text."""
        features = required(params, "features", list, "a list of features")
        blocks = [one for one in features if isinstance(one, Mapping) and one.get("type", "block") == "block"]
        if len(blocks) < len(features):
            raise Unsupported("of the features of a document, only those of type block have a screen yet")
        text = {"name": "text", "kind": "text", "most": 10_000}
        options = {"shapes": ["box"], "attributes": [text]}
        return Wanted("image_shapes", label_names("features", blocks), options)

    def response(self, params: Params, answer: Answer, shown: Shown) -> Response:
        """Return an annotation for each block, with its text."""
        annotations = [
            {
                **written({**shape, "attributes": {}}, place),
                "text": shape.get("attributes", {}).get("text", ""),
            }
            for place, shape in enumerate(answer["shapes"])
        ]
        return {"annotations": annotations}

    def answer(self, params: Params, response: Params, shown: Shown) -> Answer:
        """Return the blocks."""
        shapes = []
        for one in listed(response, "annotations"):
            text = {"attributes": {"text": one["text"]}} if one.get("text") else {}
            shapes.append({**read({**one, "attributes": {}}, "box"), **text})
        return {"shapes": shapes}

    def response_schema(self, wanted: Wanted) -> JsonSchema:
        """Return that there are boxes with texts."""
        without = replace(wanted, options={**wanted.options, "attributes": []})
        return annotations_schema(without, text=TEXT)


# ── geometries ───────────────────────────────────────────────────────────────────────────────────


def _labels_of(geometry: str, given: Any) -> tuple[str, ...]:
    if geometry not in GEOMETRIES or not isinstance(given, Mapping):
        raise InputError(f"geometries are {', '.join(GEOMETRIES)}, each an object; got {geometry[:40]!r}")
    if geometry == "cuboid":
        cuboids.check_camera(given)
    return label_names(f"geometries.{geometry}.objects_to_annotate", given.get("objects_to_annotate"))


def _types(geometry: str, given: Mapping[str, Any]) -> list[str]:
    return ["box", "rotated_box"] if geometry == "box" and given.get("can_rotate") else [geometry]


def _least_sizes(geometries: Mapping[str, Any]) -> dict[str, float]:
    """Return the least size of boxes and of cuboids; where both have one, the smaller holds for both."""
    found: dict[str, float] = {}
    for geometry in ("box", "cuboid"):
        for name, size in _least_size(geometries.get(geometry) or {}).items():
            found[name] = min(size, found.get(name, size))
    return found


def _least_size(given: Any) -> dict[str, float]:
    """Return the least size of a shape, in pixels; programs give it as a number, or as a text that is one."""
    sizes = {"least_width": given.get("min_width"), "least_height": given.get("min_height")}
    return {name: _pixels(size) for name, size in sizes.items() if size}


def _pixels(size: Any) -> float:
    try:
        return float(size)
    except (TypeError, ValueError):
        raise InputError(f"min_width and min_height are numbers of pixels; got {str(size)[:40]!r}") from None


def _points(geometries: Sequence[Any]) -> dict[str, int]:
    """Return how many points shapes of some geometries have; where two differ, the wider bounds hold for both."""
    given = [one for one in geometries if one is not None]
    least = min((_vertices(one, "min_vertices") or 0 for one in given), default=0)
    most = [_vertices(one, "max_vertices") for one in given]
    bounds = {"least_points": least, "most_points": max((one or 0 for one in most), default=0)}
    return {name: count for name, count in bounds.items() if count and (name == "least_points" or all(most))}


def _vertices(given: Mapping[str, Any], name: str) -> int | None:
    count = given.get(name)
    try:
        return None if count is None else int(count)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{name} is a whole number of points; got {str(count)[:40]!r}") from None


def _connections(points: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return which points are shown joined.

    Raises:
        InputError: a connection is no pair of labels.
    """
    given = points.get("connections") or []
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise InputError("geometries.point.connections must be a list of objects, each with a pair of labels")
    by = [{"by": one["connection_attribute"]} if one.get("connection_attribute") else {} for one in given]
    return [{"pair": one.get("pair"), **linked} for one, linked in zip(given, by, strict=True)]


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
