"""YOLO: one text file for each image, boxes and polygons as shares of its size."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from groundswell.errors import InputError, SourceNotFound, UnreadableSource
from groundswell.feed.exporters.exporter import ExportReport
from groundswell.feed.exporters.folders import writing
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
from groundswell.items import digest_bytes

INDEX = "data.yaml"
CARRIED = ("box", "polygon")


class Yolo:
    """`images/`, `labels/` and `data.yaml`, as Ultralytics' trainers read them.

    A box is `class x y width height` from its centre, a polygon `class x1 y1 x2 y2 ...`, all as shares of the image's
    width and height with 10 decimals: coordinates come back within 10^-9 of the image's size. YOLO has no attributes.
    """

    name = "yolo"
    suffix = ""
    needs_data = True

    def write(
        self, batches: Iterable[pa.RecordBatch], destination: Path, *, overwrite: bool = False
    ) -> ExportReport:
        """Write images, a file of lines for each, and the classes; see `Exporter.write`."""
        classes = Numbered()
        with writing(destination, "images", "labels", known_by=INDEX, overwrite=overwrite) as written:
            for item in labelled_items(batches):
                size = image_size(item, "yolo")
                path = unused(written.folder / "images" / file_name(item, ending_of(item)))
                lines = [_line(item, shape, size, classes) for shape in shapes_of(item, "yolo", CARRIED)]
                written.add(path, media_of(item, "yolo"))
                written.add(written.folder / "labels" / f"{path.stem}.txt", "".join(lines).encode())
                written.rows += 1
            index = written.folder / INDEX
            written.add(index, _index(classes).encode())
            return written.report(index)

    def read(self, source: Path) -> Iterator[Labelled]:
        """Yield the images of a YOLO folder with their boxes and polygons; see `Importer.read`."""
        folder = source if source.is_dir() else source.parent
        names = _names(source / INDEX if source.is_dir() else source)
        for path in sorted(each for each in folder.rglob("*") if each.suffix.lower() in MEDIA_TYPES):
            data = path.read_bytes()
            locator = path.relative_to(folder).as_posix()
            item = Labelled(digest_bytes(data), None, data=data, locator=locator)
            labels = _labels_of(path, folder)
            text = labels.read_text("utf-8") if labels.is_file() else ""
            shapes = [
                _shape(line, labels, image_size(item, "yolo"), names) for line in text.splitlines() if line
            ]
            media_type = MEDIA_TYPES[path.suffix.lower()]
            yield Labelled(item.id, {"shapes": shapes}, data=data, media_type=media_type, locator=locator)


def _line(item: Labelled, shape: Mapping[str, Any], size: tuple[int, int], classes: Numbered) -> str:
    if shape.get("attributes"):
        raise InputError(f"item {item.id}: yolo cannot carry attributes; export as coco or cvat")
    shares = [(x / size[0], y / size[1]) for x, y in shape["points"]]
    if shape["type"] == "box":
        (left, top), (right, bottom) = shares
        values: Sequence[float] = [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top]
    else:
        values = [value for point in shares for value in point]
    return f"{classes(shape['label'])} {' '.join(f'{value:.10f}' for value in values)}\n"


def _index(classes: Numbered) -> str:
    """Return the file of classes; a JSON text is a YAML text, too."""
    names = "".join(
        f"  {number}: {json.dumps(name, ensure_ascii=False)}\n" for name, number in classes.names.items()
    )
    return (
        f"path: .\ntrain: images\nval: images\nnames:\n{names}"
        if names
        else "path: .\ntrain: images\nval: images\nnames: {}\n"
    )


def _names(path: Path) -> list[str]:
    """Return the classes of a `data.yaml`: a list, in brackets or with dashes, or numbers with names."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise SourceNotFound(f"{path} cannot be read: {error.strerror or error}") from error
    start = next((place for place, line in enumerate(lines) if line.startswith("names:")), None)
    if start is None:
        raise UnreadableSource(f"{path} has no names: it says which class has which number")
    inline = lines[start].partition(":")[2].strip()
    if inline not in ("", "{}"):
        return [_plain(name) for name in inline.strip("[]").split(",")]
    names = []
    for line in lines[start + 1 :]:
        if not line.startswith((" ", "-")):
            break
        names.append(_plain(line.strip().lstrip("-") if "-" in line[:4] else line.partition(":")[2]))
    return names


def _plain(name: str) -> str:
    name = name.strip()
    return str(json.loads(name)) if name.startswith('"') else name.strip("'")


def _labels_of(image: Path, folder: Path) -> Path:
    """Return the file of an image's lines: `images` in its path becomes `labels`."""
    parts = ["labels" if part == "images" else part for part in image.relative_to(folder).parts]
    return folder.joinpath(*parts).with_suffix(".txt")


def _shape(line: str, path: Path, size: tuple[int, int], names: Sequence[str]) -> dict[str, Any]:
    try:
        number, *values = line.split()
        label, shares = names[int(number)], [float(value) for value in values]
        points = _points(shares)
    except (ValueError, IndexError) as error:
        raise UnreadableSource(f"{path} has a line that is no box and no polygon: {line[:80]!r}") from error
    kind = "box" if len(shares) == 4 else "polygon"
    return {"type": kind, "label": label, "points": [[x * size[0], y * size[1]] for x, y in points]}


def _points(shares: Sequence[float]) -> list[tuple[float, float]]:
    if len(shares) == 4:
        x, y, width, height = shares
        return [(x - width / 2, y - height / 2), (x + width / 2, y + height / 2)]
    if len(shares) < 6 or len(shares) % 2:
        raise ValueError(f"{len(shares)} values")
    return list(zip(shares[::2], shares[1::2], strict=True))
