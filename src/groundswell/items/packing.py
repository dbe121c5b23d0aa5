"""Packing items into batches that are limited in rows and in bytes."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from groundswell.items.drop import Drop
from groundswell.items.item import Item, to_batch

BATCH_ROWS = 1024
BATCH_BYTES = 32 * 1024 * 1024


def packed(
    records: Iterable[Item | Drop], on_drop: Callable[[Drop], None], *, batch_bytes: int = BATCH_BYTES
) -> Iterator[pa.RecordBatch]:
    """Yield the items in batches, in order; hand drops to `on_drop`.

    Args:
        records: what a source reads.
        on_drop: is told of each drop when it is its turn.
        batch_bytes: a batch ends with the item that reaches this many bytes.
    """
    waiting: list[Item] = []
    size_bytes = 0
    for record in records:
        if isinstance(record, Drop):
            on_drop(record)
            continue
        waiting.append(record)
        size_bytes += len(record.text or record.data or b"")
        if len(waiting) >= BATCH_ROWS or size_bytes >= batch_bytes:
            yield to_batch(waiting)
            waiting, size_bytes = [], 0
    if waiting:
        yield to_batch(waiting)


def repacked(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield the same rows in batches whose ends depend on the rows alone, not on how they came.

    So files that are written from them are the same however often a run was killed, and wherever it ran.
    """
    waiting: list[pa.RecordBatch] = []
    rows = size_bytes = 0
    for batch in batches:
        sizes = np.cumsum(_sizes(batch))
        start = 0
        while start < batch.num_rows:
            before = int(sizes[start - 1]) if start else 0
            end = int(np.searchsorted(sizes, before + BATCH_BYTES - size_bytes)) + 1
            end = min(end, start + BATCH_ROWS - rows, batch.num_rows)
            waiting.append(batch.slice(start, end - start))
            rows += end - start
            size_bytes += int(sizes[end - 1]) - before
            start = end
            if rows >= BATCH_ROWS or size_bytes >= BATCH_BYTES:
                yield _one(waiting)
                waiting, rows, size_bytes = [], 0, 0
    if waiting:
        yield _one(waiting)


def _sizes(batch: pa.RecordBatch) -> NDArray[np.int64]:
    """Return the bytes of each row's payload."""
    lengths = [pc.fill_null(pc.binary_length(batch[name]), 0).to_numpy() for name in ("text", "data")]
    return np.asarray(lengths[0] + lengths[1], np.int64)


def _one(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)
