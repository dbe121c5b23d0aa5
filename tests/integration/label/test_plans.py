"""What the statements that people wait for cost, in pages of PostgreSQL: few, and no more in a large project.

Buffers are counted, not time, so a busy machine cannot make these tests fail.
"""

import json
import re
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pytest

from groundswell.label.learning.conclude import WINDOW
from groundswell.label.learning.workshop import SQL as LEARNING
from groundswell.label.projects.service import SQL as PROJECTS
from groundswell.label.work.service import SQL as WORK
from groundswell.store.database import PLANNED_ONCE

TASKS = 100_000
WORKERS = 2_000
OLD_HAND = 1
"""A worker with an answer to every tenth task: the history that a bad plan would read."""

LIMIT = 30
"""Pages that a lease may touch where many are made together, as in a service in full swing: 26 were measured here."""

TOGETHER = 20
"""Workers who come at the same time."""

SQL = {**PROJECTS, **WORK, **LEARNING}
ORG = "00000000-0000-0000-0000-000000000001"

SETTLING = [
    *("take_unsettled", "tasks_to_settle", "votes_to_settle", "settle_tasks", "save_consensus", "fill_ready"),
    *("finish_batches", "finish_project"),
]

LOAD = f"""
insert into organizations (id, slug, name) values ('{ORG}', 'large', 'Large');
insert into workers (org_id, name, origin)
  select '{ORG}', 'worker ' || n, 'program' from generate_series(1, %(workers)s) n;
insert into projects (org_id, name, kind, state, dataset, dataset_version, answers, max_answers)
  select '{ORG}', 'project ' || n, 'text_choice', 'active', 'texts', 1, 3, 7 from generate_series(1, 2) n;
insert into batches (org_id, project_id, name, frontier) select '{ORG}', id, 'all', {WINDOW} + 1 from projects;
insert into ontologies (org_id, project_id, version, classes) select '{ORG}', id, 1, '["a", "b"]' from projects;
insert into guidelines (org_id, project_id, version, body) select '{ORG}', id, 1, '' from projects;
insert into progress (org_id, project_id, total) select '{ORG}', id, %(tasks)s from projects;
insert into tasks (org_id, project_id, batch_id, item_id, position, payload, gold)
  select '{ORG}', b.project_id, b.id, 'item' || n, n, '{{"kind": "text", "text": "a text to label", "meta": {{}}}}',
         case when n %% 1000 = 0 then 'a' end
  from batches b, generate_series(1, %(tasks)s / 2) n;
insert into annotations (org_id, project_id, task_id, worker_id, answer, active_ms, ontology_version,
                         guideline_version, idempotency_key)
  select '{ORG}', project_id, id, case when id %% 10 = 0 then {OLD_HAND} else 2 + id %% (%(workers)s - 2) end,
         '{{"choice": "a"}}', 900, 1, 1, gen_random_uuid()
  from tasks;
insert into predictions (org_id, task_id, model_version, answer, probability)
  select '{ORG}', id, 1, '{{"choice": "a"}}', 0.9 from tasks;
insert into leases (org_id, task_id, worker_id, project_id, batch_id, priority, expires_at)
  select '{ORG}', id, 2 + id %% 1000, project_id, batch_id, 0, now() + interval '10 minutes'
  from tasks where id > %(tasks)s - 20000;
insert into ended_leases (org_id, project_id, task_id, worker_id, reason, leased_at, skipped)
  select '{ORG}', project_id, id, 2 + id %% 1000, '', now(), id %% 2 = 0 from tasks where id <= 20000;
insert into worker_progress (org_id, worker_id, project_id, annotations)
  select '{ORG}', w.id, p.id, 1 from workers w, projects p;
insert into skills (org_id, worker_id, project_id, skill, standard_error, annotations)
  select '{ORG}', w.id, p.id, 0.8, 0.1, 50 from workers w, projects p;
insert into evidence (org_id, worker_id, project_id, source, total, correct)
  select '{ORG}', w.id, p.id, s, 10, 8 from workers w, projects p, unnest(array['gold', 'consensus']) s;
insert into consensus (org_id, task_id, project_id, answer, probability, annotations, source)
  select '{ORG}', id, project_id, '{{"choice": "a"}}', 0.8, 1, 'people' from tasks;
insert into ready (org_id, project_id, priority, task_id, batch_id)
  select '{ORG}', project_id, 0, id, batch_id from tasks, generate_series(1, 2) n
  where position <= {WINDOW} order by n, position;
insert into unsettled (org_id, project_id, task_id, worker_id, answered)
  select '{ORG}', project_id, task_id, worker_id, true from annotations where task_id <= 2000;
"""


