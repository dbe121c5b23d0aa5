"""The backlog: projects with millions of tasks, and the crowd, written straight into a new database.

What is written is what the service itself would have written after an import, and after everybody had signed in.
It goes around the service only to be quick: by `insert ... select` and COPY; the tasks' foreign keys are not checked
and most of their indexes are made last.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import psycopg
from numpy.typing import NDArray

from bench.load.people import Crowd, write_annotators
from groundswell.ids import new_uuid
from groundswell.store import migrate, start_postgres

ANSWERS = 3
CLASSES = ("yes", "no", "maybe")
LEASE_SECONDS = 900
CHUNK = 100_000
SEED = 0
STATE = "bench.json"
SECONDARY = """
select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) from pg_index i
where i.indrelid = 'tasks'::regclass and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
"""

PROJECT = """
insert into projects (org_id, name, kind, state, dataset, dataset_version, answers, max_answers, models, lease_seconds)
values (%(org)s, %(name)s, 'text_choice', 'active', 'bench', 1, %(answers)s, %(answers)s, 'none', %(lease_seconds)s)
returning id
"""
PARTS = """
with classes as (
  insert into ontologies (org_id, project_id, version, classes)
  values (%(org)s, %(project)s, 1, to_jsonb(%(classes)s::text[]))
), words as (
  insert into guidelines (org_id, project_id, version, body)
  values (%(org)s, %(project)s, 1, 'Is the customer angry?')
), counts as (
  insert into progress (org_id, project_id, total) values (%(org)s, %(project)s, %(tasks)s)
)
insert into batches (org_id, project_id, name, state) values (%(org)s, %(project)s, 'all', 'in_progress') returning id
"""
TASKS = """
insert into tasks (org_id, project_id, batch_id, item_id, position, payload)
select %(org)s, %(project)s, %(batch)s, encode(sha256(convert_to(said, 'UTF8')), 'hex'), n,
       jsonb_build_object('kind', 'text', 'text', said, 'meta', '{}'::jsonb)
from generate_series(%(first)s::int, %(last)s::int) n cross join lateral (
  select format('Ticket %%s of desk %%s: it has been %%s days and nobody has called me back about my order.',
                n, %(project)s::bigint, n %% 97) as said
) t
"""


@dataclass(frozen=True)
class Size:
    """How much there is: `tasks` over `projects` of `organizations`, and `annotators` in all."""

    tasks: int
    annotators: int
    projects: int
    organizations: int


@dataclass(frozen=True)
class _Plan:
    org: Any
    project: int
    batch: int
    tasks: int


def load(home: Path, size: Size, say: Callable[[str], None]) -> float:
    """Make the database of `home` and fill it; returns the seconds that filling took. A loaded one is reused.

    Raises:
        SystemExit: the home was loaded with another size.
    """
    state = home / STATE
    if state.exists():
        found = json.loads(state.read_text())
        if found["size"] != asdict(size):
            raise SystemExit(f"{home} holds {found['size']}; ask for the same, or give another --keep")
        say(f"backlog of an earlier run in {home}")
        return float(found["load_seconds"])
    home.mkdir(parents=True, exist_ok=True)
    with start_postgres(home) as server:
        migrate(server.dsn)
        started = time.monotonic()
        _fill(server.dsn, home, size, say)
        seconds = time.monotonic() - started
    state.write_text(json.dumps({"size": asdict(size), "load_seconds": seconds}))
    return seconds


def shares(n: int) -> NDArray[np.float64]:
    """Return shares of a whole that follow Zipf's law, the largest first."""
    weights = 1 / np.arange(1, n + 1)
    out: NDArray[np.float64] = weights / weights.sum()
    return out


def _fill(dsn: str, home: Path, size: Size, say: Callable[[str], None]) -> None:
    seed, rng = os.urandom(16).hex(), np.random.default_rng(SEED)
    with _connection(dsn) as connection:
        plans = _projects(connection, size)
        # The projects that many people like are not those with the most tasks.
        liked = rng.permutation(shares(size.projects))
        place = rng.choice(size.projects, size.annotators, p=liked)
        say(f"{size.annotators:,} annotators ...")
        worker = write_annotators(connection, seed, [plans[i].org for i in place])
        project = np.array([plans[i].project for i in place])
        Crowd(seed, project, worker, {plan.project: plan.tasks * ANSWERS for plan in plans}).write(home)
        with _unhindered(connection, say):
            _tasks(dsn, plans, say)
        say("vacuum and analyze, as a database that has been up for some time ...")
        connection.execute("vacuum (freeze, analyze)")
        connection.execute("checkpoint")


def _connection(dsn: str) -> psycopg.Connection[Any]:
    connection = psycopg.connect(dsn, autocommit=True)
    connection.execute("set synchronous_commit = off; set maintenance_work_mem = '512MB'")
    return connection


@contextlib.contextmanager
def _unhindered(connection: psycopg.Connection[Any], say: Callable[[str], None]) -> Iterator[None]:
    """Take foreign keys and the indexes that can be made afterwards off the tasks; the schema's own triggers stay."""
    connection.execute("alter table tasks disable trigger all; alter table tasks enable trigger user")
    indexes = connection.execute(SECONDARY).fetchall()
    for name, _ in indexes:
        connection.execute(cast(Any, f"drop index {name}"))
    yield
    say(f"{len(indexes)} indexes ...")
    for _, definition in indexes:
        connection.execute(definition)
    connection.execute("alter table tasks enable trigger all")


def _projects(connection: psycopg.Connection[Any], size: Size) -> list[_Plan]:
    orgs = [new_uuid() for _ in range(size.organizations)]
    for n, org in enumerate(orgs, 1):
        connection.execute(
            "insert into organizations (id, slug, name) values (%s, %s, %s)",
            (org, f"crowd-{n}", f"Crowd {n}"),
        )
    counts = np.floor(shares(size.projects) * size.tasks).astype(int)
    counts[0] += size.tasks - counts.sum()
    plans = []
    for n, tasks in enumerate(counts.tolist()):
        given = {"org": orgs[n % len(orgs)], "name": f"desk-{n + 1}", "tasks": tasks, "answers": ANSWERS}
        given |= {"classes": list(CLASSES), "lease_seconds": LEASE_SECONDS}
        given["project"] = _value(connection, PROJECT, given)
        plans.append(_Plan(given["org"], given["project"], _value(connection, PARTS, given), tasks))
    return plans


def _value(connection: psycopg.Connection[Any], statement: str, given: dict[str, Any]) -> int:
    row = connection.execute(cast(Any, statement), given).fetchone()
    assert row is not None
    return int(row[0])


def _tasks(dsn: str, plans: list[_Plan], say: Callable[[str], None]) -> None:
    """Write the tasks over two connections, each a project at a time."""
    total, started, done = sum(plan.tasks for plan in plans), time.monotonic(), 0

    def wrote(tasks: int) -> None:
        nonlocal done
        before, done = done, done + tasks
        if before * 10 // total < done * 10 // total:
            say(f"{done:,} of {total:,} tasks, {time.monotonic() - started:.0f} s")

    with ThreadPoolExecutor(2) as pool:
        for written in [pool.submit(_tasks_of, dsn, plan, wrote) for plan in plans]:
            written.result()


def _tasks_of(dsn: str, plan: _Plan, wrote: Callable[[int], None]) -> None:
    with _connection(dsn) as connection:
        for first in range(0, plan.tasks, CHUNK):
            last = min(first + CHUNK, plan.tasks) - 1
            connection.execute(TASKS, {**asdict(plan), "first": first, "last": last})
            wrote(last - first + 1)
