"""One pass over one part: rows go through operators, are written, and what matters of them is noted."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.clean.chain import Step, send
from groundswell.clean.job.care import Sparing, Spot, carefully
from groundswell.clean.job.exchange import Sender
from groundswell.clean.job.gathered import KEYED, Gathered, bucket_of, row_of
from groundswell.clean.job.parts import (
    ROW,
    BatchWriter,
    DropWriter,
    OnDrop,
    OnRead,
    Part,
    numbered,
    read_batches,
)
from groundswell.clean.job.shelf import ShelfWriter
from groundswell.clean.job.stages import Stage
from groundswell.clean.job.work import Entry, Place
from groundswell.clean.operator import Result, Seen, WholeOperator, started
from groundswell.items import Drop, Repacker

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Judgement:
    """What was settled of one part, to be carried out whenever its rows are read again.

    Attributes:
        operator: who judges.
        gathered: what was noted.
        settled: what was made of it.
        failed: rows on which it could not take notes; they were reported then.
    """

    operator: WholeOperator
    gathered: Gathered
    settled: Any
    failed: tuple[int, ...] = ()

    def step(self, part: int, on_drop: OnDrop) -> Step:
        """Return the step that carries it out on the rows of a part."""
        judge = self.operator.judge(self.gathered, self.settled, part)
        return Step(self.operator.name, judge, on_drop)


@dataclass(frozen=True)
class Kept:
    """The rows of a part as an earlier stage wrote them, less those that were judged since.

    Attributes:
        path: the file.
        number: of the part.
        judgements: in order.
    """

    path: Path
    number: int
    judgements: tuple[Judgement, ...] = ()

    def batches(self, on_drop: OnDrop, on_read: OnRead = lambda number: None) -> Iterator[pa.RecordBatch]:
        """Yield the rows, with the column `ROW`; `on_drop` is told of those that are judged away."""
        steps = [judgement.step(self.number, on_drop) for judgement in self.judgements]
        failed = pa.array([row for each in self.judgements for row in each.failed], pa.int64())
        for batch in numbered(read_batches(self.path)):
            if len(failed):
                batch = batch.filter(pa.compute.invert(pa.compute.is_in(batch[ROW], value_set=failed)))
            yield from send(batch, steps)


@dataclass(frozen=True)
class Pass:
    """One pass over one part.

    Attributes:
        step: the name of the stage, a prefix of its files.
        number: of the part.
        origin: where its rows are read: the source, or what an earlier stage wrote.
        stage: what is done.
        is_known: whether the part is there already: then its rows are only noted.
    """

    step: str
    number: int
    origin: Part | Kept
    stage: Stage
    is_known: bool = False


def run_pass(place: Place, task: Pass) -> Entry:
    """Do one pass; the entry counts what was read, kept, dropped and failed."""
    gathered = Gathered(place.folder, task.step, 0)
    drops = DropWriter(place.folder, gathered.name("drops", task.number))
    output = _Output(gathered, task)
    operators = () if task.is_known else task.stage.operators
    steps = [Step(each.name, started(each).apply, drops.add) for each in operators]
    unread = _Counting(drops.add if task.stage.writes else _ignore)
    read = 0
    try:
        for number, batch in enumerate(_read(task.origin, place, unread)):
            read += batch.num_rows
            for part in carefully(number, batch, place.care, place.watch, drops.add):
                for piece in send(part, steps):
                    output.add(piece, drops.add)
            drops.in_order_of(batch)
    except BaseException:
        output.discard()
        drops.discard()
        raise
    output.close()
    drops.close()
    return {
        "read": read,
        "unread": unread.count,
        "kept": output.rows,
        "dropped": drops.dropped,
        "failed": drops.failed,
        "failed_rows": output.failed_rows,
        "counts": dict(output.notes.counts) if output.notes else {},
    }


def _read(origin: Part | Kept, place: Place, on_drop: OnDrop) -> Iterator[pa.RecordBatch]:
    unreadable = place.care.unreadable()
    if unreadable and isinstance(origin, Sparing):
        origin = origin.sparing(unreadable)
    return origin.batches(on_drop, lambda number: place.watch.mark(Spot(number, -1, -1)))


class _Counting:
    """Passes drops on and counts them."""

    def __init__(self, on_drop: OnDrop) -> None:
        self.on_drop, self.count = on_drop, 0

    def __call__(self, drop: Drop) -> None:
        self.count += 1
        self.on_drop(drop)


class _Output:
    """The files of one pass: rows and notes."""

    def __init__(self, gathered: Gathered, task: Pass) -> None:
        self.gathered, self.task = gathered, task
        self.rows = 0
        self.failed_rows: list[int] = []
        self.packer = Repacker()
        self.data = (
            BatchWriter(gathered.folder, gathered.name("rows", task.number)) if task.stage.writes else None
        )
        self.notes = _Notes(gathered, task.number, task.stage.gathers) if task.stage.gathers else None

    def add(self, batch: pa.RecordBatch, on_drop: OnDrop) -> None:
        if self.notes is None:
            self._write(batch, None)
            return
        given = set() if self.data else set(batch[ROW].to_pylist())
        for piece, seen in self.notes.of(batch, on_drop):
            given.difference_update([] if self.data else piece[ROW].to_pylist())
            self._write(piece, seen)
        self.failed_rows.extend(sorted(given))

    def _write(self, batch: pa.RecordBatch, seen: Seen | None) -> None:
        rows: Rows = np.arange(self.rows, self.rows + batch.num_rows)
        if self.data:
            whole = batch.drop_columns([ROW]) if ROW in batch.schema.names else batch
            for full in self.packer.add(whole):
                self.data.add(full)
        else:
            rows = batch[ROW].to_numpy()
        if self.notes and seen:
            self.notes.add(seen, rows)
        self.rows += batch.num_rows

    def close(self) -> None:
        if self.data:
            for full in self.packer.rest():
                self.data.add(full)
            self.data.close()
        if self.notes:
            self.notes.close()

    def discard(self) -> None:
        if self.data:
            self.data.discard()
        if self.notes:
            self.notes.discard()


class _Notes:
    """What the operator that needs all rows notes of those of one part."""

    def __init__(self, gathered: Gathered, number: int, operator: WholeOperator) -> None:
        self.gathered, self.number, self.operator = gathered, number, operator
        self.keys = Sender(gathered.folder, gathered.name("keys", number), KEYED)
        self.shelves: dict[str, ShelfWriter] = {}
        self.counts: Counter[str] = Counter()
        self.next_row = 0
        self.seen: list[Seen] = []

    def of(self, batch: pa.RecordBatch, on_drop: OnDrop) -> Iterator[tuple[pa.RecordBatch, Seen]]:
        """Yield the batch with its notes; in pieces, less the rows on which the operator fails."""
        for piece in Step(self.operator.name, self._take, on_drop).process(batch):
            yield piece, self.seen.pop(0)

    def _take(self, batch: pa.RecordBatch) -> Result:
        self.seen.append(self.operator.gather(batch))
        return Result(batch)

    def add(self, seen: Seen, rows: Rows) -> None:
        """Write notes of rows of the part, which ascend from call to call."""
        keyed = np.empty(len(seen.keys), KEYED)
        keyed["key"], keyed["row"] = seen.keys, row_of(self.number, rows[seen.rows])
        self.keys.send(bucket_of(seen.keys), keyed)
        self.counts.update(seen.counts)
        for name, column in seen.shelves.items():
            if name not in self.shelves:
                file = self.gathered.name(name, self.number)
                self.shelves[name] = ShelfWriter(self.gathered.folder, file)
            self.shelves[name].add(_with_gaps(column, rows, self.next_row))
        self.next_row = int(rows[-1]) + 1

    def close(self) -> None:
        self.keys.close()
        for shelf in self.shelves.values():
            shelf.close()

    def discard(self) -> None:
        """Leave nothing behind."""
        self.keys.discard()
        for shelf in self.shelves.values():
            shelf.discard()


def _with_gaps(column: pa.Array, rows: Rows, first: int) -> pa.Array:
    """Return a column for all rows from `first` on, empty for those that are not among `rows`."""
    column = column.cast(pa.large_binary())
    if rows[-1] - first + 1 == len(rows):
        return column
    places = np.full(rows[-1] - first + 1, -1)
    places[rows - first] = np.arange(len(rows))
    return column.take(pa.array(places, mask=places < 0)).fill_null(b"")


def _ignore(drop: Drop) -> None:
    """Do nothing: the drop is reported by the pass that writes, or at the end."""
