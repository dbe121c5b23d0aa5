"""The people of an organization, over HTTP."""

import pytest

from groundswell.http.server import COOKIE

pytestmark = pytest.mark.anyio

MEMBERS = "/api/v1/members"


async def test_a_person_is_added_signs_in_once_and_labels(web):
    added = (await web.call("POST", MEMBERS, json={"email": "ann@example.org", "name": "Ann"})).json()
    assert added["role"] == "labeler"
    token = (await web.call("POST", f"{MEMBERS}/{added['id']}/sign-in")).json()["token"]
    headers = {"X-Groundswell": "ui"}
    first = await web.http.post("/api/v1/session", json={"token": token}, headers=headers)
    assert first.json()["user"]["email"] == "ann@example.org"
    again = await web.http.post("/api/v1/session", json={"token": token}, headers=headers)
    assert again.status_code == 401
    web.http.cookies.clear()


async def test_a_changed_role_holds_at_once(web):
    added = (await web.call("POST", MEMBERS, json={"email": "ann@example.org", "name": "Ann"})).json()
    token = (await web.call("POST", f"{MEMBERS}/{added['id']}/sign-in")).json()["token"]
    headers = {"X-Groundswell": "ui"}
    session = (await web.http.post("/api/v1/session", json={"token": token}, headers=headers)).cookies[COOKIE]
    web.http.cookies.clear()
    as_ann = {"headers": {"Cookie": f"{COOKIE}={session}"}}
    assert (await web.http.get(MEMBERS, **as_ann)).status_code == 403
    await web.call("PUT", f"{MEMBERS}/{added['id']}", json={"role": "manager"})
    web.desk.app.reception._looked_at = None  # the second that it may take is over
    assert (await web.http.get(MEMBERS, **as_ann)).status_code == 200


async def test_the_last_admin_stays_one(web):
    me = web.desk.member.user_id
    refused = await web.call("PUT", f"{MEMBERS}/{me}", json={"role": "labeler"})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "last admin" in refused.json()["detail"]


async def test_members_come_in_pages_by_address(web):
    for name in "abc":
        await web.call("POST", MEMBERS, json={"email": f"{name}@example.org", "name": name})
    seen, cursor = [], ""
    while cursor is not None:
        page = (await web.call("GET", f"{MEMBERS}?limit=2" + (f"&cursor={cursor}" if cursor else ""))).json()
        seen += [member["email"] for member in page["items"]]
        cursor = page["next_cursor"]
    assert seen == sorted(seen)
    assert {"a@example.org", "b@example.org", "c@example.org"} <= set(seen)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("email", ["nobody", "a b@c", "x" * 255 + "@y"])
async def test_what_is_no_address_is_refused(web, email):
    assert (await web.call("POST", MEMBERS, json={"email": email, "name": "N"})).status_code == 400


async def test_a_project_is_made_over_http_and_opened(web):
    made = await web.call(
        "POST",
        "/api/v1/projects",
        json={
            "name": "again",
            "dataset": "animals",
            "classes": ["cat", "dog"],
            "answers": 3,
            "price_cents": 4,
        },
    )
    project = made.json()
    assert project["state"] == "draft"
    assert project["tasks_total"] >= web.desk.items
    opened = await web.call("POST", f"/api/v1/projects/{project['id']}/state", json={"state": "active"})
    assert opened.json()["state"] == "active"
    work = await web.call("POST", f"/api/v1/projects/{project['id']}/work", json={"want": 2})
    assert [task["price_cents"] for task in work.json()["tasks"]] == [4, 4]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"dataset": "nowhere"}, 404),
        ({"classes": ["cat"]}, 400),
        ({"requirements": {"min_skil": 1}}, 400),
        ({"purpose": "training"}, 400),
        ({"models": "decide"}, 400),
        ({"name": "animals"}, 409),
        ({"gold": {"x": "cow"}}, 400),
    ],
)
async def test_a_project_that_cannot_be_is_refused_in_words(web, change, status):
    body = {"name": "other", "dataset": "animals", "classes": ["cat", "dog"], **change}
    refused = await web.call("POST", "/api/v1/projects", json=body)
    assert refused.status_code == status, refused.text
    assert len(refused.json()["detail"]) > 20
