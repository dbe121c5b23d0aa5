"""What the statements that people wait for cost, in pages of PostgreSQL: few, and no more in a large project.

Buffers are counted, not time, so a busy machine cannot make these tests fail.
"""

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from groundswell.label.learning.conclude import WINDOW
from groundswell.label.learning.workshop import SQL as LEARNING
from groundswell.label.projects.service import SQL as PROJECTS
from groundswell.label.work.service import SQL as WORK

TASKS = 100_000
WORKERS = 2_000
OLD_HAND = 1
"""A worker with an answer to every tenth task: the history that a bad plan would read."""

LIMIT = 32
"""Pages that leasing a task may touch: 29 were measured here, 31 with two million tasks."""

SQL = {**PROJECTS, **WORK, **LEARNING}
ORG = "00000000-0000-0000-0000-000000000001"

LOAD = f"""
insert into organizations (id, slug, name) values ('{ORG}', 'large', 'Large');
insert into workers (org_id, name, origin)
  select '{ORG}', 'worker ' || n, 'program' from generate_series(1, %(workers)s) n;
insert into projects (org_id, name, kind, state, dataset, dataset_version, answers, max_answers)
  select '{ORG}', 'project ' || n, 'text_choice', 'active', 'texts', 1, 3, 7 from generate_series(1, 2) n;
insert into ontologies (org_id, project_id, version, classes) select '{ORG}', id, 1, '["a", "b"]' from projects;
insert into guidelines (org_id, project_id, version, body) select '{ORG}', id, 1, '' from projects;
insert into progress (org_id, project_id, total) select '{ORG}', id, %(tasks)s from projects;
insert into tasks (org_id, project_id, item_id, position, asked, payload)
  select '{ORG}', p, 'item' || n, n, 3, '{{"kind": "text", "text": "a text to label", "meta": {{}}}}'
  from generate_series(1, 2) p, generate_series(1, %(tasks)s / 2) n;
insert into annotations (org_id, project_id, task_id, worker_id, answer, active_ms, ontology_version,
                         guideline_version, idempotency_key)
  select '{ORG}', project_id, id, case when id %% 10 = 0 then {OLD_HAND} else 2 + id %% (%(workers)s - 2) end,
         '{{"choice": "a"}}', 900, 1, 1, gen_random_uuid()
  from tasks;
insert into predictions (org_id, task_id, model_version, answer, probability)
  select '{ORG}', id, 1, '{{"choice": "a"}}', 0.9 from tasks;
insert into leases (org_id, task_id, worker_id, project_id, priority, seq, slot, expires_at)
  select '{ORG}', id, 2 + id %% 1000, project_id, 0, id, 1, now() + interval '10 minutes'
  from tasks where id > %(tasks)s - 20000;
insert into ended_leases (org_id, project_id, task_id, worker_id, reason, leased_at, skipped)
  select '{ORG}', project_id, id, 2 + id %% 1000, '', now(), id %% 2 = 0 from tasks where id <= 20000;
insert into worker_progress (org_id, worker_id, project_id, annotations)
  select '{ORG}', w.id, p.id, 1 from workers w, projects p;
insert into ready (org_id, project_id, priority, seq, slot, task_id)
  select '{ORG}', project_id, 0, row_number() over (partition by project_id order by id), 1, id
  from tasks where position <= {WINDOW};
analyze;
"""


