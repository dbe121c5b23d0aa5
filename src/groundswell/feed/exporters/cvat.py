"""CVAT for images 1.1: one XML file with every kind of shape."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa

from groundswell.errors import SourceNotFound, UnreadableSource
from groundswell.feed.exporters.exporter import ExportReport
from groundswell.feed.exporters.folders import writing
from groundswell.feed.exporters.labelled import (
    MEDIA_TYPES,
    Labelled,
    ending_of,
    file_name,
    image_size,
    labelled_items,
    media_of,
    shapes_of,
    unused,
)
from groundswell.feed.exporters.reading import media_at
from groundswell.feed.exporters.xml import carried, element, from_text, to_text
from groundswell.items import digest_bytes

INDEX = "annotations.xml"

Points = list[Any]


class Cvat:
    """`images/` and `annotations.xml`, as CVAT exports and imports them.

    Coordinates are written as they are. A rotated box becomes a box with a rotation and back, which is right to
    10^-6 pixels for boxes that are rectangles. Keypoints are a skeleton, whose joints are named by number. Attributes
    that are no texts are written as JSON. An item without a label comes back as one without shapes.
    """

    name = "cvat"
    suffix = ""
    needs_data = True

    def write(
        self, batches: Iterable[pa.RecordBatch], destination: Path, *, overwrite: bool = False
    ) -> ExportReport:
        """Write the images and one file of annotations; see `Exporter.write`."""
        with writing(destination, "images", known_by=INDEX, overwrite=overwrite) as written:
            index = written.folder / INDEX
            with index.open("wb") as file:
                file.write(b'<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n')
                for item in labelled_items(batches):
                    path = unused(written.folder / "images" / file_name(item, ending_of(item)))
                    file.write(_image(item, path.name, written.rows))
                    written.add(path, media_of(item, "cvat"))
                    written.rows += 1
                file.write(b"</annotations>\n")
            written.count(index)
            return written.report(index)

    def read(self, source: Path) -> Iterator[Labelled]:
        """Yield the images of a CVAT export with their shapes, one at a time; see `Importer.read`."""
        path = source / INDEX if source.is_dir() else source
        try:
            for _, found in ElementTree.iterparse(path):
                if found.tag == "image":
                    data, locator = media_at(path.parent, found.get("name") or "")
                    media_type = MEDIA_TYPES.get(Path(locator).suffix.lower())
                    answer = {"shapes": [_shape(each, path) for each in found if each.tag in READERS]}
                    yield Labelled(
                        digest_bytes(data), answer, data=data, media_type=media_type, locator=locator
                    )
                    found.clear()
        except FileNotFoundError as error:
            raise SourceNotFound(f"{path} cannot be read: {error.strerror}") from error
        except ElementTree.ParseError as error:
            raise UnreadableSource(f"{path} is no XML: {error}") from error


def _image(item: Labelled, name: str, number: int) -> bytes:
    width, height = image_size(item, "cvat")
    attributes = {"id": str(number), "name": name, "width": str(width), "height": str(height)}
    root = ElementTree.Element("image", attributes)
    for shape in shapes_of(item, "cvat", tuple(WRITERS)):
        tag, values = WRITERS[shape["type"]](shape["points"])
        if shape["type"] == "ellipse":
            values["rotation"] = repr(shape.get("rotation", 0))
        found = ElementTree.SubElement(
            root, tag, {"label": carried(shape["label"]), "occluded": "0", **values}
        )
        if shape["type"] == "keypoints":
            _add_joints(found, shape["points"])
        for key, value in (shape.get("attributes") or {}).items():
            element(found, "attribute", to_text(value)).set("name", carried(key))
    written: bytes = ElementTree.tostring(root, encoding="utf-8")
    return written + b"\n"


def _add_joints(skeleton: ElementTree.Element, points: Points) -> None:
    for number, point in enumerate(points):
        values = {"points": _joined([point or [0, 0]]), "outside": "0" if point else "1", "occluded": "0"}
        ElementTree.SubElement(skeleton, "points", {"label": str(number), **values})


def _box(points: Points) -> tuple[str, dict[str, str]]:
    (left, top), (right, bottom) = points
    return "box", {"xtl": repr(left), "ytl": repr(top), "xbr": repr(right), "ybr": repr(bottom)}


def _rotated_box(points: Points) -> tuple[str, dict[str, str]]:
    """Turn the corners back to a box about the same centre, and say by how many degrees."""
    (ax, ay), (bx, by), (cx, cy), _ = points
    width, height = math.dist((ax, ay), (bx, by)), math.dist((bx, by), (cx, cy))
    x, y = (ax + cx) / 2, (ay + cy) / 2
    tag, values = _box([[x - width / 2, y - height / 2], [x + width / 2, y + height / 2]])
    return tag, {**values, "rotation": repr(math.degrees(math.atan2(by - ay, bx - ax)) % 360)}


def _ellipse(points: Points) -> tuple[str, dict[str, str]]:
    (x, y), (rx, ry) = points
    return "ellipse", {"cx": repr(x), "cy": repr(y), "rx": repr(rx), "ry": repr(ry)}


def _listed(tag: str) -> Callable[[Points], tuple[str, dict[str, str]]]:
    return lambda points: (tag, {"points": _joined(points)})


def _joined(points: Points) -> str:
    return ";".join(f"{x!r},{y!r}" for x, y in points)


CORNERS = ("tl", "tr", "br", "bl")
"""Corners of the faces of a cuboid in our order; the front face is number 1, the back face number 2."""


def _cuboid(points: Points) -> tuple[str, dict[str, str]]:
    names = [f"{corner}{face}" for face in (1, 2) for corner in CORNERS]
    placed = zip(names, points, strict=True)
    return "cuboid", {
        f"{axis}{at}": repr(value) for at, pair in placed for axis, value in zip("xy", pair, strict=True)
    }


WRITERS: Mapping[str, Callable[[Points], tuple[str, dict[str, str]]]] = MappingProxyType(
    {
        "box": _box,
        "rotated_box": _rotated_box,
        "polygon": _listed("polygon"),
        "line": _listed("polyline"),
        "point": _listed("points"),
        "ellipse": _ellipse,
        "keypoints": lambda points: ("skeleton", {}),
        "cuboid": _cuboid,
    }
)
"""For each type of shape what writes its points: the element and its attributes."""


def _shape(found: ElementTree.Element, path: Path) -> dict[str, Any]:
    try:
        shape = {**READERS[found.tag](found), "label": found.get("label") or ""}
    except (TypeError, ValueError) as error:
        raise UnreadableSource(f"{path} has a {found.tag} without its coordinates") from error
    attributes = {each.get("name") or "": from_text(each.text or "") for each in found.iterfind("attribute")}
    return {**shape, **({"attributes": attributes} if attributes else {})}


def _read_box(found: ElementTree.Element) -> dict[str, Any]:
    left, top, right, bottom = _numbers(found, "xtl", "ytl", "xbr", "ybr")
    if found.get("rotation") is None:
        return {"type": "box", "points": [[left, top], [right, bottom]]}
    turn = math.radians(float(found.get("rotation") or 0))
    x, y = (left + right) / 2, (top + bottom) / 2
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return {"type": "rotated_box", "points": [_turned(u - x, v - y, turn, x, y) for u, v in corners]}


def _turned(x: float, y: float, turn: float, cx: float, cy: float) -> list[float]:
    sin, cos = math.sin(turn), math.cos(turn)
    return [cx + x * cos - y * sin, cy + x * sin + y * cos]


def _read_ellipse(found: ElementTree.Element) -> dict[str, Any]:
    x, y, rx, ry = _numbers(found, "cx", "cy", "rx", "ry")
    rotation = float(found.get("rotation") or 0)
    return {"type": "ellipse", "points": [[x, y], [rx, ry]], **({"rotation": rotation} if rotation else {})}


def _read_cuboid(found: ElementTree.Element) -> dict[str, Any]:
    names = [f"{corner}{face}" for face in (1, 2) for corner in CORNERS]
    return {"type": "cuboid", "points": [_numbers(found, f"x{at}", f"y{at}") for at in names]}


def _read_skeleton(found: ElementTree.Element) -> dict[str, Any]:
    joints = sorted(found.iterfind("points"), key=lambda joint: (joint.get("label") or "").zfill(6))
    points = [None if joint.get("outside") == "1" else _points(joint)[0] for joint in joints]
    return {"type": "keypoints", "points": points}


def _points(found: ElementTree.Element) -> Points:
    return [[float(value) for value in pair.split(",")] for pair in str(found.get("points")).split(";")]


def _numbers(found: ElementTree.Element, *names: str) -> list[float]:
    return [float(found.get(name)) for name in names]  # type: ignore[arg-type]


READERS: Mapping[str, Callable[[ElementTree.Element], dict[str, Any]]] = MappingProxyType(
    {
        "box": _read_box,
        "ellipse": _read_ellipse,
        "skeleton": _read_skeleton,
        "cuboid": _read_cuboid,
        "polygon": lambda found: {"type": "polygon", "points": _points(found)},
        "polyline": lambda found: {"type": "line", "points": _points(found)},
        "points": lambda found: {"type": "point", "points": _points(found)},
    }
)
"""For each element what reads its type and points."""
