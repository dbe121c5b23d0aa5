"""Items of a run by part: what reads them, and the files that they are kept in between steps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from groundswell.clean.job.files import RunFolder
from groundswell.items import Drop, Item, drops_to_batch, packed

OnDrop = Callable[[Drop], None]
OnRead = Callable[[int], None]

ROW = "row_of_part"
"""A column that batches have while they are read again: the number of each row in its part."""

_DROPS_AT_ONCE = 1024


class Part(Protocol):
    """A share of what is cleaned: small enough for one task. Reading it twice gives the same."""

    def batches(self, on_drop: OnDrop, on_read: OnRead) -> Iterator[pa.RecordBatch]:
        """Yield the items in batches of `ITEM_SCHEMA`, or wider.

        Args:
            on_drop: is told of what cannot be read.
            on_read: is told the number of a record, from 0, before it is read.
        """
        ...


class Readable(Protocol):
    """What has items to read: a source, or a share of one."""

    def read(self) -> Iterator[Item | Drop]:
        """Yield every record, in a stable order."""
        ...


@dataclass(frozen=True)
class SourcePart:
    """A source, or a share of one, as a part."""

    source: Readable

    def batches(self, on_drop: OnDrop, on_read: OnRead) -> Iterator[pa.RecordBatch]:
        """Yield its items."""
        return packed(_told(self.source.read(), on_read), on_drop)

    def sparing(self, records: tuple[int, ...]) -> "SourcePart":
        """Return the same part, with these records set aside unread, if the source knows how."""
        spare = getattr(self.source, "sparing", None)
        return self if spare is None else SourcePart(spare(records))


def _told(records: Iterator[Item | Drop], on_read: OnRead) -> Iterator[Item | Drop]:
    for number in count():
        on_read(number)
        record = next(records, None)
        if record is None:
            return
        yield record


class BatchWriter:
    """Writes batches into one compressed Arrow file, which may turn out empty."""

    def __init__(self, folder: RunFolder, name: str) -> None:
        self.folder, self.name = folder, name
        self._file = folder.create(name)
        self._writer: Any = None

    def add(self, batch: pa.RecordBatch) -> None:
        """Append a batch; all have the columns of the first."""
        if self._writer is None:
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            self._writer = pa.ipc.new_stream(self._file, batch.schema, options=options)
        self._writer.write_batch(batch)

    def close(self) -> None:
        """Finish the file and give it its name."""
        if self._writer is not None:
            self._writer.close()
        self.folder.publish(self._file, self.name)

    def discard(self) -> None:
        """Leave nothing behind."""
        self.folder.discard(self._file, self.name)


def read_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a file of `BatchWriter`."""
    if path.stat().st_size:
        with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as reader:
            yield from reader


def numbered(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield batches with the column `ROW`, counted through."""
    first = 0
    for batch in batches:
        rows = pa.array(range(first, first + batch.num_rows), pa.int64())
        yield batch.append_column(ROW, rows)
        first += batch.num_rows


class DropWriter:
    """Writes drops into one Arrow file, and counts them by reason."""

    def __init__(self, folder: RunFolder, name: str) -> None:
        self.folder, self.name = folder, name
        self._writer: BatchWriter | None = None
        self._waiting: list[Drop] = []
        self._unsorted = 0
        self.dropped: dict[str, int] = {}
        self.failed: dict[str, int] = {}

    def add(self, drop: Drop) -> None:
        """Note a record that was set aside."""
        counts = self.failed if drop.failed else self.dropped
        counts[drop.reason] = counts.get(drop.reason, 0) + 1
        self._waiting.append(drop)

    def in_order_of(self, batch: pa.RecordBatch) -> None:
        """Put what was noted since the last call into the order of the rows of a batch.

        So the order does not tell in which pieces the batch was worked on.
        """
        noted = self._waiting[self._unsorted :]
        if len(noted) > 1:
            places = {name: place for place, name in enumerate(_names(batch))}
            noted.sort(key=lambda drop: places.get((drop.source, drop.locator), -1))
            self._waiting[self._unsorted :] = noted
        self._unsorted = len(self._waiting)
        if len(self._waiting) >= _DROPS_AT_ONCE:
            self._write()

    def close(self) -> None:
        """Finish the file and give it its name; without drops there is none."""
        self._write()
        if self._writer:
            self._writer.close()

    def discard(self) -> None:
        """Leave nothing behind."""
        if self._writer:
            self._writer.discard()

    def _write(self) -> None:
        if self._waiting:
            self._writer = self._writer or BatchWriter(self.folder, self.name)
            self._writer.add(drops_to_batch(self._waiting))
            self._waiting, self._unsorted = [], 0


def _names(batch: pa.RecordBatch) -> list[tuple[str, str]]:
    return list(zip(batch["source"].to_pylist(), batch["locator"].to_pylist(), strict=True))
