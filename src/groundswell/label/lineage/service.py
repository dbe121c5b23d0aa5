"""Tracing: from an item to the people, instructions and models behind its labels, and from a person forward."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from groundswell.errors import InputError, NotFound
from groundswell.ids import ProjectId, WorkerId
from groundswell.label.lineage.model import (
    AnswerOf,
    Delivered,
    ExportOf,
    ProjectTouched,
    TaskOf,
    Touched,
    VersionTouched,
    Work,
)
from groundswell.label.lineage.rules import Resting, fates
from groundswell.organize import DatasetStore, uses_in
from groundswell.store import Database, Tx, load_queries
from groundswell.tenancy.model import RANK, Role, Scope

SQL = load_queries(__package__)

EXAMPLES = 20
"""Items that are named where there are many."""

TASKS_AT_ONCE = 10_000


@dataclass(frozen=True)
class Labelled:
    """What people and models said of an item, and what became of it.

    Attributes:
        tasks: one for each project that asks about it.
        deliveries: labels of these projects that became versions, since the first answer.
        exports: files of these labels.
    """

    tasks: Sequence[TaskOf]
    deliveries: Sequence[Delivered]
    exports: Sequence[ExportOf]


async def trace_labels(db: Database, scope: Scope, item_id: str) -> Labelled:
    """Return who labelled an item, under which instructions, with what confidence, and where the labels went.

    For members and above. The names of workers, known answers and the audit share are for managers.
    """
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        tasks = await tx.fetch_all(SQL["tasks_of_item"], TaskOf, item_id=item_id)
        given = await tx.fetch_all(
            SQL["answers_of_tasks"], AnswerOf, task_ids=[task.task_id for task in tasks]
        )
        projects = sorted({task.project_id for task in tasks})
        deliveries, exports = await _delivered(tx, projects)
    if RANK[scope.role] < RANK[Role.MANAGER]:
        tasks = [replace(task, is_audit=None, gold=None) for task in tasks]
        given = [replace(answer, worker=None) for answer in given]
    whole = [replace(task, given=[one for one in given if one.task_id == task.task_id]) for task in tasks]
    return Labelled(whole, deliveries, exports)


async def find_worker(db: Database, scope: Scope, reference: str) -> WorkerId:
    """Return the worker that a manager means: by number, by name, or by the e-mail address of a member.

    Raises:
        NotFound: there is no such worker.
        InputError: several have the name.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        found = await tx.fetch_all(SQL["find_workers"], tuple[int, str], reference=reference)
    if not found:
        raise NotFound(f"there is no worker {reference[:80]!r}; give a number, a name or an e-mail address")
    if len(found) > 1:
        numbers = ", ".join(str(worker_id) for worker_id, _ in found)
        raise InputError(f"several workers are named {reference[:80]!r}: {numbers}; give the number")
    return WorkerId(found[0][0])


async def touched_by(db: Database, scope: Scope, store: DatasetStore, work: Work) -> Touched:
    """Return all that rests on some worker's answers: labels, versions, files and training runs. Managers only.

    It is also the dry run of a retraction: what it counts is what would be looked at anew.

    Raises:
        NotFound: there is no such worker.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        name = await worker_name(tx, work.worker_id)
        rows = await tx.fetch_all(SQL["work_by_project"], dict[str, Any], **vars(work))
        found = [(row, await _resting(tx, work, row["project_id"])) for row in rows]
        certificates = [await _certificates(tx, row["project_id"], row["first_at"]) for row in rows]
        deliveries, exports = await _delivered(tx, [row["project_id"] for row in rows])
    projects = []
    for (row, tasks), issued in zip(found, certificates, strict=True):
        mine = [
            one
            for one in deliveries
            if one.project_id == row["project_id"] and one.delivered_at >= row["first_at"]
        ]
        versions = await asyncio.to_thread(_versions, store, mine, exports, [task.item_id for task in tasks])
        projects.append(_touched(row, tasks, issued, versions))
    return Touched(work, name, projects)


async def versions_in_use(db: Database, scope: Scope) -> dict[str, set[int]]:
    """Return the versions that must stay, by dataset: what projects label, and what they have delivered last.

    Earlier deliveries may go: lineage keeps where they came from.
    """
    async with db.transaction(scope.org_id) as tx:
        rows = await tx.fetch_all(SQL["versions_in_use"], tuple[str, int])
    found: dict[str, set[int]] = {}
    for dataset, number in rows:
        found.setdefault(dataset, set()).add(number)
    return found


async def worker_name(tx: Tx, worker_id: WorkerId) -> str:
    """Return the name of a worker.

    Raises:
        NotFound: there is no such worker.
    """
    rows = await tx.fetch_all(SQL["find_workers"], tuple[int, str], reference=str(worker_id))
    for found, name in rows:
        if found == worker_id:
            return name
    raise NotFound(f"there is no worker {worker_id} in this organization")


async def _resting(tx: Tx, work: Work, project_id: ProjectId) -> list[Resting]:
    """Return what the labels of all tasks rest on that a worker answered in a project."""
    given = {**vars(work), "project_id": project_id, "limit": TASKS_AT_ONCE}
    found: list[Resting] = []
    after = 0
    while True:
        page = await tx.fetch_all(SQL["fates"], Resting, **given, after=after)
        found += page
        if len(page) < TASKS_AT_ONCE:
            return found
        after = page[-1].task_id


async def _certificates(tx: Tx, project_id: ProjectId, since: datetime) -> int:
    count: int = await tx.fetch_value(SQL["certificates_after"], project_id=project_id, since=since)
    return count


async def _delivered(tx: Tx, projects: Sequence[int]) -> tuple[list[Delivered], list[ExportOf]]:
    of = {"project_ids": list(projects)}
    return (
        await tx.fetch_all(SQL["deliveries_of_projects"], Delivered, **of),
        await tx.fetch_all(SQL["exports_of_projects"], ExportOf, **of),
    )


def _touched(
    row: dict[str, Any], tasks: Sequence[Resting], certificates: int, versions: Sequence[VersionTouched]
) -> ProjectTouched:
    return ProjectTouched(
        project_id=row["project_id"],
        project=row["project"],
        dataset=row["dataset"],
        answers=row["answers"],
        tasks=row["tasks"],
        first_at=row["first_at"],
        last_at=row["last_at"],
        fates=fates(tasks),
        items=[task.item_id for task in tasks[:EXAMPLES]],
        certificates=certificates,
        versions=versions,
    )


def _versions(
    store: DatasetStore, deliveries: Iterable[Delivered], exports: Sequence[ExportOf], items: Sequence[str]
) -> list[VersionTouched]:
    """Return the delivered versions that have a label of any of the items, with what was made of them."""
    wanted = pa.array(items, pa.string())
    found = []
    for one in deliveries:
        labels = _labels_in(store, one, wanted)
        if labels == 0:
            continue
        files = [each for each in exports if (each.dataset, each.number) == (one.dataset, one.number)]
        uses = [use for use in uses_in(store.root / one.dataset) if use.number == one.number]
        found.append(VersionTouched(one.dataset, one.number, labels, files, uses))
    return found


def _labels_in(store: DatasetStore, one: Delivered, items: pa.Array) -> int:
    """Return how many of the items have a label in a delivered version; all, where retention has removed it."""
    try:
        version = store.open(one.dataset, one.number)
    except NotFound:
        return len(items)
    if "label" not in version.columns:
        return 0
    table = version.to_table(["id", "label"])
    kept = pc.and_(pc.is_in(table["id"], value_set=items), pc.is_valid(table["label"]))
    return int(pc.sum(kept).as_py() or 0)
