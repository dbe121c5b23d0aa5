"""Use cases of commissioned projects: what tasks have in common, as a program says it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from groundswell.errors import Conflict, InputError, NotFound
from groundswell.label.commissions.model import CommissionProject
from groundswell.label.commissions.rules import check_storable, check_text, settings_of
from groundswell.label.commissions.types import known_type
from groundswell.store import Database, Tx, load_queries
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit

SQL = load_queries(__package__)

RESERVED = ("version", "created_at")


async def create_project(
    db: Database,
    scope: Scope,
    *,
    name: str,
    kind: str,
    params: Mapping[str, Any],
    rapid: bool = False,
    studio: bool = False,
    dataset: str | None = None,
    now: datetime,
) -> CommissionProject:
    """Name what tasks will have in common; nothing is opened in the workspace before the first task comes.

    Raises:
        Conflict: the name is taken.
        InputError: there is no such task type, or a parameter cannot be kept.
    """
    scope.require(Role.MANAGER)
    check_text("a project name", name)
    new = {
        "org_id": scope.org_id,
        "name": name,
        "type": known_type(kind),
        "history": json.dumps([_version(params, 1, now)]),
        "rapid": rapid,
        "studio": studio,
        "dataset": None if dataset is None else check_text("datasetId", dataset),
        "created_by": scope.user_id,
    }
    async with db.transaction(scope.org_id) as tx:
        project_id = await tx.fetch_value(SQL["insert_commission_project"], **new)
        if project_id is None:
            raise Conflict(f"Project {name} already exists.")
        await audit(tx, scope, "commission_project.create", name, type=kind)
        return await project_named(tx, name)


async def list_projects(db: Database, scope: Scope) -> list[CommissionProject]:
    """Return every project that programs have named, the oldest first; for members and above."""
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        return await tx.fetch_all(SQL["commission_projects"], CommissionProject, names=None)


async def get_project(db: Database, scope: Scope, name: str) -> CommissionProject:
    """Return the project of a name; for members and above.

    Raises:
        NotFound: there is none.
    """
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        return await project_named(tx, name)


async def project_name(db: Database, scope: Scope, project_id: int) -> str:
    """Return what a project is called; for members and above.

    Raises:
        NotFound: there is none of this number.
    """
    scope.require(Role.MEMBER)
    async with db.transaction(scope.org_id) as tx:
        name: str | None = await tx.fetch_value(SQL["project_name"], id=project_id)
    if name is None:
        raise _no_project(str(project_id))
    return name


async def set_params(
    db: Database, scope: Scope, name: str, params: Mapping[str, Any], *, now: datetime
) -> CommissionProject:
    """Change parameters of a project, those that are named; tasks that are there keep theirs.

    Raises:
        NotFound: there is no such project.
        InputError: a parameter cannot be kept.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        before = await tx.fetch_one(SQL["lock_commission_project"], CommissionProject, name=name)
        if before is None:
            raise _no_project(name)
        after = _version({**before.params, **params}, len(before.history) + 1, now)
        await tx.execute(SQL["add_params"], name=name, params=json.dumps([after]))
        await audit(tx, scope, "commission_project.params", name, version=after["version"])
        return await project_named(tx, name)


async def project_named(tx: Tx, name: str) -> CommissionProject:
    """Return the project of a name inside a transaction, or raise `NotFound`."""
    found = await tx.fetch_one(SQL["commission_projects"], CommissionProject, names=[name])
    if found is None:
        raise _no_project(name)
    return found


async def projects_named(tx: Tx, names: Sequence[str]) -> dict[str, CommissionProject]:
    """Return the projects of some names that there are, inside a transaction."""
    rows = await tx.fetch_all(SQL["commission_projects"], CommissionProject, names=list(names))
    return {row.name: row for row in rows}


def _version(params: Mapping[str, Any], number: int, now: datetime) -> dict[str, Any]:
    check_storable(params)
    settings_of(params)
    taken = [name for name in RESERVED if name in params]
    if taken:
        raise InputError(f"the parameter {taken[0]} is ours to say; leave it out")
    return {**params, "version": number, "created_at": now.isoformat()}


def _no_project(name: str) -> NotFound:
    return NotFound(f"Project {name[:180]} not found.")
