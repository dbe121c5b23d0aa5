"""What a worker can rely on when things break: the database, the network, the clock, the client."""

import asyncio
import os
import random
import signal
import uuid
from dataclasses import dataclass, field

import pytest
from psycopg import sql

from groundswell.errors import DatabaseUnavailable, InputError, NotAllowed, NotFound
from groundswell.label.delivery.service import labels_of
from groundswell.label.review.service import review
from groundswell.label.work.model import ReceiptStatus, Skip, Submit
from groundswell.label.work.service import expire_leases
from groundswell.store import Database, migrate, start_postgres
from groundswell.tenancy.model import Role, Scope
from groundswell.workforce.service import earnings_of

pytestmark = pytest.mark.anyio


def answer(task_id, choice="cat", key=None, active_ms=500):
    return Submit(task_id, {"choice": choice}, active_ms, key or uuid.uuid4())


# ── the database is killed ───────────────────────────────────────────────────────────────────────


@dataclass
class Labourer:
    """A client as it should be: it repeats what was not acknowledged, with the same key."""

    desk: object
    worker: int
    acknowledged: dict[uuid.UUID, int] = field(default_factory=dict)
    interrupted: int = 0

    async def ask(self, **request):
        while True:
            try:
                return await self.desk.work(self.worker, **request)
            except DatabaseUnavailable:
                self.interrupted += 1
                await asyncio.sleep(0.05)

    async def labour(self, drained: asyncio.Event):
        submits = []
        while not drained.is_set() or submits:
            done = await self.ask(submits=submits, want=2)
            for receipt in done.receipts:
                assert receipt.status is ReceiptStatus.STORED, receipt.error
                assert receipt.idempotency_key not in self.acknowledged
                self.acknowledged[receipt.idempotency_key] = receipt.task_id
            submits = [answer(task.task_id) for task in done.tasks]
            await asyncio.sleep(0.02)


async def plan(desk, drained: asyncio.Event):
    """What runs in the background of a service: plan and sweep, whatever happens to the database."""
    workshop = desk.app.workshop
    while not drained.is_set():
        try:
            await desk.learn_in(workshop)
            await expire_leases(desk.app.db)
            if await desk.states() == {"completed": desk.items}:
                drained.set()
        except DatabaseUnavailable:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.05)


async def until_more(labourers: list[Labourer], answers: int):
    def count():
        return sum(len(labourer.acknowledged) for labourer in labourers)

    before = count()
    while count() < before + answers:
        await asyncio.sleep(0.01)


async def test_a_database_that_is_killed_again_and_again_loses_and_doubles_nothing(tmp_path, open_desk_on):
    kills, drained = 4, asyncio.Event()
    rng = random.Random(1)
    with start_postgres(tmp_path / "home") as server:
        migrate(server.dsn)
        async with Database(server.dsn, wait_seconds=10) as db:
            texts = [f"text number {number}" for number in range(120)]
            desk = await open_desk_on(db, tmp_path / "home", texts, answers=3)
            labourers = [Labourer(desk, worker) for worker in await desk.crowd(8)]
            running = [asyncio.create_task(labourer.labour(drained)) for labourer in labourers]
            running.append(asyncio.create_task(plan(desk, drained)))
            for _ in range(kills):
                await until_more(labourers, 60)
                await asyncio.sleep(rng.uniform(0, 0.05))  # anywhere within a round of work
                os.kill(server.pid, signal.SIGKILL)
            async with asyncio.timeout(60):
                await asyncio.gather(*running)
            async with db.system_transaction() as tx:
                stored = dict(
                    await tx.fetch_all(sql.SQL("select idempotency_key, task_id from annotations"), tuple)
                )
                left = await tx.fetch_value(
                    sql.SQL("select (select count(*) from leases) + (select count(*) from ready)")
                )
            answers = await desk.answers()
    acknowledged = {key: task for labourer in labourers for key, task in labourer.acknowledged.items()}
    assert sum(labourer.interrupted for labourer in labourers) > 0, "the kills must have been felt"
    assert stored == acknowledged, "every answer that was acknowledged is there, once, and no other"
    assert set(answers.values()) == {3}, "from three different people each"
    assert left == 0


