"""Where a worker is sent: the project that needs him most, among those that he may work in."""

from groundswell.clock import now as clock_now
from groundswell.ids import ProjectId, WorkerId
from groundswell.label.work.fairness import ProjectWithWork
from groundswell.label.work.memory import Memory, ProjectAtWork
from groundswell.store import Database, Tx, load_queries
from groundswell.tenancy.model import Scope
from groundswell.workforce.standing import standings_of_pairs

SQL = load_queries(__package__)

MOST_PROJECTS = 200
"""Projects that are looked at, the most urgent first."""


async def project_for(db: Database, scope: Scope, worker_id: WorkerId, memory: Memory) -> ProjectId | None:
    """Return the project that a worker should work in now, or None where there is no work for him.

    Where he holds tasks he goes on: nobody else is given them. Else the most urgent priority comes first; within it
    projects are served in proportion to what is left of them, so that none starves. Only projects with open slots
    that this worker may work in are considered.
    """
    async with db.transaction(scope.org_id) as tx:
        held: ProjectId | None = await tx.fetch_value(SQL["project_held"], worker_id=worker_id)
        if held is not None and await _allowed(tx, worker_id, [held], memory):
            return held
        waiting = await tx.fetch_all(SQL["projects_with_work"], ProjectWithWork, limit=MOST_PROJECTS)
        allowed = await _allowed(tx, worker_id, [one.id for one in waiting], memory)
    order = memory.shares.neediest([one for one in waiting if one.id in allowed])
    return order[0].id if order else None


async def _allowed(
    tx: Tx, worker_id: WorkerId, project_ids: list[ProjectId], memory: Memory
) -> set[ProjectId]:
    known = {project_id: memory.standing_of(worker_id, project_id) for project_id in project_ids}
    unknown = [project_id for project_id, standing in known.items() if standing is None]
    if unknown:
        projects = await tx.fetch_all(SQL["projects_at_work"], ProjectAtWork, project_ids=unknown)
        pairs = [(worker_id, project.needs) for project in projects]
        for who, standing in (await standings_of_pairs(tx, pairs, now=clock_now())).items():
            memory.remember_standing(*who, standing)
            known[who[1]] = standing
    return {project_id for project_id, standing in known.items() if standing and standing.eligible}
