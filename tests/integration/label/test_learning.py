"""Learning as it runs beside work: what is asked, of whom, how often, and when it ends."""

import asyncio
import shutil
import uuid
from collections import Counter

import numpy as np
import pytest
from psycopg import sql

from groundswell.errors import InvalidAnswer
from groundswell.items import digest_text
from groundswell.label.delivery.service import labels_of
from groundswell.label.learning.rules import MAX_SKIPS
from groundswell.label.learning.workshop import Workshop
from groundswell.label.projects.model import ProjectState
from groundswell.label.projects.service import get_project, set_project_state
from groundswell.label.review.service import review
from groundswell.label.work.model import Skip, Submit
from groundswell.label.work.programs import Said, answer_open_tasks
from groundswell.label.work.service import expire_leases

pytestmark = pytest.mark.anyio

MANY = [f"text number {number}" for number in range(100)]


def answer(task, choice="cat"):
    return Submit(task.task_id, {"choice": choice}, 500, uuid.uuid4())


async def labour(desk, worker, patience=20):
    """Lease, answer and submit, until nothing has come for a while."""
    idle = 0
    while idle < patience:
        tasks = (await desk.work(worker, want=2)).tasks
        await asyncio.sleep(0.005)
        idle = 0 if tasks else idle + 1
        await desk.work(worker, submits=[answer(task) for task in tasks], want=0)


async def alone(desk, worker, workshop, reply):
    """One person works, and learning runs after every fifth answer, until there is nothing left."""
    seen = []
    while True:
        tasks = (await desk.work(worker, want=1)).tasks
        if not tasks:
            await desk.learn_in(workshop)
            tasks = (await desk.work(worker, want=1)).tasks
        if not tasks:
            return seen
        seen.append(tasks[0].task_id)
        await desk.work(worker, want=0, **reply(tasks[0], len(seen)))
        if len(seen) % 5 == 0:
            await desk.learn_in(workshop)


DECIDES = {"target_probability": 0.97, "max_answers": 3}
"""A project where models may decide: learning plans what is asked and says when it ends."""


@pytest.mark.parametrize("spec", [{"answers": 3}, DECIDES])
async def test_learning_beside_work_never_asks_a_task_more_often_than_wanted(new_desk, spec):
    """Answers and leases land while a plan is made: what it then opens must count them."""
    desk = await new_desk(**spec)
    workshop, done = desk.app.workshop, asyncio.Event()

    async def learn_all_the_time():
        while not done.is_set():
            workshop._signs.put(desk.project_id, None)  # plan anew even if nothing has happened
            await desk.learn_in(workshop)

    learning = asyncio.create_task(learn_all_the_time())
    await asyncio.gather(*(labour(desk, worker, patience=8) for worker in await desk.crowd(6)))
    done.set()
    await learning
    answers = set((await desk.answers()).values())
    assert answers == {3} if "answers" in spec else max(answers) <= 3
    assert await desk.states() == {"completed": desk.items}
    assert (await desk.project()).state == ProjectState.DONE


async def test_work_that_comes_while_the_window_is_replaced_waits_and_gets_its_tasks(db, new_desk):
    desk = await new_desk(**DECIDES)
    (worker,) = await desk.crowd(1)
    async with db.transaction(desk.scope.org_id) as planning:
        lock = "select pg_advisory_xact_lock(hashtextextended('window:' || %(id)s::bigint, 0))"
        await planning.execute(sql.SQL(lock), id=desk.project_id)
        await planning.execute(sql.SQL("select from ready for update"))
        asked = asyncio.create_task(desk.work(worker, want=3))
        await asyncio.sleep(0.2)
        waited = not asked.done()
    assert waited
    assert len((await asked).tasks) == 3


async def test_a_run_that_read_before_another_wrote_reads_again_and_undoes_nothing(new_desk):
    desk = await new_desk(**{**DECIDES, "max_answers": 1})
    (worker,) = await desk.crowd(1)
    slow, reads = Workshop(desk.app.db, desk.app.datasets), []
    read, written = slow._read, asyncio.Event()

    async def read_and_dawdle(*args):
        rows = await read(*args)
        reads.append(len(rows.votes))
        if len(reads) == 1:
            await written.wait()
        return rows

    slow._read = read_and_dawdle
    early = asyncio.create_task(desk.learn_in(slow))
    while not reads:
        await asyncio.sleep(0.01)
    await labour(desk, worker, patience=1)
    await desk.learn()
    written.set()
    await early
    assert reads == [0, desk.items]
    assert await desk.states() == {"completed": desk.items}
    assert (await desk.project()).state == ProjectState.DONE


