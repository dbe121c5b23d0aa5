"""Work that goes back: rejected answers with their evidence, changed answers, and their history."""

import asyncio
import uuid

import pytest
from psycopg import sql

from groundswell.errors import Conflict, InvalidAnswer, NotFound
from groundswell.label.delivery.service import deliver
from groundswell.label.review.model import Decision, Edit, Verdict
from groundswell.label.review.revisions import answer_returned, history, returned_of, revise
from groundswell.label.review.service import decide, lease_reviews, review
from groundswell.label.work.model import ReceiptStatus, Submit
from groundswell.tenancy.model import Role
from groundswell.tenancy.service import add_member, create_organization, find_member

pytestmark = pytest.mark.anyio

CAT, DOG = {"choice": "cat"}, {"choice": "dog"}
TEXTS = ["a text about cats", "a text about dogs"]


async def scope_of(desk, name, role=Role.MEMBER):
    email = f"{name.lower()}@example.org"
    await add_member(desk.app.db, desk.scope, email=email, person=name, role=role)
    return (await find_member(desk.app.db, slug=desk.member.org_slug, email=email)).scope()


async def rows(desk, query, **params):
    async with desk.app.db.system_transaction() as tx:
        return await tx.fetch_all(sql.SQL(query), dict, **params)


class Bench:
    """A desk with two texts that a worker called cats, both in review, and a reviewer."""

    def __init__(self, desk, worker, rae):
        self.desk, self.worker, self.rae = desk, worker, rae
        self.db, self.project_id = desk.app.db, desk.project_id

    async def lease(self, scope=None, want=1):
        return await lease_reviews(self.db, scope or self.rae, self.project_id, want=want)

    async def say(self, held, decision, scope=None, **given):
        verdict = Verdict(held.review_id, Decision(decision), uuid.uuid4(), **given)
        await decide(self.db, scope or self.rae, self.project_id, verdict)

    async def reject(self, held, scope=None, **given):
        rejected = tuple(one["annotation_id"] for one in held.answers)
        await self.say(held, "reject", scope, reason="look at the second word", rejected=rejected, **given)

    async def rejected(self, **given):
        """Let the reviewer reject one answer; returns it as its worker gets it back."""
        (held,) = await self.lease()
        await self.reject(held, **given)
        (returned,) = await self.returned()
        return returned

    async def returned(self, worker=None):
        return await returned_of(self.db, self.desk.scope, worker or self.worker)

    async def answer(self, returned, answer=DOG, key=None, **given):
        edit = Edit(answer, key or uuid.uuid4(), **given)
        return await answer_returned(self.db, self.desk.scope, self.worker, returned.return_id, edit)

    async def revise(self, annotation_id, answer=DOG, key=None, worker=None, **given):
        edit = Edit(answer, key or uuid.uuid4(), **given)
        return await revise(
            self.db, self.desk.scope, self.project_id, worker or self.worker, annotation_id, edit
        )

    async def annotations(self, task_id, scope=None):
        return await history(self.db, scope or self.desk.scope, self.project_id, task_id)

    async def label(self, desk, worker, choice):
        while tasks := (await desk.work(worker, want=8)).tasks:
            submits = [Submit(task.task_id, {"choice": choice}, 500, uuid.uuid4()) for task in tasks]
            await desk.work(worker, submits=submits, want=0)
        await desk.learn()


@pytest.fixture
async def bench(new_desk):
    return await a_bench(new_desk)


async def a_bench(new_desk, **spec):
    desk = await new_desk(TEXTS, **{"review_levels": 1, "review_share": 1.0, **spec})
    workers = await desk.crowd(spec.get("answers", 1))
    bench = Bench(desk, workers[0], await scope_of(desk, "Rae"))
    for worker in workers:
        await bench.label(desk, worker, "cat")
    return bench


# ── rejected work ────────────────────────────────────────────────────────────────────────────────


