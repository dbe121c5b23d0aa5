"""Many at one desk: rounds that share a transaction, and what each worker may rely on all the same."""

import asyncio
from collections import Counter
from uuid import uuid4

import msgspec
import numpy as np
import psycopg
import pytest
from psycopg import sql
from tests.integration.peopling import labeler_of

from groundswell.errors import DatabaseUnavailable, NotFound
from groundswell.http.task_numbers import TaskNumbers
from groundswell.http.wire.work import WorkOut
from groundswell.items import digest_text
from groundswell.label.projects.service import set_price
from groundswell.label.work.model import ReceiptStatus, Round, Skip, Submit
from groundswell.label.work.service import Desk, expire_leases
from groundswell.label.work.slots import open_more
from groundswell.store import Database

pytestmark = pytest.mark.anyio


def come(desk, worker, at=None, **request):
    """One round of a worker at the desk of this process, or at another one."""
    return (at or desk.app.desk).work(Round(desk.scope, desk.project_id, worker, **request))


def answer(task, choice="cat", key=None):
    return Submit(task.task_id, {"choice": choice}, 500, key or uuid4())


async def ask(db, query, **params):
    async with db.system_transaction() as tx:
        return await tx.fetch_all(sql.SQL(query), tuple, **params)


async def change(db, query, **params):
    async with db.system_transaction() as tx:
        await tx.execute(sql.SQL(query), **params)


# ── redundancy ───────────────────────────────────────────────────────────────────────────────────


async def labour(desk, worker, want, at=None):
    """Lease and answer until the project is done; return the tasks that were answered."""
    answered, submits = [], []
    while True:
        done = await come(desk, worker, at, submits=submits, want=want)
        assert {receipt.status for receipt in done.receipts} <= {ReceiptStatus.STORED}
        answered += [receipt.task_id for receipt in done.receipts]
        submits = [answer(task) for task in done.tasks]
        if not done.tasks:
            if (await desk.project()).state == "done":
                return answered
            await asyncio.sleep(0.01)


async def settle_until_done(desk):
    while (await desk.project()).state != "done":
        await desk.app.settler.settle()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(("people", "want"), [(3, 4), (3, 1), (12, 3)])
async def test_everything_is_answered_as_often_as_wanted_by_different_people(desk_of_three, people, want):
    """Three people and three answers is the hardest: everybody must be given everything."""
    desk = desk_of_three
    async with asyncio.timeout(60):
        answered, *_ = await asyncio.gather(
            asyncio.gather(*(labour(desk, worker, want) for worker in await desk.crowd(people))),
            settle_until_done(desk),
        )
    assert all(len(tasks) == len(set(tasks)) for tasks in answered), "nobody meets a task twice"
    assert Counter(task for tasks in answered for task in tasks) == dict.fromkeys(await desk.answers(), 3)
    assert await ask(desk.app.db, "select from ready union all select from leases") == []


async def test_two_processes_at_one_queue_give_no_task_to_too_many(dsn, desk_of_three):
    desk = desk_of_three
    async with Database(dsn) as second, asyncio.timeout(60):
        doors = (desk.app.desk, Desk(second))
        people = [labour(desk, worker, 2, doors[n % 2]) for n, worker in enumerate(await desk.crowd(6))]
        await asyncio.gather(*people, settle_until_done(desk))
    assert set((await desk.answers()).values()) == {3}


async def test_a_worker_goes_on_in_the_order_from_where_he_was_however_much_he_has_met(db, new_desk):
    """Else one of a small team would look at all slots that he has met, each time."""
    desk = await new_desk([f"text {number}" for number in range(40)], answers=3)
    (worker,) = await desk.crowd(1)
    async with db.transaction(desk.scope.org_id) as tx:
        while await open_more(
            tx, [desk.project_id], tasks=10
        ):  # ten first answers, ten second, ten third, ten first
            pass
    places = []
    while tasks := (await come(desk, worker, want=4)).tasks:
        memory = desk.app.desk._table(desk.scope.org_id).memory
        places.append(memory.places.get((worker, desk.project_id)))
        await come(desk, worker, submits=[answer(task) for task in tasks])
    assert Counter((await desk.answers()).values()) == {1: 40}
    found = [place for place in places if place is not None]
    assert found == sorted(found)
    assert len(set(found)) >= 6, "from the second ten on, the first open slots are of tasks that he has met"


