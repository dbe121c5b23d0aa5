"""Use cases of batches: make one, list them, and lead them through their life."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from groundswell.errors import Conflict, InputError, NotFound
from groundswell.ids import BatchId, ProjectId
from groundswell.label.jobs import ask_to_learn, ask_to_predict
from groundswell.label.projects.intake import TaskRow, insert_parameters, item_rows, task_rows
from groundswell.label.projects.model import Batch, BatchSpec, BatchState, Project
from groundswell.label.projects.rules import BATCH_TRANSITIONS, check_batch, check_priority, gold_texts
from groundswell.label.projects.service import SQL, go_on, project_of
from groundswell.organize import Version
from groundswell.store import Database, Tx
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit


async def create_batch(
    db: Database,
    scope: Scope,
    project_id: ProjectId,
    spec: BatchSpec,
    version: Version,
    *,
    rng: np.random.Generator,
) -> Batch:
    """Add tasks to a project, as a batch in staging: nobody is given them before it is finalized.

    The project goes on with `version` from then on; its labels are delivered on that version. The audit
    share of the project is drawn of the new tasks, too.

    Args:
        version: of the project's dataset, the items of its tasks among them.
        rng: draws the audit share.

    Raises:
        Conflict: the name is taken, the version is not one that the project can go on with, no item of it
            is new, or an item that was named is a task already.
        InputError: the spec is out of range, names an item that the version lacks, or an item does not fit.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        project = await project_of(tx, project_id)
        check_batch(spec, project.schema)
        if version.name != project.dataset:
            raise Conflict(
                f"project {project.name!r} labels the dataset {project.dataset}; the batch is of {version.name}. "
                "Save the new items as a version of the same dataset"
            )
        await tx.execute(SQL["lock_labels"], project_id=project_id)
        batch_id = await _insert(tx, scope, project_id, spec)
        intake = await _Intake.open(tx, scope, project, spec, batch_id, rng)
        parts = item_rows(version)
        while (rows := await asyncio.to_thread(next, parts, None)) is not None:
            await intake.add(rows)
        intake.check(version)
        await tx.execute(
            SQL["extend_project"], project_id=project_id, dataset_version=version.number, tasks=intake.written
        )
        known = {"name": spec.name, "tasks": intake.written, "dataset_version": version.number}
        await audit(tx, scope, "batch.create", str(batch_id), project=project_id, **known)
        return await batch_of(tx, project_id, batch_id)


async def _insert(tx: Tx, scope: Scope, project_id: ProjectId, spec: BatchSpec) -> BatchId:
    batch_id = await tx.fetch_value(
        SQL["insert_batch"],
        org_id=scope.org_id,
        project_id=project_id,
        name=spec.name,
        state=BatchState.STAGING,
        priority=spec.priority,
        content=spec.content,
    )
    if batch_id is None:
        raise Conflict(f"the project has a batch {spec.name!r} already; choose another name")
    return BatchId(batch_id)


@dataclass(frozen=True)
class _Made:
    """What a project has: tasks in whatever state, and the share that is drawn for the audit."""

    tasks: int
    audit_share: float


