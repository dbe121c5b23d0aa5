import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from groundswell.errors import DatabaseUnavailable, NotFound
from groundswell.ids import OrgId, new_uuid
from groundswell.store import (
    Database,
    defer,
    failed_jobs,
    migrate,
    retry_failed_job,
    run_worker,
    start_postgres,
)
from groundswell.store import jobs as store_jobs
from groundswell.store.queries import Query

pytestmark = pytest.mark.anyio

ORG = OrgId(new_uuid())
COUNT = Query("count", "jobs that are kept", b"select count(*) from procrastinate.procrastinate_jobs")


@asynccontextmanager
async def working(db: Database, **tasks: Callable[..., Any]) -> AsyncIterator[None]:
    worker = asyncio.create_task(run_worker(db, tasks))
    try:
        yield
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


def recorder() -> tuple[list[int], Callable[..., Awaitable[None]]]:
    seen: list[int] = []

    async def record(n: int) -> None:
        seen.append(n)

    return seen, record


async def test_a_job_is_done_once_its_transaction_has_committed(db: Database) -> None:
    seen, record = recorder()
    async with working(db, record=record):
        async with db.transaction(ORG) as tx:
            await defer(tx, "record", key="a", n=1)
            await asyncio.sleep(0.3)
            assert seen == []
        await until(lambda: seen == [1])