# ── one batch, many rounds ───────────────────────────────────────────────────────────────────────


async def test_an_error_of_one_round_is_its_own(desk):
    good, bad, lost = await desk.crowd(3)
    task = (await come(desk, good, want=1)).tasks[0]
    held = (await come(desk, bad, want=1)).tasks[0]
    impossible = Submit(held.task_id, {"choice": "cat"}, 2**60, uuid4())  # more than a column can hold
    nowhere = Round(desk.scope, 10**6, lost, want=1)
    results = await asyncio.gather(
        *(come(desk, good) for _ in range(2)),  # these go at once; the others wait together
        come(desk, good, submits=[answer(task)]),
        come(desk, bad, submits=[impossible]),
        desk.app.desk.work(nowhere),
        come(desk, lost, want=1),
        return_exceptions=True,
    )
    assert results[2].receipts[0].status is ReceiptStatus.STORED
    assert isinstance(results[3], psycopg.Error)
    assert isinstance(results[4], NotFound)
    assert len(results[5].tasks) == 1
    assert sum((await desk.answers()).values()) == 1
    kept = await come(desk, bad, submits=[answer(held)])
    assert kept.receipts[0].status is ReceiptStatus.STORED, "nothing of the failed round was half done"


async def test_the_same_answer_in_many_rounds_at_once_is_stored_once_with_one_receipt(db, dsn, desk):
    (worker,) = await desk.crowd(1)
    task = (await come(desk, worker, want=1)).tasks[0]
    submit = answer(task)
    async with Database(dsn) as second:
        doors = (desk.app.desk, Desk(second))
        rounds = await asyncio.gather(
            *(come(desk, worker, doors[n % 2], submits=[submit]) for n in range(12))
        )
    receipts = {done.receipts[0] for done in rounds}
    assert len(receipts) == 1
    assert receipts.pop().status is ReceiptStatus.STORED
    assert await ask(db, "select count(*), sum(price_cents) from ledger") == [(1, desk.price_cents)]
    assert await ask(db, "select count(*) from annotations") == [(1,)]


async def test_while_the_database_is_away_rounds_fail_in_a_way_that_can_be_repeated(dsn, desk):
    (worker,) = await desk.crowd(1)
    task = (await come(desk, worker, want=1)).tasks[0]
    submit = answer(task)
    nowhere = dsn.replace("host=", "host=/nowhere")
    async with Database(nowhere, wait_seconds=0.2) as away:
        door = Desk(away)
        rounds = (come(desk, worker, door, submits=[submit]) for _ in range(5))
        results = await asyncio.gather(*rounds, return_exceptions=True)
    assert {type(result) for result in results} == {DatabaseUnavailable}
    assert (results[0].http_status, results[0].retryable) == (503, True)
    done = await come(desk, worker, submits=[submit])
    assert done.receipts[0].status is ReceiptStatus.STORED


# ── leases ───────────────────────────────────────────────────────────────────────────────────────


async def minutes_left(db):
    rows = await ask(db, "select extract(epoch from expires_at - now()) / 60 from leases")
    return [round(float(row[0]), 1) for row in rows]


async def test_what_a_client_holds_is_extended_once_half_of_its_time_is_over(db, new_desk):
    desk = await new_desk(lease_seconds=600)
    worker, other = await desk.crowd(2)
    task = (await come(desk, worker, want=1)).tasks[0]
    for left, after in ((6, 6.0), (4, 10.0), (-4, 10.0)):
        await change(db, "update leases set expires_at = now() + make_interval(mins => %(left)s)", left=left)
        await come(desk, other, holding=[task.task_id])
        assert await minutes_left(db) == [left], "of somebody else it is not"
        await come(desk, worker, holding=[task.task_id])
        assert await minutes_left(db) == [after]


