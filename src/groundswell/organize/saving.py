"""Running a pipeline and keeping what it leaves as a new version of a dataset."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from groundswell import __version__
from groundswell.clean import (
    Executor,
    InProcess,
    Operator,
    Outcome,
    Part,
    Progress,
    Running,
    SourcePart,
    fingerprint,
    run_job,
)
from groundswell.collect import Cursor, Growing, Source, nothing_good
from groundswell.items import Drop, Item, repacked
from groundswell.organize.ancestry import cursors_of, other_steps
from groundswell.organize.disk import writing_to
from groundswell.organize.draft import schema_of_rows
from groundswell.organize.parts import TimedPart, parts_of_source, parts_of_version, state_of
from groundswell.organize.report import Report
from groundswell.organize.runs import Run, open_run, temporary_run
from groundswell.organize.store import DatasetStore
from groundswell.organize.version import Version

OnStep = Callable[[Progress], None]
OnCount = Callable[[int], None]
OnNote = Callable[[str], None]

_REPORT_EVERY = 256


@dataclass(frozen=True)
class Saving:
    """How a pipeline is run.

    Attributes:
        operators: the steps, in order.
        now: when it begins; also the instant that is written on every item that is read.
        running: where and within what.
        on_step: is told how far the run is.
        on_count: is told now and then how many records were read.
        on_note: is told in one line what should be known of the run.
    """

    operators: Sequence[Operator]
    now: datetime
    running: Running = field(default_factory=Running)
    on_step: OnStep = lambda progress: None
    on_count: OnCount = lambda count: None
    on_note: OnNote = lambda note: None


def save_source(store: DatasetStore, name: str, source: Source, saving: Saving) -> tuple[Version, Report]:
    """Clean what a source holds and keep it as a new version.

    Raises:
        EmptySource: the source holds no records.
        UnreadableSource: not one record could be read.
        Conflict: another process is at the same run.
    """
    cursor = source.cursor() if isinstance(source, Growing) else None
    identity = _identity(saving.operators, state_of(source), "")
    with _running(store, name, identity, source.size_bytes(), saving) as (executor, run):
        parts = _parts(source, executor, run, saving)
        outcome = _run(parts, (), executor, run, saving)
        _require_good(outcome, source)
        report, batches = _watched(outcome)
        with store.draft(name) as draft:
            for batch in batches(draft.drop):
                draft.add(batch)
            report.count_left_out(draft.left_out)
            lineage = _lineage(source, report, cursor, run)
            return _committed(store, name, run) or draft.commit(
                recipe=saving.operators, lineage=lineage
            ), report


def update_version(
    store: DatasetStore, before: Version, source: Source, saving: Saving
) -> tuple[Version, Report]:
    """Clean what is new in a source since a version was made, against what the version holds; keep both as the next.

    What was read before is not read again, where the source can tell. Rows of the version stay as they are. With
    nothing new in the source, the version itself is returned; where all that is new was set aside, a version of the
    same rows says so, and how far the source was read. Other steps than those before are worth a note.

    Raises:
        Conflict: another process is at the same run.
    """
    if note := other_steps(before, saving.operators):
        saving.on_note(note)
    cursors = cursors_of(before)
    cursor = cursors.get(source.describe())
    fresh = source.after(cursor) if isinstance(source, Growing) and cursor is not None else source
    now = source.cursor(cursor) if isinstance(source, Growing) else None
    identity = _identity(saving.operators, state_of(fresh), before.digest)
    with _running(store, before.name, identity, fresh.size_bytes(), saving) as (executor, run):
        parts = _parts(fresh, executor, run, saving)
        outcome = _run(parts, parts_of_version(before), executor, run, saving)
        report, batches = _watched(outcome)
        with store.draft(before.name, onto=before) as draft:
            for batch in batches(draft.drop):
                draft.add(_like(batch, schema_of_rows(before)))
            report.count_left_out(draft.left_out)
            lineage = _lineage(source, report, now, run, cursors)
            has_moved = now is not None and now != cursor
            return draft.commit(recipe=saving.operators, lineage=lineage, even_without_rows=has_moved), report


def clean_version(store: DatasetStore, name: str, version: Version, saving: Saving) -> tuple[Version, Report]:
    """Send the items of a version through more steps, and keep what is left as a version of a dataset.

    Raises:
        Conflict: another process is at the same run.
    """
    identity = _identity(saving.operators, version.digest, "")
    size_bytes = int(
        pa.compute.sum(pa.compute.binary_length(version.to_table(["text"])["text"])).as_py() or 0
    )
    has_media = version.to_table(["kind"])["kind"].unique().to_pylist() != ["text"]
    with _running(store, name, identity, None if has_media else size_bytes, saving) as (executor, run):
        outcome = _run(parts_of_version(version), (), executor, run, saving)
        report, batches = _watched(outcome)
        with store.draft(name) as draft:
            for batch in batches(draft.drop):
                draft.add(batch)
            report.count_left_out(draft.left_out)
            lineage = {"collected": report.collected, "kept": report.kept, "run": run.id}
            made = _committed(store, name, run) or draft.commit(
                parents=[version], recipe=saving.operators, lineage=lineage
            )
            return made, report


def _run(
    parts: Sequence[Part], known: Sequence[Part], executor: Executor, run: Run, saving: Saving
) -> Outcome:
    def note(progress: Progress) -> None:
        saving.on_step(progress)
        if progress.records:
            saving.on_count(progress.records)

    with writing_to(run.folder.root, "TMPDIR" if run.folder.is_temporary else "GROUNDSWELL_HOME"):
        return run_job(
            parts, saving.operators, folder=run.folder, executor=executor, known=known, on_progress=note
        )


def _watched(outcome: Outcome) -> tuple[Report, Callable[[Callable[[Drop], None]], Iterator[pa.RecordBatch]]]:
    """Return a report that fills while the batches of an outcome are drawn, and what draws them."""
    report = Report(collected=outcome.read)

    def batches(on_drop: Callable[[Drop], None]) -> Iterator[pa.RecordBatch]:
        def note(drop: Drop) -> None:
            report.count(drop)
            on_drop(drop)

        for batch in repacked(outcome.batches(note)):
            report.kept += batch.num_rows
            yield batch

    return report, batches


def _require_good(outcome: Outcome, source: Source) -> None:
    """Refuse a source of which nothing could be read; that all was dropped for a reason is another matter.

    Raises:
        EmptySource: it holds no records.
        UnreadableSource: not one record could be read.
    """
    if outcome.items == 0:
        failed = next((drop for drop in outcome.drops() if drop.failed), None)
        first = failed or next(outcome.drops(), None)
        raise nothing_good(source.describe(), outcome.read, first)


@contextmanager
def _running(
    store: DatasetStore, name: str, identity: str | None, size_bytes: int | None, saving: Saving
) -> Iterator[tuple[Executor, Run]]:
    """Hold what runs the tasks, and the folder of the run: one that stays if it may be gone on with."""
    executor = saving.running.executor(size_bytes)
    try:
        if isinstance(executor, InProcess):
            held = temporary_run(None, saving.now)
        elif identity is None:
            held = temporary_run(runs_of(store), saving.now)
        else:
            held = open_run(runs_of(store), name, identity, saving.now)
        with held as run:
            yield executor, run
    finally:
        executor.close()


def runs_of(store: DatasetStore) -> Path:
    """Return the folder of the runs of a store: beside the datasets, in the data folder."""
    return store.root.parent.parent / "runs" / store.root.name


def _identity(operators: Sequence[Operator], state: str | None, before: str) -> str | None:
    """Return digits that are equal for runs that give the same; None where the source cannot tell."""
    if state is None:
        return None
    parts = (__version__, fingerprint(operators), state, before)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _committed(store: DatasetStore, name: str, run: Run) -> Version | None:
    """Return the version that the run ended with, if the process before this one was killed just after."""
    versions = store.versions(name)
    return versions[-1] if versions and versions[-1].lineage.get("run") == run.id else None


def _lineage(
    source: Source,
    report: Report,
    cursor: Cursor | None,
    run: Run,
    before: Mapping[str, Cursor] | None = None,
) -> dict[str, Any]:
    """Return what a version says of how it was made; what is known of other sources stays known."""
    made: dict[str, Any] = {
        "source": source.describe(),
        "collected": report.collected,
        "kept": report.kept,
        "run": run.id,
    }
    cursors = dict(before or {}) | ({} if cursor is None else {source.describe(): dict(cursor)})
    return {**made, "cursor": cursors} if cursors else made


def _like(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Return a batch with the columns of a schema and in their order; what it lacks is null."""
    columns = [
        batch[entry.name] if entry.name in batch.schema.names else pa.nulls(batch.num_rows, entry.type)
        for entry in schema
    ]
    made = pa.RecordBatch.from_arrays(columns, schema=schema)
    return made.append_column("data", batch["data"])


def _parts(source: Source, executor: Executor, run: Run, saving: Saving) -> list[Part]:
    """Return the parts of a source; in this process it is one, whose records are counted as they are read."""
    if isinstance(executor, InProcess):
        return [TimedPart(SourcePart(_Counted(source, saving.on_count)), run.began_at)]
    return parts_of_source(source, run.began_at)


@dataclass(frozen=True)
class _Counted:
    """A source that tells how many records were read of it."""

    source: Source
    on_count: OnCount

    def read(self) -> Iterator[Item | Drop]:
        count = 0
        for count, record in enumerate(self.source.read(), 1):
            if count % _REPORT_EVERY == 0:
                self.on_count(count)
            yield record
        self.on_count(count)
