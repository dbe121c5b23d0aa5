"""Segments of an image: `segmentannotation`. People draw them as polygons; programs are told masks."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from groundswell.errors import InputError, NotFound
from groundswell.label.commissions import masks
from groundswell.label.commissions.asked import (
    FileName,
    Params,
    Response,
    Wanted,
    label_names,
    listed,
    required,
)
from groundswell.label.commissions.schemas import (
    NUMBER,
    TEXT,
    WHOLE,
    JsonSchema,
    list_of,
    object_of,
    one_of,
)
from groundswell.label.commissions.types.shapes import OnImage
from groundswell.label.kinds import Answer, Shown

MOST_LABELS = 50

UNLABELED, COMBINED, INDEXED, EXTENDED = (
    FileName(f"{name}.png") for name in ("unlabeled", "combined", "indexed", "extended")
)

_WHOLE: dict[str, Callable[[masks.Numbers], bytes]] = {
    COMBINED: masks.coloured,
    INDEXED: masks.indexed,
    EXTENDED: masks.extended,
}
"""Images of all segments, and what draws them."""


class Segmentation(OnImage):
    """Segments as polygons, of which the response has masks; those of `instance_labels` each by itself."""

    names: ClassVar[tuple[str, ...]] = ("segmentannotation",)
    defaults: ClassVar[Params] = {"allow_unlabeled": False}
    has_files: ClassVar[bool] = True

    def wanted(self, params: Params, shown: Shown) -> Wanted:
        """Return the labels as classes of polygons."""
        labels = _labels(params)
        if len(labels) > MOST_LABELS:
            raise InputError(f"The labels parameter holds at most {MOST_LABELS} labels; got {len(labels)}.")
        for label in _instance_labels(params):
            if label not in labels:
                raise InputError(f"The instance_labels parameter names {label[:60]!r}, which is no label.")
        return Wanted("image_shapes", labels, {"shapes": ["polygon"]})

    def response(self, params: Params, answer: Answer, shown: Shown) -> Response:
        """Return a mask of each label and of all that has none, all labels in one image, and the polygons."""
        numbers = _numbers(params, answer)
        labels = _told(params, answer)
        return {
            "annotations": {
                "unlabeled": UNLABELED,
                "labeled": {
                    label: _mask_name(place) if _of(label, answer) else None
                    for place, label in enumerate(labels)
                },
                "combined": {
                    "image": COMBINED,
                    "indexedImage": INDEXED,
                    "extendedIndexedImage": EXTENDED,
                },
            },
            "labelMapping": {label: _mapping(label, params, answer, numbers) for label in labels},
            "polygons": [
                {
                    "label": one["label"],
                    "index": number,
                    "vertices": [{"x": x, "y": y} for x, y in one["points"]],
                }
                for one, number in zip(answer["shapes"], numbers, strict=True)
            ],
        }

    def file(self, name: str, params: Params, answer: Answer, shown: Shown) -> bytes:
        """Return one of the images, a PNG."""
        numbers, labels = _numbers(params, answer), _told(params, answer)
        drawn = [(number, one["points"]) for number, one in zip(numbers, answer["shapes"], strict=True)]
        found = masks.numbered(drawn, *masks.size_of(shown))
        if name in _WHOLE:
            return _WHOLE[name](found)
        if name == UNLABELED:
            return masks.mask(found, [masks.UNLABELED])
        for place, label in enumerate(labels):
            if name == _mask_name(place):
                of = [n for n, one in zip(numbers, answer["shapes"], strict=True) if one["label"] == label]
                return masks.mask(found, of)
        raise NotFound(f"there is no file {name[:60]!r}")

    def answer(self, params: Params, response: Params, shown: Shown) -> Answer:
        """Return the segments, which are known as polygons only."""
        if "polygons" not in response:
            raise InputError(
                "segments are known as polygons: [{label, vertices: [{x, y}]}]; images of masks are not read"
            )
        return {"shapes": [_polygon(one) for one in listed(response, "polygons")]}

    def response_schema(self, wanted: Wanted) -> JsonSchema:
        """Return that there are addresses of images, a number and a colour for each label, and the polygons."""
        number = object_of({"index": WHOLE, "color": TEXT})
        corner = object_of({"x": NUMBER, "y": NUMBER})
        polygon = {"label": one_of(wanted.classes), "index": WHOLE, "vertices": list_of(corner)}
        images = {
            "unlabeled": TEXT,
            "labeled": object_of({label: {"type": ["string", "null"]} for label in wanted.classes}),
            "combined": object_of(dict.fromkeys(("image", "indexedImage", "extendedIndexedImage"), TEXT)),
        }
        mapping = {label: {"anyOf": [number, list_of(number)]} for label in wanted.classes}
        return object_of(
            {
                "annotations": object_of(images),
                "labelMapping": object_of(mapping),
                "polygons": list_of(object_of(polygon)),
            }
        )


def _labels(params: Params) -> tuple[str, ...]:
    return label_names("labels", required(params, "labels", list, "a list of labels"))


def _told(params: Params, answer: Answer) -> tuple[str, ...]:
    """Return the labels of a task, and behind them those that it was given since its classes were changed here."""
    return tuple(dict.fromkeys([*_labels(params), *(one["label"] for one in answer["shapes"])]))


def _instance_labels(params: Params) -> tuple[str, ...]:
    """Return the labels of which each instance is a segment: listed by themselves, or by a flag of the label."""
    named = label_names("instance_labels", params["instance_labels"]) if params.get("instance_labels") else ()
    flagged = [one for one in params["labels"] if isinstance(one, Mapping) and one.get("instance_label")]
    return (*named, *(label_names("labels", flagged) if flagged else ()))


def _of(label: str, answer: Answer) -> list[Mapping[str, Any]]:
    return [one for one in answer["shapes"] if one["label"] == label]


def _mask_name(place: int) -> FileName:
    return FileName(f"label-{place + 1}.png")


def _numbers(params: Params, answer: Answer) -> list[int]:
    """Return the number of each shape: that of its label, or of labels of instances one of its own behind those."""
    labels, instances = _told(params, answer), set(_instance_labels(params))
    following, numbers = len(labels), []
    for one in answer["shapes"]:
        following += one["label"] in instances
        numbers.append(following if one["label"] in instances else labels.index(one["label"]) + 1)
    return numbers


def _mapping(label: str, params: Params, answer: Answer, numbers: Sequence[int]) -> Any:
    if label not in _instance_labels(params):
        return _number(_told(params, answer).index(label) + 1)
    of = zip(answer["shapes"], numbers, strict=True)
    return [_number(number) for one, number in of if one["label"] == label]


def _number(number: int) -> dict[str, Any]:
    return {"index": number, "color": masks.as_hex(number)}


def _polygon(given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        points = [[corner["x"], corner["y"]] for corner in given["vertices"]]
    except (KeyError, TypeError) as error:
        raise InputError(f"a polygon in the response lacks {error}") from None
    return {"type": "polygon", "label": given.get("label"), "points": points}
