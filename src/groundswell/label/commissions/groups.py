"""Groups of people within a program's project: batches that are given to groups are given to nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from groundswell.errors import Conflict, InputError, NotFound
from groundswell.label.commissions.assignments import locked_project, workers_of
from groundswell.label.commissions.batches import batch_named
from groundswell.label.commissions.model import CommissionBatch, Group
from groundswell.label.commissions.projects import SQL, project_named
from groundswell.label.commissions.rules import check_text
from groundswell.store import Database, Tx
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit
from groundswell.workforce.members import MemberWorkers


@dataclass(frozen=True)
class _Row:
    id: int
    name: str
    workers: list[int]


async def list_groups(db: Database, scope: Scope, project: str) -> list[Group]:
    """Return the groups of a project, the oldest first; managers and admins only.

    Raises:
        NotFound: there is no such project.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        return await _groups(tx, (await project_named(tx, project)).id)


async def create_group(
    db: Database, scope: Scope, workers: MemberWorkers, project: str, name: str, emails: Sequence[str]
) -> Group:
    """Make a group of people.

    Raises:
        Conflict: the project has a group of this name.
        InputError: somebody is no member of the organization.
        NotFound: there is no such project.
    """
    scope.require(Role.MANAGER)
    check_text("a group name", name)
    members = await workers_of(db, scope, workers, emails)
    async with db.transaction(scope.org_id) as tx:
        over = await locked_project(tx, project)
        new = {
            "org_id": scope.org_id,
            "commission_project_id": over.id,
            "name": name,
            "workers": sorted(members),
        }
        if await tx.fetch_value(SQL["insert_group"], **new) is None:
            raise Conflict(f"Group {name} already exists in project {project}.")
        await audit(tx, scope, "commission_group.create", name, project=project)
        return await _group(tx, over.id, name)


async def change_group(
    db: Database,
    scope: Scope,
    workers: MemberWorkers,
    project: str,
    name: str,
    *,
    add: Sequence[str],
    remove: Sequence[str],
) -> Group:
    """Take people into a group and out of it; its batches follow.

    Raises:
        InputError: somebody is no member of the organization.
        NotFound: there is no such project or group.
    """
    scope.require(Role.MANAGER)
    added = await workers_of(db, scope, workers, add)
    removed = await workers_of(db, scope, workers, remove)
    async with db.transaction(scope.org_id) as tx:
        over = await locked_project(tx, project)
        group = await _group(tx, over.id, name)
        after = sorted({*group.workers, *added} - set(removed))
        await tx.execute(SQL["set_group"], id=group.id, workers=after)
        await tx.execute(SQL["reserve_parts"], commission_batch_id=None, group_id=group.id)
        await audit(tx, scope, "commission_group.change", name, project=project, workers=after)
        return await _group(tx, over.id, name)


async def assign_batch(db: Database, scope: Scope, batch: str, groups: Sequence[str]) -> CommissionBatch:
    """Give a batch to groups of its project and to nobody else; to everybody, if none is named.

    Raises:
        InputError: the project has no group of a name.
        NotFound: there is no such batch.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        found = await batch_named(tx, batch)
        known = {group.name: group.id for group in await _groups(tx, found.commission_project_id)}
        missing = [name for name in groups if name not in known]
        if missing:
            raise InputError(f"project {found.project} has no group {missing[0][:180]}")
        await tx.execute(SQL["lock_commission_batch"], name=batch)
        await tx.execute(
            SQL["set_groups"], id=found.id, groups=[known[name] for name in dict.fromkeys(groups)]
        )
        await tx.execute(SQL["reserve_parts"], commission_batch_id=found.id, group_id=None)
        await audit(tx, scope, "commission_batch.groups", batch, groups=list(groups))
        return await batch_named(tx, batch)


async def _group(tx: Tx, project_id: int, name: str) -> Group:
    for group in await _groups(tx, project_id):
        if group.name == name:
            return group
    raise NotFound(f"Group {name[:180]} not found.")


async def _groups(tx: Tx, project_id: int) -> list[Group]:
    rows = await tx.fetch_all(SQL["groups"], _Row, commission_project_id=project_id)
    ids = sorted({worker for row in rows for worker in row.workers})
    people = await tx.fetch_all(SQL["emails_of"], dict[str, Any], worker_ids=ids) if ids else []
    emails = {one["worker_id"]: one["email"] for one in people}
    return [
        Group(row.id, row.name, {worker: emails.get(worker, "") for worker in row.workers}) for row in rows
    ]