@dataclass
class _Intake:
    """Writes the tasks of a batch while the items of a version pass by, and counts what it meets."""

    tx: Tx
    scope: Scope
    project: Project
    spec: BatchSpec
    batch_id: BatchId
    had: _Made
    rng: np.random.Generator
    wanted: frozenset[str] | None
    gold: dict[str, str]
    seen: int = 0
    tasks_met: int = 0
    named_tasks: int = 0
    named_met: int = 0
    written: int = 0
    left: dict[str, int] = field(default_factory=dict)

    @classmethod
    async def open(
        cls,
        tx: Tx,
        scope: Scope,
        project: Project,
        spec: BatchSpec,
        batch_id: BatchId,
        rng: np.random.Generator,
    ) -> "_Intake":
        had = await tx.fetch_one(SQL["tasks_made"], _Made, project_id=project.id)
        assert had is not None
        wanted = None if spec.items is None else frozenset(spec.items)
        return cls(
            tx, scope, project, spec, batch_id, had, rng, wanted, gold_texts(project.schema, spec.gold)
        )

    async def add(self, rows: Sequence[dict[str, Any]]) -> None:
        """Write those of these items that become tasks."""
        ids = [row["id"] for row in rows]
        found = await self.tx.fetch_values(
            SQL["items_without_task"], project_id=self.project.id, item_ids=ids
        )
        new = set(found)
        self.tasks_met += len(ids) - len(new)
        if self.wanted is not None:
            self.named_met += sum(each in self.wanted for each in ids)
            self.named_tasks += sum(each in self.wanted and each not in new for each in ids)
            new &= self.wanted
        chosen = [row for row in rows if row["id"] in new]
        tasks = await asyncio.to_thread(task_rows, chosen, self.project.schema)
        await self._write([task for task in tasks if self._fits(task)])

    def _fits(self, task: TaskRow) -> bool:
        """Say whether an item's own content is that of the batch; one that was named must be."""
        if task.content in (None, self.spec.content):
            return True
        if self.wanted is not None:
            raise InputError(
                f"item {task.item_id[:12]} has the content {task.content}, the batch {self.spec.content or 'none'}; "
                "make a batch for each class of content"
            )
        self.left[str(task.content)] = self.left.get(str(task.content), 0) + 1
        return False

    async def _write(self, tasks: list[TaskRow]) -> None:
        first = self.had.tasks + self.written
        drawn = self.rng.random(len(tasks)) < self.had.audit_share
        given = insert_parameters(
            tasks, first, [self.batch_id] * len(tasks), set(first + np.flatnonzero(drawn)), self.gold
        )
        self._require_gold(tasks)
        await self.tx.execute(
            SQL["insert_tasks"], org_id=self.scope.org_id, project_id=self.project.id, **given
        )
        self.written += len(tasks)

    def _require_gold(self, tasks: Sequence[TaskRow]) -> None:
        unknown = [task.item_id for task in tasks if task.item_id not in self.spec.gold]
        if unknown and self.project.purpose != "production":
            raise InputError(
                f"a {self.project.purpose} project asks tasks of known answer; item {unknown[0][:12]} has no gold label"
            )

    def check(self, version: Version) -> None:
        """Refuse what was met, once all items have passed by; the caller's transaction takes all back.

        Raises:
            Conflict: see `create_batch`.
            InputError: the version lacks an item that was named.
        """
        missing = self.had.tasks - self.tasks_met
        if missing:
            raise Conflict(
                f"{version.name} version {version.number} lacks {missing:,} items that are tasks of the project; "
                "give a version that has them all, and the new ones"
            )
        if self.wanted is not None and self.named_met < len(self.wanted):
            raise InputError(
                f"{len(self.wanted) - self.named_met:,} of {len(self.wanted):,} items are not in {version.name} "
                f"version {version.number}"
            )
        if self.named_tasks:
            raise Conflict(
                f"{self.named_tasks:,} of the items are tasks of the project already; leave them out"
            )
        if not self.written:
            raise Conflict(
                f"{version.name} version {version.number} has no new item for this batch{_left(self.left)}"
            )


def _left(contents: Mapping[str, int]) -> str:
    if not contents:
        return ""
    return f"; {sum(contents.values()):,} new ones have the content {' or '.join(sorted(contents))}: name it"


async def list_batches(
    db: Database, scope: Scope, project_id: ProjectId, *, after: int = 0, limit: int = 100
) -> list[Batch]:
    """Return batches with the counts of their tasks, the oldest first, those with an id above `after`.

    For members and above: who labels need not know how the work is divided.
    """
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        await project_of(tx, project_id)
        return await tx.fetch_all(SQL["batches"], Batch, project_id=project_id, after=after, limit=limit)


