"""Models of others at work in a project: asked in the background, in order, within a budget, not believed too early."""

import asyncio
import json
import logging
import time
import uuid
from dataclasses import replace

import psycopg
import pytest
from psycopg import sql
from tests.unit.assist.models.server import Server

from groundswell.background import PROJECTS_AT_ONCE, _end, _spawn
from groundswell.errors import InputError, InvalidName, NotAllowed, NotFound
from groundswell.items import digest_text
from groundswell.label.jobs import LEARN, MODELS, PREDICT
from groundswell.label.learning.workshop import Workshop
from groundswell.label.predictors.asking import PredictionRoom, ask_again
from groundswell.label.predictors.model import PredictorSpec
from groundswell.label.predictors.rules import BATCH, LIMITS, Access
from groundswell.label.predictors.service import delete_predictor, list_predictors, put_predictor
from groundswell.label.projects.changes import apply_change
from groundswell.label.projects.model import ProjectState
from groundswell.label.projects.schema import Rename
from groundswell.label.projects.service import set_project_state
from groundswell.label.work.model import Submit
from groundswell.store import run_worker
from groundswell.tenancy.service import create_organization

pytestmark = pytest.mark.anyio

HASTY = replace(LIMITS, attempts=1)
SECRET = "sk-very-secret-73"
MANY = [f"text number {number} about {'cats' if number % 3 else 'dogs'}" for number in range(200)]


def right(item, sure=0.9):
    return [sure, 1 - sure] if "cat" in item["text"] else [1 - sure, sure]


def good(body, number):
    return {"probabilities": [right(item) for item in body["items"]]}


HIDDEN = [digest_text(f"{number}") for number in range(200)]
"""Texts that say nothing of their class, which is `truth_of` them."""


def truth_of(text):
    return "cat" if int(text[:8], 16) % 2 else "dog"


def knows(sure):
    """A model that gives the true class of a hidden text the probability `sure`."""

    def answer(body, number):
        truths = [truth_of(item["text"]) for item in body["items"]]
        return {"probabilities": [[sure, 1 - sure] if one == "cat" else [1 - sure, sure] for one in truths]}

    return answer


class Bench:
    """A desk with a model on this machine beside it."""

    def __init__(self, desk, answer):
        self.desk, self.server = desk, Server(answer)
        self.access = Access(
            [f"http://127.0.0.1:{self.server.port}"],
            {"OURS": f"http://127.0.0.1:{self.server.port} {SECRET}"},
        )
        self.room = PredictionRoom(desk.app.db, desk.app.datasets, self.access, 0.0, HASTY)
        self.at = (desk.app.db, desk.scope)

    async def put(self, name="spam-7", **given):
        spec = replace(PredictorSpec("http", self.server.url), **given)
        return await put_predictor(*self.at, self.access, self.desk.project_id, name, spec)

    async def run(self):
        await self.room.predict(str(self.desk.scope.org_id), self.desk.project_id)
        return await self.one()

    async def one(self):
        return (await list_predictors(*self.at, self.desk.project_id))[0]

    async def rows(self, query):
        async with self.desk.app.db.system_transaction() as tx:
            return await tx.fetch_all(sql.SQL(query), tuple)

    @property
    def items_asked(self):
        return [item["text"] for body in self.server.asked for item in body["items"]]


@pytest.fixture
async def bench(new_desk):
    made = []

    async def make(answer=good, texts=MANY, **spec):
        made.append(Bench(await new_desk(texts, **spec), answer))
        return made[-1]

    yield make
    for one in made:
        one.server.close()


async def test_a_model_answers_every_task_once_and_its_answers_are_proposals(bench):
    model = await bench()
    assert (await model.put(per_item=0.5, budget_cents=1000)).state == "waiting"
    assert not model.server.asked, "nothing is asked inside a request"
    done = await model.run()
    assert (done.state, done.answered, done.unanswered) == ("up_to_date", 200, 0)
    assert (done.cost_cents, done.last_error) == (100.0, None)
    assert sorted(model.items_asked) == sorted(MANY)
    said = await model.rows("select answer ->> 'choice', model_version, probability::float8 from predictions")
    assert {version for _, version, _ in said} == {0}
    assert sorted(choice for choice, *_ in said) == ["cat"] * 133 + ["dog"] * 67
    assert (await model.run()).cost_cents == 100.0, "there is nothing to ask any more"
    assert await model.desk.states() == {"pending": 200}, "a proposal settles nothing"
    assert await model.rows("select 1 from consensus") == []


async def test_known_answers_are_asked_first_then_what_comes_next_and_what_is_done_last(bench):
    model = await bench(gold={digest_text(MANY[150]): "dog"})
    await model.rows("update tasks set state = 'completed' where position < 10 returning id")
    await model.put()
    await model.run()
    assert set(model.items_asked[:64]) == {MANY[150], *MANY[10:73]}
    assert set(model.items_asked[-8:]) == set(MANY[2:10])