class Hot:
    """A connection that works as the service does and counts what a statement reads."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self._prepared: set[str] = set()

    def plan(self, name: str) -> list[str]:
        """Prepare a named query and have it planned, unless it is; returns the names of its parameters."""
        names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", SQL[name].sql.decode())))
        if name not in self._prepared:
            numbered = re.sub(r"%\((\w+)\)s", lambda m: f"${names.index(m[1]) + 1}", SQL[name].sql.decode())
            self.connection.execute(f"prepare {name} as {numbered.rstrip().rstrip(';')}")
            self.connection.execute(
                f"explain execute {name}" + f"({', '.join(['null'] * len(names))})" * bool(names)
            )
            self._prepared.add(name)
        return names

    def buffers(self, name: str, **params: Any) -> int:
        """Return the pages that a named query touches with these parameters; what it does is undone."""
        with self.connection.transaction(force_rollback=True):
            self.connection.execute("set local role groundswell_app")
            self.connection.execute(f"set local groundswell.org_id = '{ORG}'")
            values = psycopg.sql.SQL(", ").join(psycopg.sql.Literal(params[each]) for each in self.plan(name))
            explain = psycopg.sql.SQL("explain (analyze, buffers, format json) execute {}({})").format(
                psycopg.sql.Identifier(name), values
            )
            for _ in range(2):  # the first one pays for pages that the planner reads
                with self.connection.transaction(force_rollback=True):
                    plan = self.connection.execute(explain).fetchone()[0]
        return _pages((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"])


def _pages(top: dict[str, Any]) -> int:
    """Return the pages of a plan with those of its writing parts: what nothing reads runs after the top has ended.

    Checks of foreign keys are not among them.
    """
    nodes = list(_nodes(top))
    read = {f"CTE {node['CTE Name']}" for node in nodes if "CTE Name" in node}
    parts = [node for node in nodes if node.get("Subplan Name", "").startswith("CTE ")]
    after = [part for part in parts if part["Subplan Name"] not in read]
    return sum(node["Shared Hit Blocks"] + node["Shared Read Blocks"] for node in [top, *after])


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


@pytest.fixture(scope="module")
def unswept(server: Any) -> Iterator[None]:
    """Keep PostgreSQL's own upkeep away: where it comes by, a page more is touched, and tables are planned anew."""
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("alter system set autovacuum = off")
        connection.execute("select pg_reload_conf()")
        yield
        connection.execute("alter system reset autovacuum")
        connection.execute("select pg_reload_conf()")


@pytest.fixture(scope="module", params=["as the service plans", "planned each time", "planned while empty"])
def hot(request: pytest.FixtureRequest, server: Any, migrated_template: str, unswept: None) -> Iterator[Hot]:
    """Connections with each way of planning to a database with two large projects in full swing."""
    dsn = _new_database(server, migrated_template)
    young = request.param == "planned while empty"
    if not young:
        _fill(dsn, analyze=True)
    with psycopg.connect(dsn, autocommit=True) as connection:
        for name, value in PLANNED_ONCE.items() if request.param != "planned each time" else ():
            connection.execute(f"set {name} = {value}")
        hot = Hot(connection)
        if young:  # as in a service that was started before there was anything
            for name in [*WORK, *SETTLING]:
                hot.plan(name)
            _fill(dsn, analyze=False)
        yield hot


def _new_database(server: Any, template: str) -> str:
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("drop database if exists large")
        connection.execute(f"create database large template {template}")
    return psycopg.conninfo.make_conninfo(server.dsn, dbname="large")


