"""Sending batches through operators: every row leaves as kept, dropped or failed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from groundswell.clean.operator import Result
from groundswell.errors import InputError
from groundswell.ids import ItemId
from groundswell.items import Drop

MAX_BAD_START = 1000
"""Rows that an operator may fail on, all from the first, before the run is given up."""

OnDrop = Callable[[Drop], None]


class Step:
    """One operator at work.

    An operator that raises on a batch is tried again on its halves, until the rows that it cannot process
    stand alone: those are set aside as failed, and the rest goes on. Rows given = rows yielded + drops.

    Args:
        name: of the operator.
        apply: its working half.
        on_drop: called for each row that is dropped or has failed, in order.
    """

    def __init__(self, name: str, apply: Callable[[pa.RecordBatch], Result], on_drop: OnDrop) -> None:
        self.name, self.apply, self.on_drop = name, apply, on_drop
        self.failures = 0
        self.has_worked = False

    def process(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Yield the rows that are kept, in one batch if nothing fails.

        Raises:
            InputError: the operator answers for more or fewer rows than it was given, or fails on each
                of its first `MAX_BAD_START` rows: then the operator is broken, not the rows.
        """
        try:
            result = self.apply(batch)
        except Exception as error:  # whatever an operator raises costs one row, not the run
            yield from self._halve(batch, error)
            return
        self.has_worked = True
        _require_aligned(self.name, batch, result)
        yield from self._kept(result)

    def _halve(self, batch: pa.RecordBatch, error: Exception) -> Iterator[pa.RecordBatch]:
        if batch.num_rows == 1:
            self._fail(batch, error)
            return
        middle = batch.num_rows // 2
        yield from self.process(batch.slice(0, middle))
        yield from self.process(batch.slice(middle))

    def _fail(self, batch: pa.RecordBatch, error: Exception) -> None:
        detail = " ".join(f"{type(error).__name__}: {error}".split())[:500]
        self.on_drop(self._drop(batch, 0, "operator:failed", detail, failed=True))
        self.failures += 1
        if self.failures >= MAX_BAD_START and not self.has_worked:
            raise InputError(
                f"operator {self.name!r} failed on each of the first {self.failures:,} items: {detail}"
            ) from error

    def _kept(self, result: Result) -> Iterator[pa.RecordBatch]:
        if result.drop is None or result.drop.null_count == len(result.drop):
            yield result.batch
            return
        for place in np.flatnonzero(result.drop.is_valid().to_numpy(zero_copy_only=False)).tolist():
            said = (
                _at(column, place) for column in (result.drop, result.detail, result.kept, result.likeness)
            )
            reason, detail, kept, likeness = said
            drop = self._drop(result.batch, place, reason, detail or "", failed=False)
            self.on_drop(replace(drop, kept=kept, likeness=likeness))
        kept = result.batch.filter(result.drop.is_null())
        if kept.num_rows:
            yield kept

    def _drop(self, batch: pa.RecordBatch, place: int, reason: str, detail: str, *, failed: bool) -> Drop:
        item_id, source, locator = (batch[name][place].as_py() for name in ("id", "source", "locator"))
        return Drop(ItemId(item_id), source, locator, self.name, reason, detail, failed)


def send(batch: pa.RecordBatch, steps: Sequence[Step]) -> list[pa.RecordBatch]:
    """Return what is left of a batch after all steps, in order; nothing that is returned is empty."""
    pieces = [batch] if batch.num_rows else []
    for step in steps:
        pieces = [kept for piece in pieces for kept in step.process(piece)]
    return pieces


def _at(column: pa.Array | None, place: int) -> Any:
    return None if column is None else column[place].as_py()


def _require_aligned(name: str, batch: pa.RecordBatch, result: Result) -> None:
    for part in ("batch", "drop", "detail", "kept", "likeness"):
        rows = getattr(result, part)
        if rows is not None and len(rows) != batch.num_rows:
            raise InputError(
                f"operator {name!r} answered {len(rows)} rows in {part!r} for {batch.num_rows} given; "
                "it must answer each row, in order"
            )
