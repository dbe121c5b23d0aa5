"""People who work over HTTP and never give up, what was acknowledged to them, and the books it must agree with."""

import asyncio
import json
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from groundswell.app import local_member, open_app
from groundswell.client import Client, ServiceError
from groundswell.http.task_numbers import TaskNumbers
from groundswell.items import digest_text
from groundswell.label.opening import open_or_resume
from groundswell.label.projects.model import ProjectSpec
from groundswell.organize import collect
from groundswell.settings import Settings
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import add_member, create_api_key

PASSING = {"no_answer", "database_unavailable"}
"""Errors after which the same request is simply sent again."""

PATIENCE_SECONDS = 90.0
"""Nobody waits longer for an answer that is not an error."""

THINKING_SECONDS = 0.05


@dataclass(frozen=True)
class Stage:
    """A project that is open for work, an admin's key, and a key for each person of the crowd."""

    project_id: int
    tasks: int
    answers: int
    lease_seconds: int
    admin_key: str
    keys: Sequence[str]


def set_up(
    home: Path,
    *,
    tasks: int,
    people: int = 12,
    answers: int = 3,
    lease_seconds: int = 900,
    database_url: str | None = None,
) -> Stage:
    """Open a project over texts of which none resembles another, with a crowd of labelers; nothing runs afterwards."""
    texts = home.with_name("texts.jsonl")
    texts.write_text("".join(json.dumps({"text": digest_text(str(n))}) + "\n" for n in range(tasks)))
    spec = ProjectSpec(
        name="crowd",
        kind="",
        classes=["yes", "no"],
        dataset="crowd",
        dataset_version=0,
        answers=answers,
        lease_seconds=lease_seconds,
        models="none",
    )

    async def run() -> Stage:
        async with open_app(Settings(home=home, database_url=database_url)) as app:
            member = await local_member(app)
            scope, store = member.scope(), app.datasets(member.org_slug)
            project_id, _ = await open_or_resume(app.db, scope, store, collect(texts), spec)
            keys = []
            for number in range(people):
                email = f"person-{number}@example.org"
                user_id = await add_member(
                    app.db, scope, email=email, person=f"Person {number}", role=Role.LABELER
                )
                theirs = Scope(scope.org_id, user_id, Role.ADMIN)  # a labeler cannot make a key, but have one
                keys.append(await create_api_key(app.db, theirs, email))
            admin_key = await create_api_key(app.db, scope, "admin")
            return Stage(project_id, tasks, answers, lease_seconds, admin_key, keys)

    return asyncio.run(run())


@dataclass
class Person:
    """A client as it should be: what was not acknowledged is sent again, with the same key.

    Attributes:
        absent: how often this person walks away from leased tasks until the leases have run out, 0 to 1; then
            answers them late, or not at all.
        doubled: how often the same answers are sent a second time, and once more under new keys, 0 to 1.
        acknowledged: the task, status and number of each answer that got a receipt, by its key.
        interruptions: requests that got no answer, or a 503; our client sends them again by itself.
    """

    address: str
    key: str
    stage: Stage
    rng: random.Random
    absent: float = 0.0
    doubled: float = 0.0
    acknowledged: dict[uuid.UUID, tuple[int, str, int]] = field(default_factory=dict)
    interruptions: int = 0

    def labour(self, done: threading.Event) -> None:
        """Lease, think and answer until `done`, and until nothing is owed."""
        with Client(self.address, self.key, timeout_seconds=20, transport=Counting(self)) as client:
            submits: list[dict[str, Any]] = []
            while not done.is_set() or submits:
                given = self._send(client, submits, want=2)
                self._note(submits, given["receipts"])
                if submits and self.rng.random() < self.doubled:
                    self._send_again(client, submits)
                submits = [self._answer(task) for task in given["tasks"]]
                if submits and self.rng.random() < self.absent:
                    done.wait(self.stage.lease_seconds + 2)
                    submits = submits if self.rng.random() < 0.5 else []
                done.wait(self.rng.uniform(0, 2 * THINKING_SECONDS))

    def _send(self, client: Client, submits: Sequence[dict[str, Any]], want: int = 0) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return client.work(self.stage.project_id, submit=submits, want=want)
            except ServiceError as error:
                if error.code not in PASSING or time.monotonic() > until:
                    raise

    def _answer(self, task: dict[str, Any]) -> dict[str, Any]:
        return {
            "task_id": task["task_id"],
            "answer": {"choice": self.rng.choice(["yes", "no"])},
            "active_ms": 500,
            "idempotency_key": str(uuid.UUID(int=self.rng.getrandbits(128), version=4)),
        }

    def _note(self, submits: Sequence[dict[str, Any]], receipts: Sequence[dict[str, Any]]) -> None:
        assert len(receipts) == len(submits)
        for submit, receipt in zip(submits, receipts, strict=True):
            assert receipt["status"] in ("stored", "late"), receipt
            key = uuid.UUID(receipt["idempotency_key"])
            said = (receipt["task_id"], receipt["status"], receipt["annotation_id"])
            assert (key, said[0]) == (uuid.UUID(submit["idempotency_key"]), submit["task_id"])
            assert self.acknowledged.setdefault(key, said) == said, "the same key, another receipt"

    def _send_again(self, client: Client, submits: Sequence[dict[str, Any]]) -> None:
        self._note(submits, self._send(client, submits)["receipts"])
        others = [{**submit, "idempotency_key": str(uuid.uuid4())} for submit in submits]
        refused = self._send(client, others)["receipts"]
        assert {receipt["status"] for receipt in refused} == {"refused"}, refused


