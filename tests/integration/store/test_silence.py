"""A database that is there and says nothing: frozen, or beyond a network that is gone."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from groundswell.errors import DatabaseUnavailable
from groundswell.store import Database, EmbeddedPostgres, migrate, start_postgres
from groundswell.store.processes import processes_in
from groundswell.store.queries import Query
from groundswell.tenancy.reception import Reception

pytestmark = pytest.mark.anyio

ONE = Query("test", "of this test", b"select 1")
SLEEP = Query("test", "of this test", b"select pg_sleep(%(seconds)s)")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server that these tests may freeze."""
    with start_postgres(tmp_path_factory.mktemp("own")) as server:
        migrate(server.dsn)
        yield server


@pytest.fixture
def frozen(own: EmbeddedPostgres) -> Callable[[], contextlib.AbstractContextManager[None]]:
    @contextlib.contextmanager
    def freeze() -> Iterator[None]:
        stopped = processes_in(Path(own.folder) / "postgres")
        try:
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)

    return freeze


async def works(db: Database) -> bool:
    with contextlib.suppress(DatabaseUnavailable):
        async with db.system_transaction() as tx:
            return bool(await tx.fetch_value(ONE) == 1)
    return False


async def until_it_works(db: Database) -> None:
    async with asyncio.timeout(20):
        while not await works(db):
            await asyncio.sleep(0.1)


async def test_whoever_waits_for_a_frozen_server_is_told_in_time_and_others_at_once(own, frozen):
    async with Database(own.dsn, wait_seconds=1.0) as db:
        assert await works(db)
        with frozen():
            took = []
            for _ in range(2):
                began = time.monotonic()
                async with asyncio.TaskGroup() as group:
                    tried = [group.create_task(works(db)) for _ in range(20)]
                assert not any(one.result() for one in tried)
                took.append(time.monotonic() - began)
        await until_it_works(db)
    assert took[0] < 3, "not one after the other"
    assert took[1] < took[0] + 0.5


async def test_a_brief_transaction_is_given_up_and_whether_it_was_stored_is_said(own, frozen):
    async with Database(own.dsn, wait_seconds=1.0) as db:
        began = time.monotonic()
        with pytest.raises(DatabaseUnavailable, match="nothing was changed"):
            async with db.system_transaction(brief=True) as tx:
                await tx.execute(SLEEP, seconds=10)
        assert time.monotonic() - began < 3
        await until_it_works(db)
        with contextlib.ExitStack() as until_the_end:

            async def freeze_before_the_commit() -> None:
                async with db.system_transaction(brief=True) as tx:
                    await tx.fetch_value(ONE)
                    until_the_end.enter_context(frozen())

            with pytest.raises(DatabaseUnavailable, match="not known"):
                await freeze_before_the_commit()
        await until_it_works(db)


async def test_all_who_come_while_the_database_is_away_are_told_together(own, frozen):
    async with Database(own.dsn, wait_seconds=1.0) as db:
        assert await works(db)
        reception = Reception(db)

        async def refused() -> bool:
            with pytest.raises(DatabaseUnavailable):
                await reception.member_of_key("gsk_of_somebody")
            return True

        with frozen():
            began = time.monotonic()
            async with asyncio.TaskGroup() as group:
                told = [group.create_task(refused()) for _ in range(20)]
            assert all(one.result() for one in told)
            assert time.monotonic() - began < 3
        await until_it_works(db)
