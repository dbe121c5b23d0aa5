"""Cutting rows into shards at places that the rows themselves decide, so that a change stays where it is."""

import zlib
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from groundswell.feed.rebatch import row_bytes, same_schema


def cut(batches: Iterable[pa.RecordBatch], *, shard_bytes: int, shard_rows: int) -> Iterator[pa.RecordBatch]:
    """Yield the same rows as shards, of at most about `shard_bytes` and `shard_rows`.

    From half of that size on, a shard ends at the first row whose id says so (by a hash, more likely the larger
    the row is). Where rows are added, changed or removed, the cuts before and soon after stay where they were,
    so the other shards come out byte for byte as before. One shard and one incoming batch are held at a
    time. A stream without rows yields one empty shard, which carries the columns.

    Args:
        batches: at least one, all of one schema, with a column `id`.
        shard_bytes: payload bytes at which a shard is full; its last row may go over.
        shard_rows: rows at which a shard is full.

    Raises:
        EmptySource: there is no batch at all.
        UnreadableSource: a batch differs in its columns from the first.
    """
    held: list[pa.RecordBatch] = []
    held_bytes, yielded = 0, False
    for batch in same_schema(batches):
        sizes = np.maximum(row_bytes(batch), shard_bytes // shard_rows)
        may_end = _hashes(batch) * shard_bytes < sizes * 4.0
        first = 0
        while first < batch.num_rows:
            last, fills = _end(np.cumsum(sizes[first:]) + held_bytes, may_end[first:], shard_bytes)
            held.append(batch.slice(first, last))
            held_bytes += int(sizes[first : first + last].sum())
            first += last
            if fills:
                yield pa.concat_batches(held)
                held, held_bytes, yielded = [], 0, True
        if not batch.num_rows:
            held.append(batch)
    if held and (any(piece.num_rows for piece in held) or not yielded):
        yield pa.concat_batches(held)


def _end(filled: npt.NDArray[np.int64], may_end: npt.NDArray[np.bool_], shard_bytes: int) -> tuple[int, bool]:
    """Return how many rows belong to the shard, and whether it is full then."""
    half, full = np.searchsorted(filled, [shard_bytes // 2, shard_bytes], side="left").tolist()
    ends = np.flatnonzero(may_end[half : full + 1])
    last = half + int(ends[0]) if ends.size else full
    return (last + 1, True) if last < len(filled) else (len(filled), False)


def _hashes(batch: pa.RecordBatch) -> npt.NDArray[np.float64]:
    """Return a number for each row's id, in [0, 1)."""
    ids = batch.column("id").to_pylist()
    return np.fromiter((zlib.crc32(each.encode()) for each in ids), np.float64, count=len(ids)) * 2.0**-32