async def batch_of(tx: Tx, project_id: ProjectId, batch_id: BatchId) -> Batch:
    """Return a batch inside a transaction that is about to change it, or raise `NotFound`."""
    batch = await tx.fetch_one(SQL["batch"], Batch, project_id=project_id, batch_id=batch_id)
    if batch is None:
        raise NotFound(f"project {project_id} has no batch {batch_id}")
    return batch


async def set_batch_state(
    db: Database, scope: Scope, project_id: ProjectId, batch_id: BatchId, state: BatchState
) -> Batch:
    """Finalize, pause, resume, complete or cancel a batch; managers and admins only.

    From then on nobody is given a task of a batch that is not in progress. Who holds one may still answer
    it and is paid. Cancelling sets the pending tasks to canceled. A project that was done goes on with a batch
    that is finalized or resumed. Asking for the state that it has changes nothing.

    Raises:
        Conflict: the transition is not allowed from the present state, or tasks of a batch that is to be
            completed are pending.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        project = await project_of(tx, project_id)
        await tx.execute(SQL["lock_labels"], project_id=project_id)
        await tx.execute(SQL["lock_slots"], project_id=project_id)
        batch = await batch_of(tx, project_id, batch_id)
        if batch.state == state:
            return batch
        _require_transition(batch, state)
        await tx.execute(SQL["set_batch_state"], batch_id=batch_id, state=state)
        canceled = 0
        if state is BatchState.CANCELLED:
            canceled = await tx.execute(SQL["cancel_batch"], batch_id=batch_id)
        if state is BatchState.IN_PROGRESS:
            await go_on(tx, scope, project)
        else:
            await tx.execute(SQL["close_batch"], project_id=project_id, batch_id=batch_id)
        await tx.execute(SQL["unlearn"], project_id=project_id, tasks=-canceled)
        await ask_to_learn(tx, scope.org_id, project_id)
        if state is BatchState.IN_PROGRESS:
            await ask_to_predict(tx, scope.org_id, project_id)
        changed = {"before": batch.state, "after": state, "tasks_canceled": canceled}
        await audit(tx, scope, "batch.state", str(batch_id), project=project_id, **changed)
        return await batch_of(tx, project_id, batch_id)


def _require_transition(batch: Batch, state: BatchState) -> None:
    allowed = BATCH_TRANSITIONS[state]
    if batch.state not in allowed:
        way = (
            f"it can become {state} only from {' or '.join(allowed)}"
            if allowed
            else f"none becomes {state} again"
        )
        raise Conflict(f"batch {batch.name!r} is {batch.state}; {way}")
    if state is BatchState.COMPLETED and batch.pending:
        raise Conflict(
            f"batch {batch.name!r} has {batch.pending:,} pending tasks; wait for them, or cancel them"
        )


async def set_batch_priority(
    db: Database, scope: Scope, project_id: ProjectId, batch_id: BatchId, priority: int
) -> Batch:
    """Say where a batch stands among those of its project, lower first; open slots follow at once."""
    scope.require(Role.MANAGER)
    check_priority(priority)
    async with db.transaction(scope.org_id) as tx:
        await tx.execute(SQL["lock_slots"], project_id=project_id)
        batch = await batch_of(tx, project_id, batch_id)
        await tx.execute(SQL["set_batch_priority"], batch_id=batch_id, priority=priority)
        changed = {"before": batch.priority, "after": priority}
        await audit(tx, scope, "batch.priority", str(batch_id), project=project_id, **changed)
        return await batch_of(tx, project_id, batch_id)


async def finish_batches(tx: Tx, scope: Scope, project_id: ProjectId) -> list[BatchId]:
    """Complete the batches in progress that have no pending task left, inside the transaction that settled them."""
    finished = [BatchId(each) for each in await tx.fetch_values(SQL["finish_batches"], project_id=project_id)]
    for batch_id in finished:
        changed = {"before": BatchState.IN_PROGRESS, "after": BatchState.COMPLETED}
        await audit(tx, scope, "batch.state", str(batch_id), project=project_id, **changed)
    return finished
