"""What review leaves behind in a project in full swing, for tests that walk every table and every route."""

import uuid
from typing import Any

from psycopg import sql

from groundswell.label.projects.model import ReviewPolicy
from groundswell.label.projects.reviewing import set_review_policy
from groundswell.label.review.audits import record_audits
from groundswell.label.review.model import AuditEntry, AuditVerdict, Decision, Verdict
from groundswell.label.review.service import decide, lease_reviews
from groundswell.tenancy.model import Role
from groundswell.tenancy.service import add_member, find_member

RETURNED, LEASED, REVISED = 2, 4, 6
"""Positions of tasks about cats: two are returned to the member of the desk, one is under his review."""


async def leave_reviews(desk: Any) -> None:
    """Leave returned answers and a leased review of the desk's own member, a delivery and an audit of it."""
    db = desk.app.db
    await _reopen(desk, await desk.app.workforce.worker_of(desk.member))
    await set_review_policy(db, desk.scope, desk.project_id, ReviewPolicy(1, share=1.0))
    await add_member(db, desk.scope, email="rae@example.org", person="Rae", role=Role.MEMBER)
    rae = (await find_member(db, slug=desk.member.org_slug, email="rae@example.org")).scope()
    returned = [await task_at(desk, position) for position in (RETURNED, REVISED)]
    for held in await lease_reviews(db, rae, desk.project_id, want=20):
        if held.task_id in returned:
            rejected = (max(one["annotation_id"] for one in held.answers),)  # the member answered last
            verdict = Verdict(
                held.review_id, Decision.REJECT, uuid.uuid4(), reason="look again", rejected=rejected
            )
            await decide(db, rae, desk.project_id, verdict)
    async with db.system_transaction() as tx:
        await tx.execute(
            sql.SQL("update review_work set state = 'open', reviewer = null where state = 'leased'")
        )
    assert await lease_reviews(db, desk.scope, desk.project_id, want=20)
    entry = AuditEntry(returned[0], AuditVerdict.APPROVE, "as expected")
    await record_audits(db, desk.scope, desk.project_id, 1, [entry])


async def _reopen(desk: Any, worker_id: int) -> None:
    """Take final labels back, and let the member answer two of these tasks as of now."""
    async with desk.app.db.system_transaction() as tx:
        await tx.execute(
            sql.SQL(
                "delete from reviews r using tasks t where t.id = r.task_id and t.project_id = %(project)s "
                "and t.position = any(%(positions)s)"
            ),
            project=desk.project_id,
            positions=[RETURNED, LEASED, REVISED],
        )
        await tx.execute(
            sql.SQL(
                "insert into annotations (org_id, project_id, task_id, worker_id, answer, active_ms, ontology_version, "
                "guideline_version, idempotency_key) select t.org_id, p.id, t.id, %(worker)s, %(answer)s, 0, "
                "p.ontology_version, p.guideline_version, gen_random_uuid() from tasks t join projects p "
                "on p.id = t.project_id where p.id = %(project)s and t.position = any(%(positions)s)"
            ),
            project=desk.project_id,
            positions=[RETURNED, REVISED],
            worker=worker_id,
            answer={"choice": "cat"},
        )
        await tx.execute(
            sql.SQL("insert into deliveries select org_id, id, 1 from projects where id = %(project)s"),
            project=desk.project_id,
        )


async def task_at(desk: Any, position: int) -> int:
    """Return the task of the item at a position."""
    async with desk.app.db.system_transaction() as tx:
        return await tx.fetch_value(
            sql.SQL("select id from tasks where project_id = %(id)s and position = %(position)s"),
            id=desk.project_id,
            position=position,
        )


async def review_ids(desk: Any) -> dict[str, int]:
    """Return what the routes of review name in their paths, as `leave_reviews` has left it for the desk's member."""
    async with desk.app.db.system_transaction() as tx:
        return {
            "review_id": await tx.fetch_value(
                sql.SQL("select min(id) from review_work where state = 'leased' and task_id = %(task)s"),
                task=await task_at(desk, LEASED),
            ),
            "return_id": await tx.fetch_value(sql.SQL("select min(id) from returned_tasks")),
            "annotation_id": await tx.fetch_value(
                sql.SQL("select max(id) from annotations where task_id = %(task)s"),
                task=await task_at(desk, REVISED),
            ),
            "task_id": await task_at(desk, RETURNED),
        }
