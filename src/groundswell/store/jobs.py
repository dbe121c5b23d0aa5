"""Background jobs in the same database: saving an annotation and asking for its consensus is one commit.

Procrastinate fetches, retries and keeps the jobs; ours is how they are asked for. A key names what a
job is about, such as a project: at most one fresh job per key waits, and never two of one key run at
the same time.
"""

import asyncio
import contextlib
import inspect
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg

from groundswell.errors import NotFound
from groundswell.ids import OrgId
from groundswell.store.database import Database, Tx
from groundswell.store.job_schema import SCHEMA
from groundswell.store.queries import load_queries

if TYPE_CHECKING:
    from procrastinate import App, JobContext

    Job = Callable[..., Awaitable[None]]

log = logging.getLogger(__name__)

SQL = load_queries(__package__)

QUEUE = "default"

MAX_ATTEMPTS = 8
BACKOFF_BASE = 2
"""Pauses of 2, 4, 8 ... 256 seconds: eight and a half minutes in all before a job is given up."""

POLL_SECONDS = 1.0
"""A new job is announced at once; a poll finds those whose pause or predecessor ended."""

HEARTBEAT_SECONDS = 3.0
STALLED_SECONDS = 10.0
"""A worker that is silent for so long is dead, and its jobs are handed out again."""

KEEP_FAILED_HOURS = 30 * 24


@dataclass(frozen=True)
class FailedJob:
    """A job that gave up after `MAX_ATTEMPTS` tries."""

    id: int
    task: str
    args: Mapping[str, Any]
    attempts: int
    error: str
    failed_at: datetime


@dataclass(frozen=True)
class BackgroundJob:
    """A job of an organization.

    Attributes:
        id: its number.
        task: what is done; see `run_worker`.
        project_id: the project that it is for; None where it is for none.
        state: `waiting`, `running` or `failed`: given up after `MAX_ATTEMPTS` tries.
        attempts: tries that have ended.
        error: why the last one failed; None if none has.
        at: of a waiting job, when it may begin; else of its last change.
    """

    id: int
    task: str
    project_id: int | None
    state: str
    attempts: int
    error: str | None
    at: datetime | None


async def defer(
    tx: Tx, task: str, *, key: str, after: timedelta = timedelta(0), queue: str = QUEUE, **args: Any
) -> None:
    """Ask for a background job; it exists if and when this transaction commits.

    Where a fresh job of the same task and key waits already, that one will do: it has not begun, and
    it begins only after this transaction has ended, so it sees what this one wrote. Cheap enough for
    the hot path: asking twice writes nothing.

    Args:
        tx: the transaction that makes the job necessary.
        task: a name that a worker knows; see `run_worker`.
        key: what it is about. Jobs of one key never run at the same time.
        after: the least time until it begins.
        queue: which workers do it; see `run_worker`.
        args: JSON values, given to the task as keyword arguments.
    """
    await tx.execute(SQL["defer_job"], task=task, key=key, args=args, after=after, queue=queue)


async def run_worker(
    db: Database,
    tasks: Mapping[str, Callable[..., Any]],
    *,
    concurrency: int = 2,
    queue: str = QUEUE,
    grace_seconds: float = 10.0,
) -> None:
    """Do background jobs until cancelled; it outlives a database that goes away and comes back.

    A task is an async function, or a plain one, which then runs in a thread. Work that keeps a
    processor busy belongs in a process pool that the task awaits. A task that raises is tried again
    with growing pauses, then kept as failed; one whose process was killed is handed to another
    worker. So a task may run twice: it must be idempotent.

    Args:
        db: where the jobs are; the worker adds up to three connections of its own.
        tasks: by the name that `defer` uses.
        concurrency: how many jobs run at once.
        queue: the jobs that it does; `tasks` has every task of this queue. What is slow has a queue and a worker of
            its own, and nothing else waits behind it.
        grace_seconds: how long running jobs may go on once this is cancelled; they are then
            cancelled, too, and tried again by the next worker.
    """
    running: set[int | None] = set()
    ending = asyncio.Event()
    careful = {name: _careful(db, function, running) for name, function in tasks.items()}
    work = asyncio.create_task(_work_on(db, careful, concurrency, queue, grace_seconds, ending))
    try:
        await asyncio.wait([work])
        work.result()
    finally:
        ending.set()
        await _end(work, running)


async def failed_jobs(db: Database, limit: int = 100) -> list[FailedJob]:
    """Return the jobs of every organization that gave up, the newest first."""
    async with db.system_transaction() as tx:
        return await tx.fetch_all(SQL["failed_jobs"], FailedJob, limit=limit)


async def jobs_of(db: Database, org_id: OrgId, limit: int = 100) -> list[BackgroundJob]:
    """Return the jobs of an organization that wait, run or gave up: those that gave up first, then the newest."""
    async with db.system_transaction() as tx:
        return await tx.fetch_all(SQL["jobs_of"], BackgroundJob, org_id=str(org_id), limit=limit)