async def test_a_rejected_answer_goes_back_to_its_worker_with_the_evidence(bench):
    returned = await bench.rejected(answer=DOG)
    assert returned.answer == CAT
    assert returned.reason == "look at the second word"
    assert returned.evidence == {"annotation_id": returned.annotation_id, "answer": CAT, "should_be": DOG}


async def test_a_reviewer_who_does_not_know_better_names_no_answer(bench):
    assert (await bench.rejected()).evidence["should_be"] is None


async def test_only_the_answers_that_were_named_go_back(new_desk):
    bench = await a_bench(new_desk, answers=2)
    (held,) = await bench.lease()
    one = held.answers[1]["annotation_id"]
    await bench.say(held, "reject", reason="no", rejected=(one,))
    assert [row["annotation_id"] for row in await rows(bench.desk, "select * from returned_tasks")] == [one]


async def test_rejected_work_is_not_taken_back_from_the_ledger(bench):
    before = await rows(bench.desk, "select * from ledger order by id")
    await bench.rejected()
    assert await rows(bench.desk, "select * from ledger order by id") == before


async def test_the_answer_to_a_return_is_a_new_revision_and_the_old_one_stays(bench):
    returned = await bench.rejected()
    receipt = await bench.answer(returned)
    assert receipt.status is ReceiptStatus.STORED
    said = [(one.revision, one.answer) for one in await bench.annotations(returned.task_id)]
    assert said == [(1, CAT), (2, DOG)]
    assert await bench.returned() == []


async def test_the_same_answer_to_a_return_again_gets_the_same_receipt(bench):
    returned, key = await bench.rejected(), uuid.uuid4()
    receipts = await asyncio.gather(*(bench.answer(returned, key=key) for _ in range(3)))
    assert len(set(receipts)) == 1
    assert len(await bench.annotations(returned.task_id)) == 2
    with pytest.raises(Conflict, match="is answered"):
        await bench.answer(returned)


async def test_an_answer_that_fits_no_class_leaves_the_return_open(bench):
    returned = await bench.rejected()
    with pytest.raises(InvalidAnswer):
        await bench.answer(returned, {"choice": "fish"})
    assert len(await bench.returned()) == 1


async def test_a_task_is_reviewed_anew_once_it_is_answered_with_the_answers_of_now(bench):
    returned = await bench.rejected()
    assert all(one.task_id != returned.task_id for one in await bench.lease(want=20))
    await bench.answer(returned)
    await bench.desk.learn()
    again = next(one for one in await bench.lease(want=20) if one.task_id == returned.task_id)
    assert (again.level, again.label, [one["answer"] for one in again.answers]) == (1, DOG, [DOG])
    await bench.say(again, "accept")


async def test_a_task_is_reviewed_anew_only_when_everybody_has_answered(new_desk):
    bench = await a_bench(new_desk, answers=2)
    (held,) = await bench.lease()
    await bench.reject(held)
    workers = [row["worker_id"] for row in await rows(bench.desk, "select worker_id from returned_tasks")]
    for n, worker in enumerate(workers):
        waiting = [one.task_id for one in await bench.lease(want=20)]
        assert (held.task_id in waiting) is False, n
        (returned,) = await bench.returned(worker)
        edit = Edit(DOG, uuid.uuid4())
        await answer_returned(bench.db, bench.desk.scope, worker, returned.return_id, edit)
    assert held.task_id in [one.task_id for one in await bench.lease(want=20)]


async def test_who_keeps_to_his_answer_is_judged_by_somebody_else(bench):
    returned, tom = await bench.rejected(), await scope_of(bench.desk, "Tom")
    await bench.answer(returned, CAT)
    assert all(one.task_id != returned.task_id for one in await bench.lease(want=20))
    await rows(
        bench.desk,
        "update review_work set state = 'open', reviewer = null where state = 'leased' returning id",
    )
    assert returned.task_id in [one.task_id for one in await bench.lease(tom, want=20)]


