"""Scale AI's API over our service: `python -m bench.scale_api [--create 6000] [--tasks 1000000] [--home DIR]`.

Creating: the official client (`scaleapi`) in a process of its own, with 16 threads, asks for texts to be categorized,
each call on a connection of its own as that client does. Beside it the same requests by a client that keeps its
connections, which shows what the official client itself costs. Listing: pages of 100 tasks with their responses, of a
million, from the first page on, for each of several filters. Service and database are on the same machine. With
`--home` the tasks stay there and are used again.

The last line is JSON: routes of each version that the acceptance tests cover, tasks created a second, and the greatest
p95 of a page in milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import psycopg

from groundswell.app import App, local_member, open_app
from groundswell.http.serve import address_of, bind, serving
from groundswell.settings import Settings
from groundswell.tenancy.model import Member
from groundswell.tenancy.service import create_api_key

THREADS = 16
COVERAGE = Path(__file__).parent.parent / "docs" / "reference" / "scale-coverage.json"
ASKED = {"attachment_type": "text", "categories": ["praise", "complaint"], "instruction": "Which is it?"}

LOAD = """
set work_mem = '256MB';
insert into projects (org_id, name, kind, state, dataset, dataset_version, answers, max_answers)
  select %(org)s, 'large ' || n, 'text_choice', 'paused', 'texts', 1, 1, 1 from generate_series(0, 9) n;
insert into ontologies (org_id, project_id, version, classes) select %(org)s, id, 1, '["a", "b", "c"]' from projects;
insert into guidelines (org_id, project_id, version, body) select %(org)s, id, 1, '' from projects;
insert into batches (org_id, project_id, name) select %(org)s, id, 'all' from projects;
insert into commission_projects (org_id, name, type, history)
  select %(org)s, 'large ' || n, 'categorization', '[{"version": 1}]' from generate_series(0, 9) n;
insert into commission_batches (org_id, commission_project_id, name, state)
  select %(org)s, p.id, p.name || ' batch ' || n, 'in_progress' from commission_projects p, generate_series(0, 9) n;
insert into tasks (org_id, project_id, batch_id, item_id, position, state, completed_at, payload, commissioned)
  select %(org)s, p.id, b.id, encode(sha256(n::text::bytea), 'hex'), n,
         case when n %% 5 < 3 then 'completed' else 'pending' end, case when n %% 5 < 3 then now() end,
         jsonb_build_object('kind', 'text', 'text', 'A text of ordinary length that somebody was asked to label, '
                            'the one of number ' || n, 'media_type', 'text/plain', 'meta', '{}'::jsonb), true
  from generate_series(0, %(tasks)s - 1) n
  join (select *, row_number() over (order by id) - 1 as nth from projects) p on p.nth = n %% 10
  join batches b on b.project_id = p.id;
insert into consensus (org_id, task_id, project_id, answer, probability, annotations, source)
  select %(org)s, id, project_id, jsonb_build_object('choice', chr(97 + position %% 3)), 0.9, 1, 'people'
  from tasks where state = 'completed';
insert into commissions (org_id, public_id, type, state, commission_project_id, commission_batch_id, project_id,
                         task_id, params, instruction, metadata, tags, unique_id, created_at, completed_at)
  select %(org)s, lpad(to_hex(t.id), 24, '0'), 'categorization', t.state, c.id, b.id, t.project_id, t.id,
         jsonb_build_object('attachment_type', 'text', 'attachment', t.payload ->> 'text',
                            'categories', '["a", "b", "c"]'::jsonb),
         'Which is it?', jsonb_build_object('row', t.position),
         case when t.position %% 10 = 0 then array['tenth'] else '{}' end, 'u' || t.position,
         now() - (%(tasks)s - t.position) * interval '1 second', t.completed_at
  from tasks t join projects p on p.id = t.project_id join commission_projects c on c.name = p.name
  join lateral (select id from commission_batches where commission_project_id = c.id
                order by id offset (t.position / 10) %% 10 limit 1) b on true
  order by t.position;
