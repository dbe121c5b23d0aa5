"""The workforce over HTTP: what a labeler may see, and what is never shown to one."""

import pytest
from psycopg import sql
from tests.integration.http.test_routes import calls, first_key
from tests.integration.peopling import labeler_of

from groundswell.clock import now
from groundswell.http.api import ENDPOINTS
from groundswell.http.server import COOKIE, PREFIX
from groundswell.http.task_numbers import TaskNumbers
from groundswell.tenancy.service import create_sign_in_token, sign_in

pytestmark = pytest.mark.anyio

OPEN_TO_LABELERS = {
    "GET /session",
    "GET /projects",
    "GET /projects/{project_id}",
    "POST /projects/{project_id}/work",
    "GET /projects/{project_id}/guidelines",
    "GET /projects/{project_id}/review-policy",
    "GET /returned",
    "GET /me/project",
    "GET /me/work",
    "GET /me/skills",
    "GET /me/content",
    "PUT /me/content/{content}",
    "DELETE /me/content/{content}",
    "GET /me/earnings",
    "GET /me/ledger",
    "GET /me/restrictions",
}
"""What a labeler is answered. Every other route refuses; a new one is refused until somebody adds it here.

The history of a task is open to him, too, but not under the number that others know the task by.
"""


@pytest.fixture
async def lee(web):
    """A labeler who has done nothing yet, as headers to call with; the project is at work."""
    member, _ = await labeler_of(web.desk)
    db = web.desk.app.db
    async with db.system_transaction() as tx:
        await tx.execute(sql.SQL("update projects set state = 'active'"))
    _, session = await sign_in(db, await create_sign_in_token(db, member, now=now()), now=now())
    return {"Cookie": f"{COOKIE}={session}", "X-Groundswell": "ui"}


async def test_a_labeler_is_refused_by_every_route_that_is_not_for_labelers(web, lee):
    found = {}
    for endpoint, (method, path, body) in zip(
        ENDPOINTS, calls(web.desk.project_id, await first_key(web), **web.ids), strict=True
    ):
        response = await web.http.request(method, path, headers=lee, json=body)
        found[f"{endpoint.method} {endpoint.path}"] = response.status_code
    answered = {route for route, status in found.items() if status < 300}
    assert answered == OPEN_TO_LABELERS & set(found)
    assert {status for route, status in found.items() if route not in answered} <= {403, 404}


async def test_nothing_that_a_labeler_is_shown_is_about_somebody_else(web, lee):
    """Others have answered, earned, been tested, restricted and named: none of that is in any answer."""
    async with web.desk.app.db.system_transaction() as tx:
        others = await tx.fetch_values(sql.SQL("select name from workers where name <> 'Lee'"))
        emails = await tx.fetch_values(sql.SQL("select email from users where name <> 'Lee'"))
    for endpoint, (method, path, body) in zip(
        ENDPOINTS, calls(web.desk.project_id, await first_key(web), **web.ids), strict=True
    ):
        if f"{endpoint.method} {endpoint.path}" in OPEN_TO_LABELERS and method == "GET":
            text = (await web.http.request(method, path, headers=lee, json=body)).text
            for secret in [*(f'"{name}"' for name in others), *emails, '"Local"', "nine of ten tests failed"]:
                assert secret not in text, f"{path} shows {secret}"
    assert (await web.http.get(PREFIX + "/me/skills", headers=lee)).json() == {"items": []}
    assert (await web.http.get(PREFIX + "/me/ledger", headers=lee)).json()["items"] == []
    earned = (await web.http.get(PREFIX + "/me/earnings", headers=lee)).json()
    assert (earned["annotations"], earned["price_cents"], earned["hourly_cents"]) == (0, 0, None)