class Counting(httpx.HTTPTransport):
    """The network, where it is counted how often a person was interrupted."""

    def __init__(self, person: Person) -> None:
        super().__init__()
        self.person = person

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            response = super().handle_request(request)
        except httpx.TransportError:
            self.person.interruptions += 1
            raise
        self.person.interruptions += response.status_code == httpx.codes.SERVICE_UNAVAILABLE
        return response


@dataclass
class Crowd:
    """People at work, each in a thread."""

    people: list[Person]
    done: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def of(cls, stage: Stage, addresses: Sequence[str], seed: int, **habits: float) -> "Crowd":
        """Spread people over addresses; every third has the `habits`."""
        return cls(
            [
                Person(
                    addresses[number % len(addresses)],
                    key,
                    stage,
                    random.Random(seed * 1000 + number),
                    **(habits if number % 3 == 0 else {}),
                )
                for number, key in enumerate(stage.keys)
            ]
        )

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let everybody work while the context lasts; who fails is reported at its end."""
        with ThreadPoolExecutor(len(self.people)) as pool:
            working = [pool.submit(person.labour, self.done) for person in self.people]
            try:
                yield
            finally:
                self.done.set()
            for each in working:
                each.result()

    def answers(self) -> int:
        """How many answers were acknowledged so far."""
        return sum(len(person.acknowledged) for person in self.people)

    def interruptions(self) -> int:
        """How many requests got no answer, or a 503."""
        return sum(person.interruptions for person in self.people)

    def wait_for_more(self, answers: int) -> None:
        """Wait until so many more answers are acknowledged."""
        wanted = self.answers() + answers
        self.wait_until(lambda: self.answers() >= wanted, f"{answers} more answers are acknowledged")

    def wait_until(self, true: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait for something; fails by name when it does not happen."""
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
            time.sleep(0.02)


@dataclass(frozen=True)
class Books:
    """What the database holds of a stage.

    Attributes:
        stored: the task (as labelers see its number), status and number of each answer, by its key.
        rows: how many answers that is, whatever their keys.
        on_time, late: how many of them each task has.
        pairs: the task and the worker of each answer.
        left: leases, open slots and answers that nobody looked at yet.
        paid: how many lines the ledger has.
        state: of the project.
    """

    stored: dict[uuid.UUID, tuple[int, str, int]]
    rows: int
    on_time: Counter[int]
    late: Counter[int]
    pairs: set[tuple[int, int]]
    left: tuple[int, int, int]
    paid: int
    state: str

    @classmethod
    def read(cls, dsn: str, project_id: int) -> "Books":
        """Read the books."""
        with psycopg.connect(dsn, autocommit=True) as connection:
            answers = connection.execute(
                "select idempotency_key, task_id, case when late then 'late' else 'stored' end, id, worker_id, late "
                "from annotations where project_id = %s",
                [project_id],
            ).fetchall()
            row = connection.execute(
                "select (select count(*) from leases), (select count(*) from ready), "
                "(select count(*) from unsettled), (select count(*) from ledger), "
                "(select state from projects where id = %s), (select task_key from organizations)",
                [project_id],
            ).fetchone()
        assert row is not None
        numbers = TaskNumbers(row[5])
        return cls(
            stored={
                key: (numbers.shown(task), status, number) for key, task, status, number, _, _ in answers
            },
            rows=len(answers),
            on_time=Counter(task for _, task, _, _, _, late in answers if not late),
            late=Counter(task for _, task, _, _, _, late in answers if late),
            pairs={(task, worker) for _, task, _, _, worker, _ in answers},
            left=row[:3],
            paid=row[3],
            state=row[4],
        )

    def is_over(self) -> bool:
        """Say whether the project is done and nothing is left of it."""
        return self.state == "done" and not any(self.left)

    def figures(self, crowd: Crowd) -> dict[str, int]:
        """Return how many answers were acknowledged, stored and late, and how many are missing or there twice."""
        acknowledged = {key for person in crowd.people for key in person.acknowledged}
        return {
            "acknowledged": len(acknowledged),
            "stored": self.rows,
            "late": self.late.total(),
            "lost": len(acknowledged - self.stored.keys()),
            "duplicates": self.rows - len(self.stored),
        }

    def agree_with(self, stage: Stage, crowd: Crowd) -> None:
        """Check that all that was acknowledged is there once, nothing else is, and each task has what it asked for."""
        acknowledged = {key: said for person in crowd.people for key, said in person.acknowledged.items()}
        assert len(acknowledged) == crowd.answers()
        assert self.stored == acknowledged
        assert self.rows == self.paid == len(self.stored) == len(self.pairs)
        assert len(self.on_time | self.late) == stage.tasks
        for task in self.on_time | self.late:
            # A late answer may stand in for one that is missing; it is never asked for beyond that.
            assert stage.answers - self.late[task] <= self.on_time[task] <= stage.answers, task
