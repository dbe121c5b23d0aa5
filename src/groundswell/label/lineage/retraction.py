"""Retraction: a worker's answers of a time count no more, labels are inferred without them, versions made anew."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from groundswell.errors import Conflict, InputError, NotFound
from groundswell.ids import OrgId, ProjectId, RetractionId, WorkerId
from groundswell.label.delivery.service import deliver
from groundswell.label.jobs import ask_to_learn, ask_to_redeliver
from groundswell.label.lineage.model import Delivered, Redelivered, Retraction, Work
from groundswell.label.lineage.service import SQL, worker_name
from groundswell.label.projects.service import SQL as PROJECTS
from groundswell.label.projects.service import get_project
from groundswell.organize import DatasetStore, Version, diff
from groundswell.store import Database, Tx
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit

NEWEST = 2**63 - 1
MAX_REASON = 2_000


async def retract(
    db: Database, scope: Scope, work: Work, reason: str, *, ask_again: bool = False
) -> Retraction:
    """Let a worker's answers count no more, all of them or those of a project or time. Managers only.

    Nothing is deleted: the answers stay, with what was earned for them, and `undo_retraction` makes them count again.
    Labels that rested on nothing else are withdrawn at once; the others are inferred anew from what is left, in the
    background, as after any change. Labels that gold or a review decided stay. Where the project's labels were
    delivered, new versions are made once that is done (`RedeliveryRoom`).

    The same retraction again within ten minutes, as after a lost reply, returns the one that it made.

    Args:
        work: whose answers, in which project, of which time.
        reason: why, for people who look at it later.
        ask_again: ask the tasks again that have fewer answers now than their project wants.

    Raises:
        NotFound: there is no such worker, or no answer that counts within the time.
        InputError: there is no reason, or the time ends before it begins.
    """
    scope.require(Role.MANAGER)
    if not reason.strip() or len(reason) > MAX_REASON:
        raise InputError(f"a retraction needs a reason of 1 to {MAX_REASON:,} characters")
    if work.since >= work.until:
        raise InputError(f"the time ends ({work.until}) before it begins ({work.since})")
    async with db.transaction(scope.org_id) as tx:
        await tx.execute(PROJECTS["allow_minutes"])
        name = await worker_name(tx, work.worker_id)
        rows = await tx.fetch_all(SQL["work_by_project"], dict[str, Any], **vars(work))
        if not rows:
            repeated = await _repeated(tx, work, reason)
            if repeated is not None:
                return repeated
            raise NotFound(f"{name} (worker {work.worker_id}) has no answers that count within this time")
        of = {"org_id": scope.org_id, "reason": reason, "created_by": scope.user_id}
        number = RetractionId(await tx.fetch_value(SQL["insert_retraction"], **of, **vars(work)))
        asked = 0
        for row in rows:
            asked += await _retract_in(tx, scope, number, work, row["project_id"], ask_again)
        await ask_to_redeliver(tx, scope.org_id, number)
        answers = sum(row["answers"] for row in rows)
        await audit(tx, scope, "retraction.create", str(number), worker=work.worker_id, answers=answers)
        return replace(await _retraction(tx, number), asked_again=asked)


async def undo_retraction(db: Database, scope: Scope, number: RetractionId) -> Retraction:
    """Make retracted answers count again; labels are inferred with them, and versions made anew. Managers only.

    Tasks that were asked again meanwhile keep the answers that they got. Undoing twice is undoing once.

    Raises:
        NotFound: there is no such retraction.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        await tx.execute(PROJECTS["allow_minutes"])
        found = await _retraction(tx, number)
        if found.undone_at is not None:
            return found
        for project_id in await tx.fetch_values(SQL["projects_of_retraction"], retraction_id=number):
            await tx.execute(PROJECTS["lock_for_change"], project_id=project_id)
        rows = await tx.fetch_all(SQL["undo_retraction"], dict[str, Any], retraction_id=number)
        for row in rows:
            await _look_again(tx, scope, row["project_id"], found.worker_id, row["task_ids"])
        await ask_to_redeliver(tx, scope.org_id, number)
        await audit(tx, scope, "retraction.undo", str(number), worker=found.worker_id)
        return await _retraction(tx, number)


async def list_retractions(
    db: Database, scope: Scope, *, before: int | None = None, limit: int = 50
) -> list[Retraction]:
    """Return what was retracted, the newest first, those with a number under `before`. Managers only."""
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        return await tx.fetch_all(SQL["retractions"], Retraction, before=before or NEWEST, limit=limit)