async def test_what_is_not_answered_in_time_is_reviewed_anew_without_its_worker(bench):
    returned = await bench.rejected()
    await rows(bench.desk, "update returned_tasks set created_at = now() - interval '15 days' returning id")
    assert await bench.returned() == []
    with pytest.raises(Conflict, match="14 days are over"):
        await bench.answer(returned)
    tom = await scope_of(bench.desk, "Tom")
    again = next(one for one in await bench.lease(tom, 20) if one.task_id == returned.task_id)
    assert again.label == CAT


async def test_what_a_worker_said_before_the_rejection_is_what_counts_as_evidence(bench):
    returned = await bench.rejected()
    await bench.answer(returned, DOG)
    await bench.desk.learn()
    again = next(one for one in await bench.lease(want=20) if one.task_id == returned.task_id)
    await bench.say(again, "accept")
    (evidence,) = await rows(bench.desk, "select total, correct from evidence where source = 'review'")
    assert evidence == {"total": 1, "correct": 0}


async def test_a_label_that_an_expert_makes_final_asks_the_worker_no_more(bench):
    returned = await bench.rejected()
    await review(
        bench.db, bench.desk.scope, bench.project_id, [(returned.task_id, DOG)], reviewer="an expert"
    )
    assert await bench.returned() == []
    with pytest.raises(Conflict, match="final by a review"):
        await bench.answer(returned)


async def test_nobody_answers_what_was_returned_to_another(bench):
    returned = await bench.rejected()
    (other,) = await bench.desk.crowd(1)
    with pytest.raises(NotFound, match="no returned task"):
        await answer_returned(bench.db, bench.desk.scope, other, returned.return_id, Edit(DOG, uuid.uuid4()))
    eve = await create_organization(
        bench.db, slug="other", name="Other", email="eve@other.example", person="Eve"
    )
    with pytest.raises(NotFound):
        await answer_returned(
            bench.db, eve.scope(), bench.worker, returned.return_id, Edit(DOG, uuid.uuid4())
        )
    assert await returned_of(bench.db, eve.scope(), bench.worker) == []


# ── changed answers ──────────────────────────────────────────────────────────────────────────────


async def first_annotation(bench):
    return (await rows(bench.desk, "select id, task_id from annotations order by id limit 1"))[0]


async def test_a_changed_answer_counts_instead_of_the_one_before(bench):
    annotation = await first_annotation(bench)
    await bench.revise(annotation["id"], DOG)
    await bench.desk.learn()
    (label,) = await rows(
        bench.desk,
        "select answer, annotations from consensus where task_id = %(id)s",
        id=annotation["task_id"],
    )
    assert label == {"answer": DOG, "annotations": 1}


async def test_any_revision_names_the_answer_that_is_changed(bench):
    annotation = await first_annotation(bench)
    second = await bench.revise(annotation["id"], DOG)
    await bench.revise(annotation["id"], CAT)
    await bench.revise(second.annotation_id, DOG)
    assert [one.revision for one in await bench.annotations(annotation["task_id"])] == [1, 2, 3, 4]


async def test_a_change_with_the_same_key_is_one_change_and_other_keys_wait_for_each_other(bench):
    annotation, key = await first_annotation(bench), uuid.uuid4()
    same = await asyncio.gather(*(bench.revise(annotation["id"], DOG, key) for _ in range(3)))
    assert len(set(same)) == 1
    await asyncio.gather(*(bench.revise(annotation["id"], DOG) for _ in range(5)))
    assert [one.revision for one in await bench.annotations(annotation["task_id"])] == list(range(1, 8))


async def test_a_key_that_stored_another_answer_is_refused(bench):
    (one, other), key = await rows(bench.desk, "select id from annotations order by id"), uuid.uuid4()
    await bench.revise(one["id"], DOG, key)
    with pytest.raises(Conflict, match="key was used for another answer"):
        await bench.revise(other["id"], DOG, key)