async def test_answers_are_counted_once_whoever_counts_them_first(db, new_desk):
    """Learning counts anew what settling counts one by one; a count that is wrong would hide what is new."""
    desk = await new_desk(**DECIDES)
    (worker,) = await desk.crowd(1)
    tasks = (await desk.work(worker, want=4)).tasks
    await desk.work(worker, submits=[answer(task) for task in tasks], want=0)
    workshop = Workshop(db, desk.app.datasets)
    await workshop.learn(str(desk.scope.org_id), desk.project_id)  # before settling
    await desk.app.settler.settle()
    async with db.system_transaction() as tx:
        assert await tx.fetch_value(sql.SQL("select annotations from progress")) == len(tasks)


async def test_learning_again_when_nothing_has_happened_writes_nothing(db, desk):
    workshop = desk.app.workshop

    async def times_learnt():
        async with db.system_transaction() as tx:
            return await tx.fetch_value(sql.SQL("select learnt from progress"))

    await desk.learn_in(workshop)
    before = await times_learnt()
    await desk.learn_in(workshop)
    assert await times_learnt() == before
    (worker,) = await desk.crowd(1)
    task = (await desk.work(worker, want=1)).tasks[0]
    await desk.work(worker, submits=[answer(task)], want=0)
    await desk.learn_in(workshop)
    assert await times_learnt() == before + 1


async def test_one_person_alone_meets_every_item_although_the_doubtful_ones_want_more_people(new_desk):
    desk, rng = await new_desk(MANY, target_probability=0.97), np.random.default_rng(1)
    (worker,) = await desk.crowd(1)
    seen = await alone(
        desk,
        worker,
        desk.app.workshop,
        lambda task, _: {"submits": [answer(task, rng.choice(["cat", "dog"]))]},
    )
    assert len(seen) == len(set(seen)) == len(MANY)


@pytest.mark.parametrize("target", [None, 0.97])
async def test_skipping_a_windowful_does_not_end_the_work(new_desk, target):
    desk = await new_desk(MANY, target_probability=target)
    (worker,) = await desk.crowd(1)

    def reply(task, number):
        return {"skips": [Skip(task.task_id, "unclear")]} if number <= 60 else {"submits": [answer(task)]}

    seen = await alone(desk, worker, desk.app.workshop, reply)
    assert len(seen) == len(set(seen)) == len(MANY)


async def test_a_task_that_several_people_cannot_answer_is_set_aside_and_the_project_ends(desk):
    workers = await desk.crowd(MAX_SKIPS + 1)
    unclear = (await desk.work(workers[0], want=1)).tasks[0].task_id
    for worker in workers:
        while tasks := (await desk.work(worker, want=1)).tasks:
            skip = tasks[0].task_id == unclear
            reply = {"skips": [Skip(unclear, "blurred")]} if skip else {"submits": [answer(tasks[0])]}
            await desk.work(worker, want=0, **reply)
        await desk.learn()
    assert await desk.states() == {"completed": desk.items - 1, "error": 1}
    assert (await desk.project()).state == ProjectState.DONE


async def test_a_skip_alone_asks_for_learning_where_learning_plans(db, new_desk):
    desk = await new_desk(**DECIDES)
    (worker,) = await desk.crowd(1)
    task = (await desk.work(worker, want=1)).tasks[0]
    async with db.system_transaction() as tx:
        await tx.execute(sql.SQL("set local search_path = procrastinate"))
        await tx.execute(sql.SQL("delete from procrastinate_jobs"))
    await desk.work(worker, skips=[Skip(task.task_id, "unclear")], want=0)
    await desk.app.settler.settle()
    async with db.system_transaction() as tx:
        assert await tx.fetch_value(sql.SQL("select count(*) from procrastinate.procrastinate_jobs")) == 1


async def test_a_task_that_everybody_of_a_small_team_answered_waits_for_somebody_else(desk_of_three):
    desk = desk_of_three
    first, second, third = await desk.crowd(3)
    for worker in (first, second):
        await labour(desk, worker, patience=1)
        await desk.learn()
    assert await desk.states() == {"pending": desk.items}
    assert (await desk.work(first, want=8)).tasks == []
    await labour(desk, third, patience=1)
    await desk.learn()
    assert (await desk.project()).state == ProjectState.DONE


async def test_late_answers_are_kept_and_never_make_a_task_over_answered_in_the_consensus(new_desk):
    desk = await new_desk(answers=1)
    slow, quick = await desk.crowd(2)
    task = (await desk.work(slow, want=1)).tasks[0]
    await desk.let_leases_run_out()
    await expire_leases(desk.app.db)
    while tasks := (await desk.work(quick, want=8)).tasks:
        await desk.work(quick, submits=[answer(each, "dog") for each in tasks], want=0)
    await desk.work(slow, submits=[answer(task, "cat")], want=0)
    await desk.learn()
    (label,) = [
        each
        for each in await labels_of(desk.app.db, desk.scope, desk.project_id)
        if each.task_id == task.task_id
    ]
    assert (await desk.answers())[task.task_id] == 2
    assert (label.annotations, label.answer) == (1, {"choice": "dog"})