async def retry_failed_job(db: Database, job_id: int, org_id: OrgId | None = None) -> None:
    """Give a job that gave up a fresh start, once its cause is mended.

    Args:
        db: the database.
        job_id: its number.
        org_id: whose it must be; of any organization if None.

    Raises:
        NotFound: no failed job has this number.
    """
    org = None if org_id is None else str(org_id)
    async with db.system_transaction() as tx:
        if await tx.fetch_value(SQL["retry_failed_job"], job_id=job_id, org_id=org) is None:
            raise NotFound(f"there is no failed job {job_id}")


async def _work_on(
    db: Database,
    tasks: Mapping[str, "Job"],
    concurrency: int,
    queue: str,
    grace_seconds: float,
    ending: asyncio.Event,
) -> None:
    from procrastinate.exceptions import ProcrastinateException

    logging.getLogger("procrastinate.utils").addFilter(_without_trace)
    while True:
        try:
            await _work(_app(db, tasks, ending), concurrency, queue, grace_seconds)
        except (ProcrastinateException, psycopg.Error, OSError) as error:  # the pool's time-out is psycopg's
            log.warning("background jobs pause: %s", error)
        await asyncio.sleep(1.0)


def _without_trace(record: logging.LogRecord) -> bool:
    """Say of a lost connection only that it was lost: polling goes on, and a stack trace would tell nothing more."""
    from procrastinate.exceptions import ConnectorException

    if record.exc_info and isinstance(record.exc_info[1], ConnectorException):
        record.exc_info = None
    return True


async def _work(app: "App", concurrency: int, queue: str, grace_seconds: float) -> None:
    async with app.open_async():
        await app.job_manager.delete_old_jobs(nb_hours=KEEP_FAILED_HOURS, include_failed=True)
        stopping = asyncio.Event()
        rescue = asyncio.create_task(_rescue_stalled(app, queue, stopping))
        try:
            await app.run_worker_async(
                queues=[queue],
                concurrency=concurrency,
                shutdown_graceful_timeout=grace_seconds,
                delete_jobs="successful",
                install_signal_handlers=False,
                fetch_job_polling_interval=POLL_SECONDS,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_SECONDS,
            )
        finally:
            stopping.set()
            await rescue


async def _end(task: asyncio.Task[None], running: Collection[object]) -> None:
    """Cancel a task until it has ended; only once while jobs are `running` or just were, which have their grace.

    One cancellation may be lost: up to Python 3.11 `asyncio.wait_for`, which the connection pool uses,
    drops one that arrives together with what it waits for.
    """
    task.cancel()
    while not task.done():
        idle = not running
        await asyncio.wait([task], timeout=0.5)
        if idle and not running:
            task.cancel()


def _app(db: Database, tasks: Mapping[str, "Job"], ending: asyncio.Event) -> "App":
    from procrastinate import App, PsycopgConnector, RetryStrategy

    from groundswell.store.job_ends import LastingJobManager

    app = App(
        connector=PsycopgConnector(
            conninfo=db.dsn,
            min_size=1,
            max_size=3,
            timeout=5.0,
            reconnect_timeout=5.0,
            kwargs={"options": f"-c search_path={SCHEMA}", "connect_timeout": 5},
            name="groundswell-jobs",
        )
    )
    app.job_manager = LastingJobManager(app.connector, ending)
    retry = RetryStrategy(max_attempts=MAX_ATTEMPTS, exponential_wait=BACKOFF_BASE)
    for name, function in tasks.items():
        app.task(name=name, retry=retry, pass_context=True)(function)
    return app


def _careful(db: Database, function: Callable[..., Any], running: set[int | None]) -> "Job":
    """Wrap a task: begin after those who asked for it have committed, and write down why it failed."""

    async def run(context: "JobContext", /, **args: Any) -> None:
        job = context.job
        running.add(job.id)
        try:
            async with db.system_transaction() as tx:
                await tx.execute(SQL["await_askers"], key=job.lock)
            if inspect.iscoroutinefunction(function):
                await function(**args)
            else:
                await asyncio.to_thread(function, **args)
        except Exception as error:
            with contextlib.suppress(Exception):  # the first error is the one to report
                async with db.system_transaction() as tx:
                    text = f"{type(error).__name__}: {error}"
                    await tx.execute(SQL["save_job_error"], job_id=job.id, error=text[:2000])
            raise
        finally:
            running.discard(job.id)

    return run


async def _rescue_stalled(app: "App", queue: str, stopping: asyncio.Event) -> None:
    from procrastinate.jobs import Status

    manager = app.job_manager
    while not stopping.is_set():
        for job in await manager.get_stalled_jobs(queue=queue, seconds_since_heartbeat=STALLED_SECONDS):
            log.warning("job %s lost its worker in try %d", job.call_string, job.attempts + 1)
            if job.attempts < MAX_ATTEMPTS:
                await manager.retry_job(job=job, retry_at=datetime.now(UTC))
            else:  # it may well be what kills the process
                await manager.finish_job(job=job, status=Status.FAILED, delete_job=False)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), STALLED_SECONDS / 2)
