"""The crowd, in a process of its own: `python -m bench.load.crowd`, commands on stdin, events on stdout, in JSON.

Each arrival is the turn of one annotator, round robin over all. One who holds a task submits an answer to it and
asks for the next; one who holds none only asks. Arrivals never wait for the service: where no connection is free,
or the annotator's last turn has not ended, the turn queues, and its latency runs on from when it was due. A try
without an answer and a 503 are repeated with the same idempotency key after the pauses of `groundswell.client`.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import uvloop

from bench.load.arrivals import Seconds, growing, one_each, poisson
from bench.load.desk import Desk
from bench.load.people import Crowd
from bench.load.tally import Tally

RAMP_SECONDS = 5.0
INTERVAL_SECONDS = 5.0
DRAIN_SECONDS = 60.0
OPENING_SECONDS = 60.0
SEED = 1


class Generator:
    """Carries out commands; each ends with an event of its name."""

    def __init__(self, home: Path, port: int, people: int, connections: int) -> None:
        self._crowd = Crowd.read(home)
        self._desk = Desk(self._crowd, port, connections)
        self._people = people
        self._turn = 0
        self._rng = np.random.default_rng(SEED)

    async def open(self) -> None:
        """Wait until the first annotator of each project is given a task: slots are opened in the background."""
        tally, deadline = Tally(), time.monotonic() + OPENING_SECONDS
        firsts = np.unique(self._crowd.project[: self._people], return_index=True)[1].tolist()
        while time.monotonic() < deadline and (idle := [i for i in firsts if not self._desk.held[i]]):
            for i in idle:
                self._desk.come(i, time.monotonic(), tally)
            await self._drain()
            await asyncio.sleep(0.2)
        closed = sum(not self._desk.held[i] for i in firsts)
        tell("open", projects=len(firsts), closed=closed, **tally.summary())

    async def lease(self, rate: float) -> None:
        """Give everybody a first task: a ramp, then an even rate; those who got none ask again."""
        tally = Tally()
        idle, before = self._idle(), 0
        while idle and len(idle) != before:
            due = iter(idle)
            await self._arrive(one_each(len(idle), rate, RAMP_SECONDS), due.__next__, tally)
            await self._drain()
            idle, before = self._idle(), len(idle)
        tell("lease", without=len(idle), **tally.summary())

    def _idle(self) -> list[int]:
        return [i for i in range(self._people) if not self._desk.held[i]]

    async def work(self, rate: float, seconds: float) -> None:
        """Work at a rate: a ramp that is not measured, then `seconds` that are, then wait for what is under way."""
        await self._arrive(growing(rate, RAMP_SECONDS, self._rng), self._next, Tally())
        tally = Tally(end=time.monotonic() + seconds)
        cpu, requests = time.process_time(), self._desk.requests
        tell("start")
        await self._arrive(poisson(rate, seconds, self._rng), self._next, tally)
        await asyncio.sleep(max(0.0, tally.end - time.monotonic()))
        cpu, requests = time.process_time() - cpu, self._desk.requests - requests
        tell("end", cpu_seconds=cpu, requests=requests, waiting=self._desk.waiting)
        await self._drain()
        tell("work", unanswered=self._desk.under_way, seconds=seconds, rate=rate, **tally.summary())

    async def save(self, path: str) -> None:
        """Write down which answers got a receipt: columns `key`, `annotator`, `task`."""
        key, annotator, task = map(np.array, self._desk.acknowledged)
        np.savez(path, key=key, annotator=annotator, task=task)
        tell("save", prefix=self._desk.prefix)

    def _next(self) -> int:
        self._turn = (self._turn + 1) % self._people
        return self._turn

    async def _arrive(self, due: Seconds, who: Callable[[], int], tally: Tally) -> None:
        start = time.monotonic()
        ticking = asyncio.create_task(self._tick(tally))
        try:
            for at in (due + start).tolist():
                if (early := at - time.monotonic()) > 0:
                    await asyncio.sleep(early)
                self._desk.come(who(), at, tally)
        finally:
            ticking.cancel()

    async def _tick(self, tally: Tally) -> None:
        began = time.monotonic()
        for n in range(1, 1_000_000):
            await asyncio.sleep(began + n * INTERVAL_SECONDS - time.monotonic())
            self._desk.abort_silent()
            tell("interval", waiting=self._desk.waiting, seconds=INTERVAL_SECONDS, **tally.recent())

    async def _drain(self) -> None:
        deadline = time.monotonic() + DRAIN_SECONDS
        while self._desk.under_way and time.monotonic() < deadline:
            await asyncio.sleep(0.02)


def tell(event: str, **what: Any) -> None:
    """Print an event."""
    print(json.dumps({"event": event, **what}), flush=True)


async def obey() -> None:
    """Do what stdin says until it ends; when the one who started us is gone, so are we."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    settings = json.loads(await reader.readline())
    generator = Generator(Path(settings.pop("home")), **settings)
    gc.freeze()
    gc.disable()  # nothing here makes cycles worth a pause in the middle of a measurement
    tell("ready")
    asked: asyncio.Task[None] | None = None
    while line := await reader.readline():
        command = json.loads(line)
        asked = asyncio.create_task(getattr(generator, command.pop("do"))(**command))
        asked.add_done_callback(_report)
    if asked is not None:
        asked.cancel()


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        tell("error", error=repr(error))


if __name__ == "__main__":
    uvloop.run(obey())
