"""Background work: settle answers, keep slots open, end leases that ran out, learn.

`groundswell up` runs it as a process of its own, `python -m groundswell.background`, so that training a model never
makes anybody wait for the next task. It ends when its standard input does, that is, with the process that started it.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import uvloop

from groundswell.app import App, open_app
from groundswell.errors import GroundswellError
from groundswell.label.jobs import EXPORT, GATHER, LEARN, MODELS, PREDICT, REDELIVER
from groundswell.label.learning.settler import Settler
from groundswell.label.learning.upkeep import keep_up
from groundswell.label.predictors.asking import ask_again
from groundswell.label.work.refill import Refill
from groundswell.label.work.service import expire_leases, forget_queues
from groundswell.settings import PREFIX, Settings
from groundswell.store import run_worker

log = logging.getLogger("groundswell")

EXPIRY_SECONDS = 1.0
REFILL_SECONDS = 0.5
SETTLE_SECONDS = 0.2
"""Pause between two looks whether something has come in."""

SHARE = 0.3
"""Of the time, that settling works where little waits; it rests after every step, so that the load is even."""

HURRY_AT = 20_000
"""So many answers that wait are settled without any rest; in between the rests become shorter."""

UPKEEP_SECONDS = 120.0
ASK_AGAIN_SECONDS = 30.0
CALLBACK_SECONDS = 1.0
FORGET_SECONDS = 3600.0
TEND_SECONDS = 6 * 3600.0

PROJECTS_AT_ONCE = 4
"""Projects whose models of others are asked at the same time; they take turns."""

NICENESS = 5
"""Background work gives way to the service, which people wait for."""

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 30.0
GRACE_SECONDS = 15.0


@contextlib.asynccontextmanager
async def background(app: App) -> AsyncIterator[None]:
    """Do background work in this process for as long as the context lasts."""
    stopping = asyncio.Event()
    worker = asyncio.create_task(
        run_worker(
            app.db,
            {
                LEARN: app.workshop.learn,
                EXPORT: app.export_room.write,
                REDELIVER: app.redelivery_room.redeliver,
                GATHER: app.gathering_room.gather,
            },
        )
    )
    models = asyncio.create_task(
        run_worker(app.db, {PREDICT: app.prediction_room.predict}, concurrency=PROJECTS_AT_ONCE, queue=MODELS)
    )
    for one in (worker, models):
        one.add_done_callback(_report_end)
    loops = [
        asyncio.create_task(_repeat(stopping, *duty))
        for duty in (
            ("leases were not swept", EXPIRY_SECONDS, lambda: expire_leases(app.db)),
            ("slots were not opened", REFILL_SECONDS, Refill(app.db).refill),
            ("answers were not settled", 0.0, lambda: _settle(app.settler)),
            ("the crowd was not looked at", UPKEEP_SECONDS, lambda: keep_up(app.db)),
            ("models were not asked again", ASK_AGAIN_SECONDS, lambda: ask_again(app.db)),
            ("callbacks were not sent", CALLBACK_SECONDS, app.callback_room.send_due),
            ("old figures were not forgotten", FORGET_SECONDS, lambda: forget_queues(app.db)),
            ("old versions were not removed", TEND_SECONDS, app.tend_datasets),
        )
    ]
    try:
        yield
    finally:
        stopping.set()  # not a cancellation, which a connection pool may lose up to Python 3.11
        for one in (worker, models):
            one.cancel()
        await asyncio.gather(worker, models, *loops, return_exceptions=True)
        await app.callback_room.finish()


async def _repeat(
    stopping: asyncio.Event, failure: str, pause_seconds: float, work: Callable[[], Awaitable[object]]
) -> None:
    """Do something again and again; what fails is reported and tried again."""
    while not stopping.is_set():
        pause = pause_seconds
        try:
            await work()
        except Exception as error:
            log.warning("%s this time: %s", failure, error)
            pause = max(pause, FIRST_PAUSE_SECONDS)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), pause)


async def _settle(settler: Settler) -> None:
    """Make one step of settling, and rest after it, so that people who work meanwhile wait evenly little."""
    started = time.monotonic()
    waiting = await settler.settle_in_turn()
    share = SHARE + (1 - SHARE) * min(1.0, waiting / HURRY_AT)
    await asyncio.sleep((time.monotonic() - started) * (1 / share - 1) if waiting else SETTLE_SECONDS)


def _report_end(worker: asyncio.Task[None]) -> None:
    """Say that background work has ended, where nobody asked it to: people still label, but nothing is learnt."""
    if not worker.cancelled() and (error := worker.exception()) is not None:
        log.critical("background work has ended and needs a restart", exc_info=error)


# ── as a process of its own ──────────────────────────────────────────────────────────────────────


@contextlib.asynccontextmanager
async def background_process(app: App) -> AsyncIterator[None]:
    """Do background work in a child process for as long as the context lasts; one that dies is started again."""
    stopping = asyncio.Event()
    keeper = asyncio.create_task(_keep(app, stopping))
    try:
        yield
    finally:
        stopping.set()
        await keeper


async def _keep(app: App, stopping: asyncio.Event) -> None:
    pause, clock = FIRST_PAUSE_SECONDS, asyncio.get_running_loop().time
    while not stopping.is_set():
        started, why = clock(), await _run_process(app, stopping)
        if stopping.is_set():
            return
        if clock() - started > LONGEST_PAUSE_SECONDS:  # an accident, not a process that cannot run
            pause = FIRST_PAUSE_SECONDS
        log.error("background work ended (%s); starting it again in %.0f s", why, pause)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), pause)
        pause = min(LONGEST_PAUSE_SECONDS, 2 * pause)


async def _run_process(app: App, stopping: asyncio.Event) -> object:
    """Run one background process until it ends or is to stop; returns how it ended, or why it could not begin."""
    try:
        process = await _spawn(app)
    except OSError as error:
        return error
    ended, stop = asyncio.create_task(process.wait()), asyncio.create_task(stopping.wait())
    await asyncio.wait([ended, stop], return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if stopping.is_set():
        await _end(process, ended)
    return process.returncode


async def _spawn(app: App) -> asyncio.subprocess.Process:
    given = {f"{PREFIX}HOME": str(app.home.absolute()), f"{PREFIX}DATABASE_URL": app.db.dsn}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "groundswell.background"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        env=os.environ | given,
        start_new_session=True,  # Ctrl-C is for the service, which then ends this
    )


async def _end(process: asyncio.subprocess.Process, ended: asyncio.Task[int]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    with contextlib.suppress(ProcessLookupError):
        process.terminate()  # ends at once what is just starting, and would see the end of its input only later
    done, _ = await asyncio.wait([ended], timeout=GRACE_SECONDS)
    if not done:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await ended


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    parent = asyncio.create_task(reader.read())
    parent.add_done_callback(lambda _: stop.set())
    # Nobody is there any more to see that training in a thread does not go on for minutes.
    parent.add_done_callback(lambda _: loop.call_later(GRACE_SECONDS, os._exit, 1))
    async with open_app(settings) as app, background(app):
        await stop.wait()
    parent.cancel()


def main() -> None:
    """Do background work until standard input ends."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    os.nice(NICENESS)
    try:
        uvloop.run(_run(Settings.from_env()))
    except GroundswellError as error:  # the database has gone, perhaps with the process that started us
        sys.exit(f"background work could not begin: {error}")


if __name__ == "__main__":
    main()