async def test_a_project_that_is_done_takes_late_answers_in_and_does_not_ask_again(new_desk):
    desk = await new_desk(target_probability=0.7, max_answers=3)
    first, late, third = await desk.crowd(3)
    held = (await desk.work(late, want=2)).tasks
    await desk.let_leases_run_out()
    await expire_leases(desk.app.db)
    workshop = desk.app.workshop
    for worker in (first, third):
        await labour(desk, worker, patience=1)
        await desk.learn_in(workshop)
    async with desk.app.db.system_transaction() as tx:
        await tx.execute(sql.SQL("update tasks set state = 'completed'"))
        await tx.execute(sql.SQL("update projects set state = 'done'"))
    await desk.work(late, submits=[answer(task, "dog") for task in held], want=0)
    await desk.learn_in(workshop)
    assert await desk.states() == {"completed": desk.items}
    async with desk.app.db.system_transaction() as tx:
        assert await tx.fetch_value(sql.SQL("select count(*) from ready")) == 0


async def test_people_go_on_when_the_items_cannot_be_read(desk):
    (worker,) = await desk.crowd(1)
    shutil.rmtree(desk.app.home / "datasets")
    await desk.learn()
    await labour(desk, worker, patience=1)
    await desk.learn()
    assert (await desk.project()).state == ProjectState.DONE


async def test_a_project_of_nothing_but_gold_ends(new_desk):
    from groundswell.items import digest_text

    gold = {digest_text(text): "cat" for text in MANY}
    measured = await new_desk(MANY, gold=gold)
    assert (await measured.project()).state == ProjectState.ACTIVE, "without a target, gold measures people"
    known = await new_desk(MANY, name="known", gold=gold, target_probability=0.9)
    assert (await known.project()).state == ProjectState.DONE


async def test_answers_of_one_class_only_are_a_project_like_any_other(new_desk):
    desk = await new_desk(MANY, answers=2, classes=("'; drop table tasks; --", "null"))
    rng = np.random.default_rng(1)
    same = {worker: lambda _: Said("null") for worker in await desk.crowd(2)}
    await answer_open_tasks(desk.app.db, desk.scope, desk.project_id, same, rng=rng)
    await desk.learn()
    labels = await labels_of(desk.app.db, desk.scope, desk.project_id)
    assert Counter(label.answer["choice"] for label in labels) == {"null": len(MANY)}
    assert (await desk.project()).state == ProjectState.DONE


async def test_a_program_that_names_an_unknown_class_is_told_and_does_not_turn_for_ever(desk):
    (worker,) = await desk.crowd(1)
    fish = answer_open_tasks(
        desk.app.db,
        desk.scope,
        desk.project_id,
        {worker: lambda _: Said("fish")},
        rng=np.random.default_rng(1),
    )
    with pytest.raises(InvalidAnswer, match="'fish' is not a class"):
        await asyncio.wait_for(fish, timeout=5)


async def test_a_paused_project_is_planned_but_leases_nothing(db, desk):
    (worker,) = await desk.crowd(1)
    await set_project_state(db, desk.scope, desk.project_id, ProjectState.PAUSED)
    await desk.learn()
    assert (await desk.work(worker, want=3)).tasks == []
    await set_project_state(db, desk.scope, desk.project_id, ProjectState.ACTIVE)
    await desk.learn()
    assert len((await desk.work(worker, want=3)).tasks) == 3


async def test_audits_that_a_model_fails_pause_it_for_all_to_see(new_desk):
    texts = [f"{word} number {number}" for number in range(80) for word in ("cats", "dogs")]
    known = {digest_text(text): text[:3] for text in texts[:120]}
    desk = await new_desk(texts, target_probability=0.95, audit_share=0.5, gold=known)
    await desk.learn()
    db, at = desk.app.db, (desk.app.db, desk.scope, desk.project_id)
    _, counts = await get_project(*at)
    assert counts.model_paused is None
    audited = [task for task in await labels_of(*at) if task.is_audit and task.source == "model"]
    assert len(audited) > 10
    wrong = [
        (task.task_id, {"choice": "dog" if task.answer["choice"] == "cat" else "cat"}) for task in audited
    ]
    async with db.system_transaction() as tx:
        await tx.execute(sql.SQL("set local search_path to procrastinate"))
        await tx.execute(sql.SQL("delete from procrastinate_jobs"))
    await review(*at, wrong, reviewer="an expert")
    async with db.system_transaction() as tx:
        jobs = await tx.fetch_values(
            sql.SQL("select lock from procrastinate.procrastinate_jobs where status = 'todo'")
        )
    assert jobs == [f"learn:learn:{desk.project_id}"]
    await desk.learn()
    _, counts = await get_project(*at)
    assert counts.model_paused.startswith("paused: ")
