"""Running a pipeline over parts: stage by stage, each in tasks, resumable wherever it was killed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from groundswell.clean.job.files import RunFolder
from groundswell.clean.job.gathered import Gathered
from groundswell.clean.job.ledger import Ledger
from groundswell.clean.job.mapping import Judgement, Kept, Pass, run_pass
from groundswell.clean.job.parts import ROW, OnDrop, Part, read_batches
from groundswell.clean.job.stages import stages_of
from groundswell.clean.job.work import Entry, Executor, OnProgress, Work
from groundswell.clean.operator import Operator
from groundswell.items import Drop, drops_of


@dataclass(frozen=True)
class Outcome:
    """What a run leaves: the rows and drops of each part, in order, in the folder of the run.

    Attributes:
        read: how many records were read.
        items: how many of these were items, before any step.
        parts: each part's files of drops, then its rows.
    """

    read: int
    items: int
    parts: tuple[tuple[tuple[Path, ...], Kept], ...]

    def drops(self) -> Iterator[Drop]:
        """Yield what was set aside before the last step, part by part."""
        for drop_files, _ in self.parts:
            for path in drop_files:
                for batch in read_batches(path):
                    yield from drops_of(batch)

    def batches(self, on_drop: OnDrop) -> Iterator[pa.RecordBatch]:
        """Yield what is kept, in the order of reading; no batch is empty.

        Args:
            on_drop: is told of each record that was set aside, part by part.
        """
        for drop_files, kept in self.parts:
            for path in drop_files:
                for batch in read_batches(path):
                    for drop in drops_of(batch):
                        on_drop(drop)
            for batch in kept.batches(on_drop):
                yield batch.drop_columns([ROW])


def run_job(
    parts: Sequence[Part],
    operators: Sequence[Operator],
    *,
    folder: RunFolder,
    executor: Executor,
    known: Sequence[Part] = (),
    on_progress: OnProgress = lambda progress: None,
) -> Outcome:
    """Run a pipeline, or what is left of it if the folder holds a run that was killed.

    Args:
        parts: what is cleaned, in order.
        operators: the steps, in order.
        folder: where the run keeps its files: of this run alone, with the same parts and operators.
        executor: what runs the tasks.
        known: what is there already: new rows are compared with these, which are not changed.
        on_progress: is told how far the run is.

    Raises:
        InputError: a source cannot be read at all, or an operator is broken.
    """
    ledger = Ledger(folder)
    work = Work(folder, executor, ledger.read(), executor.task_memory(), ledger.keep, on_progress)
    every = [*known, *parts]
    kept: list[Kept] = []
    steps: list[tuple[str, list[Entry]]] = []
    for number, stage in enumerate(stages_of(operators)):
        step = f"{number}-{_name(stage.gathers)}"
        passes = [
            Pass(step, place, kept[place] if kept else part, stage, place < len(known))
            for place, part in enumerate(every)
        ]
        entries = work.each(step, run_pass, {f"{each.number:05d}": (each,) for each in passes})
        steps.append((step, entries))
        if stage.writes:
            kept = [Kept(Gathered(folder, step, 0).path("rows", place), place) for place in range(len(every))]
        if stage.gathers:
            counts: Counter[str] = Counter()
            for entry in entries[len(known) :]:
                counts.update(entry["counts"])
            gathered = Gathered(folder, step, len(every), len(known), dict(counts))
            settled = stage.gathers.settle(gathered, work)
            judgements = [
                Judgement(stage.gathers, gathered, settled, tuple(entry["failed_rows"])) for entry in entries
            ]
            kept = [_judged(*each, len(known)) for each in zip(kept, judgements, strict=True)]
    return _outcome(folder, kept[len(known) :], steps, len(known))


def _name(gathers: object) -> str:
    return str(getattr(gathers, "name", "last"))


def _judged(kept: Kept, judgement: Judgement, known: int) -> Kept:
    """Add a judgement, but not to parts that are there already."""
    if kept.number < known:
        return kept
    return replace(kept, judgements=(*kept.judgements, judgement))


def _outcome(
    folder: RunFolder, kept: Sequence[Kept], steps: Sequence[tuple[str, list[Entry]]], known: int
) -> Outcome:
    first = steps[0][1][known:]
    items = sum(entry["read"] for entry in first)
    read = items + sum(entry["unread"] for entry in first)
    parts = tuple(
        (
            tuple(
                Gathered(folder, step, 0).path("drops", each.number)
                for step, entries in steps
                if entries[each.number]["dropped"] or entries[each.number]["failed"]
            ),
            each,
        )
        for each in kept
    )
    return Outcome(read, items, parts)
