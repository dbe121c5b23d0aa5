"""Use cases of commissioned batches: a name for tasks of whatever label schema, led through one life."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import sql

from groundswell.errors import Conflict, InputError, NotFound
from groundswell.ids import BatchId, ProjectId
from groundswell.label.commissions.model import CommissionBatch
from groundswell.label.commissions.projects import SQL, project_named
from groundswell.label.commissions.rules import callback_door, check_metadata, check_text, merged
from groundswell.label.projects import batches
from groundswell.label.projects.model import BatchState
from groundswell.label.projects.rules import BATCH_TRANSITIONS, PRIORITIES
from groundswell.store import Database, Tx
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit

LAST = PRIORITIES[1]
"""Batches beyond so many come equally last."""


@dataclass(frozen=True)
class Part:
    """A batch of a labelling project that belongs to a commissioned one."""

    project_id: ProjectId
    batch_id: BatchId
    state: str


@dataclass(frozen=True)
class BatchFilter:
    """Which batches are wanted; None for any. `created` and `completed` are from and before when."""

    project: str | None = None
    state: str | None = None
    created: tuple[datetime | None, datetime | None] = (None, None)
    completed: tuple[datetime | None, datetime | None] = (None, None)


async def create_batch(
    db: Database,
    scope: Scope,
    *,
    project: str,
    name: str,
    callback_url: str | None = None,
    calibration: bool = False,
    self_label: bool = False,
    staging: bool | None = None,
    metadata: Mapping[str, Any],
    private_hosts: Sequence[str] = (),
) -> CommissionBatch:
    """Name a group of tasks to be.

    Args:
        staging: whether nobody is given its tasks before it is finalized; None leaves it to the project.
        private_hosts: of the operator, which callbacks may go to.

    Raises:
        Conflict: the name is taken.
        NotFound: there is no such project.
        InputError: a name, the metadata or the callback is not right.
    """
    scope.require(Role.MANAGER)
    check_text("a batch name", name)
    if callback_url:
        callback_door(callback_url, private_hosts)
    async with db.transaction(scope.org_id) as tx:
        over = await project_named(tx, project)
        waits = over.has_staging if staging is None else staging
        new = {
            "org_id": scope.org_id,
            "commission_project_id": over.id,
            "name": name,
            "state": BatchState.STAGING if waits else BatchState.IN_PROGRESS,
            "staged": waits,
            "callback_url": callback_url or None,
            "calibration": calibration,
            "self_label": self_label,
            "metadata": check_metadata(metadata),
        }
        if await tx.fetch_value(SQL["insert_commission_batch"], **new) is None:
            raise Conflict(f"Batch {name} already exists.")
        await audit(tx, scope, "commission_batch.create", name, project=project)
        return await batch_named(tx, name)


async def get_batch(db: Database, scope: Scope, name: str) -> CommissionBatch:
    """Return the batch of a name; for members and above.

    Raises:
        NotFound: there is none.
    """
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        return await batch_named(tx, name)


async def batch_name(db: Database, scope: Scope, batch_id: int) -> str:
    """Return what a batch is called; for members and above.

    Raises:
        NotFound: there is none of this number.
    """
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        name: str | None = await tx.fetch_value(SQL["batch_name"], id=batch_id)
    if name is None:
        raise NotFound(f"Batch {batch_id} not found.")
    return name


async def list_batches(
    db: Database, scope: Scope, which: BatchFilter, *, offset: int = 0, limit: int = 100
) -> tuple[list[CommissionBatch], int]:
    """Return one page of batches, the newest first, and how many there are in all; for members and above."""
    scope.require(Role.MEMBER)
    conditions, params = (
        [sql.SQL("true")],
        {
            "project": which.project,
            "state": which.state,
            "start": which.created[0],
            "end": which.created[1],
            "from": which.completed[0],
            "until": which.completed[1],
        },
    )
    for name, condition in (
        ("project", "p.name = %(project)s"),
        ("state", "b.state = %(state)s"),
        ("start", "b.created_at >= %(start)s"),
        ("end", "b.created_at <= %(end)s"),
        ("from", "b.completed_at >= %(from)s"),
        ("until", "b.completed_at <= %(until)s"),
    ):
        if params[name] is not None:
            conditions.append(sql.SQL(condition))
    found = sql.SQL(
        "from commission_batches b join commission_projects p on p.id = b.commission_project_id where {}"
    ).format(sql.SQL(" and ").join(conditions))
    page = sql.SQL("select b.name {} order by b.id desc limit %(limit)s offset %(offset)s").format(found)
    async with db.transaction(scope.org_id) as tx:
        total = await tx.fetch_value(sql.SQL("select count(*)::int {}").format(found), **params)
        names = await tx.fetch_values(page, **params, limit=limit, offset=offset)
        rows = await batches_named(tx, names)
    return [rows[name] for name in names], total


async def set_metadata(
    db: Database, scope: Scope, name: str, metadata: Mapping[str, Any], *, merge: bool = False
) -> CommissionBatch:
    """Replace the metadata of a batch, or `merge` it into those that it has.

    Raises:
        NotFound: there is no such batch.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        batch = await _locked(tx, name)
        after = check_metadata(merged(batch.metadata, metadata) if merge else metadata)
        await tx.execute(SQL["set_commission_batch_metadata"], id=batch.id, metadata=after)
        return await batch_named(tx, name)