async def get_retraction(db: Database, scope: Scope, number: RetractionId) -> Retraction:
    """Return one retraction. Managers only.

    Raises:
        NotFound: there is none of this number.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        return await _retraction(tx, number)


async def _retraction(tx: Tx, number: RetractionId) -> Retraction:
    found = await tx.fetch_one(SQL["retraction"], Retraction, retraction_id=number)
    if found is None:
        raise NotFound(f"there is no retraction {number} in this organization")
    return found


async def _repeated(tx: Tx, work: Work, reason: str) -> Retraction | None:
    number = await tx.fetch_value(SQL["same_retraction"], reason=reason, **vars(work))
    return None if number is None else await _retraction(tx, RetractionId(number))


async def _retract_in(
    tx: Tx, scope: Scope, number: RetractionId, work: Work, project_id: ProjectId, ask_again: bool
) -> int:
    """Let answers in one project count no more; returns how many tasks are asked again."""
    await tx.execute(PROJECTS["lock_for_change"], project_id=project_id)
    task_ids = await tx.fetch_values(
        SQL["retract_answers"], **{**vars(work), "project_id": project_id}, retraction_id=number
    )
    await tx.execute(SQL["withdraw_labels"], task_ids=task_ids)
    asked = 0
    if ask_again:
        asked = await tx.fetch_value(SQL["ask_again"], project_id=project_id, task_ids=task_ids)
    await _look_again(tx, scope, project_id, work.worker_id, task_ids)
    return asked


async def _look_again(
    tx: Tx, scope: Scope, project_id: ProjectId, worker_id: WorkerId, task_ids: Sequence[int]
) -> None:
    of = {"org_id": scope.org_id, "project_id": project_id, "worker_id": worker_id}
    await tx.execute(SQL["look_again"], task_ids=list(task_ids), **of)
    await ask_to_learn(tx, scope.org_id, project_id)


# ── the versions after it ────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class RedeliveryRoom:
    """Where delivered labels become versions again, after what they rest on has changed.

    Attributes:
        datasets: the dataset store of an organization, by its slug.
        learn: settles and learns a project, now.
    """

    db: Database
    datasets: Callable[[str], DatasetStore]
    learn: Callable[[Scope, ProjectId], Awaitable[None]]

    async def redeliver(self, org_id: str, retraction_id: int) -> None:
        """Make new versions of the labels that a retraction, or its undoing, has changed; twice does no harm.

        The outcome is written into the retraction.
        """
        scope = Scope(OrgId(uuid.UUID(org_id)), None, Role.ADMIN)
        async with self.db.transaction(scope.org_id) as tx:
            slug: str = await tx.fetch_value(SQL["organization_slug"])
            projects = await self._projects(tx, RetractionId(retraction_id))
            deliveries = await tx.fetch_all(SQL["deliveries_of_projects"], Delivered, project_ids=projects)
        done = []
        for project_id in projects:
            await self.learn(scope, ProjectId(project_id))
            last = [one.number for one in deliveries if one.project_id == project_id]
            if last:
                done.append(await self._again(scope, self.datasets(slug), ProjectId(project_id), last[-1]))
        outcome = {"projects": projects, "delivered": [asdict(one) for one in done]}
        async with self.db.transaction(scope.org_id) as tx:
            await tx.execute(SQL["save_outcome"], retraction_id=retraction_id, outcome=outcome)

    async def _projects(self, tx: Tx, number: RetractionId) -> list[int]:
        """Return the projects that a retraction touched; once it is undone, all where its worker answered."""
        found = await _retraction(tx, number)
        if found.undone_at is None:
            return await tx.fetch_values(SQL["projects_of_retraction"], retraction_id=number)
        work = Work(found.worker_id, found.project_id, found.since, found.until)
        rows = await tx.fetch_all(SQL["work_by_project"], dict[str, Any], **vars(work))
        return [row["project_id"] for row in rows]

    async def _again(
        self, scope: Scope, store: DatasetStore, project_id: ProjectId, last: int
    ) -> Redelivered:
        project, _ = await get_project(self.db, scope, project_id)
        try:
            after = await deliver(self.db, scope, store, project_id)
        except Conflict:  # no label is left at all
            after = store.promote(store.open(project.dataset, project.dataset_version))
        before = await asyncio.to_thread(_opened, store, project.dataset, last)
        relabelled, withdrawn = (0, 0) if before is None else await asyncio.to_thread(_moved, before, after)
        return Redelivered(project_id, project.dataset, last, after.number, relabelled, withdrawn)


def _opened(store: DatasetStore, name: str, number: int) -> Version | None:
    try:
        return store.open(name, number)
    except NotFound:  # retention has removed it; how it differs cannot be told any more
        return None


def _moved(before: Version, after: Version) -> tuple[int, int]:
    """Return how many items have another label, and how many have none any more."""
    moves = diff(before, after).moves
    withdrawn = sum(count for (_, now), count in moves.items() if now is None)
    return sum(moves.values()) - withdrawn, withdrawn