@pytest.mark.parametrize(("hours", "after"), [(23.9, 6.0), (24.1, 1.0), (1000, 1.0)])
async def test_no_lease_is_extended_beyond_a_day(db, new_desk, hours, after):
    desk = await new_desk(lease_seconds=600)
    (worker,) = await desk.crowd(1)
    task = (await come(desk, worker, want=1)).tasks[0]
    began = "update leases set leased_at = now() - make_interval(mins => %(m)s), "
    began += "expires_at = now() + interval '1 minute'"
    await change(db, began, m=int(hours * 60))
    await come(desk, worker, holding=[task.task_id])
    assert await minutes_left(db) == [after]


async def test_what_is_released_may_come_back_to_the_same_worker_and_what_is_skipped_never(db, new_desk):
    desk = await new_desk(["one", "two"])
    (worker,) = await desk.crowd(1)
    one, two = (await come(desk, worker, want=2)).tasks
    await come(desk, worker, releases=[one.task_id], skips=[Skip(two.task_id, "unclear")])
    assert await ask(db, "select task_id from ready order by seq") == [(one.task_id,), (two.task_id,)]
    assert [task.task_id for task in (await come(desk, worker, want=2)).tasks] == [one.task_id]
    assert await ask(db, "select reason, skipped from ended_leases order by task_id") == [
        ("released", False),
        ("unclear", True),
    ]


async def test_nobody_gives_back_or_extends_what_somebody_else_holds(db, desk):
    holder, thief = await desk.crowd(2)
    task = (await come(desk, holder, want=1)).tasks[0]
    await come(desk, thief, skips=[Skip(task.task_id, "")], releases=[task.task_id], holding=[task.task_id])
    assert await ask(db, "select worker_id from leases") == [(holder,)]
    assert await ask(db, "select from ended_leases") == []


# ── pay ──────────────────────────────────────────────────────────────────────────────────────────


async def prices(db):
    return [row[0] for row in await ask(db, "select price_cents from ledger order by id")]


@pytest.mark.parametrize("later", [1, 50])
async def test_what_was_shown_at_the_lease_is_paid_whatever_the_price_became(db, desk, later):
    (worker,) = await desk.crowd(1)
    before = (await come(desk, worker, want=1)).tasks[0]
    await set_price(db, desk.scope, desk.project_id, later)
    after = (await come(desk, worker, want=1, holding=[before.task_id])).tasks[0]
    assert (before.price_cents, after.price_cents) == (desk.price_cents, later)
    again = (await come(desk, worker, want=1, holding=[after.task_id])).tasks[0]
    assert again == before, "a page that is loaded again is shown the same price"
    await come(desk, worker, submits=[answer(before)])
    await come(desk, worker, submits=[answer(after)])
    assert await prices(db) == [desk.price_cents, later]


async def test_a_late_answer_is_paid_what_its_lease_said(db, desk):
    (worker,) = await desk.crowd(1)
    task = (await come(desk, worker, want=1)).tasks[0]
    await desk.let_leases_run_out()
    await expire_leases(db)
    await set_price(db, desk.scope, desk.project_id, 0)
    done = await come(desk, worker, submits=[answer(task)])
    assert done.receipts[0].status is ReceiptStatus.LATE
    assert await prices(db) == [desk.price_cents]


async def test_a_task_that_was_leased_again_after_it_ran_out_pays_the_price_of_the_lease_that_is_answered(
    db, new_desk
):
    desk = await new_desk(["one"])
    (worker,) = await desk.crowd(1)
    for price in (3, 9):
        await set_price(db, desk.scope, desk.project_id, price)
        task = (await come(desk, worker, want=1)).tasks[0]
        await desk.let_leases_run_out()
        await expire_leases(db)
    assert task.price_cents == 9
    await come(desk, worker, submits=[answer(task)])
    assert await prices(db) == [9]


