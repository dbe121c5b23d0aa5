"""Conversations with models over HTTP: for who holds the task, within two budgets, and whatever the model does."""

import asyncio
import uuid
from dataclasses import dataclass, replace

import httpx
import pytest
from tests.integration.conftest import Desk
from tests.integration.http.conftest import Web
from tests.integration.peopling import labeler_of
from tests.unit.assist.models.server import Server

from groundswell.app import App, local_member
from groundswell.assist.models import Limits
from groundswell.clock import now
from groundswell.http.server import COOKIE, create_server
from groundswell.label.conversations.service import ConversationRoom
from groundswell.label.opening import open_project
from groundswell.label.predictors.asking import PredictionRoom
from groundswell.label.predictors.rules import Access
from groundswell.label.projects.model import ProjectSpec
from groundswell.organize import collect
from groundswell.tenancy.service import (
    create_api_key,
    create_organization,
    create_sign_in_token,
    sign_in,
)

pytestmark = pytest.mark.anyio

SYSTEM = {"role": "system", "content": "You are a cook."}
OWN_PAGE = {"X-Groundswell": "ui"}
ASKED = {"role": "user", "content": "How long does an egg boil?"}
SPEC = ProjectSpec(
    name="talks", kind="chat", classes=(), options={"mode": "continue"}, dataset="", dataset_version=0
)


@dataclass
class Talk:
    """A project of conversations, a labeler who holds the one task of it, and a model."""

    web: object
    path: str
    server: Server
    lee: dict[str, str]
    task_id: int

    async def ask(self, *messages, key=None, headers=None, **given):
        body = {"task_id": self.task_id, "messages": messages, "idempotency_key": str(key or uuid.uuid4())}
        return await self.web.http.post(
            self.path + "/chat", headers=headers or self.lee, json={**body, **given}
        )

    async def put_model(self, name="talker", **given):
        price = {"per_million_in": 1000.0, "per_million_out": 10_000.0, "budget_cents": 500.0}
        body = {
            "kind": "chat",
            "url": f"http://127.0.0.1:{self.server.port}/v1",
            "model": name,
            **price,
            **given,
        }
        return await self.web.call("PUT", f"{self.path}/predictors/{name}", json=body)

    async def model(self, name="talker"):
        listed = (await self.web.call("GET", self.path + "/predictors")).json()["items"]
        return next(one for one in listed if one["name"] == name)


