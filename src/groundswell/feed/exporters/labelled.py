"""Labelled items as exporters and importers of annotation formats see them: an item and its answer."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
from PIL import Image

from groundswell.errors import InputError
from groundswell.feed.answers import answer_of
from groundswell.feed.columns import require_columns
from groundswell.feed.rebatch import same_schema
from groundswell.items import ItemKind

Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Labelled:
    """An item and what was said of it.

    Attributes:
        id: of the item.
        answer: the label as an answer of its kind; None where there is no label.
        text: of a text or a record.
        data: bytes of media.
        media_type: MIME type, where known.
        locator: where the item was found; its last part names files.
        others: every other column, JSON-compatible.
    """

    id: str
    answer: Answer | None
    text: str | None = None
    data: bytes | None = None
    media_type: str | None = None
    locator: str = ""
    others: Mapping[str, Any] = field(default_factory=dict)


def labelled_items(batches: Iterable[pa.RecordBatch]) -> Iterator[Labelled]:
    """Yield the rows of a labelled version, one at a time.

    Raises:
        MissingColumn: there is no `id` or no `label`.
        EmptySource: there is no batch at all.
    """
    for batch in same_schema(batches):
        require_columns(["id", "label"], batch.schema.names)
        for number in range(batch.num_rows):
            row = batch.slice(number, 1).to_pylist()[0]
            data = row.pop("data", None)
            yield Labelled(
                id=row.pop("id"),
                answer=answer_of(row.pop("label")),
                text=row.pop("text", None),
                data=None if is_record(row) else data,
                media_type=row.pop("media_type", None),
                locator=row.pop("locator", None) or "",
                others=row,
            )


def is_record(row: Mapping[str, Any]) -> bool:
    """Say whether a row is a record: its `data` are the media that it names, and not what it is."""
    return row.get("kind") == ItemKind.RECORD


def media_of(item: Labelled, format_name: str) -> bytes:
    """Return an item's bytes.

    Raises:
        InputError: it has none.
    """
    if item.data is None:
        raise InputError(f"item {item.id} has no bytes: {format_name} is for media")
    return item.data


def text_of(item: Labelled, format_name: str) -> str:
    """Return an item's text.

    Raises:
        InputError: it has none.
    """
    if item.text is None:
        raise InputError(f"item {item.id} has no text: {format_name} is for texts")
    return item.text


def image_size(item: Labelled, format_name: str) -> tuple[int, int]:
    """Return width and height of an image in pixels, as it is stored; only its header is read.

    Raises:
        InputError: the bytes are no image.
    """
    try:
        with Image.open(io.BytesIO(media_of(item, format_name))) as image:
            return image.size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"item {item.id} cannot be read as an image: {error}") from error


def shapes_of(item: Labelled, format_name: str, carried: Sequence[str]) -> list[dict[str, Any]]:
    """Return an item's shapes; none where it has no label.

    Args:
        item: what was labelled.
        format_name: for messages.
        carried: types of shape that the format carries.

    Raises:
        InputError: the answer is of another kind, or a shape of a type that the format cannot carry.
    """
    shapes: list[dict[str, Any]] = list(part_of(item, "shapes", format_name))
    for shape in shapes:
        if shape["type"] not in carried:
            raise InputError(
                f"item {item.id}: {format_name} cannot carry a shape of type {shape['type']!r}, only "
                f"{', '.join(carried)}; export as cvat or jsonl"
            )
    return shapes


def part_of(item: Labelled, name: str, format_name: str) -> list[Any]:
    """Return a list that answers of one kind have; empty where there is no label.

    Raises:
        InputError: the answer is of another kind.
    """
    if item.answer is None:
        return []
    if not isinstance(item.answer.get(name), list):
        found = ", ".join(item.answer) or "nothing"
        raise InputError(f"item {item.id} is labelled with {found}: {format_name} is for answers with {name}")
    return list(item.answer[name])


def file_name(item: Labelled, ending: str) -> str:
    """Return a file name that no other item has: the item's own, made safe, and its id."""
    stem = re.sub(r"[^\w. -]", "_", PurePosixPath(item.locator.replace("\\", "/")).stem)[:60].strip(". ")
    return f"{stem or 'item'}-{item.id[:32]}{ending}"


_ENDINGS = {
    "image/bmp": ".bmp",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tiff",
    "image/webp": ".webp",
}

MEDIA_TYPES = {ending: kind for kind, ending in _ENDINGS.items()} | {
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
}
"""MIME type of images by the ending of their files."""


def ending_of(item: Labelled) -> str:
    """Return the ending of an image's file: by its type, else by its own name, else by its first bytes."""
    own = PurePosixPath(item.locator).suffix.lower()
    return _ENDINGS.get(item.media_type or "") or (own if own in MEDIA_TYPES else _ending_within(item))


def _ending_within(item: Labelled) -> str:
    try:
        with Image.open(io.BytesIO(item.data or b"")) as image:
            return _ENDINGS.get(Image.MIME.get(image.format or "", ""), ".png")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return ".png"


class Numbered:
    """Names with numbers in the order in which they first come.

    Attributes:
        names: those that came, in order.
    """

    def __init__(self) -> None:
        self.names: dict[str, int] = {}

    def __call__(self, name: str) -> int:
        """Return the number of a name, from 0."""
        return self.names.setdefault(name, len(self.names))


def unused(path: Path) -> Path:
    """Return the path, or the first with a number behind its name that is not taken: one item may come twice."""
    found, number = path, 1
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return found
