"""Who works, how well at each kind of label, and what they earned: each for the worker, and for managers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from groundswell.errors import NotFound
from groundswell.ids import WorkerId
from groundswell.store import Database, Tx, load_queries
from groundswell.tenancy.model import Role, Scope
from groundswell.workforce.model import Compared, EarnedDay, KindSkill, LedgerLine, Worker
from groundswell.workforce.service import require_own_or_manager
from groundswell.workforce.skill import Prior, estimate, weighed

SQL = load_queries(__package__)

NEWEST = 2**63 - 1


async def skills_of(db: Database, scope: Scope, worker_id: WorkerId) -> list[KindSkill]:
    """Return a worker's skill at each kind of label there is evidence of; below a manager, only one's own.

    Raises:
        NotAllowed: it is not one's own worker, and the role is below manager.
    """
    async with db.transaction(scope.org_id) as tx:
        await require_own_or_manager(tx, scope, worker_id)
        return (await skills_by_worker(tx, scope, [worker_id]))[worker_id]


async def list_workers(
    db: Database, scope: Scope, *, now: datetime, after: int = 0, limit: int = 50
) -> list[tuple[Worker, list[KindSkill]]]:
    """Return workers by id with their skill at each kind of label; managers and admins only."""
    scope.require(Role.MANAGER)
    return await _workers(db, scope, now, None, after, limit)


async def get_worker(
    db: Database, scope: Scope, worker_id: WorkerId, *, now: datetime
) -> tuple[Worker, list[KindSkill]]:
    """Return one worker with the skill at each kind of label; managers and admins only.

    Raises:
        NotFound: no such worker in this organization.
    """
    scope.require(Role.MANAGER)
    found = await _workers(db, scope, now, worker_id, 0, 1)
    if not found:
        raise NotFound(f"there is no worker {worker_id}")
    return found[0]


async def _workers(
    db: Database, scope: Scope, now: datetime, worker_id: WorkerId | None, after: int, limit: int
) -> list[tuple[Worker, list[KindSkill]]]:
    async with db.transaction(scope.org_id) as tx:
        workers = await tx.fetch_all(
            SQL["list_workers"], Worker, now=now, worker_id=worker_id, after=after, limit=limit
        )
        skills = await skills_by_worker(tx, scope, [worker.id for worker in workers])
    return [(worker, skills[worker.id]) for worker in workers]


@dataclass(frozen=True)
class _EvidenceRow:
    worker_id: WorkerId
    kind: str
    source: str
    total: float
    correct: float


async def skills_by_worker(
    tx: Tx, scope: Scope, worker_ids: Sequence[WorkerId]
) -> dict[WorkerId, list[KindSkill]]:
    """Return each worker's skill at each kind of label there is evidence of, in two queries."""
    priors = await priors_by_kind(tx, scope)
    rows = await tx.fetch_all(SQL["evidence_of_workers"], _EvidenceRow, worker_ids=list(worker_ids))
    compared: dict[tuple[WorkerId, str], list[Compared]] = defaultdict(list)
    for row in rows:
        compared[row.worker_id, row.kind].append(Compared(row.source, row.total, row.correct))
    found: dict[WorkerId, list[KindSkill]] = {worker_id: [] for worker_id in worker_ids}
    for (worker_id, kind), evidence in compared.items():
        tally = weighed([(each.source, each.total, each.correct) for each in evidence])
        found[worker_id].append(KindSkill(kind, estimate(tally, priors.get(kind, Prior())), evidence))
    return found


async def priors_by_kind(tx: Tx, scope: Scope) -> dict[str, Prior]:
    """Return what is assumed of somebody unknown, for each kind of label that a crowd has worked at."""
    rows = await tx.fetch_all(SQL["list_crowds"], tuple[str, float, float], org_id=scope.org_id)
    return {kind: Prior(right, wrong) for kind, right, wrong in rows}


async def earned_by_day(
    db: Database, scope: Scope, worker_id: WorkerId, *, since: datetime, until: datetime
) -> list[EarnedDay]:
    """Return what a worker earned in each project on each day, the newest first; below a manager, only one's own.

    Raises:
        NotAllowed: it is not one's own worker, and the role is below manager.
    """
    async with db.transaction(scope.org_id) as tx:
        await require_own_or_manager(tx, scope, worker_id)
        return await tx.fetch_all(
            SQL["earned_by_day"], EarnedDay, worker_id=worker_id, since=since, until=until
        )


async def ledger_lines(
    db: Database, scope: Scope, worker_id: WorkerId, *, before: int | None = None, limit: int = 50
) -> list[LedgerLine]:
    """Return every answer of a worker with what was counted and earned; below a manager, only one's own.

    Raises:
        NotAllowed: it is not one's own worker, and the role is below manager.
    """
    async with db.transaction(scope.org_id) as tx:
        await require_own_or_manager(tx, scope, worker_id)
        return await tx.fetch_all(
            SQL["ledger_lines"], LedgerLine, worker_id=worker_id, before=before or NEWEST, limit=limit
        )
