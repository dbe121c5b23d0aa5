"""Review: who is given what to judge, what a verdict does, and how reviewers are judged in turn."""

import asyncio
import uuid
from collections import Counter

import pytest
from psycopg import sql
from tests.integration.reviewers import (
    CAT,
    DOG,
    a_reviewed_desk,
    actions,
    give_all_back,
    label_all,
    label_of,
    lease,
    member,
    reject,
    reviewer,
    rows,
    say,
)

from groundswell.errors import Conflict, InputError, NotAllowed, NotFound
from groundswell.label.delivery.service import deliver, labels_of
from groundswell.label.projects.model import ProjectState, ReviewPolicy, ReviewReason
from groundswell.label.projects.reviewing import ask_reviews, set_review_policy
from groundswell.label.projects.service import set_project_state
from groundswell.label.review.rules import REJECTIONS_AN_HOUR
from groundswell.label.review.service import review
from groundswell.tenancy.model import Role
from groundswell.tenancy.service import create_organization

pytestmark = pytest.mark.anyio


@pytest.fixture
async def reviewed_desk(new_desk):
    """Twenty texts, labelled by one worker and all drawn into review at one level."""
    return await a_reviewed_desk(new_desk)


# ── what is reviewed ─────────────────────────────────────────────────────────────────────────────


async def test_every_completed_task_is_reviewed_where_the_share_is_all(reviewed_desk):
    asked = await rows(reviewed_desk, "select task_id, level, reason from review_work")
    assert len({row["task_id"] for row in asked}) == len(asked) == 20
    assert {(row["level"], row["reason"]) for row in asked} == {(1, "completed")}


async def test_nothing_is_reviewed_without_levels(new_desk):
    desk = await new_desk(review_levels=0, review_share=1.0)
    (worker,) = await desk.crowd(1)
    await label_all(desk, worker)
    assert await rows(desk, "select * from review_work") == []


async def test_a_share_draws_the_same_tasks_again_and_a_greater_one_more(new_desk):
    desk = await new_desk()
    (worker,) = await desk.crowd(1)
    await label_all(desk, worker)

    async def drawn(share):
        await set_review_policy(desk.app.db, desk.scope, desk.project_id, ReviewPolicy(1, share))
        return {row["task_id"] for row in await rows(desk, "select task_id from review_work")}

    some = await drawn(0.4)
    assert 1 <= len(some) <= 16
    assert await drawn(0.4) == some
    assert await drawn(0.2) == some, "what was asked for stays"
    assert some < await drawn(0.95)


async def test_a_task_that_ended_without_agreement_is_reviewed_whatever_the_share(new_desk):
    desk = await new_desk(review_levels=1, review_share=0.0, answers=2, target_probability=0.99, max_answers=2,
                          models="propose")  # fmt: skip
    first, second = await desk.crowd(2)
    await label_all(desk, first, lambda task: "cat")
    await label_all(desk, second, lambda task: "dog" if "number 3 " in task.payload["text"] else "cat")
    asked = await rows(
        desk, "select t.position, r.reason from review_work r join tasks t on t.id = r.task_id"
    )
    assert {"position": 3, "reason": "disagreement"} in asked
    assert {row["reason"] for row in asked} == {"disagreement"}


async def test_asking_twice_asks_once_and_a_final_label_is_not_asked(reviewed_desk, db):
    desk = reviewed_desk
    labels = await labels_of(db, desk.scope, desk.project_id)
    everything = [task.task_id for task in labels]
    async with db.system_transaction() as tx:
        await tx.execute(sql.SQL("delete from review_work where task_id = any(%(ids)s)"), ids=everything[:2])
    await review(db, desk.scope, desk.project_id, [(everything[0], CAT)], reviewer="an expert")
    async with db.transaction(desk.scope.org_id) as tx:
        asked = await ask_reviews(tx, await desk.project(), everything, ReviewReason.COMPLETED)
    assert asked == 1


@pytest.mark.parametrize(
    "policy", [ReviewPolicy(4), ReviewPolicy(-1), ReviewPolicy(1, 1.1), ReviewPolicy(1, 0, -0.1)]
)
async def test_a_policy_out_of_range_is_refused(desk, policy):
    with pytest.raises(InputError, match="must be 0 to"):
        await set_review_policy(desk.app.db, desk.scope, desk.project_id, policy)


