"""One real PostgreSQL for the whole session, and a fresh, migrated database for each test."""

import asyncio
import itertools
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from tests.integration.listing import leave_batch_and_export
from tests.integration.peopling import leave_people
from tests.integration.reviewing import leave_reviews

from groundswell.app import App, local_member
from groundswell.ids import ProjectId, WorkerId
from groundswell.items import digest_text
from groundswell.label.delivery.certificates import issue_certificate
from groundswell.label.delivery.service import labels_of
from groundswell.label.learning.workshop import Workshop
from groundswell.label.opening import open_project
from groundswell.label.predictors.model import PredictorSpec
from groundswell.label.predictors.rules import Access
from groundswell.label.predictors.service import put_predictor
from groundswell.label.projects.changes import apply_change
from groundswell.label.projects.guidelines import view_guideline
from groundswell.label.projects.model import Project, ProjectSpec
from groundswell.label.projects.schema import Add, Merge
from groundswell.label.projects.service import get_project
from groundswell.label.review.service import review
from groundswell.label.work.model import Skip, Work
from groundswell.label.work.programs import Said, answer_open_tasks
from groundswell.label.work.service import work
from groundswell.organize import collect
from groundswell.store import Database, EmbeddedPostgres, migrate, start_postgres
from groundswell.tenancy.model import Member, Scope
from groundswell.workforce.model import Origin
from groundswell.workforce.service import add_workers

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with start_postgres(tmp_path_factory.mktemp("home")) as running:
        # Nothing here outlives the session; and the log may lie in memory (tests/conftest.py), so it is kept short.
        for name, value in (("fsync", "off"), ("min_wal_size", "80MB"), ("max_wal_size", "400MB")):
            _execute(running, f"alter system set {name} = '{value}'")
        _execute(running, "select pg_reload_conf()")
        yield running


@pytest.fixture(scope="session")
def migrated_template(server: EmbeddedPostgres) -> str:
    migrate(_create_database(server, "migrated", template="template1"))
    return "migrated"


@pytest.fixture
def empty_dsn(server: EmbeddedPostgres) -> Iterator[str]:
    """A fresh database without any table."""
    with _database(server, template="template1") as dsn:
        yield dsn


