"""A folder of media files, one subfolder for each class: what most image trainers read."""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

import pyarrow as pa

from groundswell.errors import InputError
from groundswell.feed.atomic import whole_folder
from groundswell.feed.columns import require_columns
from groundswell.feed.exporters.exporter import ExportReport
from groundswell.feed.exporters.jsonl import json_line
from groundswell.feed.exporters.labelled import is_record
from groundswell.feed.rebatch import same_schema

INDEX = "metadata.jsonl"
UNLABELLED = "_unlabelled"
"""Subfolder of items without a label; the folder of a class never begins with an underscore."""

_ENDINGS = {
    "image/bmp": ".bmp",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tiff",
    "image/webp": ".webp",
}
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|%]|^[.]|[. ]$')
_LONGEST_FOLDER = 200
_LONGEST_STEM = 100


class ImageFolder:
    """`<class>/<name>-<id>.<ending>` for each item, and an index with all its other columns.

    The class is the column `label`; the name is that of the file which the item was collected from, and the
    id keeps two files of one name apart. The index, `metadata.jsonl`, has for each item its `file_name` and
    every column but the bytes, so nothing is lost.
    """

    name = "image_folder"
    suffix = ""
    needs_data = True

    def write(
        self, batches: Iterable[pa.RecordBatch], destination: Path, *, overwrite: bool = False
    ) -> ExportReport:
        """Write one file per item and the index; see `Exporter.write`.

        Raises:
            MissingColumn: the rows have no `id` or no `data`.
            InputError: an item has no bytes, for example a text.
            Conflict: also with `overwrite`, if the destination is a folder that no export made.
        """
        rows = media_bytes = 0
        with whole_folder(destination, overwrite=overwrite, known_by=INDEX) as partial:
            hashed = hashlib.sha256()
            with (partial / INDEX).open("xb") as index:
                for row in _rows(batches):
                    line = _write_item(row, partial, rows).encode()
                    index.write(line)
                    hashed.update(line)
                    rows, media_bytes = rows + 1, media_bytes + len(row["data"])
                size_bytes = media_bytes + index.tell()
        return ExportReport(files=rows + 1, rows=rows, bytes=size_bytes, sha256=hashed.hexdigest())


def _rows(batches: Iterable[pa.RecordBatch]) -> Iterable[dict[str, Any]]:
    for batch in same_schema(batches):
        require_columns(["id", "data"], batch.schema.names)
        for number in range(batch.num_rows):
            yield batch.slice(number, 1).to_pylist()[0]


def _write_item(row: dict[str, Any], folder: Path, number: int) -> str:
    """Write an item's file and return its line of the index."""
    if row["data"] is None or is_record(row):
        item = f"item {row['id']} (row {number}) {'is a record' if is_record(row) else 'has no bytes'}"
        raise InputError(f"{item}: image_folder is for media; export texts as jsonl, csv or parquet")
    path = _place(row, folder)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(row["data"])
    others = {name: value for name, value in row.items() if name != "data"}
    return json_line({"file_name": path.relative_to(folder).as_posix(), **others}, number)


def _place(row: dict[str, Any], folder: Path) -> Path:
    """Return an unused path for an item: the same item once more gets a number behind its name."""
    place = folder / class_folder(row.get("label"))
    original = PurePosixPath(str(row.get("locator") or "").replace("\\", "/"))
    stem = f"{_file_name(original.stem) or 'item'}-{_file_name(row['id'])[:16]}"
    ending = _ENDINGS.get(row.get("media_type") or "") or _ending(original)
    path, repeat = place / f"{stem}{ending}", 1
    while path.exists():
        repeat += 1
        path = place / f"{stem}-{repeat}{ending}"
    return path


def class_folder(label: object) -> str:
    """Return the name of a class's folder; two classes never share one.

    Characters that some disk forbids are percent-encoded, so `urllib.parse.unquote` gives the class back,
    unless it is over 200 bytes and its end became a digest.
    """
    if label is None or label == "":
        return UNLABELLED
    name = _FORBIDDEN.sub(lambda found: quote(found[0], safe="").replace(".", "%2E"), str(label))
    if len(name.encode()) <= _LONGEST_FOLDER:
        return name.replace("_", "%5F", 1) if name.startswith("_") else name
    return f"{_cut(name, _LONGEST_FOLDER)}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _file_name(text: str) -> str:
    """Return the text without what a file name may not have, cut to 100 bytes."""
    return _cut(_FORBIDDEN.sub("_", text), _LONGEST_STEM)


def _ending(original: PurePosixPath) -> str:
    ending = original.suffix.lower()
    return ending if re.fullmatch(r"\.[a-z0-9]{1,5}", ending) else ".bin"


def _cut(text: str, size_bytes: int) -> str:
    return text.encode()[:size_bytes].decode(errors="ignore")
