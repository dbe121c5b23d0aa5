"""Lists of tasks: every filter and order gives what a scan would, and a page of a list costs no more than a bound."""

import contextlib
import itertools
import re
import uuid
from typing import Any

import psycopg
import pytest
from psycopg import sql

from groundswell.errors import NotAllowed, NotFound
from groundswell.ids import BatchId, OrgId, ProjectId, WorkerId
from groundswell.label.delivery import listing
from groundswell.label.delivery.listing import list_tasks
from groundswell.label.delivery.model import TaskFilter, TaskSort
from groundswell.label.projects.model import TaskState
from groundswell.store import Database
from groundswell.store.database import APP_ROLE, Tx
from groundswell.tenancy.model import Role, Scope

pytestmark = pytest.mark.anyio

ORG = "00000000-0000-0000-0000-000000000001"
TASKS = 100_000
MOST_PAGES = 25_000
"""Pages of PostgreSQL that a page of the worst list may touch: half of it was measured, for 2,000 tasks."""

FEW_PAGES = 1_000
"""That a page of 50 tasks may touch whose order and filters have an index: 640 were measured here."""

LOAD = f"""
insert into organizations (id, slug, name) values ('{ORG}', 'large', 'Large');
insert into workers (org_id, name, origin) select '{ORG}', 'worker ' || n, 'program' from generate_series(1, 300) n;
insert into projects (org_id, name, kind, state, dataset, dataset_version, answers, max_answers)
  select '{ORG}', 'project ' || n, 'text_choice', 'active', 'texts', 1, 3, 7 from generate_series(1, 2) n;
insert into ontologies (org_id, project_id, version, classes) select '{ORG}', id, 1, '["a", "b"]' from projects;
insert into guidelines (org_id, project_id, version, body) select '{ORG}', id, 1, '' from projects;
insert into batches (org_id, project_id, name)
  select '{ORG}', p.id, n::text from projects p, generate_series(1, 4) n order by p.id, n;
insert into tasks (org_id, project_id, batch_id, item_id, position, state, completed_at, gold, payload)
  select '{ORG}', p.id, 4 * (p.id - 1) + 1 + 4 * n / %(tasks)s, 'item' || n, n,
         case when n %% 5 < 3 then 'completed' when n %% 50 = 49 then 'error' else 'pending' end,
         case when n %% 5 < 3 then now() - hashint4(n) %% 100000 * interval '1 second' end,
         case when n %% 100 = 0 then 'a' end,
         jsonb_build_object('kind', 'text', 'text', 'text ' || n, 'meta', '{{}}'::jsonb)
  from projects p, generate_series(0, %(tasks)s - 1) n;
insert into consensus (org_id, task_id, project_id, answer, probability, annotations, source)
  select '{ORG}', id, project_id,
         jsonb_build_object('choice', case when hashint4(position) %% 3 = 0 then 'a' else 'b' end),
         0.5 + (hashint4(position) & 63) / 128.0, 1, 'people'
  from tasks where position %% 5 < 3;
insert into reviews (org_id, project_id, task_id, reviewer, answer)
  select '{ORG}', project_id, id, 'an expert', '{{"choice": "a"}}' from tasks where position %% 20 = 0;
insert into annotations (org_id, project_id, task_id, worker_id, answer, active_ms, ontology_version,
                         guideline_version, idempotency_key)
  select '{ORG}', project_id, id, case when position %% 15 = 0 then 1 else 2 + position %% 299 end,
         '{{"choice": "a"}}', 900, 1, 1, gen_random_uuid()
  from tasks where position %% 5 = 0;
insert into worker_progress (org_id, worker_id, project_id, annotations)
  select org_id, worker_id, project_id, count(*) from annotations group by 1, 2, 3;
"""

MANAGER = Scope(OrgId(uuid.UUID(ORG)), None, Role.MANAGER)
PROJECT = ProjectId(1)


def load(server: Any, template: str, name: str, tasks: int) -> str:
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(f"drop database if exists {name}")
        connection.execute(f"create database {name} template {template}")
    dsn = psycopg.conninfo.make_conninfo(server.dsn, dbname=name)
    with psycopg.connect(dsn) as connection:
        psycopg.ClientCursor(connection).execute(LOAD, {"tasks": tasks})
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("vacuum analyze")
    return dsn


@pytest.fixture(scope="module")
def some(server: Any, migrated_template: str) -> str:
    """A project of 3,000 tasks."""
    return load(server, migrated_template, "lists_some", 3_000)


