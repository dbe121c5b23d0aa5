"""Open slots: what each task still wants, in the order of work, however it came to be."""

import asyncio
from collections import Counter

import numpy as np
import pytest
from psycopg import sql

from groundswell.ids import new_uuid
from groundswell.items import digest_text
from groundswell.label.work.model import Skip, Submit
from groundswell.label.work.refill import LEAST_SLOTS, MOST_TASKS_AT_ONCE, Refill
from groundswell.label.work.slots import open_more

pytestmark = pytest.mark.anyio

SIX = [f"text {number}" for number in range(6)]


async def opened(desk, tasks=250):
    async with desk.app.db.transaction(desk.scope.org_id) as tx:
        return await open_more(tx, [desk.project_id], tasks=tasks)


async def ask(db, query, **params):
    async with db.system_transaction() as tx:
        return await tx.fetch_all(sql.SQL(query), tuple, **params)


async def change(db, query, **params):
    async with db.system_transaction() as tx:
        await tx.execute(sql.SQL(query), **params)


async def order(db):
    """The positions of the tasks of the open slots, in the order of work."""
    rows = await ask(
        db, "select t.position from ready r join tasks t on t.id = r.task_id order by r.priority, r.seq"
    )
    return [row[0] for row in rows]


async def test_every_task_gets_its_first_answer_before_any_gets_its_second(db, new_desk):
    desk = await new_desk(SIX, answers=2)
    assert await opened(desk) == 12
    assert await order(db) == [*range(6), *range(6)]


async def test_a_few_tasks_are_opened_at_a_time_until_the_backlog_ends(db, new_desk):
    desk = await new_desk(SIX, answers=2)
    assert [await opened(desk, tasks=4) for _ in range(4)] == [8, 4, 0, 0]
    assert await order(db) == [0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 4, 5]


@pytest.mark.parametrize("seed", range(3))
async def test_slots_and_answers_and_leases_add_up_to_what_each_task_is_to_get(db, new_desk, seed):
    """Whatever was leased, answered, released, skipped and left, and however often a batch is gone through again."""
    desk = await new_desk(answers=3)
    rng = np.random.default_rng(seed)
    for worker in await desk.crowd(4):
        tasks = (await desk.work(worker, want=8)).tasks
        fates = rng.integers(0, 4, len(tasks))
        submits = [
            Submit(t.task_id, {"choice": "cat"}, 1, new_uuid())
            for t, f in zip(tasks, fates, strict=True)
            if f == 0
        ]
        skips = [Skip(t.task_id, "") for t, f in zip(tasks, fates, strict=True) if f == 1]
        releases = [t.task_id for t, f in zip(tasks, fates, strict=True) if f == 2]
        await desk.work(worker, submits=submits, skips=skips, releases=releases, want=0)
        await change(db, "delete from ready where random() < 0.3")
    for _ in range(2):
        await change(db, "update batches set frontier = 0")
        await opened(desk)
        rows = await ask(
            db,
            "select (select count(*) from ready r where r.task_id = t.id) "
            "+ (select count(*) from leases l where l.task_id = t.id) "
            "+ (select count(*) from annotations a where a.task_id = t.id) from tasks t",
        )
        assert {row[0] for row in rows} == {3}


async def test_a_test_with_a_known_answer_takes_no_slot_of_its_task(db, new_desk):
    desk = await new_desk(SIX, answers=2)
    (worker,) = await desk.crowd(1)
    await desk.work(worker, want=6)
    await change(
        db, "update leases set for_gold = true where task_id in (select id from tasks where position < 2)"
    )
    await change(db, "delete from ready")
    await change(db, "update batches set frontier = 0")
    await opened(desk)
    assert Counter(await order(db)) == {0: 2, 1: 2, 2: 1, 3: 1, 4: 1, 5: 1}


async def test_tasks_that_ask_no_more_get_no_slot(db, new_desk):
    desk = await new_desk(SIX, answers=1)
    await change(
        db,
        "update tasks set state = (array['completed', 'canceled', 'error'])[position + 1] where position < 3",
    )
    assert await opened(desk) == 3
    assert await order(db) == [3, 4, 5]


async def test_urgent_batches_are_opened_and_served_first_and_those_not_in_progress_not_at_all(db, new_desk):
    desk = await new_desk(SIX, answers=1)
    for name, priority, state, position in (("urgent", -5, "in_progress", 4), ("paused", -9, "paused", 5)):
        await change(
            db,
            "with b as (insert into batches (org_id, project_id, name, priority, state) "
            "select org_id, id, %(name)s, %(priority)s, %(state)s from projects returning id) "
            "update tasks set batch_id = b.id from b where position = %(position)s",
            **{"name": name, "priority": priority, "state": state, "position": position},
        )
    assert await opened(desk) == 1, "one opening stops at the first batch that has anything"
    assert await order(db) == [4]
    assert await opened(desk) == 4
    (worker,) = await desk.crowd(1)
    served = [(await desk.work(worker, want=1, holding=[])).tasks[0].payload["text"]]
    assert served == ["text 4"]
    assert 5 not in await order(db)


async def test_many_who_open_the_same_batch_at_once_open_nothing_twice(db, new_desk):
    desk = await new_desk(answers=3)
    numbers = await asyncio.gather(*(opened(desk, tasks=7) for _ in range(6)))
    while await opened(desk, tasks=7):
        pass
    assert sum(numbers) <= 3 * desk.items
    assert set(Counter(await order(db)).values()) == {3}


@pytest.mark.parametrize(
    "spec",
    [
        {"target_probability": 0.9},
        {"purpose": "qualification", "gold": None},
        {"purpose": "training", "gold": None},
    ],
)
async def test_slots_are_not_opened_where_learning_plans_or_people_are_tested(db, new_desk, spec):
    if "gold" in spec:
        spec = {**spec, "gold": {digest_text(text): "cat" for text in SIX}}
    desk = await new_desk(SIX, **spec)
    await change(db, "delete from ready")
    assert await opened(desk) == 0
    assert await Refill(db).refill() == 0
    assert await order(db) == []


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


async def test_refill_opens_ahead_of_the_pace_at_which_slots_go_and_nothing_while_there_are_enough(
    db, new_desk
):
    await new_desk([f"text {number}" for number in range(900)])
    clock = Clock()
    refill = Refill(db, clock)
    await change(db, "delete from ready")
    await change(db, "update batches set frontier = 0")
    assert await refill.refill() == MOST_TASKS_AT_ONCE
    clock.now = 1.0
    assert await refill.refill() == 0, f"half of {LEAST_SLOTS} is enough"
    await change(db, "update tasks set state = 'completed' where id in (select task_id from ready limit 300)")
    await change(db, "delete from ready where task_id in (select id from tasks where state = 'completed')")
    clock.now = 2.0
    assert await refill.refill() == MOST_TASKS_AT_ONCE, (
        "300 in a second: twenty seconds of that is more than there is"
    )
    assert await refill.refill() == MOST_TASKS_AT_ONCE, "little and often"
    assert await refill.refill() == 0


async def test_a_draft_or_paused_project_is_not_refilled(db, new_desk):
    desk = await new_desk(SIX)
    await change(db, "delete from ready")
    for state in ("paused", "done", "draft"):
        await change(db, "update projects set state = %(state)s", state=state)
        assert await Refill(db).refill() == 0
    await change(db, "update projects set state = 'active'")
    assert await Refill(db).refill() == desk.items