"""

LISTS = {
    "all": {},
    "completed": {"status": "completed"},
    "project": {"project": "large 2"},
    "project, completed": {"project": "large 2", "status": "completed"},
    "batch": {"batch": "large 2 batch 7"},
    "type": {"type": "categorization"},
    "tag": {"tags": "tenth"},
    "one name": {"unique_id": "u777"},
    "of an hour": {"start_time": "{hour_ago}", "end_time": "{now}"},
    "short": {"limited_response": "True"},
}


def create_with_official(url: str, key: str, number: int) -> float:
    """Return how many tasks a second the official client creates."""
    from scaleapi import ScaleClient
    from scaleapi.tasks import TaskType

    client = ScaleClient(key, api_instance_url=f"{url}/v1")

    def create(n: int) -> None:
        task = client.create_task(
            TaskType.Categorization, project="bench", attachment=f"official {n}", **ASKED
        )
        assert task.status == "pending"

    return _per_second(create, number)


def create_with_kept_connections(url: str, key: str, number: int) -> float:
    """Return how many a second come from a client that keeps its connections."""
    with httpx.Client(auth=(key, ""), trust_env=False, timeout=60) as http:

        def create(n: int) -> None:
            body = {**ASKED, "project": "bench", "attachment": f"kept {n}"}
            http.post(f"{url}/v1/task/categorization", json=body).raise_for_status()

        return _per_second(create, number)


def _per_second(create: Callable[[int], None], number: int) -> float:
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(create, range(-200, 0)))
        started = time.perf_counter()
        list(pool.map(create, range(number)))
        return number / (time.perf_counter() - started)


def pages(url: str, key: str, query: dict[str, str], most: int) -> list[float]:
    """Return what each page of a list took, in milliseconds, from its beginning."""
    taken = []
    hour_ago = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - 3600))
    given = {name: text.format(hour_ago=hour_ago, now="2100-01-01") for name, text in query.items()}
    with httpx.Client(auth=(key, ""), trust_env=False, timeout=60) as http:
        token: str | None = ""
        while token is not None and len(taken) < most:
            params = {**given, "limit": "100", **({"next_token": token} if token else {})}
            started = time.perf_counter()
            page = http.get(f"{url}/v1/tasks", params=params).raise_for_status().json()
            taken.append((time.perf_counter() - started) * 1000)
            token = page.get("next_token")
    return taken


async def _client(task: str, url: str, key: str, number: int) -> float:
    """Run a client in a process of its own and return its figure."""
    command = [sys.executable, "-m", "bench.scale_api", "--client", task, url, key, "--create", str(number)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    if process.returncode:
        raise SystemExit(f"the client {task} failed")
    return float(out.decode().strip().splitlines()[-1])


@contextlib.asynccontextmanager
async def _served(app: App) -> Iterator[str]:  # type: ignore[misc]
    listener = bind("127.0.0.1", 0)
    async with serving(app, listener):
        yield address_of(listener)


async def run(home: Path, create: int, tasks: int) -> dict[str, float]:
    """Load the tasks, serve them, create more and list them."""
    async with open_app(Settings(home=home)) as app:
        member = await local_member(app)
        key = await create_api_key(app.db, member.scope(), "bench")
        await asyncio.to_thread(load, app, member, tasks)
        async with _served(app) as url:
            body = {"name": "bench", "type": "categorization"}
            async with httpx.AsyncClient(trust_env=False, auth=(key, "")) as http:
                made = await http.post(f"{url}/v1/projects", json=body)
                assert made.status_code in (200, 409), made.text  # 409: it is there from a run before
            official = await _client("official", url, key, create)
            print(f"official client, {THREADS} threads      {official:7.0f} tasks/s", flush=True)
            kept = await _client("kept", url, key, create)
            print(f"kept connections, {THREADS} threads     {kept:7.0f} tasks/s", flush=True)
            worst = 0.0
            for name, query in LISTS.items():
                taken = await asyncio.to_thread(pages, url, key, query, 60)
                p50, p95 = np.percentile(taken, [50, 95]).tolist()
                worst = max(worst, p95)
                print(f"{name:24} p50 {p50:6.1f} ms  p95 {p95:6.1f} ms  {len(taken)} pages", flush=True)
    return {"create_per_s": round(official), "create_kept_per_s": round(kept), "list_p95_ms": round(worst, 1)}


def load(app: App, member: Member, tasks: int) -> None:
    """Write the tasks straight into the database, if they are not there."""
    with psycopg.connect(app.db.dsn) as connection:
        if not connection.execute("select exists (select from commissions)").fetchone()[0]:  # type: ignore[index]
            started = time.perf_counter()
            psycopg.ClientCursor(connection).execute(LOAD, {"org": member.org_id, "tasks": tasks})
            print(f"loaded {tasks:,} tasks in {time.perf_counter() - started:.0f} s", flush=True)
    with psycopg.connect(app.db.dsn, autocommit=True) as connection:
        connection.execute("vacuum analyze")


def main() -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--create", type=int, default=6_000)
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--client", nargs=3, metavar=("WHICH", "URL", "KEY"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.client:
        which, url, key = given.client
        create = create_with_official if which == "official" else create_with_kept_connections
        print(create(url, key, given.create))
        return
    with tempfile.TemporaryDirectory() as temporary:
        found = asyncio.run(run(given.home or Path(temporary), given.create, given.tasks))
    routes = json.loads(COVERAGE.read_text())["covered"] if COVERAGE.exists() else {}
    print(json.dumps({"routes_v1": routes.get("v1", 0), "routes_v2": routes.get("v2", 0), **found}))


if __name__ == "__main__":
    main()
