"""The use case of offers: what a worker sees before accepting anything."""

from datetime import datetime

from groundswell.ids import WorkerId
from groundswell.store import Database, load_queries
from groundswell.tenancy.model import Scope
from groundswell.workforce.offers.model import Offer, OfferedProject
from groundswell.workforce.service import require_own_or_manager
from groundswell.workforce.standing import standings_of_pairs

SQL = load_queries(__package__)

MOST_COUNTED = 1_000
"""Waiting answers are counted up to here: beyond, it is simply much."""


async def list_offers(
    db: Database, scope: Scope, worker_id: WorkerId, *, now: datetime, after: int = 0, limit: int = 50
) -> list[Offer]:
    """Return the active projects by id, each with its terms and this worker's standing; for himself or a manager.

    Three queries for a page of any length. The standing is the very one that leasing goes by.

    Raises:
        NotAllowed: it is not one's own worker, and the role is below manager.
    """
    async with db.transaction(scope.org_id) as tx:
        await require_own_or_manager(tx, scope, worker_id)
        projects = await tx.fetch_all(
            SQL["offered_projects"],
            OfferedProject,
            worker_id=worker_id,
            most=MOST_COUNTED,
            after=after,
            limit=limit,
        )
        found = await standings_of_pairs(tx, [(worker_id, project.needs) for project in projects], now=now)
    return [Offer(project, found[worker_id, project.id]) for project in projects]
