"""Who may label for a program's project: everybody, or where people are assigned, they and nobody else."""

from collections.abc import Callable, Sequence
from typing import Any

from groundswell.errors import InputError
from groundswell.ids import UserId, WorkerId
from groundswell.label.commissions.model import CommissionProject
from groundswell.label.commissions.projects import SQL, project_named
from groundswell.store import Database, Tx
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit, get_member
from groundswell.workforce.members import MemberWorkers
from groundswell.workforce.requirements import requirements_of

MOST_AT_ONCE = 1_000


async def list_assignments(db: Database, scope: Scope) -> dict[str, list[str]]:
    """Return the projects that each person is assigned to, by e-mail address; managers and admins only."""
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        return await _assignments(tx)


async def assign(
    db: Database, scope: Scope, workers: MemberWorkers, emails: Sequence[str], projects: Sequence[str]
) -> dict[str, list[str]]:
    """Assign people to projects; from then on only those who are assigned are given their tasks.

    Raises:
        InputError: somebody is no member of the organization.
        NotFound: there is no such project.
    """
    return await _change(db, scope, workers, emails, projects, lambda had, new: [*had, *new])


async def withdraw(
    db: Database, scope: Scope, workers: MemberWorkers, emails: Sequence[str], projects: Sequence[str]
) -> dict[str, list[str]]:
    """Take people from projects; where nobody is left, nobody is given tasks until somebody is assigned.

    Raises:
        InputError: somebody is no member of the organization.
        NotFound: there is no such project.
    """
    return await _change(
        db, scope, workers, emails, projects, lambda had, gone: [one for one in had if one not in gone]
    )


async def _change(
    db: Database,
    scope: Scope,
    workers: MemberWorkers,
    emails: Sequence[str],
    projects: Sequence[str],
    change: Callable[[list[int], list[int]], list[int]],
) -> dict[str, list[str]]:
    scope.require(Role.MANAGER)
    named = await workers_of(db, scope, workers, emails)
    async with db.transaction(scope.org_id) as tx:
        for name in sorted(set(projects)):
            project = await locked_project(tx, name)
            had = project.requirements.get("workers")
            if had is None and not change([], named):
                continue  # nobody was assigned, so everybody may go on
            after = sorted(set(change(had or [], named)))
            await require(tx, project, {"workers": after})
            await audit(tx, scope, "commission_project.assign", name, workers=after)
        return await _assignments(tx)


async def locked_project(tx: Tx, name: str) -> CommissionProject:
    """Return a project that nobody else changes until this transaction ends, or raise `NotFound`."""
    await tx.execute(SQL["lock_commission_project"], name=name)
    return await project_named(tx, name)


async def require(tx: Tx, project: CommissionProject, requirements: dict[str, Any]) -> None:
    """Change what a project requires of those who label for it, in all its labelling projects, too.

    Raises:
        InputError: it is more than may be required.
    """
    after = {**project.requirements, **requirements}
    requirements_of(after)
    await tx.execute(SQL["set_requirements"], id=project.id, requirements=after)


async def workers_of(db: Database, scope: Scope, workers: MemberWorkers, emails: Sequence[str]) -> list[int]:
    """Return the workers that people are.

    Raises:
        InputError: somebody is no member of the organization.
    """
    async with db.transaction(scope.org_id) as tx:
        rows = await tx.fetch_all(SQL["members_by_email"], dict[str, Any], emails=list(emails))
    missing = set(emails) - {row["email"] for row in rows}
    if missing:
        raise InputError(f"{min(missing)[:254]} is no teammate; invite them first")
    members = [await get_member(db, scope, UserId(row["user_id"])) for row in rows]
    return [int(await workers.worker_of(member)) for member in members]


async def _assignments(tx: Tx) -> dict[str, list[str]]:
    projects = await tx.fetch_all(SQL["commission_projects"], CommissionProject, names=None)
    assigned = {project.name: project.requirements.get("workers") or [] for project in projects}
    ids = sorted({WorkerId(one) for workers in assigned.values() for one in workers})
    rows = await tx.fetch_all(SQL["emails_of"], dict[str, Any], worker_ids=ids) if ids else []
    return {
        row["email"]: [name for name, workers in assigned.items() if row["worker_id"] in workers]
        for row in rows
    }
