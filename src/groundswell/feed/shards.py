"""The files of a shard: Arrow IPC, written once under the digest of their bytes, and mapped into memory."""

import mmap
import os
from pathlib import Path

import pyarrow as pa

from groundswell.feed.layouts import is_list_of_integers, is_sliced
from groundswell.feed.manifest import File, Shard
from groundswell.feed.samples import count_elements
from groundswell.feed.storage import Storage
from groundswell.feed.storage.files import sha256_of, with_descriptor

_SMALL = (pa.types.is_string, pa.types.is_dictionary, pa.types.is_primitive)
"""Types of columns that share a file in each shard; every other column has files of its own."""


def write_shard(batch: pa.RecordBatch, storage: Storage, staging: Path) -> Shard:
    """Store a shard and return what the manifest says of it.

    Small columns share a file, and every large one has a file of its own, so that new labels leave the texts and
    media of old versions where they are.

    Args:
        staging: a folder for files that are not whole yet.
    """
    groups = [names for names in _groups(batch.schema) if names]
    lists = {
        field.name: batch.column(field.name) for field in batch.schema if is_list_of_integers(field.type)
    }
    return Shard(
        batch.num_rows,
        tuple(_write_file(batch.select(names), storage, staging) for names in groups),
        {name: count_elements(column) for name, column in lists.items()},
    )


def _groups(schema: pa.Schema) -> list[list[str]]:
    small = [field.name for field in schema if any(is_kind(field.type) for is_kind in _SMALL)]
    return [small, *([field.name] for field in schema if field.name not in small)]


def _write_file(batch: pa.RecordBatch, storage: Storage, staging: Path) -> File:
    path = staging / "shard.arrow"
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)
    file = File(tuple(batch.schema.names), path.stat().st_size, sha256_of(path), _buffers(path, batch.schema))
    storage.add(file, path)
    return file


def _buffers(path: Path, schema: pa.Schema) -> tuple[int, ...]:
    """Return where in a file the buffers of its only column begin, if these are the two that `File.buffers` tells."""
    if len(schema) != 1 or not is_sliced(schema.field(0).type):
        return ()
    whole = pa.py_buffer(_mapped(str(path)))
    column = pa.ipc.open_file(whole).get_batch(0).column(0)
    held = [each for each in column.buffers() if each is not None]
    return tuple(each.address - whole.address if each.size else 0 for each in held) if len(held) == 2 else ()


def map_file(path: str, schema: pa.Schema) -> pa.RecordBatch:
    """Return the batch of a file, mapped into memory; the caller knows the schema, from the manifest.

    It is mapped by Python's own `mmap`, without a file object: Arrow's costs four times as much to open.

    Where there are no dictionaries, the batch follows the schema at the beginning, so neither that nor the index at
    the end is read: the manifest knows both, and a page that is not touched is not read from the disk.

    Source:
        Arrow columnar format, "IPC file format": 8 bytes of magic, then messages, each after 4 bytes of ones and the
        length of its description in 4 bytes; a schema has no body.
    """
    mapped = with_descriptor(lambda: _mapped(path))
    whole = pa.py_buffer(mapped)
    if any(pa.types.is_dictionary(field.type) for field in schema):
        return pa.ipc.open_file(whole).get_batch(0)
    batch_at = 16 + int.from_bytes(mapped[12:16], "little")
    return pa.ipc.read_record_batch(whole.slice(batch_at), schema)


def _mapped(path: str) -> mmap.mmap:
    opened = os.open(path, os.O_RDONLY)
    try:
        return mmap.mmap(opened, 0, access=mmap.ACCESS_READ)
    finally:
        os.close(opened)