async def test_the_budget_is_never_passed_and_a_larger_one_goes_on(bench):
    model = await bench()
    await model.put(per_item=1.0, budget_cents=100)
    spent = await model.run()
    assert (spent.state, spent.answered) == ("budget_spent", spent.cost_cents)
    assert 100 - 32 < spent.cost_cents <= 100
    assert "budget" in spent.last_error or "cents" in spent.last_error
    await ask_again(model.desk.app.db)
    assert (await model.run()).requests == spent.requests
    await model.put(per_item=1.0, budget_cents=1000)
    done = await model.run()
    assert (done.state, done.answered, done.cost_cents) == ("up_to_date", 200, 200.0)
    assert len(model.items_asked) == 200, "what was answered is not paid for twice"


async def test_a_dead_model_is_left_alone_for_longer_and_longer_and_then_goes_on(bench):
    broken = [True]
    model = await bench(lambda body, n: (503, {"error": "down"}) if broken[0] else good(body, n))
    await model.put(per_item=1.0, budget_cents=1000)
    first = await model.run()
    assert (first.state, first.answered, first.unanswered, first.failures) == ("unreachable", 0, 0, 1)
    assert (first.cost_cents, "503" in first.last_error) == (0.0, True)
    assert (await model.run()).failures == 2
    model.room.first_pause_seconds = 3600.0
    asked = (await model.run()).requests
    assert (await model.run()).requests == asked, "it has a pause"
    broken[0] = False
    await model.put(per_item=1.0, budget_cents=1000)
    done = await model.run()
    assert (done.state, done.answered, done.failures, done.retry_at) == ("up_to_date", 200, 0, None)


async def test_one_item_that_the_model_refuses_stands_alone_and_is_not_asked_for_ever(bench):
    def answer(body, number):
        if any(item["text"] == MANY[7] for item in body["items"]):
            return 422, {"error": "cannot read"}
        return good(body, number)

    model = await bench(answer)
    await model.put()
    done = await model.run()
    assert (done.state, done.answered, done.unanswered) == ("up_to_date", 199, 1)
    assert "cannot read" in done.last_error
    asked = len(model.server.asked)
    await model.run()
    assert len(model.server.asked) == asked


@pytest.mark.parametrize("row", [[2.0, -1.0], [0.5], ["cat", "dog"], [0.1, 0.1]])
async def test_a_model_that_talks_nonsense_is_found_out_before_it_is_asked_about_everything(bench, row):
    model = await bench(lambda body, n: {"probabilities": [row for _ in body["items"]]})
    await model.put(per_item=1.0, budget_cents=1000)
    done = await model.run()
    assert (done.state, done.answered, done.unanswered) == ("unreachable", 0, 0)
    assert done.cost_cents == BATCH["http"], "what it was asked is paid for, and no more"
    assert await model.rows("select 1 from model_answers") == []


async def test_a_run_that_is_killed_is_gone_on_with_and_accounts_for_what_it_stored(bench, monkeypatch):
    model = await bench()
    await model.put(per_item=1.0, budget_cents=1000)
    save, killed = model.room._save, []

    async def save_once(*args):
        if killed:
            raise asyncio.CancelledError
        killed.append(1)
        return await save(*args)

    monkeypatch.setattr(model.room, "_save", save_once)
    with pytest.raises(asyncio.CancelledError):
        await model.run()
    half = await model.one()
    assert (half.state, half.answered, half.cost_cents) == ("asking", 64, 64.0)
    monkeypatch.undo()
    done = await model.run()
    assert (done.state, done.answered, done.cost_cents) == ("up_to_date", 200, 200.0)
    assert len(model.items_asked) == 200 + BATCH["http"], "one batch was under way"


async def test_a_process_that_is_killed_is_followed_by_one_that_goes_on(bench, monkeypatch):
    def steady(body, number):
        time.sleep(0.2)
        return good(body, number)

    model = await bench(steady, [f"text number {number} about cats" for number in range(600)])
    monkeypatch.setenv("GROUNDSWELL_MODEL_HOSTS", model.access.hosts[0])
    await model.put(per_item=1.0, budget_cents=1000)
    first = await _spawn(model.desk.app)
    async with asyncio.timeout(30):
        while not (half := await model.one()).answered:
            await asyncio.sleep(0.02)
    first.kill()
    await first.wait()
    assert half.answered < 600
    second = await _spawn(model.desk.app)
    try:
        async with asyncio.timeout(60):
            while (done := await model.one()).state != "up_to_date":
                await asyncio.sleep(0.1)
    finally:
        await _end(second, asyncio.create_task(second.wait()))
    assert (done.answered, done.cost_cents) == (600, 600.0)
    assert len(model.items_asked) <= 600 + BATCH["http"], "one batch was under way"