async def test_only_managers_change_the_policy(desk):
    with pytest.raises(NotAllowed):
        await set_review_policy(desk.app.db, await reviewer(desk, "Rae"), desk.project_id, ReviewPolicy(1))


# ── who is given what ────────────────────────────────────────────────────────────────────────────


async def test_a_reviewer_sees_the_label_and_the_answers_but_not_whose_they_are(reviewed_desk):
    (held,) = await lease(reviewed_desk, await reviewer(reviewed_desk, "Rae"))
    assert held.label == held.answers[0]["answer"]
    assert set(held.answers[0]) == {"annotation_id", "answer"}
    assert held.level == 1


async def test_two_reviewers_at_once_never_get_the_same_review(reviewed_desk):
    scopes = [await reviewer(reviewed_desk, f"R{n}") for n in range(5)]
    held = await asyncio.gather(*(lease(reviewed_desk, scope, 5) for scope in scopes for _ in range(2)))
    by_scope = [{one.review_id for one in held[2 * n]} for n in range(5)]
    assert all({one.review_id for one in held[2 * n + 1]} == by_scope[n] for n in range(5)), (
        "repeating is the same"
    )
    assert sum(len(ids) for ids in by_scope) == len(set().union(*by_scope)) == 20


async def test_nobody_reviews_what_he_labelled(new_desk):
    desk = await new_desk(review_levels=1, review_share=1.0)
    rae, tom = await member(desk, "Rae"), await member(desk, "Tom")
    worker = await desk.app.workforce.worker_of(rae)
    await label_all(desk, worker)
    assert await lease(desk, rae.scope(), 20) == []
    assert len(await lease(desk, tom.scope(), 20)) == 20


async def test_who_labelled_the_task_after_taking_its_review_cannot_decide_it(reviewed_desk):
    rae = await member(reviewed_desk, "Rae")
    (held,) = await lease(reviewed_desk, rae.scope())
    worker = await reviewed_desk.app.workforce.worker_of(rae)
    async with reviewed_desk.app.db.system_transaction() as tx:
        await tx.execute(
            sql.SQL(
                "insert into annotations (org_id, project_id, task_id, worker_id, answer, active_ms, "
                "ontology_version, guideline_version, idempotency_key) "
                "select org_id, project_id, id, %(worker)s, %(answer)s, 0, 1, 1, gen_random_uuid() "
                "from tasks where id = %(task)s"
            ),
            worker=worker,
            answer=CAT,
            task=held.task_id,
        )
    with pytest.raises(NotAllowed, match="labelled task"):
        await say(reviewed_desk, rae.scope(), held)


async def test_a_labeler_is_given_no_reviews(reviewed_desk):
    lee = (await member(reviewed_desk, "Lee", Role.LABELER)).scope()
    with pytest.raises(NotAllowed, match="role member"):
        await lease(reviewed_desk, lee)


async def test_a_review_that_was_not_decided_in_time_goes_to_whoever_asks_next(reviewed_desk):
    rae, tom = await reviewer(reviewed_desk, "Rae"), await reviewer(reviewed_desk, "Tom")
    held = await lease(reviewed_desk, rae, 20)
    assert await lease(reviewed_desk, tom) == []
    async with reviewed_desk.app.db.system_transaction() as tx:
        await tx.execute(sql.SQL("update review_work set expires_at = now() - interval '1 second'"))
    assert len(await lease(reviewed_desk, tom, 20)) == 20
    with pytest.raises(Conflict, match="not leased to you"):
        await say(reviewed_desk, rae, held[0])


async def test_a_lease_that_ran_out_and_that_nobody_took_may_still_be_decided(reviewed_desk):
    rae = await reviewer(reviewed_desk, "Rae")
    (held,) = await lease(reviewed_desk, rae)
    async with reviewed_desk.app.db.system_transaction() as tx:
        await tx.execute(sql.SQL("update review_work set expires_at = now() - interval '1 second'"))
    await say(reviewed_desk, rae, held)
    assert (await label_of(reviewed_desk, held.task_id)).review == held.label


async def test_a_paused_project_gives_no_reviews_and_one_that_is_done_does(reviewed_desk):
    rae = await reviewer(reviewed_desk, "Rae")
    assert (await reviewed_desk.project()).state == ProjectState.DONE
    assert len(await lease(reviewed_desk, rae)) == 1
    await set_project_state(
        reviewed_desk.app.db, reviewed_desk.scope, reviewed_desk.project_id, ProjectState.ACTIVE
    )
    await set_project_state(
        reviewed_desk.app.db, reviewed_desk.scope, reviewed_desk.project_id, ProjectState.PAUSED
    )
    assert await lease(reviewed_desk, rae) == []


