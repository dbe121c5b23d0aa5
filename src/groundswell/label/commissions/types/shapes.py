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
    required,
)
from groundswell.label.commissions.schemas import TEXT, JsonSchema
from groundswell.label.commissions.types import attributes, cuboids
from groundswell.label.commissions.types.annotations import (
    all_written,
    annotations_schema,
    layers_of,
    read,
    written,
)
from groundswell.label.kinds import Answer, Shown

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