async def test_a_labeler_sees_a_pseudonym_until_an_admin_shows_the_name(web, lee):
    path = PREFIX + "/organization"
    given = (await web.call("GET", path)).json()
    assert given["name"] == "Local"
    assert given["pseudonym"].startswith("Client ")

    async def shown():
        return (await web.http.get(PREFIX + "/session", headers=lee)).json()["organization"]["name"]

    assert await shown() == given["pseudonym"]
    assert (await web.call("PUT", path, json={"pseudonym": "North Star"})).status_code == 204
    assert (await web.call("GET", PREFIX + "/session")).json()["organization"]["name"] == "Local"
    _, session = await sign_in_anew(web)
    lee["Cookie"] = f"{COOKIE}={session}"
    assert await shown() == "North Star"
    await web.call("PUT", path, json={"pseudonym": "North Star", "show_name": True})
    _, session = await sign_in_anew(web)
    lee["Cookie"] = f"{COOKIE}={session}"
    assert await shown() == "Local"
    assert (await web.call("PUT", path, json={"pseudonym": "a\nb"})).status_code == 400


async def sign_in_anew(web):
    member, _ = await labeler_of(web.desk)
    db = web.desk.app.db
    return await sign_in(db, await create_sign_in_token(db, member, now=now()), now=now())


async def test_a_restriction_is_written_read_by_its_worker_and_lifted(web, lee):
    _, worker = await labeler_of(web.desk)
    body = {
        "worker_id": worker,
        "reason": "spam",
        "evidence": {"note": "thirty answers in ten seconds", "tasks": [1, 2, 3]},
        "appeal_to": "people@example.org",
        "ends_at": "2026-01-01T00:00:00Z",
    }
    refused = await web.call("POST", PREFIX + "/restrictions", json=body)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_input")
    for missing in ("evidence", "ends_at", "reason", "appeal_to"):
        part = {key: value for key, value in body.items() if key != missing}
        assert (await web.call("POST", PREFIX + "/restrictions", json=part)).status_code == 400, missing
    body["ends_at"] = now().replace(year=now().year + 1, month=1, day=1).isoformat()
    written = await web.call("POST", PREFIX + "/restrictions", json=body)
    assert written.is_success, written.text
    (own,) = (await web.http.get(PREFIX + "/me/restrictions", headers=lee)).json()["items"]
    assert (own["id"], own["reason"], own["evidence"]) == (written.json()["id"], "spam", body["evidence"])
    (offer,) = (await web.http.get(PREFIX + "/me/work", headers=lee)).json()["items"]
    assert not offer["eligible"]
    assert "(spam)" in offer["why_not"]
    assert (await web.call("DELETE", f"{PREFIX}/restrictions/{own['id']}")).status_code == 204
    (offer,) = (await web.http.get(PREFIX + "/me/work", headers=lee)).json()["items"]
    assert offer["eligible"]
    listed = (await web.call("GET", f"{PREFIX}/restrictions?worker_id={worker}")).json()["items"]
    assert [each["lifted_at"] is not None for each in listed] == [True]


async def test_consent_is_given_and_taken_back_by_its_worker(web, lee):
    path = PREFIX + "/me/content"
    assert (await web.http.put(path + "/gore", headers=lee)).status_code == 204
    (gore,) = (await web.http.get(path, headers=lee)).json()["items"]
    assert (gore["content"], gore["today"], gore["per_day"]) == ("gore", 0, 200)
    assert gore["consented_at"]
    await web.call("PUT", PREFIX + "/content-limits/gore", json={"per_day": 7, "per_week": 9})
    assert (await web.http.get(path, headers=lee)).json()["items"][0]["per_day"] == 7
    assert (await web.http.delete(path + "/gore", headers=lee)).status_code == 204
    assert (await web.http.get(path, headers=lee)).json()["items"] == []
    assert (await web.http.put(path + "/Not%20a%20class", headers=lee)).status_code == 400


