"""Use cases of the workforce: who works, what is known of skill, what was earned."""

from collections.abc import Sequence

from groundswell.ids import ProjectId, WorkerId
from groundswell.store import Database, Tx, load_queries
from groundswell.tenancy.model import Role, Scope
from groundswell.workforce.model import Earnings, Origin, Skill

SQL = load_queries(__package__)


async def add_workers(db: Database, scope: Scope, names: Sequence[str], origin: Origin) -> list[WorkerId]:
    """Create workers that are no members, marked for ever as what they are; managers and admins only."""
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        ids = await tx.fetch_values(
            SQL["insert_workers"], org_id=scope.org_id, names=list(names), origin=origin
        )
    return [WorkerId(worker_id) for worker_id in ids]


async def save_skills(
    tx: Tx,
    scope: Scope,
    project_id: ProjectId,
    worker_ids: Sequence[WorkerId],
    skills: Sequence[float],
    standard_errors: Sequence[float],
    annotations: Sequence[int],
) -> None:
    """Replace what is known of each worker's skill in a project, inside the caller's transaction."""
    await tx.execute(
        SQL["save_skills"],
        org_id=scope.org_id,
        project_id=project_id,
        worker_ids=list(worker_ids),
        skills=list(skills),
        standard_errors=list(standard_errors),
        annotations=list(annotations),
    )


async def list_skills(
    db: Database,
    scope: Scope,
    project_id: ProjectId,
    *,
    after: tuple[int, int] = (2**31 - 1, 0),
    limit: int | None = None,
) -> list[Skill]:
    """Return the workers of a project with their skill, the busiest first; managers and admins only.

    Args:
        after: annotations and worker where the page before ended.
        limit: most of a page; None for all.
    """
    scope.require(Role.MANAGER)
    page = {"project_id": project_id, "annotations": after[0], "after": after[1], "limit": limit}
    async with db.transaction(scope.org_id) as tx:
        return await tx.fetch_all(SQL["list_skills"], Skill, **page)


async def earnings_of(db: Database, scope: Scope, project_id: ProjectId, worker_id: WorkerId) -> Earnings:
    """Return what one worker did and earned in a project; below a manager, only one's own.

    Raises:
        NotAllowed: it is another worker, and the role is below manager.
    """
    async with db.transaction(scope.org_id) as tx:
        await require_own_or_manager(tx, scope, worker_id)
        earnings = await tx.fetch_one(SQL["earnings"], Earnings, project_id=project_id, worker_id=worker_id)
    assert earnings is not None
    return earnings


async def require_own_or_manager(tx: Tx, scope: Scope, worker_id: WorkerId | None) -> None:
    """Raise `NotAllowed` unless the acting member works as this worker, or is a manager; None is everybody."""
    own = None if worker_id is None else await tx.fetch_value(SQL["user_of_worker"], worker_id=worker_id)
    if own is None or own != scope.user_id:
        scope.require(Role.MANAGER)