async def test_the_seconds_of_a_change_are_in_the_ledger_and_its_price_is_not_paid_twice(bench):
    annotation = await first_annotation(bench)
    await rows(bench.desk, "select 1 as one from pg_sleep(0.2)")
    receipt = await bench.revise(annotation["id"], DOG, active_ms=150)
    (line,) = await rows(
        bench.desk,
        "select seconds, price_cents from ledger where annotation_id = %(id)s",
        id=receipt.annotation_id,
    )
    assert line == {"seconds": pytest.approx(0.15), "price_cents": 0}
    absurd = await bench.revise(annotation["id"], DOG, active_ms=10_000_000)
    (line,) = await rows(
        bench.desk, "select seconds from ledger where annotation_id = %(id)s", id=absurd.annotation_id
    )
    assert line["seconds"] < 60


async def test_a_change_answers_what_was_returned(bench):
    returned = await bench.rejected()
    await bench.revise(returned.annotation_id, DOG)
    assert await bench.returned() == []
    assert returned.task_id in [one.task_id for one in await bench.lease(want=20)]


async def test_an_answer_of_another_is_not_changed(bench, db):
    annotation = await first_annotation(bench)
    (other,) = await bench.desk.crowd(1)
    with pytest.raises(NotFound, match="you have no annotation"):
        await bench.revise(annotation["id"], DOG, worker=other)
    eve = await create_organization(db, slug="other", name="Other", email="eve@other.example", person="Eve")
    with pytest.raises(NotFound):
        await revise(
            db, eve.scope(), bench.project_id, bench.worker, annotation["id"], Edit(DOG, uuid.uuid4())
        )


async def test_a_delivered_answer_is_not_changed_unless_a_reviewer_asks_for_it(bench):
    returned = await bench.rejected()
    await deliver(bench.db, bench.desk.scope, bench.desk.app.datasets("local"), bench.project_id)
    for annotation in await rows(bench.desk, "select id, task_id from annotations"):
        if annotation["task_id"] != returned.task_id:
            with pytest.raises(Conflict, match="are delivered"):
                await bench.revise(annotation["id"], DOG)
    await bench.answer(returned)


async def test_a_canceled_task_keeps_its_answers(bench):
    annotation = await first_annotation(bench)
    await rows(bench.desk, "update tasks set state = 'canceled' returning id")
    with pytest.raises(Conflict, match="is canceled"):
        await bench.revise(annotation["id"], DOG)


# ── history ──────────────────────────────────────────────────────────────────────────────────────


async def test_the_history_of_a_task_has_every_revision_of_everybody(new_desk):
    bench = await a_bench(new_desk, answers=2)
    annotation = await first_annotation(bench)
    await bench.revise(annotation["id"], DOG)
    said = await bench.annotations(annotation["task_id"], bench.rae)
    assert sorted((one.revision, one.answer["choice"]) for one in said) == [
        (1, "cat"),
        (1, "cat"),
        (2, "dog"),
    ]


async def test_a_labeler_reads_his_own_history_only(new_desk):
    desk = await new_desk(TEXTS, answers=2)
    lee = await scope_of(desk, "Lee", Role.LABELER)
    member = await find_member(desk.app.db, slug=desk.member.org_slug, email="lee@example.org")
    own, (other,) = await desk.app.workforce.worker_of(member), await desk.crowd(1)
    bench = Bench(desk, own, None)
    await bench.label(desk, own, "cat")
    await bench.label(desk, other, "dog")
    for annotation in await rows(desk, "select distinct task_id from annotations"):
        assert [one.worker_id for one in await bench.annotations(annotation["task_id"], lee)] == [own]
        assert len(await bench.annotations(annotation["task_id"])) == 2


async def test_the_history_of_a_task_that_is_not_there_is_not_found(bench, db):
    annotation = await first_annotation(bench)
    with pytest.raises(NotFound, match="no such task"):
        await bench.annotations(999999)
    eve = await create_organization(db, slug="other", name="Other", email="eve@other.example", person="Eve")
    with pytest.raises(NotFound):
        await bench.annotations(annotation["task_id"], eve.scope())