async def test_a_job_of_a_transaction_that_failed_does_not_exist(db: Database) -> None:
    async def fail() -> None:
        async with db.transaction(ORG) as tx:
            await defer(tx, "record", key="a", n=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with db.system_transaction() as tx:
        assert await tx.fetch_value(COUNT) == 0


async def test_asking_again_for_a_pending_key_is_asking_once(db: Database) -> None:
    for n in range(3):
        async with db.transaction(ORG) as tx:
            await defer(tx, "record", key="a", n=n)
            await defer(tx, "record", key="b", n=n)
    async with db.system_transaction() as tx:
        assert await tx.fetch_value(COUNT) == 2
    seen, record = recorder()
    async with working(db, record=record):
        await until(lambda: seen == [0, 0])


async def test_a_job_begins_only_after_everyone_who_found_it_pending_has_committed(db: Database) -> None:
    """Otherwise it would miss what they wrote, and nobody would ask again."""
    seen, record = recorder()
    async with db.transaction(ORG) as tx:
        await defer(tx, "record", key="a", n=1)
    async with db.transaction(ORG) as late:
        await defer(late, "record", key="a", n=2)
        async with working(db, record=record):
            await asyncio.sleep(0.5)
            assert seen == []
            await late.execute(Query("end", "the transaction early", b"commit"))
            await until(lambda: seen == [1])


async def test_asking_while_the_job_runs_makes_another_that_waits_its_turn(db: Database) -> None:
    begun: list[int] = []
    release = asyncio.Event()

    async def work(n: int) -> None:
        begun.append(n)
        await release.wait()

    async with working(db, work=work):
        for n in (1, 2):
            async with db.transaction(ORG) as tx:
                await defer(tx, "work", key="a", n=n)
            await until(lambda: 1 in begun)
        await asyncio.sleep(0.5)
        assert begun == [1]
        release.set()
        await until(lambda: begun == [1, 2])


async def test_a_job_may_be_asked_for_later(db: Database) -> None:
    seen, record = recorder()
    async with db.transaction(ORG) as tx:
        await defer(tx, "record", key="later", after=timedelta(hours=1), n=1)
        await defer(tx, "record", key="now", n=2)
    async with working(db, record=record):
        await until(lambda: seen == [2])
        await asyncio.sleep(0.3)
        assert seen == [2]


async def test_a_plain_function_does_not_hold_up_the_service(db: Database) -> None:
    threads: list[str] = []

    def plain(n: int) -> None:
        threads.append(threading.current_thread().name)

    async with db.transaction(ORG) as tx:
        await defer(tx, "plain", key="a", n=1)
    async with working(db, plain=plain):
        await until(lambda: bool(threads))
    assert threads != [threading.main_thread().name]


async def test_a_task_that_fails_is_tried_again_and_new_requests_wait_behind_it(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_jobs, "BACKOFF_BASE", 1)
    tries: list[int] = []

    async def flaky(n: int) -> None:
        tries.append(n)
        if len(tries) == 1:
            async with db.transaction(ORG) as tx:
                await defer(tx, "flaky", key="a", n=2)
            raise ConnectionError("not yet")

    async with db.transaction(ORG) as tx:
        await defer(tx, "flaky", key="a", n=1)
    async with working(db, flaky=flaky):
        await until(lambda: len(tries) == 3)
    assert tries == [1, 1, 2]
    assert await failed_jobs(db) == []


async def test_a_task_that_never_succeeds_is_shown_with_its_error_and_can_be_retried(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_jobs, "MAX_ATTEMPTS", 1)
    monkeypatch.setattr(store_jobs, "BACKOFF_BASE", 0)
    mended = asyncio.Event()
    seen: list[int] = []

    async def broken(n: int) -> None:
        if not mended.is_set():
            raise ValueError("project 7 has no classes")
        seen.append(n)

    async with db.transaction(ORG) as tx:
        await defer(tx, "broken", key="a", n=5)
    async with working(db, broken=broken):
        async with asyncio.timeout(20):
            while not (failed := await failed_jobs(db)):
                await asyncio.sleep(0.05)
        (job,) = failed
        assert (job.task, job.args, job.attempts) == ("broken", {"n": 5}, 2)
        assert job.error == "ValueError: project 7 has no classes"
        mended.set()
        await retry_failed_job(db, job.id)
        await until(lambda: seen == [5], seconds=20)
    with pytest.raises(NotFound):
        await retry_failed_job(db, job.id)


async def test_stopping_lets_a_running_job_finish(db: Database) -> None:
    finished = asyncio.Event()
    begun = asyncio.Event()

    async def short() -> None:
        begun.set()
        await asyncio.sleep(0.5)
        finished.set()

    async with db.transaction(ORG) as tx:
        await defer(tx, "short", key="a")
    async with working(db, short=short):
        await begun.wait()
    assert finished.is_set()
    async with db.system_transaction() as tx:
        assert await tx.fetch_value(COUNT) == 0


async def test_a_job_whose_worker_was_killed_is_done_by_another(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_jobs, "STALLED_SECONDS", 0.2)
    async with db.transaction(ORG) as tx:
        await defer(tx, "record", key="a", n=1)
    async with db.system_transaction() as tx:  # what a worker that died an hour ago leaves
        await tx.execute(Query("path", "of its triggers", b"set local search_path = procrastinate"))
        await tx.execute(
            Query(
                "die",
                "with a job in hand",
                b"""with w as (insert into procrastinate_workers (last_heartbeat)
                               values (now() - interval '1 hour') returning id)
                    update procrastinate_jobs set status = 'doing', worker_id = w.id from w""",
            )
        )
    seen, record = recorder()
    async with working(db, record=record):
        await until(lambda: seen == [1])


async def test_the_worker_goes_on_after_the_database_was_killed(tmp_path: Path) -> None:
    with start_postgres(tmp_path / "home") as server:
        migrate(server.dsn)
        seen, record = recorder()
        async with Database(server.dsn, wait_seconds=40) as db, working(db, record=record):
            await _ask(db, 1)
            await until(lambda: seen == [1])
            await asyncio.sleep(
                0.5
            )  # until that is noted: a kill before would show in the log of the job's end
            os.kill(server.pid, signal.SIGKILL)
            await _ask_until_taken(db, 2)
            await until(lambda: set(seen) == {1, 2}, seconds=40)


async def test_a_job_whose_end_the_database_did_not_live_to_store_holds_up_no_other(tmp_path: Path) -> None:
    with start_postgres(tmp_path / "home") as server:
        migrate(server.dsn)
        seen: list[int] = []

        async def record(n: int) -> None:
            seen.append(n)
            if seen == [1]:
                os.kill(server.pid, signal.SIGKILL)

        async with Database(server.dsn, wait_seconds=40) as db, working(db, record=record):
            await _ask(db, 1)
            await until(lambda: seen == [1])
            await _ask_until_taken(db, 2)
            await until(lambda: set(seen) == {1, 2}, seconds=40)


async def _ask_until_taken(db: Database, n: int) -> None:
    """Ask as clients do while the database dies and comes back: again, where it does not answer."""
    async with asyncio.timeout(40):
        while True:
            with contextlib.suppress(DatabaseUnavailable):
                return await _ask(db, n)
            await asyncio.sleep(0.1)


async def _ask(db: Database, n: int) -> None:
    async with db.transaction(ORG) as tx:
        await defer(tx, "record", key="a", n=n)


async def test_it_stops_whenever_it_is_asked_to(db: Database) -> None:
    seen, record = recorder()
    for milliseconds in range(0, 90, 2):  # starting takes some 50; on the way cancellations could get lost
        worker = asyncio.create_task(run_worker(db, {"record": record}))
        await asyncio.sleep(milliseconds / 1000)
        worker.cancel()
        _, pending = await asyncio.wait([worker], timeout=10)
        assert not pending, f"asked after {milliseconds} ms"
    assert seen == []