def said(body, number):
    """Repeat the last word, in the name of the model."""
    content = f"{body['model']}: {body['messages'][-1]['content']}"
    return {
        "choices": [{"message": {"content": content}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10},
    }


@pytest.fixture
def talker():
    opened = Server(said)
    yield opened
    opened.close()


@pytest.fixture
async def talk(db, tmp_path, talker):
    app = App(tmp_path, db, Access([f"http://127.0.0.1:{talker.port}"]))
    app.conversation_room = ConversationRoom(
        db, app.access, Limits(timeout_seconds=5, attempts=2, first_wait_seconds=0.01)
    )
    member = await local_member(app)
    eve = await create_organization(db, slug="other", name="Other", email="eve@other.example", person="Eve")
    project_id = await open_talks(app, member)
    desk = Desk(app, member, project_id, 1)
    lee, _ = await labeler_of(desk)
    _, session = await sign_in(db, await create_sign_in_token(db, lee, now=now()), now=now())
    keys = [await create_api_key(db, one.scope(), "key") for one in (member, eve)]
    transport = httpx.ASGITransport(create_server(app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        web = Web(http, desk, keys[0], "", keys[1], {})
        talk = Talk(
            web, f"/api/v1/projects/{project_id}", talker, {**OWN_PAGE, "Cookie": f"{COOKIE}={session}"}, 0
        )
        work = await http.post(talk.path + "/work", headers=talk.lee, json={"want": 1})
        (task,) = work.json()["tasks"]
        yield replace(talk, task_id=task["task_id"])


async def open_talks(app, member, **spec):
    version = collect([{"messages": [SYSTEM, ASKED]}], as_records=True).save(
        "talks", store=app.datasets(member.org_slug)
    )
    return await open_project(app.db, member.scope(), version, replace(SPEC, **spec))


async def test_who_holds_the_task_gets_the_models_reply_and_its_cost_is_booked(talk):
    assert (await talk.put_model()).status_code == 200
    assert (await talk.model())["instructions"] == ""
    first = await talk.ask()
    assert first.json() == {
        "replies": [{"content": "talker: " + ASKED["content"], "cut": False}],
        "left": 199,
    }
    answered = {"role": "assistant", "content": "Six minutes."}
    again = await talk.ask(answered, {"role": "user", "content": "And hard?"})
    assert again.json() == {"replies": [{"content": "talker: And hard?", "cut": False}], "left": 198}
    assert [one["role"] for one in talk.server.asked[1]["messages"]] == [
        "system",
        "user",
        "assistant",
        "user",
    ]
    model = await talk.model()
    assert (model["state"], model["answered"], model["requests"]) == ("up_to_date", 2, 2)
    assert model["cost_cents"] == pytest.approx(2 * (100 * 1000 + 10 * 10_000) / 1e6)
    logged = (await talk.web.call("GET", talk.path + "/chat?limit=1")).json()
    (newest,) = logged["items"]
    assert (newest["content"], newest["messages"]) == (
        "talker: And hard?",
        [answered, {"role": "user", "content": "And hard?"}],
    )
    assert newest["cents"] == pytest.approx(0.2)
    older = (await talk.web.call("GET", f"{talk.path}/chat?cursor={logged['next_cursor']}")).json()
    assert ([one["messages"] for one in older["items"]], older["next_cursor"]) == ([[]], None)


async def test_several_models_each_reply_once_and_the_worker_is_not_told_which_is_which(talk):
    for name in ("one", "two", "three"):
        await talk.put_model(name, instructions=f"You are {name}.")
    orders = set()
    for _ in range(8):
        replies = (await talk.ask()).json()["replies"]
        names = [one["content"].split(":")[0] for one in replies]
        assert sorted(names) == ["one", "three", "two"]
        orders.add(tuple(names))
        assert all(set(one) == {"content", "cut"} for one in replies)
    assert len(orders) > 1
    assert {one["messages"][0]["content"] for one in talk.server.asked} == {
        f"You are {name}.\n\n{SYSTEM['content']}" for name in ("one", "two", "three")
    }


async def test_one_model_that_is_down_does_not_silence_the_other(talk):
    talk.server.answer = lambda body, n: (503, {}) if body["model"] == "ill" else said(body, n)
    await talk.put_model("ill")
    await talk.put_model("well")
    replies = (await talk.ask()).json()["replies"]
    assert [one["content"].split(":")[0] for one in replies] == ["well"]
    assert (await talk.model("ill"))["state"] == "unreachable"


async def test_only_who_holds_the_task_may_ask(talk):
    await talk.put_model()
    admin = await talk.web.call(
        "POST", talk.path + "/chat", json={"task_id": 1, "idempotency_key": str(uuid.uuid4())}
    )
    assert (admin.status_code, admin.json()["code"]) == (403, "not_allowed")
    assert (await talk.ask(task_id=talk.task_id + 1)).status_code == 403
    body = {"submit": [], "skip": [{"task_id": talk.task_id, "reason": "other"}]}
    await talk.web.http.post(talk.path + "/work", headers=talk.lee, json=body)
    given_back = await talk.ask()
    assert (given_back.status_code, "lease" in given_back.json()["detail"]) == (403, True)
    assert talk.server.asked == []


async def test_another_tenant_finds_nothing(talk):
    await talk.put_model()
    key = talk.web.strangers_key
    body = {"task_id": talk.task_id, "idempotency_key": str(uuid.uuid4())}
    for method, given in (("POST", {"json": body}), ("GET", {})):
        response = await talk.web.call(method, talk.path + "/chat", key=key, **given)
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert talk.server.asked == []


async def test_what_models_replied_is_for_managers(talk):
    assert (await talk.web.http.get(talk.path + "/chat", headers=talk.lee)).status_code == 403


async def test_without_a_model_the_error_says_how_to_connect_one(talk):
    response = await talk.ask()
    assert (response.status_code, response.json()["code"]) == (409, "no_model")
    assert "PUT /projects" in response.json()["detail"]


async def test_a_budget_is_never_passed_however_many_ask_at_once(talk):
    talk.server.answer = lambda body, number: {"choices": said(body, number)["choices"]}  # counts at the most
    most = (2048 * 10_000 + 64 * 3 * 1000) / 1e6  # and a little for the words
    await talk.put_model(budget_cents=2.5 * most)
    answers = await asyncio.gather(*(talk.ask() for _ in range(6)))
    assert sorted(one.status_code for one in answers) == [200, 200, 409, 409, 409, 409]
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"allowance_spent"}
    await talk.put_model(budget_cents=0.1)
    spent = await talk.ask()
    assert (spent.json()["code"], "budget" in spent.json()["detail"]) == ("allowance_spent", True)
    assert (await talk.model())["state"] == "budget_spent"
    assert len(talk.server.asked) == 2


async def test_a_worker_asks_no_more_often_than_a_day_allows(talk):
    await talk.put_model(replies_per_day=2)
    assert [(await talk.ask()).json().get("left") for _ in range(2)] == [1, 0]
    third = await talk.ask()
    assert (third.status_code, third.json()["code"]) == (409, "allowance_spent")
    assert "2 replies" in third.json()["detail"]
    assert len(talk.server.asked) == 2


async def test_a_model_that_is_down_says_so_costs_nothing_and_is_asked_again(talk):
    await talk.put_model()
    talk.server.answer = lambda body, number: (503, {"error": "overloaded"})
    down = await talk.ask()
    assert (down.status_code, down.json()["code"]) == (503, "no_reply")
    model = await talk.model()
    assert (model["state"], model["cost_cents"], model["unanswered"]) == ("unreachable", 0, 1)
    assert "overloaded" in model["last_error"]
    assert "overloaded" not in down.text
    talk.server.answer = said
    assert (await talk.ask()).status_code == 200


async def test_the_same_call_again_is_answered_as_before_and_paid_once(talk):
    await talk.put_model()
    key = uuid.uuid4()
    first, second = await asyncio.gather(talk.ask(key=key), talk.ask(key=key))
    statuses = sorted((first.status_code, second.status_code))
    assert statuses in ([200, 200], [200, 409])
    later = await talk.ask(key=key)
    assert later.json()["replies"] == [{"content": "talker: " + ASKED["content"], "cut": False}]
    assert len(talk.server.asked) == 1


async def test_what_is_no_conversation_is_refused_and_nobody_is_asked(talk):
    await talk.put_model()
    answered = {"role": "assistant", "content": "Six."}
    for messages, status, says in (
        ([{"role": "user", "content": "Twice?"}], 422, "in turn"),
        ([answered], 422, "spoken last"),
        ([{"role": "system", "content": "Be rude."}], 422, "system message"),
        ([answered, {"role": "user", "content": " "}], 422, "empty"),
        ([answered, {"role": "user", "content": "a\x00"}], 422, "kept"),
        ([{"role": "robot", "content": "Six."}], 400, "role"),
    ):
        response = await talk.ask(*messages)
        assert (response.status_code, says in response.json()["detail"]) == (status, True), response.text
    assert talk.server.asked == []


async def test_in_the_background_nobody_asks_a_model_of_conversations(talk):
    await talk.put_model()
    app = talk.web.desk.app
    project_id = int(talk.path.rsplit("/", 1)[1])
    await PredictionRoom(app.db, app.datasets, app.access).predict(
        str(talk.web.desk.scope.org_id), project_id
    )
    assert (talk.server.asked, (await talk.model())["state"]) == ([], "waiting")


async def test_a_project_that_was_paused_asks_nothing(talk):
    await talk.put_model()
    await talk.web.call("POST", talk.path + "/state", json={"state": "paused"})
    assert (await talk.ask()).status_code in (404, 409)
    assert talk.server.asked == []


async def test_a_model_that_could_never_reply_is_refused(talk):
    for given, status, says in (
        ({"kind": "http"}, 409, "kind chat"),
        ({"replies_per_day": 0}, 400, ">= 1"),
        ({"model": ""}, 400, "`model`"),
    ):
        response = await talk.put_model(**given)
        assert (response.status_code, says in response.json()["detail"]) == (status, True), response.text


async def test_a_project_that_only_writes_has_nothing_to_ask_a_model(talk):
    desk = talk.web.desk
    project_id = await open_talks(desk.app, desk.member, name="writing", options={"mode": "write"})
    body = {"kind": "chat", "url": f"http://127.0.0.1:{talk.server.port}/v1", "model": "m"}
    response = await talk.web.call("PUT", f"/api/v1/projects/{project_id}/predictors/m", json=body)
    assert (response.status_code, "mode continue" in response.json()["detail"]) == (409, True)
