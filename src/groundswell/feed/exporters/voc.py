"""Pascal VOC: one XML file for each image, boxes alone."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa

from groundswell.errors import UnreadableSource
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
from groundswell.feed.exporters.xml import element, from_text, parse, to_text
from groundswell.items import digest_bytes

INDEX = "ImageSets/Main/default.txt"
CARRIED = ("box",)


class Voc:
    """`JPEGImages/`, `Annotations/` and `ImageSets/Main/default.txt`, as the VOC challenges had them.

    Boxes are `bndbox`, with coordinates as they are, not rounded to whole pixels; attributes are in `attributes`, as
    CVAT writes them. An item without a label comes back as one without boxes.
    """

    name = "voc"
    suffix = ""
    needs_data = True

    def write(
        self, batches: Iterable[pa.RecordBatch], destination: Path, *, overwrite: bool = False
    ) -> ExportReport:
        """Write images, an XML file for each, and their list; see `Exporter.write`."""
        folders = ("JPEGImages", "Annotations", "ImageSets", "ImageSets/Main")
        with writing(destination, *folders, known_by=INDEX, overwrite=overwrite) as written:
            index = written.folder / INDEX
            with index.open("w", encoding="utf-8") as names:
                for item in labelled_items(batches):
                    path = unused(written.folder / "JPEGImages" / file_name(item, ending_of(item)))
                    annotation = _annotation(item, path.name)
                    written.add(path, media_of(item, "voc"))
                    written.add(written.folder / "Annotations" / f"{path.stem}.xml", annotation)
                    names.write(f"{path.stem}\n")
                    written.rows += 1
            written.count(index)
            return written.report(index)

    def read(self, source: Path) -> Iterator[Labelled]:
        """Yield the images of a VOC folder with their boxes; see `Importer.read`."""
        files = source / "Annotations"
        paths = sorted((files if files.is_dir() else source).glob("*.xml"))
        if not paths:
            raise UnreadableSource(
                f"{source} is no VOC folder: there is no Annotations/ with XML files in it"
            )
        for path in paths:
            root = parse(path)
            data, locator = media_at(source, root.findtext("filename") or f"{path.stem}.jpg")
            shapes = [_shape(found, path) for found in root.iter("object")]
            media_type = MEDIA_TYPES.get(Path(locator).suffix.lower())
            yield Labelled(
                digest_bytes(data), {"shapes": shapes}, data=data, media_type=media_type, locator=locator
            )


def _annotation(item: Labelled, name: str) -> bytes:
    width, height = image_size(item, "voc")
    root = ElementTree.Element("annotation")
    element(root, "folder", "JPEGImages")
    element(root, "filename", name)
    size = element(root, "size")
    for part, value in (("width", width), ("height", height), ("depth", 3)):
        element(size, part, str(value))
    for shape in shapes_of(item, "voc", CARRIED):
        _add(root, shape)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8")
    return written


def _add(root: ElementTree.Element, shape: Mapping[str, Any]) -> None:
    found = element(root, "object")
    element(found, "name", shape["label"])
    (left, top), (right, bottom) = shape["points"]
    box = element(found, "bndbox")
    for part, value in (("xmin", left), ("ymin", top), ("xmax", right), ("ymax", bottom)):
        element(box, part, repr(value))
    if shape.get("attributes"):
        attributes = element(found, "attributes")
        for name, value in shape["attributes"].items():
            attribute = element(attributes, "attribute")
            element(attribute, "name", name)
            element(attribute, "value", to_text(value))


def _shape(found: ElementTree.Element, path: Path) -> dict[str, Any]:
    try:
        corners = [float(found.findtext(f"bndbox/{part}") or "") for part in ("xmin", "ymin", "xmax", "ymax")]
    except ValueError as error:
        raise UnreadableSource(f"{path} has an object without a whole bndbox") from error
    shape = {"type": "box", "label": found.findtext("name") or "", "points": [corners[:2], corners[2:]]}
    attributes = {
        each.findtext("name") or "": from_text(each.findtext("value") or "")
        for each in found.iterfind("attributes/attribute")
    }
    return {**shape, **({"attributes": attributes} if attributes else {})}
