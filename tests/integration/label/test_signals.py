"""Signals are for managers, are logged, and change nothing."""

import uuid

import httpx
import numpy as np
import pytest
from psycopg import sql

from groundswell.client import Client
from groundswell.errors import NotAllowed, NotFound
from groundswell.http.server import create_server
from groundswell.label.signals import service
from groundswell.label.signals.model import AnswerRow
from groundswell.label.signals.rules import look_for_signals
from groundswell.label.signals.service import signals_of
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import add_member, create_api_key, create_organization, find_member

pytestmark = pytest.mark.anyio

ANSWER = (
    "insert into annotations (org_id, project_id, task_id, worker_id, revision, answer, active_ms, "
    "ontology_version, guideline_version, idempotency_key) "
    "select %(org_id)s, %(project_id)s, t, w, %(revision)s, jsonb_build_object('choice', c), %(active_ms)s, 1, 1, k "
    "from unnest(%(tasks)s::bigint[], %(workers)s::bigint[], %(choices)s::text[], %(keys)s::uuid[]) as g (t, w, c, k)"
)
CONSENSUS = (
    "insert into consensus (org_id, task_id, project_id, answer, probability, annotations, source) "
    "select %(org_id)s, t, %(project_id)s, jsonb_build_object('choice', c), 0.99, %(annotations)s, 'people' "
    "from unnest(%(tasks)s::bigint[], %(choices)s::text[]) as g (t, c)"
)


async def answered(desk, answers, *, revision=1):
    """Store (task, worker, choice) as annotations."""
    tasks, workers, choices = zip(*answers, strict=True)
    async with desk.app.db.system_transaction() as tx:
        await tx.execute(
            sql.SQL(ANSWER),
            org_id=desk.scope.org_id,
            project_id=desk.project_id,
            tasks=list(tasks),
            workers=list(workers),
            choices=list(choices),
            keys=[uuid.uuid4() for _ in answers],
            revision=revision,
            active_ms=3000,
        )


async def agreed(desk, truths, *, annotations):
    """Store a consensus for each task."""
    async with desk.app.db.system_transaction() as tx:
        await tx.execute(
            sql.SQL(CONSENSUS),
            org_id=desk.scope.org_id,
            project_id=desk.project_id,
            tasks=list(truths),
            choices=list(truths.values()),
            annotations=annotations,
        )


async def all_rows(desk):
    """Return the number and a digest of the rows of every table but the audit log."""
    async with desk.app.db.system_transaction() as tx:
        tables = await tx.fetch_values(
            sql.SQL(
                "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace "
                "and relname not like 'procrastinate%%' and relname <> 'audit_log' order by relname"
            )
        )
        digest = "select count(*) || md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {} t"
        return {
            table: await tx.fetch_value(sql.SQL(digest).format(sql.Identifier(table))) for table in tables
        }


@pytest.fixture
async def spoilt(new_desk):
    """Twelve workers who answer forty tasks; the first of them says cat to everything."""
    desk = await new_desk([f"text {number}" for number in range(40)])
    workers = await desk.crowd(12)
    async with desk.app.db.system_transaction() as tx:
        tasks = await tx.fetch_values(sql.SQL("select id from tasks order by id"))
    rng = np.random.default_rng(5)
    truths = {task: ("cat", "dog")[place % 2] for place, task in enumerate(tasks)}
    other = {"cat": "dog", "dog": "cat"}
    rows = [
        (task, worker, "cat" if worker == workers[0] else truth if rng.random() < 0.93 else other[truth])
        for task, truth in truths.items()
        for worker in workers
    ]
    await answered(desk, rows)
    await agreed(desk, truths, annotations=12)
    return desk, workers, truths


async def test_a_manager_is_shown_who_says_one_thing_to_everything_and_why(spoilt):
    desk, workers, truths = spoilt
    signals = await signals_of(desk.app.db, desk.scope, desk.project_id)
    assert [(finding.worker_id, finding.name, finding.signal) for finding in signals.findings] == [
        (workers[0], "worker 0", "constancy")
    ]
    finding = signals.findings[0]
    assert "said cat to 20 of 20 tasks of which something else is held to be true" in finding.words
    assert finding.numbers["untrue_tasks"] == 20
    assert {truths[task] for task in finding.task_ids} == {"dog"}
    assert (signals.answers, signals.judged) == (480, 480)


async def test_looking_changes_nothing_but_the_audit_log_which_says_who_looked(spoilt):
    desk, _, _ = spoilt
    before = await all_rows(desk)
    await signals_of(desk.app.db, desk.scope, desk.project_id)
    assert await all_rows(desk) == before
    async with desk.app.db.transaction(desk.scope.org_id) as tx:
        logged = await tx.fetch_all(
            sql.SQL("select user_id, subject from audit_log where action = 'signals.read'"), tuple
        )
    assert logged == [(desk.scope.user_id, str(desk.project_id))]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.LABELER])