async def test_two_services_on_one_database_share_the_work_and_double_nothing(dsn, desk_of_three):
    desk = desk_of_three
    async with Database(dsn) as second:
        workers = await desk.crowd(8)
        drained = asyncio.Event()

        other = type(desk)(type(desk.app)(desk.app.home, second), desk.member, desk.project_id, desk.items)
        labourers = [Labourer((desk, other)[n % 2], worker) for n, worker in enumerate(workers)]
        async with asyncio.timeout(60):
            await asyncio.gather(
                *(labourer.labour(drained) for labourer in labourers),
                plan(desk, drained),
                plan(other, drained),
            )
    assert set((await desk.answers()).values()) == {3}
    assert sum(len(labourer.acknowledged) for labourer in labourers) == 3 * desk.items


# ── the clock jumps ──────────────────────────────────────────────────────────────────────────────


async def shift_leases(db, hours):
    """Let the clock jump back (positive) or on (negative), as far as leases can tell."""
    async with db.system_transaction() as tx:
        shift = "update leases set leased_at = leased_at + make_interval(hours => %(h)s), "
        shift += "expires_at = expires_at + make_interval(hours => %(h)s)"
        await tx.execute(sql.SQL(shift), h=hours)


@pytest.mark.parametrize("hours", [-1000, -1, 1, 1000])
async def test_an_answer_is_stored_whatever_the_clock_did_and_no_impossible_time_is_paid(db, desk, hours):
    (worker,) = await desk.crowd(1)
    task = (await desk.work(worker, want=1)).tasks[0]
    await shift_leases(db, hours)
    await expire_leases(db)
    done = await desk.work(worker, submits=[answer(task.task_id, active_ms=5_000)], want=0)
    assert done.receipts[0].status is (ReceiptStatus.STORED if hours > 0 else ReceiptStatus.LATE)
    earned = await earnings_of(db, desk.scope, desk.project_id, worker)
    assert earned.annotations == 1
    assert 0 <= earned.seconds <= 5


# ── two pages of one worker ──────────────────────────────────────────────────────────────────────


async def test_many_pages_of_one_worker_never_fail_and_never_hold_a_task_twice(db, desk_of_three):
    """They lease slots of the same tasks at once, in any order."""
    (worker,) = await desk_of_three.crowd(1)
    for _ in range(5):
        pages = await asyncio.gather(
            *(desk_of_three.work(worker, want=8, holding=[n * 1000 + 500]) for n in range(6))
        )
        async with db.system_transaction() as tx:
            leased = await tx.fetch_value(sql.SQL("select count(*) from leases"))
            await tx.execute(sql.SQL("delete from leases"))
            await tx.execute(sql.SQL("update batches set frontier = 0"))  # what was leased is opened again
        assert 0 < leased <= desk_of_three.items
        assert all(len({task.task_id for task in page.tasks}) == len(page.tasks) for page in pages)


# ── clients that misbehave ───────────────────────────────────────────────────────────────────────


async def test_a_key_that_was_used_for_another_task_takes_nothing_from_this_one(db, desk):
    (worker,) = await desk.crowd(1)
    first, second = (await desk.work(worker, want=2)).tasks
    key = uuid.uuid4()
    await desk.work(worker, submits=[answer(first.task_id, key=key)], want=0)
    again = await desk.work(worker, submits=[answer(second.task_id, "dog", key=key)], want=0)
    assert again.receipts[0].task_id == first.task_id, "the same key always gets the same receipt"
    kept = await desk.work(worker, submits=[answer(second.task_id, "dog")], want=0)
    assert kept.receipts[0].status is ReceiptStatus.STORED, "the lease is still open"


async def test_one_request_with_the_same_key_twice_stores_the_first_and_keeps_the_other_lease(db, desk):
    (worker,) = await desk.crowd(1)
    first, second = (await desk.work(worker, want=2)).tasks
    key = uuid.uuid4()
    both = [answer(first.task_id, key=key), answer(second.task_id, key=key)]
    receipts = (await desk.work(worker, submits=both, want=0)).receipts
    assert [receipt.task_id for receipt in receipts] == [first.task_id] * 2
    assert [task.task_id for task in (await desk.work(worker, want=1)).tasks] == [second.task_id]


