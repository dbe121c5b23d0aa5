"""Pages of task lists: `python -m bench.lists [--tasks 1000000] [--pages 40] [--home DIR]`.

One project of a million tasks in 20 batches, 60 % of them labelled, five classes of which one is rare, 5 % reviewed,
200,000 answers of 2,000 workers. Each filter and order is read through HTTP with an API key, from the first page on:
50 tasks a page, each cursor as the page before gave it. With `--home` the project stays there and is used again.

The last line is JSON: of each list p50 and p95 in milliseconds and the processor time of a page, in which client,
service and database share; and the greatest p95. Where others use the machine, processor time is the fairer figure.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import psycopg
from psycopg import sql

from groundswell.app import App, local_member, open_app
from groundswell.http.serve import address_of, bind, serving
from groundswell.settings import Settings
from groundswell.store.processes import processes_in
from groundswell.tenancy.model import Member
from groundswell.tenancy.service import create_api_key

LOAD = """
set work_mem = '256MB';
insert into workers (org_id, name, origin) select %(org)s, 'worker ' || n, 'program' from generate_series(1, 2000) n;
insert into projects (org_id, name, kind, state, dataset, dataset_version, answers, max_answers)
  values (%(org)s, 'large', 'text_choice', 'paused', 'texts', 1, 1, 1);
insert into ontologies (org_id, project_id, version, classes)
  select %(org)s, id, 1, '["a", "b", "c", "d", "rare"]' from projects;
insert into guidelines (org_id, project_id, version, body) select %(org)s, id, 1, '' from projects;
insert into progress (org_id, project_id, total) select %(org)s, id, %(tasks)s from projects;
insert into batches (org_id, project_id, name)
  select %(org)s, id, 'batch ' || n from projects, generate_series(1, 20) n;
insert into tasks (org_id, project_id, batch_id, item_id, position, state, completed_at, payload)
  select %(org)s, p.id, 1 + n / (%(tasks)s / 20), encode(sha256(n::text::bytea), 'hex'), n,
         case when n %% 5 < 3 then 'completed' when n %% 1000 = 999 then 'error' else 'pending' end,
         case when n %% 5 < 3 then now() - (hashint4(n)::bigint %% 10000000) * interval '1 second' end,
         jsonb_build_object('kind', 'text', 'text', 'A text of ordinary length that somebody was asked to label, '
                            'the one of number ' || n, 'meta', '{}'::jsonb)
  from projects p, generate_series(0, %(tasks)s - 1) n;
insert into consensus (org_id, task_id, project_id, answer, probability, annotations, source)
  select %(org)s, id, project_id,
         jsonb_build_object('choice', case when position %% 10000 = 7 then 'rare'
                                           else chr(97 + (hashint4(position) & 3)) end),
         0.5 + (hashint4(position + 1) & 1023) / 2048.0, 1, 'people'
  from tasks where position %% 5 < 3;
insert into reviews (org_id, project_id, task_id, reviewer, answer)
  select %(org)s, project_id, id, 'an expert', '{"choice": "a"}' from tasks where position %% 20 = 0;
insert into annotations (org_id, project_id, task_id, worker_id, answer, active_ms, ontology_version,
                         guideline_version, idempotency_key)
  select %(org)s, project_id, id, case when position %% 15 = 0 then 1 else 2 + position %% 1999 end,
         '{"choice": "a"}', 900, 1, 1, gen_random_uuid()
  from tasks where position %% 5 = 0;
insert into worker_progress (org_id, worker_id, project_id, annotations)
  select org_id, worker_id, project_id, count(*) from annotations group by 1, 2, 3;
