"""YOLO: one text file for each image, shapes as shares of its size. Three formats of one family share their folders."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

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
    media_of,
    shapes_of,
    unused,
)
from groundswell.feed.exporters.yolo_index import INDEX, Classes
from groundswell.feed.exporters.yolo_lines import Shape, line_of, padded, shape_of
from groundswell.items import digest_bytes


class Yolo:
    """`images/`, `labels/` and `data.yaml`, as Ultralytics' trainers read them: for detection and segmentation.

    A box is `class x y width height` from its centre, a polygon `class x1 y1 x2 y2 ...`, all as shares of the image's
    width and height with 10 decimals: coordinates come back within 10^-9 of the image's size. YOLO has no attributes.
    Trainers take the lines of one image as boxes or as polygons, so an image with both is refused.

    Attributes:
        carried: types of shape.
        mixes: whether one image may have more than one of them.
    """

    name = "yolo"
    suffix = ""
    needs_data = True
    carried: ClassVar[tuple[str, ...]] = ("box", "polygon")
    mixes: ClassVar[bool] = False

    def write(
        self, batches: Iterable[pa.RecordBatch], destination: Path, *, overwrite: bool = False
    ) -> ExportReport:
        """Write images, a file of lines for each, and the classes; see `Exporter.write`."""
        classes = Classes()
        with writing(destination, "images", "labels", known_by=INDEX, overwrite=overwrite) as written:
            for item in labelled_items(batches):
                size = image_size(item, self.name)
                path = unused(written.folder / "images" / file_name(item, ending_of(item)))
                lines = [line_of(shape, classes.number(item, shape), size) for shape in self._shapes(item)]
                written.add(path, media_of(item, self.name))
                (written.folder / "labels" / f"{path.stem}.txt").write_text("".join(lines), "utf-8")
                written.rows += 1
            for labels in (written.folder / "labels").iterdir():
                self._finish(labels, classes)
                written.count(labels)
            index = written.folder / INDEX
            written.add(index, classes.to_yaml().encode())
            return written.report(index)

    def read(self, source: Path) -> Iterator[Labelled]:
        """Yield the images of a YOLO folder with their shapes; see `Importer.read`."""
        folder = source if source.is_dir() else source.parent
        classes = Classes.from_yaml(source / INDEX if source.is_dir() else source)
        for path in sorted(each for each in folder.rglob("*") if each.suffix.lower() in MEDIA_TYPES):
            item = Labelled(
                digest_bytes(data := path.read_bytes()),
                None,
                data=data,
                media_type=MEDIA_TYPES[path.suffix.lower()],
                locator=path.relative_to(folder).as_posix(),
            )
            labels, size = _labels_of(path, folder), image_size(item, self.name)
            lines = labels.read_text("utf-8").splitlines() if labels.is_file() else []
            shapes = [self._shape(line, labels, classes, size) for line in lines if line.strip()]
            yield replace(item, answer={"shapes": shapes})

    def _shape(self, line: str, labels: Path, classes: Classes, size: tuple[int, int]) -> dict[str, Any]:
        try:
            return shape_of(line, classes, size, self.carried)
        except (ValueError, IndexError) as error:
            what = " and no ".join(self.carried)
            raise UnreadableSource(f"{labels} has a line that is no {what}: {line[:80]!r}") from error

    def _shapes(self, item: Labelled) -> list[Shape]:
        shapes: list[Shape] = list(shapes_of(item, self.name, self.carried))
        if any(shape.get("attributes") for shape in shapes):
            raise InputError(f"item {item.id}: {self.name} cannot carry attributes; export as coco or cvat")
        if not self.mixes and len({shape["type"] for shape in shapes}) > 1:
            both = " and ".join(self.carried)
            raise InputError(
                f"item {item.id}: {self.name} cannot carry {both} in one image; export as coco or cvat"
            )
        return shapes

    def _finish(self, labels: Path, classes: Classes) -> None:
        """Do what can only be done to a file of lines once all classes have come."""


class YoloPose(Yolo):
    """The same for poses: `class x y width height`, then `x y 2` for each joint, or `0 0 0` where it is not seen.

    The box is the one around the joints. All lines have as many joints as the largest skeleton; `kpt_names` in
    `data.yaml` says how many each class has, so the others come back as they were. A box without joints is a line whose
    joints are all unseen.
    """

    name = "yolo_pose"
    carried = ("keypoints", "box")
    mixes = True

    def _finish(self, labels: Path, classes: Classes) -> None:
        lines = labels.read_text("utf-8").splitlines()
        labels.write_text("".join(padded(line, classes.most_joints) for line in lines), "utf-8")


class YoloObb(Yolo):
    """The same for oriented boxes: `class x1 y1 x2 y2 x3 y3 x4 y4`, the corners in their order."""

    name = "yolo_obb"
    carried = ("rotated_box",)


def _labels_of(image: Path, folder: Path) -> Path:
    """Return the file of an image's lines: `images` in its path becomes `labels`."""
    parts = ["labels" if part == "images" else part for part in image.relative_to(folder).parts]
    return folder.joinpath(*parts).with_suffix(".txt")