@pytest.mark.parametrize("want", [0, 21])
async def test_a_reviewer_holds_one_to_twenty(reviewed_desk, want):
    with pytest.raises(InputError, match="1 to 20"):
        await lease(reviewed_desk, await reviewer(reviewed_desk, "Rae"), want)


# ── verdicts ─────────────────────────────────────────────────────────────────────────────────────


async def test_an_accepted_label_is_final_at_the_only_level_and_delivered_as_reviewed(reviewed_desk):
    desk = reviewed_desk
    (held,) = await lease(desk, await reviewer(desk, "Rae"))
    await say(desk, await reviewer(desk, "Rae"), held)
    assert (await label_of(desk, held.task_id)).review == held.label
    version = await deliver(desk.app.db, desk.scope, desk.app.datasets("local"), desk.project_id)
    assert Counter(version.to_table(["label_source"])["label_source"].to_pylist()) == {
        "people": 19,
        "review": 1,
    }


async def test_a_fix_overrules_the_consensus(reviewed_desk):
    desk, rae = reviewed_desk, await reviewer(reviewed_desk, "Rae")
    (held,) = await lease(desk, rae)
    other = DOG if held.label == CAT else CAT
    await say(desk, rae, held, "fix", answer=other)
    task = await label_of(desk, held.task_id)
    assert (task.answer, task.review) == (held.label, other)


async def test_each_level_is_judged_by_somebody_else_and_the_last_makes_it_final(new_desk):
    desk = await a_reviewed_desk(new_desk, levels=3)
    scopes = [await reviewer(desk, name) for name in ("Rae", "Tom", "Uma")]
    judged = []
    for n, scope in enumerate(scopes):
        held = await lease(desk, scope, 20)
        task = next(one for one in held if one.level == n + 1)
        judged.append(task.task_id)
        assert (await label_of(desk, task.task_id)).review is None
        await say(desk, scope, task)
        assert all(one.task_id != task.task_id for one in await lease(desk, scope, 20)), (
            "once a task, not twice"
        )
        await give_all_back(desk)
    assert len(set(judged)) == 1
    assert (await label_of(desk, judged[0])).review == task.label


async def test_the_same_verdict_again_gets_the_same_receipt_and_another_one_is_refused(reviewed_desk):
    rae = await reviewer(reviewed_desk, "Rae")
    held, other = await lease(reviewed_desk, rae, 2)
    key = uuid.uuid4()
    first = await say(reviewed_desk, rae, held, key=key)
    assert await say(reviewed_desk, rae, held, key=key) == first
    assert len(await rows(reviewed_desk, "select * from verdicts")) == 1
    with pytest.raises(Conflict, match="decided already"):
        await say(reviewed_desk, rae, held)
    with pytest.raises(Conflict, match="key was used for another"):
        await say(reviewed_desk, rae, other, key=key)


