"""WebDataset: tar shards with a file for each column that is media or text, and one for the rest."""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from groundswell.feed.columns import require_columns
from groundswell.feed.exporters.exporter import ExportReport
from groundswell.feed.exporters.folders import Written, writing
from groundswell.feed.exporters.jsonl import json_line
from groundswell.feed.exporters.labelled import MEDIA_TYPES
from groundswell.feed.rebatch import same_schema

INDEX = "index.json"
SHARD_BYTES = 256 * 1024**2

_BY_TYPE = {kind: ending for ending, kind in reversed(MEDIA_TYPES.items())} | {"application/json": ".zip"}


class WebDataset:
    """`shard-000000.tar`, ...: for each item `<number>-<id>.json` with its columns, its bytes and text beside it.

    Bytes are `.jpg`, `.png`, ... by their type or else `.bin`, the media of a record `.zip`, texts `.txt`; the JSON has
    every other column.
    `index.json` names the shards and how many samples each holds.
    """

    name = "webdataset"
    suffix = ""
    needs_data = True

    def write(
        self, batches: Iterable[pa.RecordBatch], destination: Path, *, overwrite: bool = False
    ) -> ExportReport:
        """Write the shards and their index; see `Exporter.write`.

        Raises:
            MissingColumn: the rows have no `id`.
        """
        with writing(destination, known_by=INDEX, overwrite=overwrite) as written:
            shards = list(_write_shards(_rows(batches), written))
            index = written.folder / INDEX
            content = {"version": 1, "shardlist": shards}
            written.add(index, (json.dumps(content, indent=1) + "\n").encode())
            return written.report(index)


def _rows(batches: Iterable[pa.RecordBatch]) -> Iterator[dict[str, Any]]:
    for batch in same_schema(batches):
        require_columns(["id"], batch.schema.names)
        for number in range(batch.num_rows):
            yield batch.slice(number, 1).to_pylist()[0]


def _write_shards(rows: Iterator[dict[str, Any]], written: Written) -> Iterator[dict[str, Any]]:
    """Write shards until the rows end, and yield the entry of each; one without rows is written, if there are none."""
    number, row = 0, next(rows, None)
    while row is not None or number == 0:
        path = written.folder / f"shard-{number:06d}.tar"
        hashed, before = hashlib.sha256(), written.rows
        with path.open("wb") as file, tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            while row is not None and file.tell() < SHARD_BYTES:
                _add(tar, row, written.rows, hashed)
                written.rows += 1
                row = next(rows, None)
        written.count(path)
        size = path.stat().st_size
        yield {
            "url": path.name,
            "nsamples": written.rows - before,
            "filesize": size,
            "sha256": hashed.hexdigest(),
        }
        number += 1


def _add(tar: tarfile.TarFile, row: dict[str, Any], number: int, hashed: Any) -> None:
    key = f"{number:09d}-{row['id'][:32].replace('.', '_').replace('/', '_')}"
    data, text = row.pop("data", None), row.pop("text", None)
    parts = [("json", json_line(row, number).encode())]
    if data is not None:
        parts.append((_BY_TYPE.get(row.get("media_type") or "", ".bin").lstrip("."), data))
    if text is not None:
        parts.append(("txt", text.encode()))
    for ending, content in parts:
        entry = tarfile.TarInfo(f"{key}.{ending}")
        entry.size = len(content)
        hashed.update(entry.name.encode() + content)
        tar.addfile(entry, io.BytesIO(content))
