"""Review over HTTP: who may call what, what a bad body is told, and the page of the documentation as it stands."""

import asyncio
import re
import uuid
from pathlib import Path

import httpx
import pytest
from psycopg import sql

from groundswell.client import Client
from groundswell.clock import now
from groundswell.http.server import COOKIE, create_server
from groundswell.label.delivery.service import deliver
from groundswell.label.work.model import Submit
from groundswell.tenancy.model import Role
from groundswell.tenancy.service import add_member, create_api_key, create_sign_in_token, find_member, sign_in

pytestmark = pytest.mark.anyio

PAGE = Path(__file__).parents[3] / "docs/howto/review.md"
KEY = "00000000-0000-4000-8000-000000000009"


def of(web, path):
    return f"/api/v1/projects/{web.desk.project_id}{path}"


async def labeler(web):
    """Return the headers of somebody who only labels."""
    db = web.desk.app.db
    await add_member(db, web.desk.scope, email="lee@example.org", person="Lee", role=Role.LABELER)
    lee = await find_member(db, slug="local", email="lee@example.org")
    _, session = await sign_in(db, await create_sign_in_token(db, lee, now=now()), now=now())
    return {"Cookie": f"{COOKIE}={session}", "X-Groundswell": "ui"}


async def test_a_labeler_reaches_his_own_work_and_nobody_elses(web):
    headers, fixed = await labeler(web), {"decision": "accept", "idempotency_key": KEY}
    edit = {"answer": {"choice": "cat"}, "idempotency_key": KEY}
    audit = {"dataset_version": 1, "verdicts": [{"task_id": 1, "verdict": "approve"}]}
    for method, path, body, status in (
        ("POST", of(web, "/review-policy"), {"levels": 1}, 403),
        ("POST", of(web, "/reviews"), {"want": 1}, 403),
        ("POST", of(web, f"/reviews/{web.ids['review_id']}"), fixed, 403),
        ("GET", of(web, "/reviewers"), None, 403),
        ("GET", of(web, "/audits"), None, 403),
        ("POST", of(web, "/audits"), audit, 403),
        ("POST", f"/api/v1/returned/{web.ids['return_id']}", edit, 404),
        ("POST", of(web, f"/annotations/{web.ids['annotation_id']}/revisions"), edit, 404),
    ):
        response = await web.http.request(method, path, json=body, headers=headers)
        assert response.status_code == status, f"{method} {path}: {response.text}"
    assert (await web.http.get("/api/v1/returned", headers=headers)).json()["items"] == []
    history = of(web, f"/tasks/{web.ids['task_id']}/annotations")
    assert (await web.http.get(history, headers=headers)).status_code == 404


async def test_a_returned_task_says_what_was_wrong_and_takes_one_answer(web):
    task, _ = (await web.call("GET", "/api/v1/returned")).json()["items"]
    assert (task["answer"], task["reason"], task["should_be"]) == ({"choice": "cat"}, "look again", None)
    assert task["item"]["text"].endswith("cats")
    edit = {"answer": {"choice": "dog"}, "idempotency_key": KEY}
    first = await web.call("POST", f"/api/v1/returned/{task['return_id']}", json=edit)
    again = await web.call("POST", f"/api/v1/returned/{task['return_id']}", json=edit)
    assert first.json() == again.json()
    assert first.json()["status"] == "stored"
    other = await web.call(
        "POST", f"/api/v1/returned/{task['return_id']}", json={**edit, "idempotency_key": str(uuid.uuid4())}
    )
    assert (other.status_code, other.json()["code"]) == (409, "conflict")


BAD_VERDICTS = [
    ({"decision": "perhaps"}, 400, "Invalid enum value 'perhaps'"),
    ({"decision": 1}, 400, "Expected `str`"),
    ({"decision": "accept", "idempotency_key": "x"}, 400, "Invalid UUID"),
    ({"decision": "accept", "verdict": "x"}, 400, "unknown field"),
    ({"decision": "reject", "reason": "x" * 2001}, 400, "<= 2000"),
    ({"decision": "reject", "rejected": [0]}, 400, ">= 1"),
    ({"decision": "reject"}, 400, "needs evidence"),
    ({"decision": "reject", "reason": "no", "rejected": [1]}, 400, "not one of the answers"),
    ({"decision": "fix"}, 400, "needs the answer"),
    ({"decision": "fix", "answer": {"choice": "fish"}}, 422, "not a class"),
    ({"decision": "fix", "answer": {"choice": ["cat"]}}, 422, "an answer is"),
]