async def test_another_question_is_asked_anew_and_the_same_is_not(bench):
    model = await bench()
    before = await model.put()
    await model.run()
    again = await model.put(budget_cents=5)
    assert (again.version, again.answered) == (before.version, 200)
    other = await model.put(instructions="# Look twice")
    assert (other.version != before.version, other.answered) == (True, 0)
    assert (await model.run()).answered == 200
    assert model.server.asked[-1]["instructions"] == "# Look twice"
    assert len(model.items_asked) == 400


async def test_after_a_change_of_the_classes_old_answers_do_not_count(bench):
    model = await bench()
    await model.put()
    await model.run()
    at = (*model.at, model.desk.project_id)
    await apply_change(*at, [Rename("cat", "puma")], expected_version=1)
    workshop = Workshop(model.desk.app.db, model.desk.app.datasets)
    assert (await workshop._read(model.desk.scope, model.desk.project_id)).opinions == []
    done = await model.run()
    assert (done.state, done.answered) == ("up_to_date", 200)
    assert model.server.asked[-1]["classes"] == ["puma", "dog"]
    assert len((await workshop._read(model.desk.scope, model.desk.project_id)).opinions) == 200


async def test_a_key_is_sent_and_is_nowhere_else(bench, dsn, caplog):
    caplog.set_level(logging.DEBUG)
    model = await bench(lambda body, n: (400, {"error": f"who is {SECRET}?"}))
    await model.put(key="OURS")
    done = await model.run()
    assert model.server.headers[0]["Authorization"] == f"Bearer {SECRET}"
    assert (done.key_name, done.state) == ("OURS", "unreachable")
    assert "***" in done.last_error
    assert SECRET not in f"{done}{model.access}{model.room}{caplog.text}"
    assert SECRET not in _everything(dsn)
    with pytest.raises(InputError, match="GROUNDSWELL_MODEL_KEY_THEIRS"):
        await model.put(key="THEIRS")


async def test_only_hosts_of_the_operator_are_asked(bench):
    model = await bench()
    for url in ("http://127.0.0.1:1/", "http://localhost/", "https://10.0.0.1/", "http://169.254.169.254/x"):
        with pytest.raises(NotAllowed, match="GROUNDSWELL_MODEL_HOSTS"):
            await model.put(url=url)
    for url in (
        "ftp://x/",
        "nonsense",
        f"{model.server.url}?key=1",
        f"http://me:pw@127.0.0.1:{model.server.port}/",
    ):
        with pytest.raises(InputError):
            await model.put(url=url)
    with pytest.raises(InvalidName):
        await model.put(name="../x")
    model.access = Access()
    with pytest.raises(NotAllowed, match="are off"):
        await model.put()
    assert not model.server.asked


async def test_a_host_that_is_not_allowed_any_more_is_not_asked(bench):
    model = await bench()
    await model.put()
    model.room.access = Access(["api.example.org"])
    done = await model.run()
    assert (done.state, "GROUNDSWELL_MODEL_HOSTS" in done.last_error) == ("unreachable", True)
    assert not model.server.asked


async def test_another_organization_sees_and_touches_nothing(bench):
    model = await bench()
    await model.put()
    db, project_id = model.desk.app.db, model.desk.project_id
    eve = (
        await create_organization(db, slug="other", name="O", email="eve@other.example", person="E")
    ).scope()
    with pytest.raises(NotFound):
        await list_predictors(db, eve, project_id)
    with pytest.raises(NotFound):
        await delete_predictor(db, eve, project_id, "spam-7")
    with pytest.raises(NotFound):
        await put_predictor(
            db, eve, model.access, project_id, "spam-7", PredictorSpec("http", model.server.url)
        )
    await model.room.predict(str(eve.org_id), project_id)
    assert not model.server.asked


async def test_a_deleted_model_leaves_nothing_behind_and_stops_at_once(bench):
    model = await bench()
    await model.put()
    save = model.room._save

    async def deleted_meanwhile(*args):
        await delete_predictor(*model.at, model.desk.project_id, "spam-7")
        return await save(*args)

    model.room._save = deleted_meanwhile
    await model.room.predict(str(model.desk.scope.org_id), model.desk.project_id)
    assert len(model.items_asked) == BATCH["http"]
    assert await model.rows("select 1 from model_answers") == []


async def test_a_paused_project_asks_nothing(bench):
    model = await bench()
    await model.put()
    await set_project_state(*model.at, model.desk.project_id, ProjectState.PAUSED)
    await model.run()
    assert not model.server.asked


