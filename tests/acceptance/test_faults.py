"""Whatever is killed, frozen or doubled under load: each acknowledged answer is there once, and nobody is overasked.

The long form: `FAULT_KILLS=200 FAULT_AWAY=60 pytest tests/acceptance/test_faults.py -s`.
"""

import itertools
import json
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

from groundswell.client import Client, ServiceError, connection
from groundswell.store import running_dsn, start_postgres
from groundswell.store.processes import processes_in
from tests.acceptance.command import Groundswell, wait_until
from tests.acceptance.crowd import Books, Crowd, Stage, set_up
from tests.acceptance.processes import (
    VICTIMS,
    Service,
    Victim,
    children,
    frozen,
    is_healthy,
    lives,
    living,
)

KILLS = int(os.environ.get("FAULT_KILLS", "5"))
SEED = int(os.environ.get("FAULT_SEED", "2"))
AWAY_SECONDS = float(os.environ.get("FAULT_AWAY", "8"))
LEASE_SECONDS = 4
BOUND_SECONDS = 8.0
"""No request waits longer for a database that does not answer: two waits of three to five seconds at most."""


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "FIRST_PAUSE_SECONDS", 0.05)


def dsn_of(service: Service) -> str:
    dsn = service.settings.get("database_url") or running_dsn(service.groundswell.home)
    assert dsn is not None
    return dsn


def is_over(dsn: str, stage: Stage) -> bool:
    """Say whether all work is done; no, as long as the database does not answer."""
    try:
        return Books.read(dsn, stage.project_id).is_over()
    except psycopg.OperationalError:
        return False


def drain(crowd: Crowd, dsn: str, stage: Stage) -> None:
    """Wait until all work is done, with everybody still there."""
    patience_seconds = 60 + stage.tasks * stage.answers / 30
    crowd.wait_until(lambda: is_over(dsn, stage), "the backlog is drained", seconds=patience_seconds)


def in_random_order(kills: int, rng: random.Random) -> Iterator[Victim]:
    """Yield victims, each kind as often as the others."""
    rounds = (rng.sample(VICTIMS, len(VICTIMS)) for _ in itertools.count())
    return itertools.islice(itertools.chain.from_iterable(rounds), kills)


def test_killed_again_and_again_under_load_it_loses_and_doubles_nothing(groundswell: Groundswell):
    began, rng, killed = time.monotonic(), random.Random(SEED), Counter[str]()
    stage = set_up(groundswell.home, tasks=40 * KILLS, lease_seconds=LEASE_SECONDS)
    with living(groundswell) as service:
        dsn = dsn_of(service)
        crowd = Crowd.of(stage, [service.address], SEED, absent=0.05, doubled=0.1)
        with crowd.at_work():
            for victim in in_random_order(KILLS, rng):
                crowd.wait_for_more(30)
                time.sleep(rng.uniform(0, 0.1))  # anywhere within a round of work
                killed[victim.__name__] += 1
                victim(service, rng)
            drain(crowd, dsn, stage)
        books = Books.read(dsn, stage.project_id)
    books.agree_with(stage, crowd)
    assert crowd.interruptions() > 0, "the kills must have been felt"
    assert service.complaints() == []
    report = {
        "kills": killed.total(),
        **killed,
        **books.figures(crowd),
        "interruptions": crowd.interruptions(),
    }
    print(json.dumps({**report, "seconds": round(time.monotonic() - began)}))


def test_what_a_killed_service_leaves_behind_ends_by_itself_and_the_next_start_is_clean(
    groundswell: Groundswell,
):
    set_up(groundswell.home, tasks=2, people=1)
    with living(groundswell) as service:
        wait_until(service.background, "there is a background process")
        orphans = children(service.pid)
        assert len(orphans) == 2, "background work and PostgreSQL"
        service.kill()
        wait_until(lambda: not any(map(lives, orphans)), "what was left behind has ended", seconds=20)
        assert groundswell.postgres() == []
        service.start()
        assert is_healthy(service.address)
    assert service.complaints() == []


# ── the database is away ─────────────────────────────────────────────────────────────────────────