def _fill(dsn: str, *, analyze: bool) -> None:
    with psycopg.connect(dsn) as connection:
        psycopg.ClientCursor(connection).execute(LOAD, {"tasks": TASKS, "workers": WORKERS})
    if analyze:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("vacuum analyze")


NEWCOMERS = range(WORKERS - TOGETHER, WORKERS)


def lease(hot: Hot, workers: Sequence[int], want: int = 1) -> float:
    """Return the pages for each lease of workers who come together."""
    who = {"worker_ids": list(workers), "project_ids": [1 + n % 2 for n in range(len(workers))]}
    return hot.buffers("lease", wants=[want] * len(workers), **who) / (want * len(workers))


def beyond(hot: Hot, worker: int, seq: int = -1) -> int:
    place = {"priority": 0, "seq": seq}
    return hot.buffers("lease_beyond", worker_id=worker, project_id=1, hidden_batches=[], want=1, **place)


@pytest.mark.parametrize("want", [1, 4])
def test_leasing_costs_the_same_for_newcomers_and_for_those_with_a_long_history(hot: Hot, want: int) -> None:
    assert lease(hot, NEWCOMERS, want) < LIMIT
    assert lease(hot, [OLD_HAND, *NEWCOMERS], want) < LIMIT, (
        "no history may be read; see OFFSET 0 in the query"
    )


def test_one_who_comes_alone_pays_what_the_plan_costs_and_no_more(hot: Hot) -> None:
    assert lease(hot, [WORKERS]) <= 1.2 * LIMIT
    assert lease(hot, [OLD_HAND]) <= 1.2 * LIMIT


def test_looking_beyond_costs_no_more_for_one_with_a_long_history(hot: Hot) -> None:
    assert beyond(hot, WORKERS) < 2 * LIMIT
    assert beyond(hot, OLD_HAND) < 2 * LIMIT


def test_of_a_small_team_one_who_goes_on_from_his_place_reads_nothing_before_it(hot: Hot) -> None:
    """Three people who each are to answer everything: the open slots are full of what each has met."""
    with hot.connection.transaction(force_rollback=True):
        hot.connection.execute(
            f"update annotations set worker_id = {OLD_HAND} "
            "where project_id = 1 and task_id in (select task_id from ready order by seq limit 1000)"
        )
        met = "select max(seq) from ready r join annotations a using (task_id) "
        met += f"where r.project_id = 1 and a.worker_id = {OLD_HAND} and r.seq < (select max(seq) from ready) - 10"
        place = hot.connection.execute(met).fetchone()[0]
        assert beyond(hot, OLD_HAND, place) < 3 * LIMIT
        assert beyond(hot, OLD_HAND) < 10 * WINDOW, "once a minute, and at most what is open"


def test_being_given_a_test_touches_its_task_and_its_worker_only(hot: Hot) -> None:
    gold = [row[0] for row in hot.connection.execute("select id from tasks where gold is not null limit 20")]
    assert hot.buffers("lease_gold", worker_ids=list(NEWCOMERS), task_ids=gold) / TOGETHER < LIMIT


def test_what_workers_hold_is_found_by_the_worker(hot: Hot) -> None:
    who = {"worker_ids": [*NEWCOMERS, 2, 3, 4], "project_ids": [1] * (TOGETHER + 3)}
    assert hot.buffers("open_leases", **who) / (TOGETHER + 3) < LIMIT


def held(hot: Hot, number: int) -> dict[str, list[int]]:
    """Some open leases."""
    rows = hot.connection.execute(
        f"select task_id, worker_id, project_id from leases order by task_id % 997 limit {number}"
    ).fetchall()
    tasks, workers, projects = zip(*rows, strict=True)
    return {"task_ids": list(tasks), "worker_ids": list(workers), "project_ids": list(projects)}


def submit(hot: Hot, number: int) -> float:
    given = {
        **held(hot, number),
        "answers": ['{"choice": "a"}'] * number,
        "active_ms": [900] * number,
        "proposals_seen": [True] * number,
        "ontology_versions": [1] * number,
        "keys": [uuid.uuid4() for _ in range(number)],
    }
    return hot.buffers("submit", **given) / number


