"""People who review a desk's labels, and what they do there."""

import uuid
from collections import Counter

from psycopg import sql

from groundswell.label.delivery.service import labels_of
from groundswell.label.review.model import Decision, Verdict
from groundswell.label.review.service import decide, lease_reviews
from groundswell.label.work.model import Submit
from groundswell.tenancy.model import Role
from groundswell.tenancy.service import add_member, find_member

CAT, DOG = {"choice": "cat"}, {"choice": "dog"}


async def member(desk, name, role=Role.MEMBER):
    email = f"{name.lower()}@example.org"
    await add_member(desk.app.db, desk.scope, email=email, person=name, role=role)
    return await find_member(desk.app.db, slug=desk.member.org_slug, email=email)


async def reviewer(desk, name):
    return (await member(desk, name)).scope()


async def label_all(desk, worker, choice=lambda task: "cat" if "cats" in task.payload["text"] else "dog"):
    """Let a worker answer whatever there is for him; then settle."""
    while tasks := (await desk.work(worker, want=8)).tasks:
        submits = [Submit(task.task_id, {"choice": choice(task)}, 500, uuid.uuid4()) for task in tasks]
        await desk.work(worker, submits=submits, want=0)
    await desk.learn()


async def a_reviewed_desk(new_desk, *, levels=1, **spec):
    desk = await new_desk(review_levels=levels, review_share=1.0, **spec)
    (worker,) = await desk.crowd(1)
    await label_all(desk, worker)
    return desk


def lease(desk, scope, want=1):
    return lease_reviews(desk.app.db, scope, desk.project_id, want=want)


def say(desk, scope, held, decision="accept", **given):
    key = given.pop("key", None) or uuid.uuid4()
    verdict = Verdict(held.review_id, Decision(decision), key, **given)
    return decide(desk.app.db, scope, desk.project_id, verdict)


def reject(desk, scope, held, reason="look again", **given):
    return say(
        desk, scope, held, "reject", reason=reason,
        rejected=tuple(one["annotation_id"] for one in held.answers), **given,
    )  # fmt: skip


async def rows(desk, query, **params):
    async with desk.app.db.system_transaction() as tx:
        return await tx.fetch_all(sql.SQL(query), dict, **params)


async def label_of(desk, task_id):
    labels = await labels_of(desk.app.db, desk.scope, desk.project_id)
    return next(task for task in labels if task.task_id == task_id)


async def actions(desk):
    return Counter(row["action"] for row in await rows(desk, "select action from audit_log"))


async def give_all_back(desk):
    async with desk.app.db.system_transaction() as tx:
        await tx.execute(
            sql.SQL(
                "update review_work set state = 'open', reviewer = null, expires_at = null where state = 'leased'"
            )
        )
