"""Running a pipeline over batches in this process: every row leaves as kept, dropped or failed."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import pyarrow as pa

from groundswell.clean.operator import Apply, Operator, Result, started
from groundswell.errors import InputError
from groundswell.ids import ItemId
from groundswell.items import Drop

MAX_BAD_START = 1000
"""Rows that an operator may fail on, all from the first, before the run is given up."""

OnDrop = Callable[[Drop], None]


def run(
    batches: Iterable[pa.RecordBatch], operators: Sequence[Operator], *, on_drop: OnDrop
) -> Iterator[pa.RecordBatch]:
    """Yield what is left of each batch after all operators, in order; no batch is empty.

    Dropped rows are taken out between operators, so later ones never see them. An operator that raises
    on a batch is tried again on its halves, until the rows that it cannot process stand alone: those
    are set aside as failed, and the rest goes on. Rows given = rows yielded + calls of `on_drop`.

    Args:
        batches: of `ITEM_SCHEMA`, or wider.
        operators: the steps, in order; each starts with an empty memory.
        on_drop: called for each row that is dropped or has failed, in order within a step.

    Raises:
        InputError: an operator answers for more or fewer rows than it was given, or fails on each of
            its first `MAX_BAD_START` rows: then the operator is broken, not the rows.
    """
    steps = [_Step(operator.name, started(operator), on_drop) for operator in operators]
    for batch in batches:
        pieces = [batch] if batch.num_rows else []
        for step in steps:
            pieces = [kept for piece in pieces for kept in step.process(piece)]
        yield from pieces


class _Step:
    """One operator at work."""

    def __init__(self, name: str, operator: Apply, on_drop: OnDrop) -> None:
        self.name, self.operator, self.on_drop = name, operator, on_drop
        self.failures = 0
        self.has_worked = False

    def process(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Yield the rows that are kept, in one batch if nothing fails."""
        try:
            result = self.operator.apply(batch)
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
        self._report(batch, 0, "operator:failed", detail, failed=True)
        self.failures += 1
        if self.failures >= MAX_BAD_START and not self.has_worked:
            raise InputError(
                f"operator {self.name!r} failed on each of the first {self.failures:,} items: {detail}"
            ) from error

    def _kept(self, result: Result) -> Iterator[pa.RecordBatch]:
        if result.drop is None or result.drop.null_count == len(result.drop):
            yield result.batch
            return
        reasons = result.drop.to_pylist()
        details = result.detail.to_pylist() if result.detail is not None else [None] * len(reasons)
        for place, reason in enumerate(reasons):
            if reason is not None:
                self._report(result.batch, place, reason, details[place] or "", failed=False)
        kept = result.batch.filter(result.drop.is_null())
        if kept.num_rows:
            yield kept

    def _report(self, batch: pa.RecordBatch, place: int, reason: str, detail: str, *, failed: bool) -> None:
        item_id, source, locator = (batch[name][place].as_py() for name in ("id", "source", "locator"))
        self.on_drop(Drop(ItemId(item_id), source, locator, self.name, reason, detail, failed))


def _require_aligned(name: str, batch: pa.RecordBatch, result: Result) -> None:
    for part, rows in (("batch", result.batch), ("drop", result.drop), ("detail", result.detail)):
        if rows is not None and len(rows) != batch.num_rows:
            raise InputError(
                f"operator {name!r} answered {len(rows)} rows in {part!r} for {batch.num_rows} given; "
                "it must answer each row, in order"
            )