@pytest.mark.parametrize("state", ["paused", "cancelled"])
async def test_what_is_held_of_a_batch_that_ended_is_stored_and_paid_and_goes_to_nobody_else(db, desk, state):
    worker, other = await desk.crowd(2)
    first, second = (await come(desk, worker, want=2)).tasks
    await change(db, "update batches set state = %(state)s", state=state)
    await change(db, "delete from ready")
    done = await come(desk, worker, submits=[answer(first)], skips=[Skip(second.task_id, "")])
    assert done.receipts[0].status is ReceiptStatus.STORED
    assert await prices(db) == [desk.price_cents]
    assert await ask(db, "select from ready") == [], "a slot of it is not opened again"
    assert (await come(desk, other, want=2)).tasks == []


# ── tests of known answer ────────────────────────────────────────────────────────────────────────

HIDDEN = {digest_text(f"text {number}"): "cat" for number in range(20)}
PLAIN = [f"text {number}" for number in range(60)]


async def newcomer_at(new_desk, seed=1, **spec):
    desk = await new_desk(PLAIN, gold=HIDDEN, **spec)
    _, worker = await labeler_of(desk)
    return desk, worker, Desk(desk.app.db, rng=np.random.default_rng(seed))


async def test_a_newcomer_is_tested_now_and_then_and_never_twice_with_the_same_task(db, new_desk):
    desk, worker, door = await newcomer_at(new_desk)
    met, tests = [], []
    for _ in range(15):
        tasks = (await come(desk, worker, door, want=2)).tasks
        tests += [row[0] for row in await ask(db, "select task_id from leases where for_gold")]
        met += [task.task_id for task in tasks]
        await come(desk, worker, door, submits=[answer(task) for task in tasks])
    assert len(met) == len(set(met)) > 20
    assert len(tests) == len(set(tests))
    assert 2 <= len(tests) <= 18, "three in ten at first"
    known = {row[0] for row in await ask(db, "select id from tasks where gold is not null")}
    assert set(tests) <= known


async def test_what_somebody_let_run_out_or_skipped_is_not_given_to_him_as_a_test_again(db, new_desk):
    desk, worker, door = await newcomer_at(new_desk)
    seen = Counter()
    for _ in range(12):
        tasks = (await come(desk, worker, door, want=2)).tasks
        seen.update(row[0] for row in await ask(db, "select task_id from leases where for_gold"))
        await come(desk, worker, door, skips=[Skip(tasks[0].task_id, "")])
        await desk.let_leases_run_out()
        await expire_leases(db)
    assert seen
    assert set(seen.values()) == {1}


async def test_a_test_looks_like_any_other_task(db, new_desk):
    desk, worker, door = await newcomer_at(new_desk)
    shapes = {True: set(), False: set()}
    for _ in range(10):
        done = await come(desk, worker, door, want=2)
        hidden = {row[0] for row in await ask(db, "select task_id from leases where for_gold")}
        for task in msgspec.to_builtins(WorkOut.of(done, TaskNumbers(None)))["tasks"]:
            plain = {**task, "task_id": 0, "item": sorted(task["item"]), "lease_expires_at": ""}
            shapes[task["task_id"] in hidden].add(msgspec.json.encode(plain))
        replies = msgspec.to_builtins(
            WorkOut.of(
                await come(desk, worker, door, submits=[answer(t) for t in done.tasks]), TaskNumbers(None)
            )
        )
        assert {receipt["feedback"] for receipt in replies["receipts"]} == {None}
    assert shapes[True]
    assert shapes[True] == shapes[False]