async def finalize_batch(db: Database, scope: Scope, name: str) -> CommissionBatch:
    """Give the tasks of a batch in staging to people; one that never was in staging stays as it is.

    Raises:
        NotFound: there is no such batch.
        Conflict: it is finalized already.
    """
    batch = await get_batch(db, scope, name)
    if not batch.staged:
        return batch
    return await set_state(db, scope, name, BatchState.IN_PROGRESS, allowed=(BatchState.STAGING,))


async def set_state(
    db: Database, scope: Scope, name: str, state: BatchState, *, allowed: Sequence[BatchState]
) -> CommissionBatch:
    """Lead a batch, all parts of it, to another state.

    Args:
        allowed: the states from which it may come.

    Raises:
        NotFound: there is no such batch.
        Conflict: it is in another state.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        batch = await _locked(tx, name)
        if batch.state not in allowed:
            raise Conflict(
                f"Batch {name} is {batch.state}; it can become {state} only from {' or '.join(allowed)}."
            )
        after = BatchState.COMPLETED if _is_through(batch, state) else state
        await tx.execute(SQL["set_commission_batch_state"], id=batch.id, state=after)
        await audit(tx, scope, "commission_batch.state", name, before=batch.state, after=after)
        parts = await tx.fetch_all(SQL["parts_of"], Part, id=batch.id)
    for part in parts:
        if part.state in BATCH_TRANSITIONS[state]:  # else it is at its end already
            await batches.set_batch_state(db, scope, part.project_id, part.batch_id, state)
    return await get_batch(db, scope, name)


def _is_through(batch: CommissionBatch, state: BatchState) -> bool:
    """Say whether a batch that goes on has nothing left to ask."""
    return state is BatchState.IN_PROGRESS and not batch.pending and bool(batch.completed + batch.error)


async def list_studio_batches(db: Database, scope: Scope) -> list[CommissionBatch]:
    """Return the batches of studio projects that are not at their end, in the order of work; for members and above."""
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        names = await tx.fetch_values(SQL["studio_batches"])
        rows = await batches_named(tx, names)
    return [rows[name] for name in names]


async def set_order(db: Database, scope: Scope, names: Sequence[str]) -> list[CommissionBatch]:
    """Put the batches of studio projects that are not at their end into an order.

    Args:
        names: all of them, the most urgent first; none puts them in the order in which they were made.

    Raises:
        InputError: one is missing, or not among them.
    """
    scope.require(Role.MANAGER)
    present = {batch.name: batch for batch in await list_studio_batches(db, scope)}
    if names and (set(names) != set(present) or len(names) > len(present)):
        wrong = sorted(set(names) ^ set(present)) or sorted(names)
        raise InputError(f"name all pending batches once; see {wrong[0][:180]}")
    wanted = {name: place for place, name in enumerate(names)} or dict.fromkeys(present, 0)
    for name, priority in wanted.items():
        async with db.transaction(scope.org_id) as tx:
            await tx.execute(
                SQL["set_commission_batch_priority"], id=present[name].id, priority=min(priority, LAST)
            )
            parts = await tx.fetch_all(SQL["parts_of"], Part, id=present[name].id)
        for part in parts:
            await batches.set_batch_priority(db, scope, part.project_id, part.batch_id, min(priority, LAST))
    return await list_studio_batches(db, scope)


async def batch_named(tx: Tx, name: str) -> CommissionBatch:
    """Return the batch of a name inside a transaction, or raise `NotFound`."""
    found = (await batches_named(tx, [name])).get(name)
    if found is None:
        raise NotFound(f"Batch {name[:180]} not found.")
    return found


async def batches_named(tx: Tx, names: Sequence[str]) -> dict[str, CommissionBatch]:
    """Return the batches of some names that there are, inside a transaction."""
    rows = await tx.fetch_all(SQL["commission_batches"], CommissionBatch, names=list(names))
    return {row.name: row for row in rows}


async def _locked(tx: Tx, name: str) -> CommissionBatch:
    await tx.execute(SQL["lock_commission_batch"], name=name)
    return await batch_named(tx, name)
