"""Where the crowd works: who holds which task, who is busy, and the connections to the service."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from array import array
from collections import deque
from typing import Any

import msgspec

from bench.load.backlog import CLASSES
from bench.load.connection import Connection
from bench.load.people import Crowd
from bench.load.tally import Tally
from groundswell.client.connection import ATTEMPTS, FIRST_PAUSE_SECONDS

IDLE_SECONDS = 4.0
"""The service closes a connection that was silent for five."""
TIMEOUT_SECONDS = 30.0
RIGHT = 0.8
"""How often an annotator says what is true of a task; else the next class."""


class Receipt(msgspec.Struct):
    status: str
    error: str | None = None


class Task(msgspec.Struct):
    task_id: int


class Work(msgspec.Struct):
    """As much of the answer as the crowd reads."""

    receipts: list[Receipt]
    tasks: list[Task]


WORK = msgspec.json.Decoder(Work)


class Turn:
    """One annotator's turn, from when it was `due`; `key` numbers the answer to `task`, -1 where there is none."""

    __slots__ = ("annotator", "data", "due", "key", "tally", "task", "tries")

    def __init__(self, annotator: int, due: float, tally: Tally) -> None:
        self.annotator, self.due, self.tally = annotator, due, tally
        self.key, self.task, self.tries, self.data = -1, 0, 0, b""


class Desk:
    """The crowd's side of the service; each annotator has one turn at a time.

    Attributes:
        prefix: the first 24 characters of every idempotency key; the rest is the key's number.
        acknowledged: numbers of keys, annotators and tasks of the answers that got a receipt.
        held: the task that each annotator holds, or 0.
        requests: how many were sent.
        under_way: turns that were due and have not ended.
    """

    def __init__(self, crowd: Crowd, port: int, connections: int) -> None:
        self._port, self._connections = port, connections
        self._heads = [
            f"POST /api/v1/projects/{project}/work HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Cookie: groundswell_session={crowd.secret(i)}\r\nX-Groundswell: 1\r\n"
            "Content-Type: application/json\r\nContent-Length: ".encode()
            for i, project in enumerate(crowd.project.tolist())
        ]
        self.prefix = str(uuid.uuid4())[:24]
        self.acknowledged = array("q"), array("q"), array("q")
        self.held = array("q", bytes(8 * len(self._heads)))
        self.requests = self.under_way = 0
        self._keys = 0
        self._busy = bytearray(len(self._heads))
        self._behind: dict[int, deque[Turn]] = {}
        self._open: set[Connection] = set()
        self._idle: deque[Connection] = deque()
        self._queue: deque[Turn] = deque()
        self._opening = 0

    @property
    def waiting(self) -> int:
        """How many turns queue for a connection or behind an earlier one of the same annotator."""
        return len(self._queue) + sum(map(len, self._behind.values()))

    def come(self, annotator: int, due: float, tally: Tally) -> None:
        """Begin a turn, now or once the annotator's last one has ended."""
        turn = Turn(annotator, due, tally)
        tally.due += 1
        self.under_way += 1
        if self._busy[annotator]:
            self._behind.setdefault(annotator, deque()).append(turn)
        else:
            self._begin(turn)

    def _begin(self, turn: Turn) -> None:
        self._busy[turn.annotator] = 1
        turn.task = self.held[turn.annotator]
        if turn.task:
            turn.key, self._keys = self._keys, self._keys + 1
            said = CLASSES[(turn.task + (0 if random.random() < RIGHT else 1)) % len(CLASSES)]
            body = (
                f'{{"submit":[{{"task_id":{turn.task},"answer":{{"choice":"{said}"}},"active_ms":3000,'
                f'"idempotency_key":"{self.prefix}{turn.key:012x}"}}],"want":1}}'
            ).encode()
        else:
            turn.tally.idle += 1
            body = b'{"want":1}'
        turn.data = b"%b%d\r\n\r\n%b" % (self._heads[turn.annotator], len(body), body)
        self._send(turn)

    def _send(self, turn: Turn) -> None:
        now = time.monotonic()
        while self._idle:
            connection = self._idle.popleft()
            if now - connection.used < IDLE_SECONDS:
                self.requests += 1
                connection.send(turn, turn.data, now)
                return
            connection.abort()
        self._queue.append(turn)
        if len(self._open) + self._opening < self._connections:
            self._opening += 1
            asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: Connection(self), "127.0.0.1", self._port
            )
        except OSError as error:
            if self._queue:
                self._try_again(self._queue.popleft(), f"connect: {error.strerror}")
            return
        finally:
            self._opening -= 1
        self._open.add(connection)
        self._free(connection)

    def _free(self, connection: Connection) -> None:
        if self._queue:
            turn = self._queue.popleft()
            self.requests += 1
            connection.send(turn, turn.data, time.monotonic())
        else:
            self._idle.append(connection)

    def answered(self, connection: Connection, request: Any, status: int, body: bytes) -> None:
        turn: Turn = request
        self._free(connection)
        if status == 200:
            self._done(turn, WORK.decode(body))
        elif status == 503:
            self._try_again(turn, f"503 {body[:120]!r}")
        else:
            self._give_up(turn, f"{status} {body[:160]!r}")

    def broken(self, connection: Connection, request: Any | None) -> None:
        self._open.discard(connection)
        if request is None:
            if connection in self._idle:
                self._idle.remove(connection)
        else:
            self._try_again(request, "connection lost")

    def _done(self, turn: Turn, work: Work) -> None:
        if turn.key >= 0:
            receipt = work.receipts[0]
            if receipt.status == "refused":
                turn.tally.refused += 1
                turn.tally.trouble[f"refused: {receipt.error}"[:160]] += 1
            else:
                turn.tally.stored(turn.due, time.monotonic())
                for column, value in zip(
                    self.acknowledged, (turn.key, turn.annotator, turn.task), strict=True
                ):
                    column.append(value)
        self.held[turn.annotator] = work.tasks[0].task_id if work.tasks else 0
        turn.tally.empty += not work.tasks
        self._end(turn)

    def _try_again(self, turn: Turn, why: str) -> None:
        turn.tries += 1
        turn.tally.trouble[why] += 1
        if turn.tries >= ATTEMPTS:
            self._give_up(turn, f"given up after {ATTEMPTS} tries")
            return
        turn.tally.retries += 1
        pause = FIRST_PAUSE_SECONDS * 2**turn.tries
        asyncio.get_running_loop().call_later(pause, self._send, turn)

    def _give_up(self, turn: Turn, why: str) -> None:
        turn.tally.failed += 1
        turn.tally.trouble[why] += 1
        self.held[turn.annotator] = 0  # the next turn asks again, and is given what is still leased
        self._end(turn)

    def _end(self, turn: Turn) -> None:
        self.under_way -= 1
        behind = self._behind.get(turn.annotator)
        if behind:
            self._begin(behind.popleft())
            return
        self._behind.pop(turn.annotator, None)
        self._busy[turn.annotator] = 0

    def abort_silent(self) -> None:
        """Give up on requests that have had no answer for `TIMEOUT_SECONDS`."""
        before = time.monotonic() - TIMEOUT_SECONDS
        for connection in [c for c in self._open if c.request is not None and c.used < before]:
            connection.abort()
