"""Leases, answers and receipts: what a worker can rely on."""

import asyncio
import uuid
from collections import Counter

import pytest

from groundswell.label.delivery.service import labels_of
from groundswell.label.work.model import ReceiptStatus, Skip, Submit
from groundswell.label.work.service import expire_leases, work
from groundswell.workforce.model import Origin
from groundswell.workforce.service import add_workers, earnings_of

pytestmark = pytest.mark.anyio


def answer(task, choice="cat", key=None, active_ms=500):
    return Submit(task.task_id, {"choice": choice}, active_ms, key or uuid.uuid4())


async def crowd(db, desk, n):
    return await add_workers(db, desk.scope, [f"w{i}" for i in range(n)], Origin.PROGRAM)


async def test_a_task_is_leased_to_one_worker_only_where_one_answer_is_wanted(db, desk):
    first, second = await crowd(db, desk, 2)
    one = await work(db, desk.scope, desk.project_id, first, want=8)
    two = await work(db, desk.scope, desk.project_id, second, want=8)
    assert len(one.tasks) == len(two.tasks) == 8
    assert not {task.task_id for task in one.tasks} & {task.task_id for task in two.tasks}


async def test_a_submit_gets_a_receipt_and_the_same_key_gets_the_same_receipt_again(db, desk):
    (worker,) = await crowd(db, desk, 1)
    task = (await work(db, desk.scope, desk.project_id, worker, want=1)).tasks[0]
    submit = answer(task)
    first = await work(db, desk.scope, desk.project_id, worker, submits=[submit], want=0)
    again = await work(db, desk.scope, desk.project_id, worker, submits=[submit], want=0)
    assert first.receipts[0].status is ReceiptStatus.STORED
    assert first.receipts == again.receipts
    assert again.progress.mine == 1


async def test_two_answers_of_one_worker_to_one_task_are_one_answer(db, desk):
    (worker,) = await crowd(db, desk, 1)
    task = (await work(db, desk.scope, desk.project_id, worker, want=1)).tasks[0]
    both = await asyncio.gather(
        *(work(db, desk.scope, desk.project_id, worker, submits=[answer(task)], want=0) for _ in range(2))
    )
    statuses = Counter(done.receipts[0].status for done in both)
    assert statuses == {ReceiptStatus.STORED: 1, ReceiptStatus.REFUSED: 1}


async def test_an_answer_to_a_task_that_was_never_leased_is_refused_by_itself(db, desk):
    first, second = await crowd(db, desk, 2)
    mine = (await work(db, desk.scope, desk.project_id, first, want=1)).tasks[0]
    theirs = (await work(db, desk.scope, desk.project_id, second, want=1)).tasks[0]
    done = await work(db, desk.scope, desk.project_id, first, submits=[answer(theirs), answer(mine)], want=0)
    assert [receipt.status for receipt in done.receipts] == [ReceiptStatus.REFUSED, ReceiptStatus.STORED]
    assert "not leased to you" in done.receipts[0].error


async def test_an_unknown_class_is_refused_and_the_lease_stays(db, desk):
    (worker,) = await crowd(db, desk, 1)
    task = (await work(db, desk.scope, desk.project_id, worker, want=1)).tasks[0]
    done = await work(db, desk.scope, desk.project_id, worker, submits=[answer(task, "fish")], want=0)
    assert done.receipts[0].status is ReceiptStatus.REFUSED
    assert "'fish' is not a class" in done.receipts[0].error
    kept = await work(db, desk.scope, desk.project_id, worker, submits=[answer(task, "dog")], want=0)
    assert kept.receipts[0].status is ReceiptStatus.STORED


async def test_a_page_that_was_loaded_again_gets_its_open_leases_first(db, desk):
    (worker,) = await crowd(db, desk, 1)
    before = await work(db, desk.scope, desk.project_id, worker, want=3)
    after = await work(db, desk.scope, desk.project_id, worker, want=3)
    assert [task.task_id for task in after.tasks] == [task.task_id for task in before.tasks]
    holding = [task.task_id for task in before.tasks]
    more = await work(db, desk.scope, desk.project_id, worker, want=3, holding=holding)
    assert not {task.task_id for task in more.tasks} & set(holding)


async def test_a_skipped_task_goes_to_others_and_never_back(db, desk):
    first, second = await crowd(db, desk, 2)
    task = (await work(db, desk.scope, desk.project_id, first, want=1)).tasks[0]
    await work(db, desk.scope, desk.project_id, first, skips=[Skip(task.task_id, "blurred")], want=0)
    seen_by_first, seen_by_second = set(), set()
    for worker, seen in ((first, seen_by_first), (second, seen_by_second)):
        for _ in range(10):
            tasks = (await work(db, desk.scope, desk.project_id, worker, want=8, holding=list(seen))).tasks
            seen |= {each.task_id for each in tasks}
            if worker is first and tasks:
                await work(
                    db,
                    desk.scope,
                    desk.project_id,
                    worker,
                    skips=[Skip(t.task_id, "") for t in tasks],
                    want=0,
                )
    assert task.task_id not in seen_by_first
    assert task.task_id in seen_by_second


async def test_an_expired_lease_returns_its_slot_and_a_late_answer_is_kept_as_late(db, desk):
    first, second = await crowd(db, desk, 2)
    task = (await work(db, desk.scope, desk.project_id, first, want=1)).tasks[0]
    await desk.let_leases_run_out()
    assert await expire_leases(db) == 1
    assert await expire_leases(db) == 0
    done = await work(db, desk.scope, desk.project_id, first, submits=[answer(task)], want=0)
    assert done.receipts[0].status is ReceiptStatus.LATE
    others = set()
    while tasks := (await work(db, desk.scope, desk.project_id, second, want=8, holding=list(others))).tasks:
        others |= {each.task_id for each in tasks}
    assert task.task_id not in others, "the late answer took the slot's place"


async def test_active_time_is_bounded_by_the_time_since_the_lease_and_every_second_is_in_the_ledger(db, desk):
    (worker,) = await crowd(db, desk, 1)
    task = (await work(db, desk.scope, desk.project_id, worker, want=1)).tasks[0]
    await work(db, desk.scope, desk.project_id, worker, submits=[answer(task, active_ms=3_600_000)], want=0)
    earned = await earnings_of(db, desk.scope, desk.project_id, worker)
    assert earned.annotations == 1
    assert 0 < earned.seconds < 10
    assert earned.price_cents == desk.price_cents


async def test_many_workers_at_once_never_exceed_the_redundancy_and_never_meet_a_task_twice(
    db, desk_of_three
):
    desk = desk_of_three
    workers = await crowd(db, desk, 12)
    answered: list[tuple[int, int]] = []

    async def labour(worker):
        found_nothing = 0
        while found_nothing < 20:  # a slot that another's statement has just locked is passed over: ask again
            tasks = (await work(db, desk.scope, desk.project_id, worker, want=4)).tasks
            found_nothing = 0 if tasks else found_nothing + 1
            if not tasks:
                await asyncio.sleep(0.01)
                continue
            done = await work(
                db, desk.scope, desk.project_id, worker, submits=[answer(t) for t in tasks], want=0
            )
            answered.extend((r.task_id, worker) for r in done.receipts if r.status is ReceiptStatus.STORED)

    await desk.learn()
    await asyncio.gather(*(labour(worker) for worker in workers))
    await desk.learn()
    assert len(answered) == len(set(answered)) == 3 * desk.items
    assert set(Counter(task for task, _ in answered).values()) == {3}
    assert {task.state for task in await labels_of(db, desk.scope, desk.project_id)} == {"completed"}