async def test_lists_of_people_page_by_cursor_and_name_what_they_cannot_read(web):
    first = (await web.call("GET", PREFIX + "/workers?limit=1")).json()
    rest = (await web.call("GET", f"{PREFIX}/workers?cursor={first['next_cursor']}")).json()
    everybody = (await web.call("GET", PREFIX + "/workers")).json()["items"]
    assert first["items"] + rest["items"] == everybody
    assert rest["next_cursor"] is None
    for path in (
        "/workers?limit=0",
        "/workers?cursor=x",
        "/restrictions?worker_id=x",
        "/me/earnings?since=x",
    ):
        assert (await web.call("GET", PREFIX + path)).status_code == 400, path
    gold = f"{PREFIX}/projects/{web.desk.project_id}/gold"
    assert (await web.call("GET", gold + "?suspended=maybe")).status_code == 400
    assert len((await web.call("GET", gold + "?suspended=false")).json()["items"]) == 1
    assert (await web.call("GET", gold + "?suspended=true")).json()["items"] == []


async def test_earnings_are_told_by_day_for_a_time_that_one_names(web):
    path = PREFIX + "/me/earnings"
    earned = (await web.call("GET", path)).json()
    assert earned["until"] == now().date().isoformat()
    assert earned["annotations"] == sum(day["annotations"] for day in earned["days"])
    assert (await web.call("GET", path + "?since=2026-02-01&until=2026-01-01")).status_code == 400
    assert (await web.call("GET", path + "?since=2020-01-01&until=2026-01-01")).status_code == 400
    assert (await web.call("GET", path + "?since=2020-01-01&until=2020-06-01")).json()["days"] == []


async def test_a_hidden_test_is_not_known_by_its_number(web, lee):
    """What a labeler is shown are numbers of his organization's own, in and out, wherever tasks are named."""
    db, project_id = web.desk.app.db, web.desk.project_id
    work = f"{PREFIX}/projects/{project_id}/work"
    async with db.system_transaction() as tx:
        await tx.execute(sql.SQL("update tasks set state = 'pending'"))
        await tx.execute(sql.SQL("update batches set frontier = 0, state = 'in_progress'"))
    keys = ("00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b")
    shown: list[int] = []
    body: dict = {}
    for act in ("submit", "release", "skip"):
        (task,) = (await web.http.post(work, headers=lee, json={**body, "want": 1})).json()["tasks"]
        shown.append(task["task_id"])
        answer = {"task_id": shown[-1], "answer": {"choice": "cat"}, "idempotency_key": keys[0]}
        given = {"submit": answer, "release": shown[-1], "skip": {"task_id": shown[-1], "reason": "too dark"}}
        body = {act: [given[act]]}
    done = (await web.http.post(work, headers=lee, json=body)).json()
    assert min(shown) > 10_000, "small numbers would tell the order in which tasks were made"
    async with db.system_transaction() as tx:
        of_lee = "from workers w join {} t on t.worker_id = w.id where w.name = 'Lee'"
        stored, ended, held = [
            await tx.fetch_values(sql.SQL("select t.task_id " + of_lee.format(table) + also))
            for table, also in (("annotations", ""), ("ended_leases", " order by t.skipped"), ("leases", ""))
        ]
    numbers = TaskNumbers(await _task_key(db))
    assert done["tasks"] == []
    assert held == []
    assert {numbers.shown(task_id) for task_id in [*stored, *ended]} == set(shown)
    (line,) = (await web.http.get(f"{PREFIX}/me/ledger", headers=lee)).json()["items"]
    assert line["task_id"] == shown[0]
    history = f"{PREFIX}/projects/{project_id}/tasks/{{}}/annotations"
    assert len((await web.http.get(history.format(shown[0]), headers=lee)).json()["items"]) == 1
    assert (await web.http.get(history.format(stored[0]), headers=lee)).status_code == 404
    again = {"submit": [{"task_id": stored[0], "answer": {"choice": "cat"}, "idempotency_key": keys[1]}]}
    (refused,) = (await web.http.post(work, headers=lee, json=again)).json()["receipts"]
    assert (refused["task_id"], refused["status"]) == (stored[0], "refused")


async def _task_key(db):
    async with db.system_transaction() as tx:
        return await tx.fetch_value(sql.SQL("select task_key from organizations where slug = 'local'"))
