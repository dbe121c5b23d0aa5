"""The end of a job is noted until the database has it."""

import asyncio
from typing import Any

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status

from groundswell.store import job_ends
from groundswell.store.job_ends import LastingJobManager

pytestmark = pytest.mark.anyio

JOB = Job(id=7, queue="default", lock=None, queueing_lock=None, task_name="record")
GONE, NOT_RUNNING = psycopg.OperationalError("gone"), psycopg.errors.RaiseException("not doing")


class Failing:
    """A database that fails in turn, and then stores."""

    def __init__(self, *errors: psycopg.Error) -> None:
        self.errors = list(errors)
        self.tries = 0

    async def execute_query_async(self, **_: Any) -> None:
        self.tries += 1
        if self.errors:
            raise ConnectorException from self.errors.pop(0)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_ends, "PAUSE_SECONDS", 0)


async def note(database: Failing, ending: asyncio.Event | None = None) -> None:
    manager = LastingJobManager(database, ending or asyncio.Event())
    await manager.finish_job(job=JOB, status=Status.SUCCEEDED, delete_job=True)


@pytest.mark.parametrize(
    "errors", [(), (GONE, GONE), (GONE, NOT_RUNNING)], ids=["at once", "late", "in vain"]
)
async def test_an_end_is_noted_again_until_it_is_stored(errors: tuple[psycopg.Error, ...]) -> None:
    database = Failing(*errors)
    await note(database)
    assert database.tries == max(len(errors) + 1 - (NOT_RUNNING in errors), 1)


async def test_what_the_database_refuses_and_an_end_during_the_workers_own_are_tried_once() -> None:
    ending = asyncio.Event()
    with pytest.raises(ConnectorException):
        await note(Failing(NOT_RUNNING))
    ending.set()
    stopped = Failing(GONE)
    with pytest.raises(ConnectorException):
        await note(stopped, ending)
    assert stopped.tries == 1
