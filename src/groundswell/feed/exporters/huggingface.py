"""Hugging Face datasets: a folder that `datasets.load_from_disk` opens."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from groundswell.errors import InputError
from groundswell.feed.exporters.exporter import ExportReport
from groundswell.feed.exporters.folders import Written, writing
from groundswell.feed.rebatch import rebatch
from groundswell.feed.storage.files import sha256_of

INDEX = "state.json"
SHARD_BYTES = 256 * 1024**2

_ROWS = 1000
_BYTES = 16 * 1024**2
"""Of a batch within a shard; `datasets` itself writes 1,000 rows."""


class HuggingFace:
    """Arrow shards with `dataset_info.json` and `state.json`: what `save_to_disk` of `datasets` writes.

    Every column comes back with its type; dictionary-encoded texts come back as plain texts.
    """

    name = "huggingface"
    suffix = ""
    needs_data = True

    def write(
        self, batches: Iterable[pa.RecordBatch], destination: Path, *, overwrite: bool = False
    ) -> ExportReport:
        """Write the shards and what describes them; see `Exporter.write`."""
        with writing(destination, known_by=INDEX, overwrite=overwrite) as written:
            rows = rebatch(map(_plain, batches), max_rows=_ROWS, max_bytes=_BYTES)
            first = next(rows)
            names, digests = [], hashlib.sha256()
            for path in _write_shards(chain([first], rows), written):
                names.append(path.name)
                digests.update(sha256_of(path).encode())
                written.count(path)
            info = {"features": {field.name: _feature(field) for field in first.schema}}
            written.add(written.folder / "dataset_info.json", _json(info))
            index = written.folder / INDEX
            written.add(index, _json(_state(names, digests.hexdigest())))
            return written.report(index)


def _write_shards(batches: Iterator[pa.RecordBatch], written: Written) -> Iterator[Path]:
    """Write shards until the batches end, and yield the path of each when it is closed."""
    number, batch = 0, next(batches, None)
    while batch is not None:
        path = written.folder / f"data-{number:05d}.arrow"
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, batch.schema) as writer:
            while batch is not None and sink.tell() < SHARD_BYTES:
                writer.write_batch(batch)
                written.rows += batch.num_rows
                batch = next(batches, None)
        yield path
        number += 1


def _state(names: list[str], digest: str) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "_format_columns": None,
        "_format_kwargs": {},
        "_format_type": None,
        "_output_all_columns": False,
    }
    return {
        "_data_files": [{"filename": name} for name in names],
        "_fingerprint": digest[:16],
        **empty,
        "_split": None,
    }


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=2) + "\n").encode()


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [
        each.dictionary_decode() if pa.types.is_dictionary(each.type) else each for each in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _feature(field: pa.Field) -> dict[str, Any]:
    """Return a column's type as `datasets` names it.

    Raises:
        InputError: it has no name there.
    """
    kind = field.type
    if pa.types.is_fixed_size_list(kind):
        return {"feature": _feature(kind.value_field), "length": kind.list_size, "_type": "List"}
    if pa.types.is_large_list(kind):
        return {"feature": _feature(kind.value_field), "_type": "LargeList"}
    if pa.types.is_list(kind):
        return {"feature": _feature(kind.value_field), "_type": "List"}
    if pa.types.is_struct(kind):
        return {child.name: _feature(child) for child in kind}
    if pa.types.is_nested(kind) or pa.types.is_dictionary(kind):
        raise InputError(f"datasets has no type for column {field.name!r} of type {kind}; export as parquet")
    names = {"double": "float64", "float": "float32", "halffloat": "float16"}
    return {"dtype": names.get(str(kind), str(kind)), "_type": "Value"}
