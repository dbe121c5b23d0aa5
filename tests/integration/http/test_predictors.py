"""Models of others over HTTP: for managers; no key goes out, and nothing is asked inside a request."""

import json

import pytest
from tests.unit.assist.models.server import Server

from groundswell.clock import now
from groundswell.http.server import COOKIE
from groundswell.label.predictors.asking import PredictionRoom
from groundswell.label.predictors.rules import Access
from groundswell.tenancy.model import Role
from groundswell.tenancy.service import add_member, create_sign_in_token, find_member, sign_in

pytestmark = pytest.mark.anyio

SECRET = "sk-never-seen-5"


def path(web, name="/talker"):
    return f"/api/v1/projects/{web.desk.project_id}/predictors{name}"


def chat(body, number):
    about = body["messages"][-1]["content"]
    named = "cat" if "cat" in json.dumps(about) else "dog"
    content = json.dumps({"label": named, "confidence": 0.9})
    return {
        "choices": [{"message": {"content": content}}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10},
    }


@pytest.fixture
def talker():
    server = Server(chat)
    yield server
    server.close()


@pytest.fixture
def access(web, talker):
    """What the operator allows, as the running service knows it."""
    web.desk.app.access = Access(
        [f"http://127.0.0.1:{talker.port}"], {"TALKER": f"http://127.0.0.1:{talker.port} {SECRET}"}
    )
    return web.desk.app.access


def body_for(talker, **given):
    price = {"per_million_in": 1000.0, "per_million_out": 10_000.0, "budget_cents": 500.0}
    url = talker.url.removesuffix("/predict") + "/v1"
    return {"kind": "chat", "url": url, "model": "m", "key": "TALKER", **price, **given}


async def test_a_language_model_is_named_asked_in_the_background_and_accounted_for(web, talker, access):
    await web.call("DELETE", path(web, "/spam-7"))
    put = await web.call("PUT", path(web), json=body_for(talker))
    assert (put.status_code, put.json()["state"], talker.asked) == (200, "waiting", [])
    desk = web.desk
    room = PredictionRoom(desk.app.db, desk.app.datasets, access)
    await web.call("POST", f"/api/v1/projects/{desk.project_id}/state", json={"state": "active"})
    await room.predict(str(desk.scope.org_id), desk.project_id)
    listed = await web.call("GET", path(web, ""))
    (found,) = listed.json()["items"]
    assert (found["state"], found["answered"], found["unanswered"]) == ("up_to_date", 20, 0)
    assert (found["requests"], found["tokens_in"], found["tokens_out"]) == (20, 2000, 200)
    assert found["cost_cents"] == pytest.approx(20 * (100 * 1000 + 10 * 10_000) / 1e6)
    assert talker.headers[0]["Authorization"] == f"Bearer {SECRET}"
    assert found["key_name"] == "TALKER"
    assert SECRET not in put.text + listed.text
    assert (await web.call("DELETE", path(web))).status_code == 204
    assert (await web.call("GET", path(web, ""))).json() == {"items": []}
    assert (await web.call("DELETE", path(web))).status_code == 404


@pytest.mark.parametrize(
    ("given", "status", "says"),
    [
        ({"url": "http://169.254.169.254/latest"}, 403, "GROUNDSWELL_MODEL_HOSTS"),
        ({"key": "OTHER"}, 400, "GROUNDSWELL_MODEL_KEY_OTHER"),
        ({"key": SECRET}, 400, "never a key itself"),
        ({"model": ""}, 400, "needs `model`"),
        ({"budget_cents": -1}, 400, ">= 0"),
        ({"secret": "x"}, 400, "unknown field"),
    ],
)
async def test_what_cannot_be_asked_is_refused_with_the_remedy(web, talker, access, given, status, says):
    response = await web.call("PUT", path(web), json=body_for(talker, **given))
    assert (response.status_code, says in response.json()["detail"]) == (status, True), response.text
    assert not talker.asked
    assert SECRET not in response.text


async def test_without_hosts_the_feature_is_off_and_says_which_setting_turns_it_on(web, talker):
    web.desk.app.access = Access()
    response = await web.call("PUT", path(web), json=body_for(talker))
    assert (response.status_code, response.json()["code"]) == (403, "not_allowed")
    assert "GROUNDSWELL_MODEL_HOSTS" in response.json()["detail"]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.LABELER])
async def test_only_managers_have_to_do_with_models(web, talker, access, role):
    db = web.desk.app.db
    await add_member(db, web.desk.scope, email="lee@example.org", person="Lee", role=role)
    lee = await find_member(db, slug="local", email="lee@example.org")
    _, session = await sign_in(db, await create_sign_in_token(db, lee, now=now()), now=now())
    headers = {"Cookie": f"{COOKIE}={session}", "X-Groundswell": "ui"}
    for method, name in (("GET", ""), ("PUT", "/talker"), ("DELETE", "/spam-7")):
        body = {"json": body_for(talker)} if method == "PUT" else {}
        response = await web.http.request(method, path(web, name), headers=headers, **body)
        assert response.status_code == 403, f"{method}: {response.text}"
