"""MosaicML Streaming: MDS shards, without installing `mosaicml-streaming`."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from groundswell.errors import InputError
from groundswell.feed.exporters.exporter import ExportReport
from groundswell.feed.exporters.folders import Written, writing
from groundswell.feed.rebatch import rebatch

INDEX = "index.json"
SHARD_BYTES = 32 * 1024**2


class Mds:
    """`shard.00000.mds`, ... and `index.json`, as `MDSWriter` writes them without compression.

    Texts are `str`, bytes `bytes`, whole numbers `int`, others `float64`. MDS has no missing values, no truth values
    and no instants: every column that may have some is `json`, in which null is null and an instant an ISO 8601
    text. Bytes that are missing become empty ones.
    """

    name = "mds"
    suffix = ""
    needs_data = True

    def write(
        self, batches: Iterable[pa.RecordBatch], destination: Path, *, overwrite: bool = False
    ) -> ExportReport:
        """Write the shards and their index; see `Exporter.write`."""
        with writing(destination, known_by=INDEX, overwrite=overwrite) as written:
            entries: list[dict[str, Any]] = []
            for batch in rebatch(batches, max_rows=2**20, max_bytes=SHARD_BYTES):
                entries.append(_write_shard(batch, written, len(entries)))
            index = written.folder / INDEX
            written.add(index, json.dumps({"version": 2, "shards": entries}, sort_keys=True).encode())
            return written.report(index)


def _write_shard(batch: pa.RecordBatch, written: Written, number: int) -> dict[str, Any]:
    """Write a shard: number of samples, where each begins, a description, the samples.

    Source:
        The layout that `streaming.base.format.mds` of mosaicml-streaming 0.13 reads.
    """
    encodings = {field.name: _encoding(field) for field in batch.schema}
    names = sorted(encodings)
    kinds = [encodings[name] for name in names]
    sizes = [_SIZES.get(kind) for kind in kinds]
    described = {"version": 2, "format": "mds", "compression": None, "hashes": [], "size_limit": SHARD_BYTES}
    described |= {"column_names": names, "column_encodings": kinds, "column_sizes": sizes}
    config = json.dumps(described, sort_keys=True).encode()
    path = written.folder / f"shard.{number:05d}.mds"
    with path.open("wb") as file:
        begin = 4 + 4 * (batch.num_rows + 1) + len(config)
        file.seek(begin)
        lengths = [file.write(each) for each in _samples(batch, names, kinds, sizes, written.rows)]
        ends = np.cumsum([begin, *lengths])
        if ends[-1] >= 2**32:
            raise InputError("an item is too large for an MDS shard, which ends before 4 GiB")
        file.seek(0)
        file.write(np.uint32(batch.num_rows).tobytes() + ends.astype(np.uint32).tobytes() + config)
    written.count(path)
    written.rows += batch.num_rows
    raw = {"basename": path.name, "bytes": int(ends[-1]), "hashes": {}}
    return {**described, "samples": batch.num_rows, "raw_data": raw, "zip_data": None}


def _samples(
    batch: pa.RecordBatch, names: list[str], kinds: list[str], sizes: list[int | None], first: int
) -> Iterator[bytes]:
    columns = [batch.column(name) for name in names]
    for number in range(batch.num_rows):
        values = [
            _encoded(kind, column[number].as_py(), first + number)
            for kind, column in zip(kinds, columns, strict=True)
        ]
        lengths = [len(value) for value, size in zip(values, sizes, strict=True) if size is None]
        yield np.array(lengths, dtype=np.uint32).tobytes() + b"".join(values)


_SIZES = {"int": 8, "float64": 8}


def _encoding(field: pa.Field) -> str:
    kind = field.type
    if field.name != "id" and field.nullable and not pa.types.is_large_binary(kind):
        return "json"
    for name, is_kind in (("int", pa.types.is_integer), ("float64", pa.types.is_floating)):
        if is_kind(kind):
            return name
    if pa.types.is_large_binary(kind) or pa.types.is_binary(kind):
        return "bytes"
    return "str" if pa.types.is_string(kind) or pa.types.is_large_string(kind) else "json"


def _encoded(kind: str, value: Any, number: int) -> bytes:
    if kind == "bytes":
        return bytes(value or b"")
    if kind == "str":
        return str(value).encode()
    if kind in _SIZES:
        return np.array(value, np.int64 if kind == "int" else np.float64).tobytes()
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain).encode()
    except (ValueError, TypeError) as error:
        raise InputError(f"JSON cannot carry a value of row {number}: {error}; export as parquet") from error


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r:.100} is of type {type(value).__name__}")