async def test_tests_come_beside_the_answers_that_a_task_is_to_have_and_take_no_slot(db, new_desk):
    desk, worker, door = await newcomer_at(new_desk)
    before = await ask(db, "select count(*) from ready")
    for _ in range(8):
        tasks = (await come(desk, worker, door, want=2)).tasks
        tests = await ask(db, "select count(*) from leases where for_gold")
        left = await ask(db, "select count(*) from ready")
        assert before[0][0] - left[0][0] == len(tasks) - tests[0][0] if before[0][0] else True
        await come(desk, worker, door, releases=[task.task_id for task in tasks])
        before = await ask(db, "select count(*) from ready")


async def test_a_test_takes_the_place_of_other_work_and_where_there_is_none_nobody_is_tested(db, new_desk):
    desk, worker, _ = await newcomer_at(new_desk)
    for other in await desk.crowd(20):
        await come(desk, other, want=8)
    assert await ask(db, "select from ready") == [], "others hold every slot"
    for seed in range(20):
        assert (await come(desk, worker, Desk(db, rng=np.random.default_rng(seed)), want=2)).tasks == []


async def test_a_test_is_not_known_by_its_place_among_the_tasks(db, new_desk):
    desk, worker, door = await newcomer_at(new_desk)
    places = Counter()
    for _ in range(15):
        tasks = (await come(desk, worker, door, want=2)).tasks
        assert [task.task_id for task in tasks] == sorted(task.task_id for task in tasks)
        hidden = {row[0] for row in await ask(db, "select task_id from leases where for_gold")}
        places.update(place for place, task in enumerate(tasks) if task.task_id in hidden)
        await come(desk, worker, door, submits=[answer(task) for task in tasks])
    assert places.keys() == {0, 1}


# ── qualification and training ───────────────────────────────────────────────────────────────────

FEW = {digest_text(f"text {number}"): "cat" if number % 2 else "dog" for number in range(4)}
SHORT = [f"text {number}" for number in range(4)]


async def test_training_asks_only_what_is_known_and_says_at_once_what_is_right(db, new_desk):
    desk = await new_desk(SHORT, gold=FEW, purpose="training")
    (worker,) = await desk.crowd(1)
    tasks = (await come(desk, worker, want=4)).tasks
    assert len(tasks) == 4
    done = await come(desk, worker, submits=[answer(task, "cat") for task in tasks])
    for task, receipt in zip(tasks, done.receipts, strict=True):
        right = FEW[digest_text(task.payload["text"])]
        assert receipt.feedback == {"right": right == "cat", "answer": {"choice": right}}
    again = await come(desk, worker, submits=[answer(tasks[0], "fish")], want=4)
    assert again.receipts[0].feedback is None
    assert again.tasks == [], "everything was met"


async def test_a_qualification_ends_with_its_size_and_gives_nothing_away(db, new_desk):
    desk = await new_desk(
        SHORT, gold=FEW, purpose="qualification", requirements={"test_size": 3, "pass_mark": 0.5}
    )
    (worker,) = await desk.crowd(1)
    tasks = (await come(desk, worker, want=4)).tasks
    assert len(tasks) == 3
    done = await come(desk, worker, submits=[answer(task) for task in tasks])
    assert [receipt.feedback for receipt in done.receipts] == [None] * 3
    await desk.app.settler.settle()
    ended = await come(desk, worker, at=Desk(db), want=4)
    assert ended.tasks == []
    assert "you have done this test" in ended.notice
    assert await desk.states() == {"pending": 4}, "a test is for everybody"


# ── where to work ────────────────────────────────────────────────────────────────────────────────


async def test_whoever_holds_tasks_is_sent_back_to_them_until_their_time_is_over(new_desk):
    desk = await new_desk(["cats", "dogs"])
    where = desk.app.desk.project_for
    one, other = await desk.crowd(2)
    held = [await come(desk, one, want=2) for _ in range(2)][-1].tasks
    assert len(held) == 2
    assert await where(desk.scope, other) is None, "all that is open is held"
    assert await where(desk.scope, one) == desk.project_id
    assert {task.task_id for task in (await come(desk, one, want=2)).tasks} == {
        task.task_id for task in held
    }, "they are given again"
    await desk.let_leases_run_out()
    assert await where(desk.scope, one) is None