"""

LISTS = {
    "all": "",
    "pending": "state=pending",
    "error": "state=error",
    "batch": "batch=7",
    "batch, completed": "batch=7&state=completed",
    "by probability": "sort=probability",
    "label, by probability": "label=b&sort=probability",
    "pending, by probability": "state=pending&sort=probability",
    "newest": "sort=completed",
    "label, newest": "label=c&sort=completed",
    "label": "label=a",
    "rare label": "label=rare",
    "no such label": "label=none",
    "probability range": "min_probability=0.7&max_probability=0.72",
    "narrow range": "min_probability=0.7&max_probability=0.7003",
    "reviewed": "reviewed=true",
    "not reviewed, rare label": "reviewed=false&label=rare",
    "worker": "worker=77",
    "busy worker": "worker=1",
    "busy worker, newest": "worker=1&sort=completed",
    "worst: busy worker, error": "worker=1&state=error&sort=probability",
}


@dataclass(frozen=True)
class Timing:
    """What the pages of one list took, in milliseconds, and how many tasks they had in all."""

    p50_ms: float
    p95_ms: float
    cpu_ms: float
    pages: int
    tasks: int


def measure(url: str, key: str, query: str, pages: int, cpu_seconds: Callable[[], float]) -> Timing:
    """Read a list from its beginning, `pages` pages or to its end, three times over."""
    taken, tasks, spent = [], 0, cpu_seconds()
    with httpx.Client(headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=60) as http:
        for _ in range(3):
            cursor: str | None = ""
            for _ in range(pages):
                given = "&".join(part for part in (query, f"cursor={cursor}" if cursor else "") if part)
                started = time.perf_counter()
                response = http.get(f"{url}?{given}")
                taken.append((time.perf_counter() - started) * 1000)
                page = response.raise_for_status().json()
                tasks, cursor = tasks + len(page["items"]), page["next_cursor"]
                if cursor is None:
                    break
    p50, p95 = np.percentile(taken, [50, 95]).tolist()
    return Timing(p50, p95, (cpu_seconds() - spent) / len(taken) * 1000, len(taken), tasks)


def cpu_of(home: Path) -> Callable[[], float]:
    """Return what tells the processor seconds that this process and its database have used."""

    def seconds() -> float:
        total = time.process_time()
        for pid in processes_in(home / "postgres"):
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return total

    return seconds


async def run(home: Path, tasks: int, pages: int) -> dict[str, Timing]:
    """Load the project, serve it and read every list."""
    async with open_app(Settings(home=home)) as app:
        member, started = await local_member(app), time.perf_counter()
        async with app.db.system_transaction() as tx:
            loaded = await tx.fetch_value(sql.SQL("select exists (select from projects)"))
        if not loaded:
            load(app, member, tasks)
            print(f"loaded {tasks:,} tasks in {time.perf_counter() - started:.0f} s", flush=True)
        key = await create_api_key(app.db, member.scope(), "bench")
        listener = bind("127.0.0.1", 0)
        found = {}
        async with serving(app, listener, in_process=True):
            url = f"{address_of(listener)}/api/v1/projects/1/tasks"
            for name, query in LISTS.items():
                found[name] = await asyncio.to_thread(measure, url, key, query, pages, cpu_of(home))
                one = found[name]
                times = f"p50 {one.p50_ms:6.1f} ms  p95 {one.p95_ms:6.1f} ms  cpu {one.cpu_ms:6.1f} ms"
                print(f"{name:28} {times}  {one.pages} pages, {one.tasks:,} tasks", flush=True)
    return found


def load(app: App, member: Member, tasks: int) -> None:
    """Write the project straight into the database."""
    with psycopg.connect(app.db.dsn) as connection:
        psycopg.ClientCursor(connection).execute(LOAD, {"org": member.org_id, "tasks": tasks})
    with psycopg.connect(app.db.dsn, autocommit=True) as connection:
        connection.execute("vacuum analyze")


def main() -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--home", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        found = asyncio.run(run(given.home or Path(temporary), given.tasks, given.pages))
    shown = ("p50_ms", "p95_ms", "cpu_ms")
    lists = {name: {key: round(getattr(one, key), 1) for key in shown} for name, one in found.items()}
    worst = max(timing.p95_ms for timing in found.values())
    print(json.dumps({"tasks": given.tasks, "lists": lists, "greatest_p95_ms": round(worst, 1)}))


if __name__ == "__main__":
    main()