class Hot:
    """A connection that works as the service does and counts what a statement reads."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def lease(self) -> tuple[int, int, int]:
        """Return task, worker and project of some open lease."""
        return self.connection.execute("select task_id, worker_id, project_id from leases limit 1").fetchone()

    def buffers(self, name: str, **params: Any) -> int:
        """Return the pages that a named query touches with these parameters; what it does is undone."""
        names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", SQL[name].sql.decode())))
        numbered = re.sub(r"%\((\w+)\)s", lambda m: f"${names.index(m[1]) + 1}", SQL[name].sql.decode())
        values = psycopg.sql.SQL(", ").join(psycopg.sql.Literal(params[each]) for each in names)
        with self.connection.transaction(force_rollback=True):
            self.connection.execute("set local role groundswell_app")
            self.connection.execute(f"set local groundswell.org_id = '{ORG}'")
            self.connection.execute("deallocate all")  # of a test that failed
            self.connection.execute(f"prepare hot as {numbered.rstrip().rstrip(';')}")
            explain = psycopg.sql.SQL("explain (analyze, buffers, format json) execute hot({})").format(
                values
            )
            for _ in range(2):  # the first one pays for pages that the planner reads
                with self.connection.transaction(force_rollback=True):
                    plan = self.connection.execute(explain).fetchone()[0]
        top = (plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]
        return top["Shared Hit Blocks"] + top["Shared Read Blocks"]


@pytest.fixture(scope="module", params=["force_generic_plan", "force_custom_plan"])
def hot(request: pytest.FixtureRequest, large: str) -> Iterator[Hot]:
    """Both ways in which PostgreSQL may plan a prepared statement."""
    with psycopg.connect(large, autocommit=True) as connection:
        connection.execute(f"set plan_cache_mode = {request.param}")
        yield Hot(connection)


@pytest.fixture(scope="module")
def large(server: Any, migrated_template: str) -> str:
    """A database with two large projects in full swing."""
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("drop database if exists large")
        connection.execute(f"create database large template {migrated_template}")
    dsn = psycopg.conninfo.make_conninfo(server.dsn, dbname="large")
    with psycopg.connect(dsn) as connection:
        psycopg.ClientCursor(connection).execute(LOAD, {"tasks": TASKS, "workers": WORKERS})
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("vacuum analyze")
    return dsn


def lease(hot: Hot, worker: int, want: int = 1) -> int:
    return hot.buffers("lease", org_id=ORG, project_id=1, worker_id=worker, want=want, lease_seconds=900)


def test_leasing_costs_the_same_for_a_newcomer_and_for_one_with_a_long_history(hot: Hot) -> None:
    assert lease(hot, WORKERS) <= LIMIT
    assert lease(hot, OLD_HAND) <= LIMIT, "a worker's history must not be read; see OFFSET 0 in the query"
    assert lease(hot, OLD_HAND, want=8) <= 8 * LIMIT


def test_what_a_worker_holds_is_found_by_the_worker(hot: Hot) -> None:
    assert hot.buffers("open_leases", project_id=1, worker_id=WORKERS, want=8, holding=[]) <= LIMIT


def test_submitting_touches_only_the_task_and_its_worker(hot: Hot) -> None:
    task, worker, project = hot.lease()
    answer = {
        "task_ids": [task],
        "answers": ['{"choice": "a"}'],
        "active_ms": [900],
        "proposals_seen": [True],
    }
    who = {"project_id": project, "worker_id": worker, "keys": [uuid.uuid4()]}
    assert hot.buffers("submit", **answer, **who) <= 2 * LIMIT  # it writes three rows and their nine indexes


def test_repeating_a_submit_finds_its_receipt_by_the_key(hot: Hot) -> None:
    keys = hot.connection.execute(
        f"select idempotency_key from annotations where worker_id = {OLD_HAND} limit 1"
    ).fetchone()
    assert hot.buffers("receipts", project_id=1, worker_id=OLD_HAND, keys=list(keys)) <= LIMIT


def test_skipping_touches_only_the_task_and_its_worker(hot: Hot) -> None:
    task, worker, project = hot.lease()
    given = {"project_id": project, "worker_id": worker, "task_ids": [task], "reasons": [""]}
    assert hot.buffers("skip", **given) <= 2 * LIMIT


@pytest.mark.parametrize("name", ["project", "progress"])
def test_what_every_round_of_work_reads_beside_is_cheap(hot: Hot, name: str) -> None:
    assert hot.buffers(name, project_id=1, worker_id=OLD_HAND) <= LIMIT / 2


def test_opening_slots_reads_the_planned_tasks_and_no_others(hot: Hot) -> None:
    tasks = [row[0] for row in hot.connection.execute("select id from tasks where project_id = 1 limit 10")]
    assert hot.buffers("fill_ready", task_ids=tasks, numbers=[9] * 10) <= 10 * 2 * LIMIT


def test_who_has_met_every_open_slot_reads_no_more_than_the_window(hot: Hot) -> None:
    """The worst case, of a small team: bounded by the window, whatever the size of the project."""
    with hot.connection.transaction(force_rollback=True):
        hot.connection.execute(
            f"update annotations set worker_id = {OLD_HAND} "
            "where project_id = 1 and task_id in (select task_id from ready)"
        )
        assert lease(hot, OLD_HAND) <= 10 * WINDOW
