"""What people leave behind in a project: evidence, consent, exposure, a restriction."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from psycopg import sql

from groundswell.clock import now
from groundswell.ids import ProjectId, WorkerId, new_uuid
from groundswell.tenancy.model import Member, Role
from groundswell.tenancy.service import add_member, find_member
from groundswell.workforce.content.service import consent, count_exposures, set_limit
from groundswell.workforce.crowd import refresh_crowd
from groundswell.workforce.evidence import Evidence, add_evidence
from groundswell.workforce.model import Origin
from groundswell.workforce.restrictions.model import NewRestriction, Reason
from groundswell.workforce.restrictions.service import restrict
from groundswell.workforce.service import add_workers

if TYPE_CHECKING:
    from tests.integration.conftest import Desk


def a_restriction(worker_id: WorkerId, **change: Any) -> NewRestriction:
    """A restriction that has all it needs, for a week, everywhere, unless changed."""
    given: dict[str, Any] = {
        "worker_id": worker_id,
        "project_id": None,
        "reason": Reason.QUALITY,
        "evidence": {"note": "nine of ten tests failed", "tasks": [1, 2]},
        "appeal_to": "people@example.org",
        "starts_at": now(),
        "ends_at": now() + timedelta(days=7),
        "idempotency_key": new_uuid(),
    }
    return NewRestriction(**{**given, **change})


async def leave_people(desk: Desk) -> None:
    """Leave a row in every table of the workforce."""
    db, scope = desk.app.db, desk.scope
    worker_id = await desk.app.workforce.worker_of(desk.member)
    await consent(db, scope, worker_id, "violence")
    await set_limit(db, scope, "violence", per_day=20, per_week=50)
    (restricted,) = await add_workers(db, scope, ["three"], Origin.PROGRAM)
    await restrict(db, scope, a_restriction(restricted), now=now())
    async with db.transaction(scope.org_id) as tx:
        await count_exposures(tx, scope.org_id, [(worker_id, "violence")])
        await add_evidence(tx, scope.org_id, [Evidence(worker_id, desk.project_id, "gold", 1, 1)])
        await refresh_crowd(tx, scope.org_id, "text_choice")


async def people_ids(desk: Desk) -> dict[str, Any]:
    """Return what the routes of the workforce name in their paths, as `leave_people` has left it."""
    async with desk.app.db.system_transaction() as tx:
        return {
            "worker_id": await tx.fetch_value(sql.SQL("select worker_id from restrictions")),
            "restriction_id": await tx.fetch_value(sql.SQL("select id from restrictions")),
            "gold_task_id": await tx.fetch_value(sql.SQL("select min(id) from tasks where gold is not null")),
            "content": "violence",
        }


async def labeler_of(desk: Desk, name: str = "Lee") -> tuple[Member, WorkerId]:
    """Invite somebody to label, and return the member with the worker."""
    email = f"{name.lower()}@example.org"
    await add_member(desk.app.db, desk.scope, email=email, person=name, role=Role.LABELER)
    member = await find_member(desk.app.db, slug=desk.member.org_slug, email=email)
    return member, await desk.app.workforce.worker_of(member)


async def make_project(
    desk: Desk, name: str, *, purpose: str = "production", kind: str = "text_choice", **requirements: Any
) -> ProjectId:
    """A project without tasks, active, as far as standing needs one."""
    async with desk.app.db.transaction(desk.scope.org_id) as tx:
        project_id = await tx.fetch_value(
            sql.SQL(
                "insert into projects (org_id, name, kind, state, dataset, dataset_version, answers, max_answers, "
                "purpose, requirements) values (%(org_id)s, %(name)s, %(kind)s, 'active', 'animals', 1, 1, 1, "
                "%(purpose)s, %(requirements)s) returning id"
            ),
            org_id=desk.scope.org_id,
            name=name,
            kind=kind,
            purpose=purpose,
            requirements=requirements,
        )
    return ProjectId(project_id)


async def tell(desk: Desk, *rows: Evidence) -> None:
    """Add evidence, as settling and review do."""
    async with desk.app.db.transaction(desk.scope.org_id) as tx:
        await add_evidence(tx, desk.scope.org_id, rows)