@dataclass
class Elsewhere:
    """A PostgreSQL that no service started, and that may go and come back."""

    folder: Path

    def start(self) -> None:
        self.server = start_postgres(self.folder)
        self.dsn = self.server.dsn

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Nothing listens where it was."""
        self.server.stop()
        yield
        self.start()

    def silent(self) -> AbstractContextManager[None]:
        """Its connections stay open, and nothing answers."""
        return frozen(processes_in(self.folder / "postgres"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Elsewhere]:
    elsewhere = Elsewhere(tmp_path / "database")
    elsewhere.start()
    yield elsewhere
    elsewhere.server.stop()


def watch(service: Service, key: str, until: threading.Event) -> list[tuple[float, httpx.Response]]:
    """Ask again and again for work, by a client without any patience; returns how long each answer took."""
    seen = []
    with httpx.Client(base_url=service.address, timeout=30, trust_env=False) as http:
        while not until.is_set():
            began = time.monotonic()
            headers = {"Authorization": f"Bearer {key}"}
            response = http.post("/api/v1/projects/1/work", json={"want": 0}, headers=headers)
            seen.append((time.monotonic() - began, response))
            until.wait(0.1)
    return seen


@pytest.mark.parametrize("away", [Elsewhere.stopped, Elsewhere.silent])
def test_while_the_database_is_away_everybody_is_told_soon_and_nothing_is_lost(
    groundswell: Groundswell, database: Elsewhere, away: Callable[[Elsewhere], AbstractContextManager[None]]
):
    stage = set_up(groundswell.home, tasks=200, database_url=database.dsn)
    with living(groundswell, database_url=database.dsn) as service:
        crowd = Crowd.of(stage, [service.address], SEED, doubled=0.1)
        with crowd.at_work(), ThreadPoolExecutor(1) as pool:
            crowd.wait_for_more(100)
            back = threading.Event()
            with away(database):
                watching = pool.submit(watch, service, stage.admin_key, back)
                time.sleep(AWAY_SECONDS)
                before = crowd.answers()
            crowd.wait_for_more(30)
            back.set()
            seen = watching.result()
            drain(crowd, database.dsn, stage)
        books = Books.read(database.dsn, stage.project_id)
    books.agree_with(stage, crowd)
    assert before < 600, "there was work left"
    assert max(seconds for seconds, _ in seen) < BOUND_SECONDS
    refused = [response for _, response in seen if not response.is_success]
    assert refused, "the outage must have been felt"
    assert {response.status_code for response in refused} == {503}
    assert {response.json()["code"] for response in refused} == {"database_unavailable"}
    assert all(int(response.headers["Retry-After"]) > 0 for response in refused)
    assert service.complaints() == []


# ── two services on one database ─────────────────────────────────────────────────────────────────


def test_two_services_on_one_database_share_the_work_and_double_nothing(
    groundswell: Groundswell, database: Elsewhere
):
    stage = set_up(groundswell.home, tasks=150, lease_seconds=LEASE_SECONDS, database_url=database.dsn)
    with (
        living(groundswell, database_url=database.dsn) as one,
        living(groundswell, database_url=database.dsn) as other,
    ):
        crowd = Crowd.of(stage, [one.address, other.address], SEED, absent=0.05, doubled=0.1)
        with crowd.at_work():
            drain(crowd, database.dsn, stage)
    Books.read(database.dsn, stage.project_id).agree_with(stage, crowd)
    assert {bool(person.acknowledged) for person in crowd.people} == {True}
    assert one.complaints() == other.complaints() == []


def test_what_one_service_ends_the_other_ends_within_two_seconds(
    groundswell: Groundswell, database: Elsewhere
):
    stage = set_up(groundswell.home, tasks=50, people=1, database_url=database.dsn)
    with (
        living(groundswell, database_url=database.dsn) as one,
        living(groundswell, database_url=database.dsn) as other,
        Client(one.address, stage.admin_key) as here,
        Client(other.address, stage.keys[0]) as there,
    ):
        (task,) = there.work(stage.project_id, want=1)["tasks"]
        here.set_state(stage.project_id, "paused")
        time.sleep(1)
        assert there.work(stage.project_id, want=2, holding=[task["task_id"]])["tasks"] == []
        here.set_state(stage.project_id, "active")
        assert there.work(stage.project_id, want=2, holding=[task["task_id"]])["tasks"] != []
        with httpx.Client(
            base_url=one.address, headers={"Authorization": f"Bearer {stage.admin_key}"}
        ) as http:
            keys = {key["name"]: key["id"] for key in http.get("/api/v1/keys").json()["items"]}
            assert http.delete(f"/api/v1/keys/{keys['person-0@example.org']}").is_success
        time.sleep(2)
        with pytest.raises(ServiceError, match="not_signed_in"):
            there.work(stage.project_id, want=1)
