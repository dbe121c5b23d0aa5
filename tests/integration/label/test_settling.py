"""Answers are looked at as they come in: labels, what asks on, what ends, what it says about people."""

import asyncio
from collections import Counter
from uuid import uuid4

import pytest
from psycopg import sql

from groundswell.items import digest_text
from groundswell.label.learning import settler as settler_module
from groundswell.label.learning.settler import Settler
from groundswell.label.work.model import Skip, Submit
from groundswell.label.work.service import expire_leases

pytestmark = pytest.mark.anyio

IN_DOUBT = {"answers": 2, "max_answers": 3, "target_probability": 0.85, "models": "propose"}
"""Two people are asked, a third where they disagree; models have no say."""

FEW = [f"text {number}" for number in range(4)]


async def ask(db, query, **params):
    async with db.system_transaction() as tx:
        return await tx.fetch_all(sql.SQL(query), tuple, **params)


async def value(db, query, **params):
    return (await ask(db, query, **params))[0][0]


async def say(desk, worker, choice, only=None):
    """Let a worker answer everything that there is for him, or `only` some texts; the rest is released."""
    said = []
    while tasks := (await desk.work(worker, want=8)).tasks:
        wanted = [task for task in tasks if only is None or task.payload["text"] in only]
        submits = [Submit(task.task_id, {"choice": choice}, 100, uuid4()) for task in wanted]
        releases = [task.task_id for task in tasks if task not in wanted]
        await desk.work(worker, submits=submits, releases=releases, want=0)
        said += [task.task_id for task in wanted]
        if releases:
            break
    return said


async def settle(desk):
    return await desk.app.settler.settle()


async def slots(db):
    return Counter(row[0] for row in await ask(db, "select task_id from ready"))


# ── when a task ends ─────────────────────────────────────────────────────────────────────────────


async def test_a_project_ends_with_its_last_answer_and_the_labels_are_there(db, new_desk):
    desk = await new_desk(FEW, answers=3)
    people = await desk.crowd(3)
    for worker, choice in zip(people, ("cat", "dog", "dog"), strict=True):
        assert await desk.states() == {"pending": 4}
        await say(desk, worker, choice)
        assert await settle(desk) == 4
    assert await desk.states() == {"completed": 4}
    assert (await desk.project()).state == "done"
    assert await ask(db, "select state from batches") == [("completed",)]
    assert set(await ask(db, "select answer->>'choice', annotations, source from consensus")) == {
        ("dog", 3, "people")
    }
    assert await ask(db, "select completed, annotations, total from progress") == [(4, 12, 4)]


async def test_a_project_with_known_answers_ends_like_any_other(db, new_desk):
    desk = await new_desk(FEW, answers=2, gold={digest_text(FEW[0]): "cat"})
    for worker in await desk.crowd(2):
        await say(desk, worker, "dog")
        await settle(desk)
    assert (await desk.project()).state == "done"
    assert await desk.states() == {"completed": 4}
    rows = await ask(
        db, "select source, sum(total), sum(correct) from evidence where source = 'gold' group by source"
    )
    assert rows == [("gold", 2.0, 0.0)]


async def test_agreement_stops_early_doubt_asks_one_more_and_the_end_of_the_budget_calls_for_review(
    db, new_desk
):
    desk = await new_desk(FEW, **IN_DOUBT, review_levels=1, review_share=0.0)
    first, second, third, fourth = await desk.crowd(4)
    await say(desk, first, "cat")
    await settle(desk)
    assert await desk.states() == {"pending": 4}
    for text, choice in zip(FEW, ("cat", "cat", "dog", "dog"), strict=True):
        await say(desk, second, choice, only={text})
    await settle(desk)
    assert await desk.states() == {"completed": 2, "pending": 2}
    assert list((await slots(db)).values()) == [1, 1], "one more person each, for the two in doubt"
    assert await say(desk, first, "cat") == await say(desk, second, "cat") == [], "they were asked already"
    doubtful = sorted(await slots(db))
    await say(desk, third, "dog")
    await settle(desk)
    assert await desk.states() == {"completed": 4}
    assert await slots(db) == {}
    assert await say(desk, fourth, "dog") == []
    assert set((await desk.answers()).values()) == {2, 3}
    reviews = await ask(db, "select task_id, reason from review_work order by task_id")
    assert reviews == [(task, "disagreement") for task in doubtful]