def test_submitting_touches_only_the_task_and_its_worker(hot: Hot) -> None:
    """It writes five rows and their indexes for each answer."""
    assert submit(hot, TOGETHER) < 2 * LIMIT
    assert submit(hot, 1) < 4 * LIMIT


def test_repeating_a_submit_finds_its_receipt_by_the_key(hot: Hot) -> None:
    rows = hot.connection.execute(
        f"select worker_id, project_id, idempotency_key from annotations where task_id % 5 = 0 limit {TOGETHER}"
    ).fetchall()
    workers, projects, keys = (list(column) for column in zip(*rows, strict=True))
    assert OLD_HAND in workers
    given = {"worker_ids": workers, "project_ids": projects, "keys": keys}
    assert hot.buffers("receipts", **given) / TOGETHER < LIMIT


def test_giving_back_and_holding_touch_only_the_task_and_its_worker(hot: Hot) -> None:
    who = held(hot, TOGETHER)
    del who["project_ids"]
    back = {"reasons": [""] * TOGETHER, "skipped": [n % 2 == 0 for n in range(TOGETHER)]}
    assert hot.buffers("give_back", **who, **back) / TOGETHER < 2 * LIMIT
    assert hot.buffers("extend", **who, longest_seconds=86_400) / TOGETHER < LIMIT


def test_what_every_round_of_work_reads_beside_is_cheap(hot: Hot) -> None:
    who = {"worker_ids": [OLD_HAND, *NEWCOMERS], "project_ids": [1] * (TOGETHER + 1)}
    assert hot.buffers("progress", **who) / TOGETHER < LIMIT / 2
    assert hot.buffers("projects_at_work", project_ids=[1, 2]) < LIMIT / 2
    assert hot.buffers("gold_tasks", project_id=1, limit=1000) < 20 * LIMIT
    assert hot.buffers("exposing_batches", project_id=1) < LIMIT / 2


def test_opening_slots_reads_the_next_tasks_and_no_others(hot: Hot) -> None:
    assert hot.buffers("open_slots", batch_id=1, limit=250) / 250 < LIMIT


def test_a_plan_opens_slots_by_reading_the_planned_tasks_and_no_others(hot: Hot) -> None:
    tasks = [row[0] for row in hot.connection.execute("select id from tasks where project_id = 1 limit 10")]
    assert hot.buffers("fill_ready", task_ids=tasks, numbers=[9] * 10) <= 10 * 2 * LIMIT


SETTLED = 500
"""Answers that are settled at once."""


def test_what_has_come_in_is_taken_whole_and_without_a_search(hot: Hot) -> None:
    assert hot.buffers("take_unsettled", project_id=1, limit=SETTLED) / SETTLED < 6


@pytest.mark.parametrize("name", ["tasks_to_settle", "votes_to_settle"])
def test_settling_reads_what_concerns_the_tasks_that_were_answered(hot: Hot, name: str) -> None:
    tasks = list(range(1, SETTLED + 1))
    given = {"task_ids": tasks} | ({"project_id": 1} if name == "tasks_to_settle" else {})
    assert hot.buffers(name, **given) / SETTLED < LIMIT


def test_settling_writes_what_concerns_the_tasks_that_were_answered(hot: Hot) -> None:
    tasks = list(range(1, SETTLED + 1))
    states = {"task_ids": tasks, "states": ["completed"] * SETTLED}
    assert hot.buffers("settle_tasks", **states) / SETTLED < 2 * LIMIT
    labels = {
        "task_ids": tasks,
        "answers": ['{"choice": "b"}'] * SETTLED,
        "probabilities": [0.9] * SETTLED,
        "annotations": [2] * SETTLED,
        "sources": ["people"] * SETTLED,
    }
    of = {"org_id": ORG, "project_id": 1, "model_version": None}
    assert hot.buffers("save_consensus", **labels, **of) / SETTLED < LIMIT


def test_whether_a_project_ends_is_seen_from_its_batches_alone(hot: Hot) -> None:
    assert hot.buffers("finish_batches", project_id=1) < 2 * LIMIT
    assert hot.buffers("finish_project", project_id=1) < 2 * LIMIT
