"""Use cases of exposure: consent, limits, and counting what people were shown."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from groundswell.errors import InputError
from groundswell.ids import OrgId, WorkerId
from groundswell.store import Database, Tx, load_queries
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit
from groundswell.workforce.content.model import Exposure, Limit
from groundswell.workforce.content.rules import PER_DAY, PER_WEEK, checked_content

SQL = load_queries(__package__)

MOST_ANSWERS = 1_000_000


async def count_exposures(tx: Tx, org_id: OrgId, rows: Sequence[tuple[WorkerId, str]]) -> None:
    """Count answers on content that exposes people to something, one `(worker, class)` for each; none do nothing.

    One statement inside the caller's transaction; rows are added up and written in one order, so that two callers at
    once can never wait for each other.
    """
    counts = Counter(rows)
    if not counts:
        return
    keys = sorted(counts)
    await tx.execute(
        SQL["count_exposures"],
        org_id=org_id,
        worker_ids=[worker_id for worker_id, _ in keys],
        contents=[content for _, content in keys],
        answers=[counts[key] for key in keys],
    )


async def exposures_of(db: Database, scope: Scope, worker_id: WorkerId, *, today: date) -> list[Exposure]:
    """Return how the acting worker stands to each class of content that there is work with."""
    async with db.transaction(scope.org_id) as tx:
        return await tx.fetch_all(
            SQL["exposures_of"],
            Exposure,
            worker_id=worker_id,
            today=today,
            per_day=PER_DAY,
            per_week=PER_WEEK,
        )


async def consent(db: Database, scope: Scope, worker_id: WorkerId, content: str) -> None:
    """Let the acting worker be shown a class of content from now on; it can be taken back at any time.

    Raises:
        InvalidName: it is not the name of a class.
    """
    name = checked_content(content)
    async with db.transaction(scope.org_id) as tx:
        if await tx.execute(SQL["consent"], org_id=scope.org_id, worker_id=worker_id, content=name):
            await audit(tx, scope, "content.consent", str(worker_id), content=name)


async def revoke_consent(db: Database, scope: Scope, worker_id: WorkerId, content: str) -> None:
    """Show the acting worker a class of content no more; what is leased already may be skipped without penalty.

    Raises:
        InvalidName: it is not the name of a class.
    """
    name = checked_content(content)
    async with db.transaction(scope.org_id) as tx:
        if await tx.execute(SQL["revoke_consent"], worker_id=worker_id, content=name):
            await audit(tx, scope, "content.revoke", str(worker_id), content=name)


async def list_limits(db: Database, scope: Scope) -> list[Limit]:
    """Return the limit on each class of content; managers and admins only."""
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        return await tx.fetch_all(SQL["list_limits"], Limit, per_day=PER_DAY, per_week=PER_WEEK)


async def set_limit(db: Database, scope: Scope, content: str, *, per_day: int, per_week: int) -> None:
    """Set the most answers on a class of content that one worker may give; managers and admins only.

    Raises:
        InvalidName: it is not the name of a class.
        InputError: a number is out of range.
    """
    scope.require(Role.MANAGER)
    name = checked_content(content)
    for what, value in (("per_day", per_day), ("per_week", per_week)):
        if not 0 <= value <= MOST_ANSWERS:
            raise InputError(f"{what} must be 0 to {MOST_ANSWERS:,}; got {value}")
    async with db.transaction(scope.org_id) as tx:
        await tx.execute(
            SQL["set_limit"], org_id=scope.org_id, content=name, per_day=per_day, per_week=per_week
        )
        await audit(tx, scope, "content.limit", name, per_day=per_day, per_week=per_week)