async def test_a_task_in_doubt_is_not_asked_twice_for_one_answer_that_is_on_its_way(db, new_desk):
    desk = await new_desk(FEW[:1], **IN_DOUBT)
    first, second, third = await desk.crowd(3)
    await say(desk, first, "cat")
    await say(desk, second, "dog")
    await settle(desk)
    (held,) = (await desk.work(third, want=4)).tasks
    async with db.system_transaction() as tx:
        again = "insert into unsettled select org_id, project_id, id, %(worker)s, false from tasks"
        await tx.execute(sql.SQL(again), worker=int(first))
    await settle(desk)
    assert await slots(db) == {}, "the third answer is leased"
    await desk.work(third, releases=[held.task_id], want=0)
    assert await slots(db) == {held.task_id: 1}


async def test_a_task_that_several_people_skip_is_set_aside_and_its_slots_are_closed(db, new_desk):
    desk = await new_desk(FEW[:1], answers=2)
    for worker in await desk.crowd(3):
        (task,) = (await desk.work(worker, want=1)).tasks
        await desk.work(worker, skips=[Skip(task.task_id, "unclear")], want=0)
        await settle(desk)
    assert await desk.states() == {"error": 1}
    assert await slots(db) == {}
    assert (await desk.project()).state == "done", "nothing is left to ask"


async def test_what_is_still_open_of_a_task_that_has_enough_is_closed(db, new_desk):
    """A late answer came, and its slot had been opened again."""
    desk = await new_desk(FEW[:1], answers=1)
    slow, quick = await desk.crowd(2)
    (task,) = (await desk.work(slow, want=1)).tasks
    await desk.let_leases_run_out()
    await expire_leases(db)
    (same,) = (await desk.work(quick, want=1)).tasks
    await desk.work(slow, submits=[Submit(task.task_id, {"choice": "dog"}, 1, uuid4())], want=0)
    await desk.work(quick, releases=[same.task_id], want=0)
    await settle(desk)
    assert await desk.states() == {"completed": 1}
    assert await slots(db) == {}


# ── once ─────────────────────────────────────────────────────────────────────────────────────────


async def snapshot(db):
    """All that settling writes, without the times."""
    return {
        "evidence": sorted(await ask(db, "select worker_id, source, total, correct from evidence")),
        "consensus": sorted(
            await ask(db, "select task_id, answer::text, probability, annotations from consensus")
        ),
        "states": sorted(await ask(db, "select id, state from tasks")),
        "slots": await slots(db),
        "progress": await ask(db, "select completed, annotations from progress"),
    }


async def disagreed(new_desk, texts=FEW, **spec):
    desk = await new_desk(texts, **{**IN_DOUBT, **spec})
    for worker, choice in zip(await desk.crowd(2), ("cat", "dog"), strict=True):
        await say(desk, worker, choice)
    return desk


async def test_settling_again_does_nothing_again(db, new_desk):
    desk = await disagreed(new_desk, gold={digest_text(FEW[0]): "cat"})
    assert await settle(desk) == 8
    once = await snapshot(db)
    assert once["progress"] == [(1, 8)]
    assert await settle(desk) == 0
    assert await Settler(db).settle() == 0, "nor does a new process"
    assert await snapshot(db) == once


async def test_a_settler_that_is_killed_on_its_way_loses_nothing_and_leaves_nothing_half_done(
    db, new_desk, monkeypatch
):
    desk = await disagreed(new_desk)
    before = await snapshot(db)

    async def dies(*args):
        raise SystemExit

    for name in ("add_evidence", "_save", "end_what_is_done", "ask_to_learn"):
        with monkeypatch.context() as broken:
            broken.setattr(settler_module, name, dies)
            if name == "end_what_is_done":
                broken.setattr(settler_module, "_save", saves_something)
            with pytest.raises(SystemExit):
                await desk.app.settler.settle_project(desk.scope.org_id, desk.project_id)
        assert await snapshot(db) == before, name
    assert await settle(desk) == 8
    assert await snapshot(db) != before
    assert set((await slots(db)).values()) == {1}


async def saves_something(*args):
    return ["completed"]