async def test_two_verdicts_at_once_are_one(reviewed_desk):
    rae = await reviewer(reviewed_desk, "Rae")
    (held,) = await lease(reviewed_desk, rae)
    said = await asyncio.gather(*(say(reviewed_desk, rae, held) for _ in range(4)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in said) == ["Conflict"] * 3 + ["VerdictReceipt"]


async def test_a_review_that_one_does_not_hold_cannot_be_decided(reviewed_desk):
    rae, tom = await reviewer(reviewed_desk, "Rae"), await reviewer(reviewed_desk, "Tom")
    (held,) = await lease(reviewed_desk, rae)
    with pytest.raises(Conflict, match="not leased to you"):
        await say(reviewed_desk, tom, held)


async def test_a_label_that_has_changed_since_it_was_shown_is_looked_at_again(reviewed_desk):
    rae = await reviewer(reviewed_desk, "Rae")
    (held,) = await lease(reviewed_desk, rae)
    other = "dog" if held.label == CAT else "cat"
    async with reviewed_desk.app.db.system_transaction() as tx:
        await tx.execute(
            sql.SQL("update consensus set answer = %(answer)s where task_id = %(task)s"),
            answer={"choice": other},
            task=held.task_id,
        )
    with pytest.raises(Conflict, match="has changed since"):
        await say(reviewed_desk, rae, held)
    (again,) = await lease(reviewed_desk, rae)
    assert (again.review_id, again.label) == (held.review_id, {"choice": other})
    await say(reviewed_desk, rae, again)


async def test_a_review_of_another_tenant_or_project_is_not_found(reviewed_desk, db, new_desk):
    rae = await reviewer(reviewed_desk, "Rae")
    (held,) = await lease(reviewed_desk, rae)
    eve = await create_organization(db, slug="other", name="Other", email="eve@other.example", person="Eve")
    for attempt in (lease(reviewed_desk, eve.scope()), say(reviewed_desk, eve.scope(), held)):
        with pytest.raises(NotFound):
            await attempt
    another = await new_desk(name="another")
    with pytest.raises(NotFound, match="no review"):
        await say(another, rae, held)


async def test_an_experts_verdict_ends_the_review_of_its_task(reviewed_desk, db):
    rae = await reviewer(reviewed_desk, "Rae")
    (held,) = await lease(reviewed_desk, rae)
    await review(
        db, reviewed_desk.scope, reviewed_desk.project_id, [(held.task_id, DOG)], reviewer="an expert"
    )
    with pytest.raises(Conflict, match="decided already"):
        await say(reviewed_desk, rae, held)
    assert (await label_of(reviewed_desk, held.task_id)).review == DOG


async def test_every_verdict_says_in_the_audit_log_who_gave_it(reviewed_desk):
    rae = await reviewer(reviewed_desk, "Rae")
    accepted, rejected, fixed = await lease(reviewed_desk, rae, 3)
    await say(reviewed_desk, rae, accepted)
    await reject(reviewed_desk, rae, rejected)
    await say(reviewed_desk, rae, fixed, "fix", answer=CAT)
    logged = await rows(
        reviewed_desk,
        "select action, subject from audit_log where user_id = %(user)s order by id",
        user=rae.user_id,
    )
    assert [(row["action"], row["subject"]) for row in logged] == [
        ("review.accept", str(accepted.task_id)),
        ("review.reject", str(rejected.task_id)),
        ("review.fix", str(fixed.task_id)),
    ]


@pytest.mark.parametrize("change", ["update verdicts set reason = ''", "delete from verdicts"])
async def test_what_reviewers_said_is_append_only_for_the_service(reviewed_desk, db, change):
    with pytest.raises(Exception, match="permission denied"):
        async with db.transaction(reviewed_desk.scope.org_id) as tx:
            await tx.execute(sql.SQL(change))


async def test_a_rejection_without_evidence_cannot_even_be_stored(reviewed_desk, db):
    rae = await reviewer(reviewed_desk, "Rae")
    (held,) = await lease(reviewed_desk, rae)
    with pytest.raises(Exception, match="violates check constraint"):
        async with db.transaction(rae.org_id) as tx:
            await tx.execute(
                sql.SQL(
                    "insert into verdicts (org_id, review_id, project_id, task_id, user_id, decision, idempotency_key) "
                    "values (%(org)s, %(review)s, %(project)s, %(task)s, %(user)s, 'reject', gen_random_uuid())"
                ),
                org=rae.org_id,
                review=held.review_id,
                project=reviewed_desk.project_id,
                task=held.task_id,
                user=rae.user_id,
            )


async def test_one_reviewer_cannot_reject_one_workers_answers_by_the_dozen(new_desk):
    texts = [f"text {n} about cats" for n in range(REJECTIONS_AN_HOUR + 2)]
    desk = await new_desk(texts, review_levels=1, review_share=1.0)
    (worker,) = await desk.crowd(1)
    await label_all(desk, worker)
    rae, tom = await reviewer(desk, "Rae"), await reviewer(desk, "Tom")
    for _ in range(REJECTIONS_AN_HOUR):
        (held,) = await lease(desk, rae)
        await reject(desk, rae, held)
    (held,) = await lease(desk, rae)
    with pytest.raises(Conflict, match="rejected 20 answers of one worker within an hour"):
        await reject(desk, rae, held)
    assert len(await rows(desk, "select * from returned_tasks")) == REJECTIONS_AN_HOUR
    assert (await actions(desk))["review.too_many_rejections"] == 1, "managers see that it was tried"
    await say(desk, rae, held, "fix", answer=DOG)
    (other,) = await lease(desk, tom)
    await reject(desk, tom, other)
