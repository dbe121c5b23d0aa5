"""Use cases of restrictions. They concern new work only: leases may be answered, and what was earned is paid."""

from datetime import datetime

from groundswell.errors import NotFound
from groundswell.ids import RestrictionId, WorkerId
from groundswell.store import Database, Tx, load_queries
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit
from groundswell.workforce.restrictions.model import NewRestriction, Restriction
from groundswell.workforce.restrictions.rules import check_restriction
from groundswell.workforce.service import require_own_or_manager

SQL = load_queries(__package__)

NEWEST = 2**63 - 1


async def restrict(db: Database, scope: Scope, new: NewRestriction, *, now: datetime) -> RestrictionId:
    """Keep a worker from new work, for a reason and a time; managers and admins only. Takes effect within seconds.

    Raises:
        InputError: evidence, an end or somebody to turn to is missing.
        NotFound: no such worker or project in this organization.
    """
    scope.require(Role.MANAGER)
    check_restriction(new, now)
    async with db.transaction(scope.org_id) as tx:
        if new.project_id is not None and not await tx.fetch_value(
            SQL["has_project"], project_id=new.project_id
        ):
            raise NotFound(f"there is no project {new.project_id}; `groundswell projects` lists them")
        restriction_id = await tx.fetch_value(
            SQL["insert_restriction"],
            org_id=scope.org_id,
            worker_id=new.worker_id,
            project_id=new.project_id,
            reason=new.reason,
            evidence=dict(new.evidence),
            appeal_to=new.appeal_to,
            starts_at=new.starts_at,
            ends_at=new.ends_at,
            created_by=scope.user_id,
            key=new.idempotency_key,
        )
        if restriction_id is None:
            return await _written_before(tx, scope, new)
        detail = {"restriction": restriction_id, "reason": new.reason, "ends_at": new.ends_at.isoformat()}
        await audit(tx, scope, "worker.restrict", str(new.worker_id), **detail)
    return RestrictionId(restriction_id)


async def _written_before(tx: Tx, scope: Scope, new: NewRestriction) -> RestrictionId:
    known = await tx.fetch_value(SQL["restriction_by_key"], org_id=scope.org_id, key=new.idempotency_key)
    if known is None:
        raise NotFound(f"there is no worker {new.worker_id}")
    return RestrictionId(known)


async def lift_restriction(
    db: Database, scope: Scope, restriction_id: RestrictionId, *, now: datetime
) -> None:
    """End a restriction before its time; managers and admins only. It stays on record.

    Raises:
        NotFound: there is no such restriction that holds or is to hold.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        worker_id = await tx.fetch_value(
            SQL["lift_restriction"], id=restriction_id, now=now, user_id=scope.user_id
        )
        if worker_id is None:
            raise NotFound(
                f"there is no restriction {restriction_id} that could be lifted: it has ended, or never was"
            )
        await audit(tx, scope, "worker.lift", str(worker_id), restriction=restriction_id)


async def list_restrictions(
    db: Database,
    scope: Scope,
    *,
    worker_id: WorkerId | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Restriction]:
    """Return restrictions with their evidence, the newest first; below a manager, only one's own.

    Raises:
        NotAllowed: it is not one's own worker, and the role is below manager.
    """
    async with db.transaction(scope.org_id) as tx:
        await require_own_or_manager(tx, scope, worker_id)
        return await tx.fetch_all(
            SQL["list_restrictions"], Restriction, worker_id=worker_id, before=before or NEWEST, limit=limit
        )
