"""A database of the foundation, with work under way, goes on under this release."""

import uuid
from collections import Counter

import psycopg
import pytest

from groundswell.ids import OrgId, ProjectId, WorkerId
from groundswell.label.learning.settler import Settler
from groundswell.label.work.model import ReceiptStatus, Submit
from groundswell.label.work.service import work
from groundswell.store import Database, migrate
from groundswell.store.migrate import apply_migrations, own_migrations
from groundswell.tenancy.model import Role, Scope

pytestmark = pytest.mark.anyio

ORG = "00000000-0000-0000-0000-000000000001"
SCOPE = Scope(OrgId(uuid.UUID(ORG)), None, Role.ADMIN)
PROJECT = ProjectId(1)

FOUNDATION = f"""
insert into organizations (id, slug, name) values ('{ORG}', 'acme', 'Acme');
insert into workers (org_id, name, origin) select '{ORG}', 'worker ' || n, 'program' from generate_series(1, 4) n;
insert into projects (org_id, name, kind, state, dataset, dataset_version, answers, max_answers, price_cents)
  values ('{ORG}', 'pets', 'text_choice', 'active', 'pets', 1, 2, 7, 5);
insert into ontologies (org_id, project_id, version, classes) values ('{ORG}', 1, 1, '["cat", "dog"]');
insert into guidelines (org_id, project_id, version, body) values ('{ORG}', 1, 1, '');
insert into progress (org_id, project_id, total, annotations) values ('{ORG}', 1, 6, 0);
insert into tasks (org_id, project_id, item_id, position, asked, payload)
  select '{ORG}', 1, 'item' || n, n, 2, '{{"kind": "text", "text": "t", "meta": {{}}}}' from generate_series(1, 6) n;
insert into annotations (org_id, project_id, task_id, worker_id, answer, active_ms, ontology_version,
                         guideline_version, idempotency_key)
  values ('{ORG}', 1, 1, 1, '{{"choice": "cat"}}', 9, 1, 1, gen_random_uuid());
insert into leases (org_id, task_id, worker_id, project_id, priority, seq, slot, expires_at)
  values ('{ORG}', 2, 1, 1, 0, 1, 1, now() + interval '1 hour');
insert into ended_leases (org_id, project_id, task_id, worker_id, reason, leased_at, skipped)
  values ('{ORG}', 1, 3, 1, 'unclear', now(), true);
insert into ready (org_id, project_id, priority, seq, slot, task_id)
  select '{ORG}', 1, 0, id, 2, id from tasks;
"""


@pytest.fixture
async def upgraded(empty_dsn: str):
    apply_migrations(empty_dsn, own_migrations()[:2])
    with psycopg.connect(empty_dsn) as connection:
        connection.execute(FOUNDATION)
    migrate(empty_dsn)
    async with Database(empty_dsn) as db:
        yield db


async def test_a_lease_of_before_is_answered_and_paid_and_every_task_gets_the_answers_it_wants(upgraded):
    first = WorkerId(1)

    async def answer(worker: WorkerId, task_id: int):
        submit = Submit(task_id, {"choice": "cat"}, 100, uuid.uuid4())
        return (await work(upgraded, SCOPE, PROJECT, worker, submits=[submit], want=0)).receipts[0].status

    assert await answer(first, 2) is ReceiptStatus.STORED
    met = Counter({1: 1, 2: 1})
    for worker in map(WorkerId, (1, 2, 3, 4)):
        while tasks := (await work(upgraded, SCOPE, PROJECT, worker, want=4)).tasks:
            for task in tasks:
                assert (worker, task.task_id) != (1, 3), "he has skipped it"
                assert await answer(worker, task.task_id) is ReceiptStatus.STORED
                met[task.task_id] += 1
    assert met == dict.fromkeys(range(1, 7), 2)
    await Settler(upgraded).settle()
    async with upgraded.system_transaction() as tx:
        rows = await tx.fetch_all(
            psycopg.sql.SQL(
                "select p.state, c.annotations, c.completed, "
                "(select distinct price_cents from ledger) as price_cents from projects p join progress c on true"
            ),
            dict,
        )
    assert rows == [{"state": "done", "annotations": 12, "completed": 6, "price_cents": 5}]