async def test_a_slow_model_holds_up_no_learning(bench, monkeypatch):
    """Jobs that wait for models have a worker of their own."""
    waiting, answer_now = asyncio.Event(), []
    loop = asyncio.get_running_loop()

    def slow(body, number):
        loop.call_soon_threadsafe(waiting.set)
        while not answer_now:
            time.sleep(0.01)
        return good(body, number)

    model = await bench(slow)
    learnt = asyncio.Event()

    async def learn(**_):
        if waiting.is_set():
            learnt.set()

    db = model.desk.app.db
    workers = [
        asyncio.create_task(run_worker(db, {LEARN: learn}, concurrency=1)),
        asyncio.create_task(
            run_worker(db, {PREDICT: model.room.predict}, concurrency=PROJECTS_AT_ONCE, queue=MODELS)
        ),
    ]
    try:
        await model.put()
        await asyncio.wait_for(waiting.wait(), 20)
        await set_project_state(*model.at, model.desk.project_id, ProjectState.PAUSED)
        await set_project_state(*model.at, model.desk.project_id, ProjectState.ACTIVE)
        await asyncio.wait_for(learnt.wait(), 20)
        assert (await model.one()).answered == 0
        answer_now.append(1)
        async with asyncio.timeout(20):
            while (await model.one()).state != "up_to_date":
                await asyncio.sleep(0.05)
    finally:
        answer_now.append(1)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


# ── learning ─────────────────────────────────────────────────────────────────────────────────────


async def answer_some(model, count, choose=truth_of):
    """One person answers `count` tasks as the texts say."""
    (worker,) = await model.desk.crowd(1)
    done = 0
    while done < count:
        tasks = (await model.desk.work(worker, want=8)).tasks
        assert tasks
        submits = [
            Submit(task.task_id, {"choice": choose(task.payload["text"])}, 500, uuid.uuid4())
            for task in tasks
        ]
        await model.desk.work(worker, submits=submits, want=0)
        done += len(tasks)
        await model.desk.learn()


async def evidence_of(model):
    rows = await model.rows(
        "select t.payload ->> 'text', p.answer ->> 'choice', p.probability::float8, p.model_version "
        "from predictions p join tasks t on t.id = p.task_id"
    )
    return {text: (choice, probability, version) for text, choice, probability, version in rows}


async def test_learning_weighs_a_model_by_peoples_answers_and_replaces_its_first_proposals(bench):
    """The texts say nothing of their class: what our own model cannot know, the other one does."""
    model = await bench(knows(0.8), HIDDEN)
    await model.put()
    await model.run()
    first = await evidence_of(model)
    assert {(probability < 0.81, version) for _, probability, version in first.values()} == {(True, 0)}
    await answer_some(model, 100)
    learnt = await evidence_of(model)
    assert 0 not in {version for *_, version in learnt.values()}
    assert all(choice == truth_of(text) for text, (choice, *_) in learnt.items())
    assert sum(probability for _, probability, _ in learnt.values()) / len(HIDDEN) > 0.85, "it was too modest"
    assert await model.rows("select 1 from consensus where source <> 'people'") == []


async def test_a_lying_model_is_found_out_and_has_no_say(bench):
    model = await bench(knows(0.01), HIDDEN)
    await model.put()
    await model.run()
    assert all(choice != truth_of(text) for text, (choice, *_) in (await evidence_of(model)).items())
    await answer_some(model, 100)
    learnt = await evidence_of(model)
    assert sum(choice == truth_of(text) for text, (choice, *_) in learnt.items()) > 0.4 * len(learnt)
    assert max(probability for _, probability, _ in learnt.values()) < 0.9
    assert await model.rows("select 1 from consensus where source <> 'people'") == []


@pytest.mark.parametrize(
    ("known", "asked", "settles"), [(0, True, False), (60, False, False), (60, True, True)]
)
async def test_a_model_settles_nothing_alone_before_it_has_proven_itself_on_gold(
    bench, known, asked, settles
):
    gold = {digest_text(text): truth_of(text) for text in HIDDEN[:known]}
    model = await bench(knows(0.97), HIDDEN, gold=gold, target_probability=0.9, max_answers=3)
    if asked:
        await model.put()
        await model.run()
    await model.desk.learn()
    completed = (await model.desk.states()).get("completed", 0)
    assert completed > known + 100 if settles else completed <= known


def _everything(dsn):
    """Return all that is in the database, as text."""
    with psycopg.connect(dsn) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_schema in ('public', 'procrastinate') and table_type = 'BASE TABLE'"
        ).fetchall()
        return json.dumps(
            [
                connection.execute(
                    sql.SQL("select t::text from {}.{} t").format(
                        sql.Identifier(schema), sql.Identifier(table)
                    )
                ).fetchall()
                for schema, table in tables
            ]
        )
