"""Whatever is killed, frozen or doubled under load: each acknowledged answer is there once, and nobody is asked too often.

The long form: `FAULT_KILLS=200 pytest tests/acceptance/test_faults.py -k killed -s`.
"""

import itertools
import json
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from groundswell.client import Client, ServiceError, connection
from groundswell.store import EmbeddedPostgres, running_dsn, start_postgres
from tests.acceptance.command import Groundswell, wait_until
from tests.acceptance.crowd import Books, Crowd, Stage, set_up
from tests.acceptance.processes import VICTIMS, Service, Victim, children, frozen, lives, living

KILLS = int(os.environ.get("FAULT_KILLS", "5"))
SEED = int(os.environ.get("FAULT_SEED", "2"))
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
    crowd.wait_until(lambda: is_over(dsn, stage), "the backlog is drained")


def in_random_order(kills: int, rng: random.Random) -> Iterator[Victim]:
    """Yield victims, each kind as often as the others."""
    rounds = (rng.sample(VICTIMS, len(VICTIMS)) for _ in itertools.count())
    return itertools.islice(itertools.chain.from_iterable(rounds), kills)


def test_killed_again_and_again_under_load_it_loses_and_doubles_nothing(groundswell: Groundswell):
    began, rng, killed = time.monotonic(), random.Random(SEED), Counter[str]()
    stage = set_up(groundswell.home, tasks=50 * KILLS, lease_seconds=LEASE_SECONDS)
    with living(groundswell) as service:
        dsn = dsn_of(service)
        crowd = Crowd.of(stage, [service.address], SEED, absent=0.05, doubled=0.1)
        with crowd.at_work():
            for victim in in_random_order(KILLS, rng):
                crowd.wait_for_more(30)
                time.sleep(rng.uniform(0, 0.2))  # anywhere within a round of work
                killed[victim.__name__] += 1
                victim(service, rng)
            drain(crowd, dsn, stage)
        books = Books.read(dsn, stage.project_id)
    books.agree_with(stage, crowd)
    assert crowd.interruptions() > 0, "the kills must have been felt"
    assert service.complaints() == []
    report = {"kills": KILLS, **killed, "acknowledged": crowd.answers(), "stored": books.rows}
    report |= {"late": books.late.total(), "interruptions": crowd.interruptions()}
    print(json.dumps({**report, "lost": 0, "duplicates": 0, "seconds": round(time.monotonic() - began)}))