async def test_a_bad_verdict_is_told_what_is_wrong_and_stores_nothing(web):
    path = of(web, f"/reviews/{web.ids['review_id']}")
    for body, status, says in BAD_VERDICTS:
        response = await web.call("POST", path, json={"idempotency_key": KEY, **body})
        assert response.status_code == status, f"{body}: {response.text}"
        assert says in response.json()["detail"]
    good = {"decision": "fix", "answer": {"choice": "cat"}, "idempotency_key": KEY}
    assert (await web.call("POST", path, json=good)).is_success


async def test_a_review_that_has_no_number_is_named(web):
    body = {"decision": "accept", "idempotency_key": KEY}
    for review in ("0", "x", "-1", "9" * 30):
        response = await web.call("POST", of(web, f"/reviews/{review}"), json=body)
        assert (response.status_code, response.json()["code"]) == (400, "invalid_input")
        assert "review_id" in response.json()["detail"]


async def test_the_policy_reads_as_it_was_set_and_a_share_of_two_is_refused(web):
    policy = {"levels": 2, "share": 0.1, "rereview_share": 0.05}
    assert (await web.call("POST", of(web, "/review-policy"), json=policy)).json() == {**policy, "asked": 0}
    assert (await web.call("POST", of(web, "/review-policy"), json={**policy, "share": 2})).status_code == 400
    assert (await web.call("GET", of(web, "/review-policy"))).json() == {**policy, "asked": 0}


# ── the page of the documentation ────────────────────────────────────────────────────────────────


class Bridge(httpx.BaseTransport):
    """Lets a client in a thread call the web application in the loop of the test."""

    def __init__(self, app) -> None:
        self._asgi, self._loop = httpx.ASGITransport(app), asyncio.get_running_loop()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run_coroutine_threadsafe(self._answer(request), self._loop).result(30)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        asked = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
        response = await self._asgi.handle_async_request(asked)
        return httpx.Response(response.status_code, headers=response.headers, content=await response.aread())


@pytest.fixture
async def people(desk):
    """Return a client of a manager, of a reviewer and of a worker; the worker has called everything a cat."""
    db, clients = desk.app.db, {}
    bridge = Bridge(create_server(desk.app))
    for name in ("manager", "reviewer", "worker"):
        email = f"{name}@example.org"
        await add_member(db, desk.scope, email=email, person=name.title(), role=Role.MANAGER)
        member = await find_member(db, slug="local", email=email)
        key = await create_api_key(db, member.scope(), "mine")
        clients[name] = Client("http://127.0.0.1", key, transport=bridge)
    worker = await desk.app.workforce.worker_of(member)
    while tasks := (await desk.work(worker, want=8)).tasks:
        submits = [Submit(task.task_id, {"choice": "cat"}, 500, uuid.uuid4()) for task in tasks]
        await desk.work(worker, submits=submits, want=0)
    await desk.learn()
    return clients


async def test_the_page_on_review_does_what_it_says(desk, people, capsys):
    *blocks, audit = re.findall(r"^```py\n(.*?)^```$", PAGE.read_text(), re.M | re.S)
    names = {**people, "project": desk.project_id}
    await asyncio.to_thread(exec, "\n".join(blocks), names)
    said = capsys.readouterr().out
    assert "20 labels wait for a reviewer" in said
    assert said.count("was rejected: Read to the last word") == 5
    assert "Reviewer 5 5 None 0.0 1.0" in said
    version = await deliver(desk.app.db, desk.scope, desk.app.datasets("local"), desk.project_id)
    await asyncio.to_thread(exec, audit, {**names, "version": version.number})
    assert capsys.readouterr().out == "0.0\n"
    async with desk.app.db.system_transaction() as tx:
        answered = await tx.fetch_value(
            sql.SQL("select count(*) from returned_tasks where answered_at is not null")
        )
    assert answered == 5
