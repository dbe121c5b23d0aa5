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
        size_bytes += len(record.text or "") + len(record.data or b"")
        if len(waiting) >= BATCH_ROWS or size_bytes >= batch_bytes:
            yield to_batch(waiting)
            waiting, size_bytes = [], 0
    if waiting:
        yield to_batch(waiting)


def repacked(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield the same rows in batches whose ends depend on the rows alone, not on how they came.

    So files that are written from them are the same however often a run was killed, and wherever it ran.
    """
    packer = Repacker()
    for batch in batches:
        yield from packer.add(batch)
    yield from packer.rest()


class Repacker:
    """Cuts the rows of batches anew: after `BATCH_ROWS` rows, or with the row that reaches `BATCH_BYTES`."""

    def __init__(self) -> None:
        self._waiting: list[pa.RecordBatch] = []
        self._rows = self._bytes = 0

    def add(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Take a batch; yield those that are full now."""
        sizes = np.cumsum(_sizes(batch))
        start = 0
        while start < batch.num_rows:
            before = int(sizes[start - 1]) if start else 0
            end = int(np.searchsorted(sizes, before + BATCH_BYTES - self._bytes)) + 1
            end = min(end, start + BATCH_ROWS - self._rows, batch.num_rows)
            self._waiting.append(batch.slice(start, end - start))
            self._rows += end - start
            self._bytes += int(sizes[end - 1]) - before
            start = end
            if self._rows >= BATCH_ROWS or self._bytes >= BATCH_BYTES:
                yield from self.rest()

    def rest(self) -> Iterator[pa.RecordBatch]:
        """Yield what is left, if anything is."""
        if self._waiting:
            one = self._waiting[0] if len(self._waiting) == 1 else pa.concat_batches(self._waiting)
            self._waiting, self._rows, self._bytes = [], 0, 0
            yield one


def _sizes(batch: pa.RecordBatch) -> NDArray[np.int64]:
    """Return the bytes of each row's payload."""
    lengths = [pc.fill_null(pc.binary_length(batch[name]), 0).to_numpy() for name in ("text", "data")]
    return np.asarray(lengths[0] + lengths[1], np.int64)