async def test_whoever_labels_cannot_read_them(spoilt, role):
    desk, _, _ = spoilt
    with pytest.raises(NotAllowed, match="needs the role manager"):
        await signals_of(desk.app.db, Scope(desk.scope.org_id, desk.scope.user_id, role), desk.project_id)


async def test_another_organization_finds_no_such_project(spoilt):
    desk, _, _ = spoilt
    stranger = await create_organization(
        desk.app.db, slug="other", name="Other", email="eve@other.example", person="Eve"
    )
    with pytest.raises(NotFound):
        await signals_of(desk.app.db, stranger.scope(), desk.project_id)


async def test_the_newest_revision_of_an_answer_counts(spoilt):
    desk, workers, truths = spoilt
    await answered(desk, [(task, workers[0], truth) for task, truth in truths.items()], revision=2)
    signals = await signals_of(desk.app.db, desk.scope, desk.project_id)
    assert signals.findings == ()
    assert signals.answers == 480


async def test_a_consensus_of_a_worker_and_one_other_is_no_truth_but_gold_is(spoilt):
    desk, workers, _ = spoilt
    async with desk.app.db.system_transaction() as tx:
        await tx.execute(sql.SQL("update consensus set annotations = 2"))
    assert (await signals_of(desk.app.db, desk.scope, desk.project_id)).judged == 0
    async with desk.app.db.system_transaction() as tx:
        await tx.execute(
            sql.SQL("update tasks t set gold = c.answer ->> 'choice' from consensus c where c.task_id = t.id")
        )
    signals = await signals_of(desk.app.db, desk.scope, desk.project_id)
    assert signals.judged == 480
    assert [finding.worker_id for finding in signals.findings] == [workers[0]]


async def test_only_the_latest_answers_are_looked_at(spoilt, monkeypatch):
    desk, _, _ = spoilt
    monkeypatch.setattr(service, "MOST_ANSWERS", 100)
    assert (await signals_of(desk.app.db, desk.scope, desk.project_id)).answers == 100


async def test_a_project_without_answers_has_no_findings(desk):
    signals = await signals_of(desk.app.db, desk.scope, desk.project_id)
    assert (signals.findings, signals.answers, set(signals.tested.values())) == ((), 0, {0})


def test_a_kind_without_classes_has_no_findings():
    assert look_for_signals((), [AnswerRow(1, 1, 1, None, 1000)], {}).findings == ()


def test_answers_and_truths_of_classes_that_are_gone_do_not_count():
    rows = [AnswerRow(number, number % 4, number // 4, "cow", 1000) for number in range(40)]
    assert look_for_signals(("cat", "dog"), rows, {0: "cow"}).answers == 0
    rows = [AnswerRow(number, number % 4, number // 4, "cat", 1000) for number in range(40)]
    assert look_for_signals(("cat", "dog"), rows, {0: "cow", 1: "dog"}).judged == 10


async def test_over_http_a_manager_reads_them_and_a_labeler_is_refused(spoilt):
    desk, workers, _ = spoilt
    db, path = desk.app.db, f"/api/v1/projects/{desk.project_id}/signals"
    key = await create_api_key(db, desk.scope, "mine")
    await add_member(db, desk.scope, email="lee@example.org", person="Lee", role=Role.MANAGER)
    lee = await find_member(db, slug="local", email="lee@example.org")
    lees = await create_api_key(db, lee.scope(), "hers")
    async with db.system_transaction() as tx:
        await tx.execute(
            sql.SQL("update members set role = 'labeler' where user_id = %(id)s"), id=lee.user_id
        )
    transport = httpx.ASGITransport(create_server(desk.app))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        answer = await http.get(path, headers={"Authorization": f"Bearer {key}"})
        refused = await http.get(path, headers={"Authorization": f"Bearer {lees}"})
    body = answer.json()
    assert (body["items"][0]["worker_id"], body["items"][0]["signal"]) == (workers[0], "constancy")
    assert (body["answers"], body["judged"], body["level"]) == (480, 480, 0.05)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert "worker 0" not in refused.text


def test_the_client_asks_for_the_signals_of_a_project():
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"asked": f"{request.method} {request.url.path}"})

    with Client("http://127.0.0.1:1", "key", transport=httpx.MockTransport(answer)) as client:
        assert client.signals(7) == {"asked": "GET /api/v1/projects/7/signals"}