@pytest.fixture(scope="module")
def many(server: Any, migrated_template: str) -> str:
    """A project of 100,000 tasks."""
    return load(server, migrated_template, "lists_many", TASKS)


FILTERS = [
    TaskFilter(),
    TaskFilter(state=TaskState.PENDING),
    TaskFilter(state=TaskState.ERROR),
    TaskFilter(batch_id=BatchId(2)),
    TaskFilter(batch_id=BatchId(2), state=TaskState.COMPLETED),
    TaskFilter(label="a"),
    TaskFilter(label="none"),
    TaskFilter(min_probability=0.8),
    TaskFilter(max_probability=0.6, label="b"),
    TaskFilter(min_probability=0.6, max_probability=0.61),
    TaskFilter(reviewed=True),
    TaskFilter(reviewed=False, label="a"),
    TaskFilter(item_id="item12"),
    TaskFilter(worker_id=WorkerId(1)),
    TaskFilter(worker_id=WorkerId(77), state=TaskState.COMPLETED),
    TaskFilter(worker_id=WorkerId(1), state=TaskState.ERROR),
]


def expected(dsn: str, given: TaskFilter, sort: TaskSort) -> list[int]:
    """Return what a scan of everything gives."""
    order = {
        TaskSort.POSITION: "t.position",
        TaskSort.PROBABILITY: "c.probability, t.id",
        TaskSort.COMPLETED: "t.completed_at desc, t.id desc",
    }[sort]
    needs = {
        TaskSort.POSITION: "true",
        TaskSort.PROBABILITY: "c.probability is not null",
        TaskSort.COMPLETED: "t.completed_at is not null",
    }[sort]
    query = f"""
        select t.id from tasks t left join consensus c on c.task_id = t.id left join reviews r on r.task_id = t.id
        where t.project_id = 1 and {needs}
          and (%(state)s::text is null or t.state = %(state)s)
          and (%(batch_id)s::bigint is null or t.batch_id = %(batch_id)s)
          and (%(label)s::text is null or c.answer ->> 'choice' = %(label)s)
          and (%(min_probability)s::real is null or c.probability >= %(min_probability)s::real)
          and (%(max_probability)s::real is null or c.probability <= %(max_probability)s::real)
          and (%(reviewed)s::boolean is null or (r.task_id is not null) = %(reviewed)s)
          and (%(item_id)s::text is null or t.item_id = %(item_id)s)
          and (%(worker_id)s::bigint is null or exists (
            select from annotations a where a.task_id = t.id and a.worker_id = %(worker_id)s))
        order by {order}"""
    with psycopg.connect(dsn) as connection:
        return [row[0] for row in connection.execute(query, vars(given)).fetchall()]


async def read(db: Database, given: TaskFilter, sort: TaskSort, limit: int) -> tuple[list[int], int]:
    """Return the ids of a whole list and how many pages it took."""
    ids, after = [], None
    for pages in itertools.count(1):
        tasks, after = await list_tasks(db, MANAGER, PROJECT, given, sort=sort, after=after, limit=limit)
        assert len(tasks) <= limit
        ids += [task.id for task in tasks]
        if after is None:
            return ids, pages
    raise AssertionError


@pytest.mark.parametrize("sort", TaskSort)
@pytest.mark.parametrize("given", FILTERS, ids=str)
async def test_a_list_has_every_task_that_matches_once_and_in_order(some, given, sort):
    async with Database(some) as db:
        ids, _ = await read(db, given, sort, 97)
    assert ids == expected(some, given, sort)


@pytest.mark.parametrize("sort", TaskSort)
@pytest.mark.parametrize("given", FILTERS, ids=str)
async def test_a_list_is_the_same_however_it_is_found(some, given, sort, monkeypatch):
    """With a tiny budget every list is walked, and its pages end before they are full."""
    monkeypatch.setattr(listing, "FEW", 3)
    monkeypatch.setattr(listing, "WINDOW", 300)
    monkeypatch.setattr(listing, "LONG_HISTORY", 0)
    async with Database(some) as db:
        ids, _ = await read(db, given, sort, 40)
    assert ids == expected(some, given, sort)


async def test_a_list_stays_whole_while_tasks_change_between_its_pages(some):
    """What neither comes nor goes is listed once, whatever else does."""
    async with Database(some) as db:
        first, after = await list_tasks(
            db, MANAGER, ProjectId(2), TaskFilter(state=TaskState.PENDING), limit=10
        )
        with psycopg.connect(some) as connection:
            connection.execute(
                "update tasks set state = 'canceled' where id = any(%s)", ([task.id for task in first[:5]],)
            )
        second, _ = await list_tasks(
            db, MANAGER, ProjectId(2), TaskFilter(state=TaskState.PENDING), after=after, limit=10
        )
    positions = [task.position for task in (*first, *second)]
    assert positions == sorted(set(positions))
    assert len(positions) == 20