@pytest.mark.parametrize("settlers", [4])
async def test_several_settlers_at_once_come_to_what_one_comes_to(db, new_desk, monkeypatch, settlers):
    """Two who each took some answers to one task would both see all of them."""
    monkeypatch.setattr(settler_module, "MOST_AT_ONCE", 3)
    desk = await disagreed(new_desk, [f"text {number}" for number in range(12)])
    at = (desk.scope.org_id, desk.project_id)
    numbers = await asyncio.gather(*(Settler(db).settle_project(*at) for _ in range(settlers)))
    assert sum(numbers) == 24
    assert set((await slots(db)).values()) == {1}
    assert await value(db, "select annotations from progress") == 24


async def test_answers_that_land_while_one_settles_are_settled_next(db, new_desk):
    desk = await new_desk(answers=3)
    people = await desk.crowd(3)

    async def done():
        return (await desk.project()).state == "done"

    async def settle_all_the_time():
        while not await done():
            await settle(desk)

    async def say_all_the_time(worker):
        while not await done():
            await say(desk, worker, "cat")

    async with asyncio.timeout(30):
        await asyncio.gather(settle_all_the_time(), *map(say_all_the_time, people))
    assert set((await desk.answers()).values()) == {3}
    rows = await ask(db, "select count(*), min(annotations), max(annotations) from consensus")
    assert rows == [(desk.items, 3, 3)]
    assert await value(db, "select annotations from progress") == 3 * desk.items


# ── what it says about people ────────────────────────────────────────────────────────────────────


async def test_consensus_says_something_of_each_answer_once_its_task_ends(db, new_desk):
    desk = await new_desk(FEW, answers=3)
    people = await desk.crowd(3)
    for worker, choice in zip(people, ("cat", "cat", "dog"), strict=True):
        await say(desk, worker, choice)
        assert await ask(db, "select from evidence") == []
    await settle(desk)
    rows = {row[0]: row[1:] for row in await ask(db, "select worker_id, total, correct from evidence")}
    assert set(rows) == set(people)
    total, correct = rows[people[2]]
    assert total > 1, "of four tasks, the others being rather sure"
    assert correct < total / 2, "who said otherwise than all others was probably wrong"
    assert rows[people[0]][0] == pytest.approx(0), "one against one says nothing"


async def test_a_changed_answer_is_not_compared_with_gold_again(db, new_desk):
    desk = await new_desk(FEW[:1], gold={digest_text(FEW[0]): "cat"})
    (worker,) = await desk.crowd(1)
    assert len(await say(desk, worker, "dog")) == 1
    await settle(desk)
    async with db.system_transaction() as tx:
        again = "insert into unsettled select org_id, project_id, id, %(worker)s, false from tasks"
        await tx.execute(sql.SQL(again), worker=int(worker))
    assert await settle(desk) == 1
    assert await ask(db, "select source, total, correct from evidence") == [("gold", 1.0, 0.0)]


# ── where models decide, and where people are tested ─────────────────────────────────────────────


async def test_where_models_decide_settling_leaves_states_and_slots_to_learning(db, new_desk):
    desk = await new_desk(FEW, target_probability=0.97, max_answers=3)
    (worker,) = await desk.crowd(1)
    tasks = (await desk.work(worker, want=4)).tasks
    await desk.work(
        worker, submits=[Submit(task.task_id, {"choice": "cat"}, 1, uuid4()) for task in tasks], want=0
    )
    before = await slots(db)
    assert await settle(desk) == 4
    assert await desk.states() == {"pending": 4}
    assert await slots(db) == before
    assert await value(db, "select annotations from progress") == 4


@pytest.mark.parametrize("purpose", ["qualification", "training"])
async def test_where_people_are_tested_answers_are_evidence_and_nothing_ends(db, new_desk, purpose):
    desk = await new_desk(FEW, purpose=purpose, gold={digest_text(text): "cat" for text in FEW})
    for worker, choice in zip(await desk.crowd(2), ("cat", "dog"), strict=True):
        await say(desk, worker, choice)
    assert await settle(desk) == 8
    assert await desk.states() == {"pending": 4}
    assert (await desk.project()).state == "active"
    rows = await ask(db, "select source, total, correct from evidence order by worker_id")
    assert rows == [("gold", 4.0, 4.0), ("gold", 4.0, 0.0)]