async def test_two_answers_to_one_task_in_one_request_are_one_answer_and_a_refusal(desk):
    (worker,) = await desk.crowd(1)
    task = (await desk.work(worker, want=1)).tasks[0]
    both = [answer(task.task_id, "cat"), answer(task.task_id, "dog")]
    receipts = (await desk.work(worker, submits=both, want=0)).receipts
    assert sorted(receipt.status for receipt in receipts) == ["refused", "stored"]


async def test_a_skip_and_an_answer_to_one_task_at_once_keep_the_answer(desk):
    (worker,) = await desk.crowd(1)
    task = (await desk.work(worker, want=1)).tasks[0]
    done = await desk.work(
        worker, submits=[answer(task.task_id)], skips=[Skip(task.task_id, "unclear")], want=0
    )
    assert done.receipts[0].status is ReceiptStatus.STORED
    assert (await desk.answers())[task.task_id] == 1


async def test_a_reason_with_characters_that_cannot_be_kept_is_kept_without_them(db, desk):
    (worker,) = await desk.crowd(1)
    task = (await desk.work(worker, want=1)).tasks[0]
    await desk.work(worker, skips=[Skip(task.task_id, "dark\x00" + "x" * 1000)], want=0)
    async with db.system_transaction() as tx:
        reason = await tx.fetch_value(sql.SQL("select reason from ended_leases"))
    assert reason.startswith("dark\N{REPLACEMENT CHARACTER}x")
    assert len(reason) == 500


async def test_a_returned_slot_of_a_task_that_has_enough_is_not_opened_again(db, desk):
    first, second = await desk.crowd(2)
    task = (await desk.work(first, want=1)).tasks[0]
    async with db.system_transaction() as tx:
        await tx.execute(sql.SQL("update tasks set state = 'completed' where id = %(id)s"), id=task.task_id)
    await desk.work(first, skips=[Skip(task.task_id, "unclear")], want=0)
    seen = (await desk.work(second, want=8)).tasks + (await desk.work(second, want=8)).tasks
    assert task.task_id not in {each.task_id for each in seen}


# ── who may do what ──────────────────────────────────────────────────────────────────────────────


def as_labeler(desk) -> Scope:
    return Scope(desk.scope.org_id, uuid.uuid4(), Role.LABELER)


async def test_a_labeler_reads_neither_labels_nor_what_others_earned(db, desk):
    (worker,) = await desk.crowd(1)
    with pytest.raises(NotAllowed):
        await labels_of(db, as_labeler(desk), desk.project_id)
    with pytest.raises(NotAllowed):
        await earnings_of(db, as_labeler(desk), desk.project_id, worker)
    own = await desk.app.workforce.worker_of(desk.member)
    mine = Scope(desk.scope.org_id, desk.scope.user_id, Role.LABELER)
    assert (await earnings_of(db, mine, desk.project_id, own)).annotations == 0


async def test_a_review_is_refused_as_a_whole_where_a_part_of_it_cannot_be_stored(db, desk):
    task = (await labels_of(db, desk.scope, desk.project_id))[0].task_id
    cat = {"choice": "cat"}
    for verdicts, error in (
        ([(task, cat), (task, cat)], InputError),
        ([(task, cat), (10**9, cat)], NotFound),
    ):
        with pytest.raises(error):
            await review(db, desk.scope, desk.project_id, verdicts, reviewer="an expert")
    assert all(label.review is None for label in await labels_of(db, desk.scope, desk.project_id))


async def test_the_last_review_of_a_task_counts_and_names_who_gave_it(db, desk):
    task = (await labels_of(db, desk.scope, desk.project_id))[0].task_id
    nobody = Scope(desk.scope.org_id, None, Role.ADMIN)
    await review(db, nobody, desk.project_id, [(task, {"choice": "cat"})], reviewer="a program")
    await review(db, desk.scope, desk.project_id, [(task, {"choice": "dog"})], reviewer="an expert")
    async with db.system_transaction() as tx:
        stored = await tx.fetch_one(sql.SQL("select user_id, reviewer, answer from reviews"), dict)
    assert stored == {"user_id": desk.scope.user_id, "reviewer": "an expert", "answer": {"choice": "dog"}}
