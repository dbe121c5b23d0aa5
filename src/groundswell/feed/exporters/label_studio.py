"""Label Studio JSON: tasks with their annotations, of texts and of images."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from groundswell.errors import InputError, UnreadableSource
from groundswell.feed.exporters.exporter import ExportReport
from groundswell.feed.exporters.folders import writing
from groundswell.feed.exporters.labelled import (
    MEDIA_TYPES,
    Labelled,
    ending_of,
    file_name,
    image_size,
    labelled_items,
    unused,
)
from groundswell.feed.exporters.reading import load_json, media_at
from groundswell.items import digest_bytes, digest_text

INDEX = "tasks.json"

Values = Mapping[str, Any]
Size = tuple[int, int]


class LabelStudio:
    """`tasks.json` and, for images, `images/`, as Label Studio exports and imports them.

    Choices, spans with relations, and shapes (boxes, polygons, ellipses and points). Places in images are percentages
    there: coordinates come back within 10^-9 of the image's size. Places in texts are counted in UTF-16 units there.
    """

    name = "label_studio"
    suffix = ""
    needs_data = True

    def write(
        self, batches: Iterable[pa.RecordBatch], destination: Path, *, overwrite: bool = False
    ) -> ExportReport:
        """Write the tasks, and the images of those that have one; see `Exporter.write`."""
        with writing(destination, "images", known_by=INDEX, overwrite=overwrite) as written:
            index = written.folder / INDEX
            with index.open("w", encoding="utf-8") as file:
                file.write("[")
                for item in labelled_items(batches):
                    data: dict[str, Any] = {"text": item.text}
                    if item.data is not None:
                        path = unused(written.folder / "images" / file_name(item, ending_of(item)))
                        written.add(path, item.data)
                        data = {"image": f"images/{path.name}"}
                    task = {"id": written.rows + 1, "data": data, "meta": {"item_id": item.id}}
                    task["annotations"] = _annotations(item)
                    file.write((",\n" if written.rows else "\n") + json.dumps(task, ensure_ascii=False))
                    written.rows += 1
                file.write("\n]\n")
            written.count(index)
            return written.report(index)

    def read(self, source: Path) -> Iterator[Labelled]:
        """Yield the tasks of an export with the first annotation of each; see `Importer.read`.

        The tasks are held in memory. Images are read from the export's folder.
        """
        path = source / INDEX if source.is_dir() else source
        for task in load_json(path, list):
            yield _read_task(task, path)


def _annotations(item: Labelled) -> list[dict[str, Any]]:
    if item.answer is None:
        return []
    for name, write in _WRITERS.items():
        if name in item.answer:
            return [{"result": write(item), "was_cancelled": False}]
    raise InputError(
        f"item {item.id}: label_studio cannot carry an answer with {', '.join(item.answer)}; export as jsonl"
    )


def _result(kind: str, source: str, values: Values, **more: Any) -> dict[str, Any]:
    return {"from_name": "label", "to_name": source, "type": kind, "value": values, **more}


def _choices(item: Labelled) -> list[dict[str, Any]]:
    answer = item.answer or {}
    chosen = answer["choices"] if "choices" in answer else [answer["choice"]]
    source = "text" if item.data is None else "image"
    several = {"meta": {"several": True}} if "choices" in answer else {}
    return [_result("choices", source, {"choices": list(chosen)}, **several)]


def _spans(item: Labelled) -> list[dict[str, Any]]:
    answer, text = item.answer or {}, item.text or ""
    units = [0, *accumulate(2 if ord(character) > 0xFFFF else 1 for character in text)]
    found = [
        _result(
            "labels",
            "text",
            {
                "start": units[span["start"]],
                "end": units[span["end"]],
                "text": text[span["start"] : span["end"]],
                "labels": [span["label"]],
            },
            id=str(span.get("id", place)),
        )
        for place, span in enumerate(answer["spans"])
    ]
    for relation in answer.get("relations", []):
        ends = {"from_id": relation["from"], "to_id": relation["to"], "labels": [relation["label"]]}
        found.append({"type": "relation", "direction": "right", **ends})
    return found


def _shapes(item: Labelled) -> list[dict[str, Any]]:
    size = image_size(item, "label_studio")
    found = []
    for number, shape in enumerate((item.answer or {})["shapes"]):
        if shape["type"] not in _TO_PERCENT:
            raise InputError(
                f"item {item.id}: label_studio cannot carry a shape of type {shape['type']!r}, only "
                f"{', '.join(_TO_PERCENT)}; export as cvat or jsonl"
            )
        kind, to_percent = _TO_PERCENT[shape["type"]]
        values = {**to_percent(shape, size), kind: [shape["label"]]}
        more = {"meta": {"attributes": shape["attributes"]}} if shape.get("attributes") else {}
        original = {"original_width": size[0], "original_height": size[1], "image_rotation": 0}
        found.append(_result(kind, "image", values, id=str(number), **original, **more))
    return found


_WRITERS: Mapping[str, Callable[[Labelled], list[dict[str, Any]]]] = MappingProxyType(
    {"choice": _choices, "choices": _choices, "spans": _spans, "shapes": _shapes}
)


def _box(shape: Values, size: Size) -> dict[str, Any]:
    (left, top), (right, bottom) = (_percent(point, size) for point in shape["points"])
    return {"x": left, "y": top, "width": right - left, "height": bottom - top, "rotation": 0}


def _ellipse(shape: Values, size: Size) -> dict[str, Any]:
    (x, y), (rx, ry) = (_percent(point, size) for point in shape["points"])
    return {"x": x, "y": y, "radiusX": rx, "radiusY": ry, "rotation": shape.get("rotation", 0)}


def _polygon(shape: Values, size: Size) -> dict[str, Any]:
    return {"points": [_percent(point, size) for point in shape["points"]], "closed": True}


def _point(shape: Values, size: Size) -> dict[str, Any]:
    x, y = _percent(shape["points"][0], size)
    return {"x": x, "y": y, "width": 0.5}


_TO_PERCENT: Mapping[str, tuple[str, Callable[[Values, Size], dict[str, Any]]]] = MappingProxyType(
    {
        "box": ("rectanglelabels", _box),
        "polygon": ("polygonlabels", _polygon),
        "ellipse": ("ellipselabels", _ellipse),
        "point": ("keypointlabels", _point),
    }
)


def _percent(point: Sequence[float], size: Size) -> list[float]:
    return [value * 100 / side for value, side in zip(point, size, strict=True)]


def _pixels(size: Size, *values: float) -> list[float]:
    return [value * side / 100 for value, side in zip(values, size, strict=True)]


def _read_task(task: Any, path: Path) -> Labelled:
    try:
        given, annotations = task["data"], task.get("annotations") or []
        results = annotations[0]["result"] if annotations else None
        if "image" in given:
            data, locator = media_at(path.parent, given["image"].removeprefix("/"))
            item = Labelled(digest_bytes(data), None, data=data, locator=locator)
            media_type = MEDIA_TYPES.get(Path(locator).suffix.lower())
            size = image_size(item, "label_studio") if results else (1, 1)
            return Labelled(
                item.id, _answer(results, size, None), data=data, media_type=media_type, locator=locator
            )
        text = given["text"]
        return Labelled(
            digest_text(text), _answer(results, (1, 1), text), text=text, locator=f"task {task.get('id')}"
        )
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise UnreadableSource(
            f"{path} has a task that cannot be read ({error!r}): {str(task)[:100]}"
        ) from error


def _answer(results: list[dict[str, Any]] | None, size: Size, text: str | None) -> dict[str, Any] | None:
    if results is None:
        return None
    kinds = {result["type"] for result in results}
    if "choices" in kinds:
        chosen = results[0]["value"]["choices"]
        several = len(chosen) > 1 or (results[0].get("meta") or {}).get("several")
        return {"choices": chosen} if several else {"choice": chosen[0]}
    if text is not None:
        return _read_spans(results, text)
    return {"shapes": [_read_shape(result, size) for result in results]}


def _read_spans(results: list[dict[str, Any]], text: str) -> dict[str, Any]:
    units = list(accumulate((2 if ord(character) > 0xFFFF else 1 for character in text), initial=0))
    place = {unit: number for number, unit in enumerate(units)}
    spans = [
        {
            "id": result["id"],
            "start": place[result["value"]["start"]],
            "end": place[result["value"]["end"]],
            "label": result["value"]["labels"][0],
        }
        for result in results
        if result["type"] == "labels"
    ]
    relations = [
        {"from": result["from_id"], "to": result["to_id"], "label": (result.get("labels") or [""])[0]}
        for result in results
        if result["type"] == "relation"
    ]
    return {"spans": spans, **({"relations": relations} if relations else {})}


def _read_shape(result: dict[str, Any], size: Size) -> dict[str, Any]:
    values = result["value"]
    kind = next(name for name, (labels, _) in _TO_PERCENT.items() if labels == result["type"])
    shape = {"type": kind, "label": values[result["type"]][0], **_from_percent(kind, values, size)}
    attributes = (result.get("meta") or {}).get("attributes")
    return {**shape, **({"attributes": attributes} if attributes else {})}


def _from_percent(kind: str, values: Values, size: Size) -> dict[str, Any]:
    if kind == "polygon":
        return {"points": [_pixels(size, *point) for point in values["points"]]}
    first = _pixels(size, values["x"], values["y"])
    if kind == "box":
        return {
            "points": [first, _pixels(size, values["x"] + values["width"], values["y"] + values["height"])]
        }
    if kind == "ellipse":
        turn = {"rotation": values["rotation"]} if values.get("rotation") else {}
        return {"points": [first, _pixels(size, values["radiusX"], values["radiusY"])], **turn}
    return {"points": [first]}
