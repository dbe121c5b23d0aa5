"""Running a pipeline over batches in this process."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from groundswell.clean.chain import MAX_BAD_START, OnDrop, Step, send
from groundswell.clean.job.files import RunFolder
from groundswell.clean.job.job import run_job
from groundswell.clean.job.local import InProcess
from groundswell.clean.job.parts import OnRead
from groundswell.clean.operator import Operator, WholeOperator, started

__all__ = ["MAX_BAD_START", "OnDrop", "run"]


def run(
    batches: Iterable[pa.RecordBatch], operators: Sequence[Operator], *, on_drop: OnDrop
) -> Iterator[pa.RecordBatch]:
    """Yield what is left of each batch after all operators, in order; no batch is empty.

    Dropped rows are taken out between operators, so later ones never see them. Rows given = rows
    yielded + calls of `on_drop`. Batches stream through, unless an operator must see all rows before it
    judges any: then what was read is kept in a temporary folder on the way.

    Args:
        batches: of `ITEM_SCHEMA`, or wider.
        operators: the steps, in order.
        on_drop: called for each row that is dropped or has failed, in order within a step.

    Raises:
        InputError: an operator answers for more or fewer rows than it was given, or fails on each of
            its first `MAX_BAD_START` rows: then the operator is broken, not the rows.
    """
    rows = [each for each in operators if not isinstance(each, WholeOperator)]
    if len(rows) < len(operators):
        with tempfile.TemporaryDirectory(prefix="groundswell-") as folder:
            outcome = run_job(
                [_Given(batches)],
                operators,
                folder=RunFolder(Path(folder), is_temporary=True),
                executor=InProcess(),
            )
            yield from outcome.batches(on_drop)
        return
    steps = [Step(each.name, started(each).apply, on_drop) for each in rows]
    for batch in batches:
        yield from send(batch, steps)


@dataclass(frozen=True)
class _Given:
    """Batches that can be read once, as a part."""

    given: Iterable[pa.RecordBatch]

    def batches(self, on_drop: OnDrop, on_read: OnRead) -> Iterator[pa.RecordBatch]:
        """Yield them."""
        return iter(self.given)