async def test_known_answers_are_for_managers_and_lists_for_members(some):
    async with Database(some) as db:
        given = TaskFilter(item_id="item100")
        (managed,), _ = await list_tasks(db, MANAGER, PROJECT, given)
        (seen,), _ = await list_tasks(db, Scope(MANAGER.org_id, None, Role.MEMBER), PROJECT, given)
        assert (managed.gold, managed.is_audit, managed.preview) == ("a", False, "text 100")
        assert (seen.gold, seen.is_audit, seen.label) == (None, None, managed.label)
        with pytest.raises(NotAllowed):
            await list_tasks(db, Scope(MANAGER.org_id, None, Role.LABELER), PROJECT, given)
        with pytest.raises(NotFound):
            await list_tasks(db, MANAGER, ProjectId(99), given)


# ── what a page costs ────────────────────────────────────────────────────────────────────────────


class Counting(Tx):
    """Counts the pages that each statement touches before it runs it."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        super().__init__(connection, contextlib.nullcontext)
        self.buffers = 0

    async def _run(self, query, params, rows):
        text = query.as_string(None) if isinstance(query, sql.Composable) else query.sql.decode()
        names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", text)))
        numbered = re.sub(r"%\((\w+)\)s", lambda match: f"${names.index(match[1]) + 1}", text).rstrip(" ;")
        values = sql.SQL(", ").join(sql.Literal(params[name]) for name in names)
        await self._connection.execute(f"prepare counted as {numbered}", prepare=False)
        explain = "explain (analyze, buffers, format json) execute counted"
        cursor = await self._connection.execute(
            sql.SQL(explain + " ({})").format(values) if names else sql.SQL(explain)
        )
        plan = (await cursor.fetchone())[0][0]["Plan"]
        await self._connection.execute("deallocate counted")
        self.buffers += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        return await super()._run(query, params, rows)


async def most_touched(dsn: str, mode: str, given: TaskFilter, sort: TaskSort) -> int:
    """Return the most pages that a page of a list touches, of its first three."""
    most, after = 0, None
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        await connection.execute(f"set plan_cache_mode = {mode}")
        await connection.execute(f"set groundswell.org_id = '{ORG}'; set role {APP_ROLE}")
        for _ in range(3):
            tx = Counting(connection)
            _, after = await listing.page_of_tasks(tx, PROJECT, given, sort, after, 50)
            most = max(most, tx.buffers)
            if after is None:
                break
    return most


MODES = ["force_generic_plan", "force_custom_plan"]
INDEXED = [
    (TaskFilter(), TaskSort.POSITION),
    (TaskFilter(), TaskSort.PROBABILITY),
    (TaskFilter(), TaskSort.COMPLETED),
    (TaskFilter(state=TaskState.PENDING), TaskSort.POSITION),
    (TaskFilter(batch_id=BatchId(2)), TaskSort.POSITION),
    (TaskFilter(batch_id=BatchId(2), state=TaskState.COMPLETED), TaskSort.POSITION),
    (TaskFilter(label="a"), TaskSort.PROBABILITY),
    (TaskFilter(label="b", min_probability=0.7, max_probability=0.9), TaskSort.PROBABILITY),
    (TaskFilter(item_id="item99000"), TaskSort.POSITION),
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("given", "sort"), INDEXED, ids=str)
async def test_a_page_along_an_index_touches_little_more_than_its_tasks(many, mode, given, sort):
    assert await most_touched(many, mode, given, sort) <= FEW_PAGES


SPARSE = [
    TaskFilter(state=TaskState.PENDING),
    TaskFilter(state=TaskState.ERROR, worker_id=WorkerId(1)),
    TaskFilter(reviewed=True),
    TaskFilter(min_probability=0.6, max_probability=0.61),
    TaskFilter(label="a", reviewed=False),
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("sort", TaskSort)
@pytest.mark.parametrize("given", SPARSE, ids=str)
async def test_no_page_touches_more_than_the_bound(many, mode, given, sort):
    """Whatever is asked: also where nothing, or nearly nothing, passes the filters."""
    assert await most_touched(many, mode, given, sort) <= MOST_PAGES