@pytest.fixture
def dsn(server: EmbeddedPostgres, migrated_template: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database with this release's schema and no rows; or with those of `labelled`, where a test has that."""
    is_labelled = "labelled" in request.fixturenames
    template = request.getfixturevalue("labelled_once").database if is_labelled else migrated_template
    with _database(server, template=template) as dsn:
        yield dsn


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    async with Database(dsn) as opened:
        yield opened


@contextmanager
def _database(server: EmbeddedPostgres, *, template: str) -> Iterator[str]:
    """A copy of a database for as long as the context lasts."""
    name = f"test_{next(_numbers)}"
    yield _create_database(server, name, template=template)
    _execute(server, "drop database {} with (force)", name)


def _create_database(server: EmbeddedPostgres, name: str, *, template: str) -> str:
    # By file: by way of the log, which is the default, it takes four times as long.
    _execute(server, "create database {} template {} strategy file_copy", name, template)
    return make_conninfo(server.dsn, dbname=name)


def _execute(server: EmbeddedPostgres, statement: str, *names: str) -> None:
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@dataclass
class Desk:
    """A labelling project over a few texts, open for work, and what tests do with it."""

    app: App
    member: Member
    project_id: ProjectId
    items: int
    price_cents: int = 3

    @property
    def scope(self) -> Scope:
        return self.member.scope()

    async def learn(self) -> None:
        await self.app.learn(self.scope, self.project_id)

    async def learn_in(self, workshop: Workshop) -> None:
        await self.app.settler.settle_project(self.scope.org_id, self.project_id)
        await workshop.learn(str(self.member.org_id), self.project_id)

    async def project(self) -> Project:
        return (await get_project(self.app.db, self.scope, self.project_id))[0]

    async def states(self) -> dict[str, int]:
        """How many tasks are in each state."""
        return dict(Counter(task.state for task in await labels_of(self.app.db, self.scope, self.project_id)))

    async def answers(self) -> dict[int, int]:
        """How many answers each task has."""
        async with self.app.db.system_transaction() as tx:
            rows = await tx.fetch_all(
                sql.SQL(
                    "select t.id, count(distinct a.worker_id) from tasks t "
                    "left join annotations a on a.task_id = t.id where t.project_id = %(id)s group by t.id"
                ),
                tuple,
                id=self.project_id,
            )
        return dict(rows)

    async def crowd(self, size: int) -> list[WorkerId]:
        return await add_workers(
            self.app.db, self.scope, [f"worker {n}" for n in range(size)], Origin.PROGRAM
        )

    async def work(self, worker: WorkerId, **request: Any) -> Work:
        return await work(self.app.db, self.scope, self.project_id, worker, **request)

    async def let_leases_run_out(self) -> None:
        async with self.app.db.system_transaction() as tx:
            await tx.execute(sql.SQL("update leases set expires_at = now() - interval '1 second'"))


TEXTS = [f"text number {number} about {word}" for number, word in enumerate(["cats", "dogs"] * 10)]


def _app(home: Path, db: Database) -> App:
    return App(home, db, Access(["http://127.0.0.1:9"]))


async def open_desk(db: Database, home: Path, texts: Sequence[str] = TEXTS, **spec: Any) -> Desk:
    app = _app(home, db)
    member = await local_member(app)
    store = app.datasets(member.org_slug)
    version = collect(texts).save("animals", store=store)
    given = ProjectSpec(**{**SPEC, **spec, "dataset": version.name, "dataset_version": version.number})
    project_id = await open_project(db, member.scope(), version, given)
    desk = Desk(app, member, project_id, version.rows)
    await desk.learn()
    return desk


SPEC = {"name": "animals", "kind": "", "classes": ("cat", "dog"), "price_cents": 3, "instructions": "# Look"}


@pytest.fixture
async def desk(db: Database, tmp_path: Path) -> Desk:
    """A project where each of 20 texts wants one answer."""
    return await open_desk(db, tmp_path)


@pytest.fixture
async def desk_of_three(db: Database, tmp_path: Path) -> Desk:
    """The same, where each text wants three answers."""
    return await open_desk(db, tmp_path, answers=3)


@pytest.fixture
def open_desk_on() -> Callable[..., Awaitable[Desk]]:
    """Make a project in a database and folder of the test's own."""
    return open_desk


@pytest.fixture
def new_desk(db: Database, tmp_path: Path) -> Callable[..., Awaitable[Desk]]:
    """Make a project as described: `await new_desk(texts, answers=2)`."""

    async def make(texts: Sequence[str] = TEXTS, **spec: Any) -> Desk:
        return await open_desk(db, tmp_path, texts, **spec)

    return make


@pytest.fixture
def labelled(labelled_once: "Furnished", db: Database, tmp_path: Path) -> Desk:
    """A project that has been through everything, so that every tenant table has rows."""
    shutil.copytree(labelled_once.home, tmp_path, dirs_exist_ok=True)
    return replace(labelled_once.desk, app=_app(tmp_path, db))


@dataclass(frozen=True)
class Furnished:
    """A desk that is copied for each test: it costs a second to make, and a tenth to copy."""

    desk: Desk
    database: str
    home: Path


@pytest.fixture(scope="module")
def labelled_once(
    server: EmbeddedPostgres, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Furnished]:
    """What `labelled` copies. Of one file, as some of what it leaves behind ends by the clock."""
    name, home = f"labelled_{next(_numbers)}", tmp_path_factory.mktemp("labelled")
    dsn = _create_database(server, name, template=migrated_template)

    async def furnish() -> Desk:
        async with Database(dsn) as db:
            return await _label_everything(db, home)

    with ThreadPoolExecutor(1) as elsewhere:  # this thread's event loop is the test's
        desk = elsewhere.submit(asyncio.run, furnish()).result()
    yield Furnished(desk, name, home)
    _execute(server, "drop database {} with (force)", name)


async def _label_everything(db: Database, home: Path) -> Desk:
    desk = await open_desk(db, home, audit_share=1.0, gold={digest_text(TEXTS[0]): "cat"})
    first, second = await add_workers(db, desk.scope, ["one", "two"], Origin.PROGRAM)
    await desk.app.workforce.worker_of(desk.member)
    skipped = (await work(db, desk.scope, desk.project_id, second, want=1)).tasks
    skips = [Skip(task.task_id, "unclear") for task in skipped]
    await work(db, desk.scope, desk.project_id, second, skips=skips, want=0)
    rng = np.random.default_rng(1)
    answer = {first: lambda task: Said("cat" if "cat" in task.payload["text"] else "dog", 2.0)}
    await answer_open_tasks(db, desk.scope, desk.project_id, answer, rng=rng)
    await desk.learn()
    tasks = await labels_of(db, desk.scope, desk.project_id)
    await review(
        db, desk.scope, desk.project_id, [(t.task_id, t.answer) for t in tasks], reviewer="an expert"
    )
    await issue_certificate(db, desk.scope, desk.project_id)
    await change_classes(desk)
    await reopen_one(desk, first)
    await leave_reviews(desk)
    await leave_people(desk)
    await leave_batch_and_export(desk)
    await leave_predictor(desk)
    await leave_retraction(desk, second)
    await leave_commission(desk)
    return desk


async def leave_commission(desk: Desk) -> None:
    """Leave a task behind that a program has asked for in a batch, with a file and a callback."""
    async with desk.app.db.system_transaction() as tx:
        for statement in (
            "insert into commission_projects (org_id, name, type, history) "
            "select org_id, 'asked', 'categorization', '[{}]' from projects",
            "insert into commission_batches (org_id, commission_project_id, name, state) "
            "select org_id, id, 'first', 'in_progress' from commission_projects",
            "insert into commission_groups (org_id, commission_project_id, name, workers) "
            "select org_id, id, 'g', '{}' from commission_projects",
            "insert into commission_schemas (org_id, signature, project_id, commission_project_id, gathered) "
            "select p.org_id, 's', p.id, c.id, 1000 from projects p, commission_projects c",
            "insert into commission_parts (org_id, batch_id, schema_id) "
            "select org_id, (select min(id) from batches), id from commission_schemas",
            "insert into commissions (org_id, public_id, type, commission_project_id, project_id, task_id, params) "
            "select c.org_id, repeat('0', 24), 'categorization', c.id, s.project_id, (select min(id) from tasks), "
            "'{}' from commission_projects c, commission_schemas s",
            "insert into commission_files (org_id, id, address) "
            "select org_id, repeat('0', 24), 'https://example.org/' from commissions",
            "insert into handed_files (org_id, digest, project_id, task_id, worker_id, name, media_type, size_bytes) "
            "select c.org_id, repeat('0', 64), c.project_id, c.task_id, (select min(id) from workers), 'a', 'b', 1 "
            "from commissions c",
            "insert into callbacks (org_id, url, event, commission_id, next_at) "
            "select org_id, 'https://example.org/', 'completed', id, now() + interval '1 day' from commissions",
            "insert into callback_keys (org_id, secret) select org_id, 'secret' from commissions",
        ):
            await tx.execute(sql.SQL(statement))


async def leave_retraction(desk: Desk, worker: WorkerId) -> None:
    """Leave a retraction of no answer of the project behind."""
    async with desk.app.db.system_transaction() as tx:
        await tx.execute(
            sql.SQL(
                "insert into retractions (org_id, worker_id, since, until, reason) "
                "values (%(org)s, %(worker)s, now() - interval '1 day', now(), 'careless')"
            ),
            org=desk.member.org_id,
            worker=worker,
        )


async def change_classes(desk: Desk) -> None:
    """Leave traces of changes that keep every label but cannot be read backwards, and of a reader of instructions."""
    at = (desk.app.db, desk.scope, desk.project_id)
    await apply_change(*at, [Add("bird")], expected_version=1)
    await apply_change(*at, [Merge(("bird",), "cat")], expected_version=2)
    await view_guideline(*at)


async def leave_predictor(desk: Desk) -> None:
    """Leave a model of others behind that has answered one task, and replied once."""
    spec = PredictorSpec("http", "http://127.0.0.1:9/predict")
    await put_predictor(desk.app.db, desk.scope, desk.app.access, desk.project_id, "spam-7", spec)
    async with desk.app.db.system_transaction() as tx:
        await tx.execute(
            sql.SQL(
                "insert into model_answers (org_id, project_id, task_id, predictor, version, probabilities) "
                "select org_id, project_id, (select min(id) from tasks), name, version, '{0.9, 0.1}' from predictors"
            )
        )
        await tx.execute(
            sql.SQL(
                "insert into model_replies (org_id, project_id, task_id, worker_id, predictor, model, "
                "idempotency_key, messages, cents) select org_id, project_id, (select min(id) from tasks), "
                "(select min(id) from workers), name, model, gen_random_uuid(), '[]', 0 from predictors"
            )
        )


async def reopen_one(desk: Desk, worker: WorkerId) -> None:
    """Leave a lease, an open slot and a prediction behind, as a project in full swing has them."""
    async with desk.app.db.system_transaction() as tx:
        task = await tx.fetch_one(
            sql.SQL("select org_id, id, project_id, batch_id from tasks order by id limit 1"), dict
        )
        await tx.execute(
            sql.SQL(
                "insert into leases (org_id, task_id, worker_id, project_id, batch_id, priority, expires_at) "
                "values (%(org_id)s, %(id)s, %(worker)s, %(project_id)s, %(batch_id)s, 0, now() + interval '1 hour')"
            ),
            worker=worker,
            **task,
        )
        await tx.execute(
            sql.SQL(
                "insert into ready (org_id, project_id, batch_id, priority, task_id) "
                "values (%(org_id)s, %(project_id)s, %(batch_id)s, 0, %(id)s)"
            ),
            **task,
        )
        await tx.execute(
            sql.SQL(
                "insert into unsettled (org_id, project_id, task_id, worker_id, answered) "
                "values (%(org_id)s, %(project_id)s, %(id)s, %(worker)s, false)"
            ),
            worker=worker,
            **task,
        )
        await tx.execute(
            sql.SQL(
                "insert into queue_minutes (org_id, project_id, minute, asked, hungry, longest_wait) "
                "values (%(org_id)s, %(project_id)s, date_trunc('minute', now()), 2, 1, 3)"
            ),
            **task,
        )
        for model in (
            "insert into models (org_id, project_id, version, report) values (%(org_id)s, %(project_id)s, 77, '{}') "
            "on conflict do nothing",
            "insert into predictions (org_id, task_id, model_version, answer, probability) "
            "values (%(org_id)s, %(id)s, 77, '{}', 0.5) on conflict do nothing",
        ):
            await tx.execute(sql.SQL(model), **task)
