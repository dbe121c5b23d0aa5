"""COCO: boxes, polygons and keypoints of images in one JSON file."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from groundswell.feed.exporters.exporter import ExportReport
from groundswell.feed.exporters.folders import Written, writing
from groundswell.feed.exporters.labelled import (
    MEDIA_TYPES,
    Labelled,
    Numbered,
    ending_of,
    file_name,
    image_size,
    labelled_items,
    media_of,
    shapes_of,
    unused,
)
from groundswell.feed.exporters.reading import load_json, media_at, require_keys
from groundswell.items import digest_bytes

INDEX = "annotations.json"

CARRIED = ("box", "polygon", "rotated_box", "keypoints")


class Coco:
    """`images/` and `annotations.json`, as COCO has it.

    Boxes are `bbox`, polygons and rotated boxes `segmentation`, keypoints `keypoints` with visibility 2, or 0 where a
    joint is missing. Attributes are in `attributes`, as CVAT writes them. Coordinates come back within 10^-6
    pixels, since COCO stores widths. An item without a label comes back as one without shapes.
    """

    name = "coco"
    suffix = ""
    needs_data = True

    def write(
        self, batches: Iterable[pa.RecordBatch], destination: Path, *, overwrite: bool = False
    ) -> ExportReport:
        """Write the images and one file of annotations; see `Exporter.write`."""
        with writing(destination, "images", known_by=INDEX, overwrite=overwrite) as written:
            index, later = written.folder / INDEX, written.folder / ".annotations"
            with (
                index.open("w", encoding="utf-8") as images,
                later.open("w", encoding="utf-8") as annotations,
            ):
                images.write('{"images": [')
                entries = _Entries(written, images, annotations)
                for item in labelled_items(batches):
                    entries.add(item)
                images.write('],\n"annotations": [')
                annotations.flush()
                with later.open(encoding="utf-8") as lines:
                    images.writelines(lines)
                images.write('],\n"categories": ' + json.dumps(entries.categories()) + "}\n")
            later.unlink()
            written.count(index)
            return written.report(index)

    def read(self, source: Path) -> Iterator[Labelled]:
        """Yield the images of a COCO folder or file with their shapes; see `Importer.read`.

        Images are looked for beside the file and in `images/`. The annotations are held in memory.
        """
        path = source / INDEX if source.is_dir() else source
        content = load_json(path, dict)
        require_keys(content, ("images", "annotations", "categories"), path)
        names = {each["id"]: each["name"] for each in content["categories"]}
        shapes: dict[Any, list[dict[str, Any]]] = {}
        for annotation in content["annotations"]:
            shapes.setdefault(annotation["image_id"], []).append(_shape(annotation, names))
        for image in content["images"]:
            data, locator = media_at(path.parent, image["file_name"])
            yield Labelled(
                id=digest_bytes(data),
                answer={"shapes": shapes.get(image["id"], [])},
                data=data,
                media_type=MEDIA_TYPES.get(Path(locator).suffix.lower()),
                locator=locator,
            )


class _Entries:
    """Images and annotations as they are written, each list to a file of its own; categories are known at the end."""

    def __init__(self, written: Written, images: IO[str], annotations: IO[str]) -> None:
        self._written = written
        self._images = images
        self._annotations = annotations
        self._shapes = 0
        self._numbers = Numbered()
        self._joints: dict[str, int] = {}

    def add(self, item: Labelled) -> None:
        """Write an item's image, its entry and those of its shapes."""
        width, height = image_size(item, "coco")
        path = unused(self._written.folder / "images" / file_name(item, ending_of(item)))
        self._written.add(path, media_of(item, "coco"))
        self._written.rows += 1
        number = self._written.rows
        image = {"id": number, "file_name": path.name, "width": width, "height": height, "item_id": item.id}
        self._images.write((",\n" if number > 1 else "\n") + json.dumps(image))
        for shape in shapes_of(item, "coco", CARRIED):
            self._add_shape(shape, number)

    def _add_shape(self, shape: Mapping[str, Any], image: int) -> None:
        self._shapes += 1
        label = shape["label"]
        if shape["type"] == "keypoints":
            self._joints[label] = max(self._joints.get(label, 0), len(shape["points"]))
        plain = {"id": self._shapes, "image_id": image, "category_id": self._numbers(label) + 1}
        self._annotations.write(
            (",\n" if self._shapes > 1 else "\n") + json.dumps({**plain, **_annotation(shape)})
        )

    def categories(self) -> list[dict[str, Any]]:
        """Return the categories that came, with the joints of those that have some."""
        found: list[dict[str, Any]] = []
        for name, number in self._numbers.names.items():
            joints = [str(joint) for joint in range(self._joints.get(name, 0))]
            found.append({"id": number + 1, "name": name, **({"keypoints": joints} if joints else {})})
        return found


def _annotation(shape: Mapping[str, Any]) -> dict[str, Any]:
    points = [point for point in shape["points"] if point is not None]
    lows, highs = ([pick(axis) for axis in zip(*points, strict=True)] for pick in (min, max))
    box = [*lows, *(high - low for low, high in zip(lows, highs, strict=True))] if points else [0, 0, 0, 0]
    found: dict[str, Any] = {"bbox": box, "area": box[2] * box[3], "iscrowd": 0, "segmentation": []}
    if shape["type"] in ("polygon", "rotated_box"):
        found |= {"segmentation": [[value for point in points for value in point]], "area": _area(points)}
    if shape["type"] == "keypoints":
        flat = [value for point in shape["points"] for value in ([*point, 2] if point else [0, 0, 0])]
        found |= {"keypoints": flat, "num_keypoints": len(points)}
    if shape["type"] == "rotated_box":
        found["shape"] = "rotated_box"
    return {**found, **({"attributes": shape["attributes"]} if shape.get("attributes") else {})}


def _area(points: list[list[float]]) -> float:
    turned = [*points[1:], points[0]]
    return abs(sum(x * v - u * y for (x, y), (u, v) in zip(points, turned, strict=True))) / 2


def _shape(annotation: Mapping[str, Any], names: Mapping[Any, str]) -> dict[str, Any]:
    segmentation = annotation.get("segmentation") or []
    points: list[Any]
    if annotation.get("keypoints"):
        triples = _groups(annotation["keypoints"], 3)
        kind, points = "keypoints", [[x, y] if seen else None for x, y, seen in triples]
    elif isinstance(segmentation, list) and segmentation:
        kind, points = annotation.get("shape", "polygon"), _groups(segmentation[0], 2)
    else:
        x, y, width, height = annotation["bbox"]
        kind, points = "box", [[x, y], [x + width, y + height]]
    found = {"type": kind, "label": names[annotation["category_id"]], "points": points}
    return {**found, **({"attributes": annotation["attributes"]} if annotation.get("attributes") else {})}


def _groups(values: list[Any], size: int) -> list[list[Any]]:
    return [values[place : place + size] for place in range(0, len(values), size)]
