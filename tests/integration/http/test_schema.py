"""Changes of the classes and the instructions, as they cross the wire."""

import pytest

from groundswell.clock import now
from groundswell.http.server import COOKIE
from groundswell.label.delivery.service import is_settled, labels_of
from groundswell.tenancy.model import Role
from groundswell.tenancy.service import add_member, create_sign_in_token, find_member, sign_in

pytestmark = pytest.mark.anyio

RENAME = [{"op": "rename", "old": "dog", "new": "hound"}]


async def post(web, path: str, body: dict, **options):
    return await web.call("POST", f"/api/v1/projects/{web.desk.project_id}/{path}", json=body, **options)


async def get(web, path: str, **options):
    return await web.call("GET", f"/api/v1/projects/{web.desk.project_id}/{path}", **options)


async def test_a_change_is_planned_made_and_taken_back(web):
    plan = (await post(web, "ontology/plan", {"operations": RENAME})).json()
    assert (plan["version"], plan["classes"], plan["classes_after"]) == (3, ["cat", "dog"], ["cat", "hound"])
    assert {effect["name"]: effect["becomes"] for effect in plan["effects"]} == {"cat": "cat", "dog": "hound"}
    assert plan["asked_again"] == {
        "tasks": 0,
        "completed": 0,
        "answers": 0,
        "cost_cents": 0,
        "examples": [],
    }
    made = await post(web, "ontology", {"operations": RENAME, "expected_version": plan["version"]})
    assert (made.json()["version"], made.json()["mapping"]) == (4, {"cat": "cat", "dog": "hound"})
    back = await post(web, "ontology/plan", {"revert_to": 3})
    assert back.json()["classes_after"] == ["cat", "dog"]
    restored = await post(web, "ontology/revert", {"expected_version": 4})
    assert (restored.json()["version"], restored.json()["restores"]) == (5, 3)


async def test_versions_come_page_by_page(web):
    first = (await get(web, "ontology/versions?limit=2")).json()
    rest = (await get(web, f"ontology/versions?limit=2&cursor={first['next_cursor']}")).json()
    assert [version["version"] for version in first["items"] + rest["items"]] == [3, 2, 1]
    assert rest["next_cursor"] is None


async def test_instructions_are_published_read_compared_and_their_readers_listed(web):
    assert (await post(web, "guidelines", {"body": "# Look twice"})).json() == {"version": 2}
    read = (await get(web, "guidelines")).json()
    assert (read["version"], read["body"]) == (2, "# Look twice")
    assert web.desk.member.email in read["watermark"]
    assert "+# Look twice" in (await get(web, "guidelines/diff?before=1&after=2")).json()["diff"]
    assert [v["version"] for v in (await get(web, "guidelines/versions")).json()["items"]] == [2, 1]
    first = (await get(web, "guidelines/views?limit=1")).json()
    assert [line["version"] for line in first["items"]] == [2]
    rest = (await get(web, f"guidelines/views?limit=1&cursor={first['next_cursor']}")).json()
    assert [line["version"] for line in rest["items"]] == [1]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("ontology/plan", {"operations": [{"op": "paint", "name": "cat"}]}, 400),
        ("ontology/plan", {"operations": [{"op": "rename", "old": "cat"}]}, 400),
        ("ontology/plan", {"operations": RENAME, "revert_to": 1}, 400),
        ("ontology/plan", {"operations": []}, 400),
        ("ontology/plan", {"operations": [{"op": "add", "name": "x" * 101}]}, 400),
        ("ontology/plan", {"revert_to": 99}, 404),
        ("ontology", {"operations": RENAME, "expected_version": 1}, 409),
        ("ontology", {"operations": RENAME}, 400),
        ("ontology/revert", {"expected_version": 0}, 400),
        ("guidelines", {"body": "x" * 100_001}, 400),
        ("guidelines", {"body": "a\x00b"}, 400),
    ],
)
async def test_what_cannot_be_done_is_refused_with_words(web, path, body, status):
    response = await post(web, path, body)
    assert response.status_code == status
    assert len(response.json()["detail"]) > 20


async def test_a_labeler_reads_instructions_and_nothing_else_of_all_this(web):
    db = web.desk.app.db
    await add_member(db, web.desk.scope, email="lee@example.org", person="Lee", role=Role.LABELER)
    lee = await find_member(db, slug="local", email="lee@example.org")
    _, session = await sign_in(db, await create_sign_in_token(db, lee, now=now()), now=now())
    headers = {"Cookie": f"{COOKIE}={session}", "X-Groundswell": "ui"}
    base = f"/api/v1/projects/{web.desk.project_id}"
    await post(web, "state", {"state": "active"})
    assert (await web.http.get(f"{base}/guidelines", headers=headers)).status_code == 200
    for path in ("ontology/versions", "guidelines/versions", "guidelines/diff", "guidelines/views"):
        assert (await web.http.get(f"{base}/{path}", headers=headers)).status_code == 403, path
    for path, body in (
        ("ontology/plan", {"operations": RENAME}),
        ("ontology", {"operations": RENAME, "expected_version": 3}),
        ("ontology/revert", {"expected_version": 3}),
        ("guidelines", {"body": "mine"}),
        ("guidelines/lock", {"locked": False}),
    ):
        response = await web.http.post(f"{base}/{path}", headers=headers, json=body)
        assert response.status_code == 403, path
    assert (await post(web, "guidelines/lock", {"locked": True})).status_code == 204
    assert (await web.http.get(f"{base}/guidelines", headers=headers)).status_code == 403


LEAVES = '<PolygonLabels name="p" toName="i"><Label value="leaf"/></PolygonLabels>'
CONFIG = f'<View><Image name="i" value="$i"/>{LEAVES}</View>'


async def test_a_label_studio_configuration_is_translated_to_what_a_new_project_takes(web):
    path = "/api/v1/projects/schema/label-studio"
    found = (await web.call("POST", path, json={"xml": CONFIG})).json()
    assert found == {"kind": "image_shapes", "classes": ["leaf"], "options": {"shapes": ["polygon"]}}
    refused = await web.call("POST", path, json={"xml": "<View><Video name='v' value='$v'/></View>"})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_input")
    assert "<Video>" in refused.json()["detail"]
    too_long = await web.call("POST", path, json={"xml": "x" * 200_001})
    assert too_long.status_code == 400


async def test_the_label_kinds_say_what_a_project_may_decide(web):
    kinds = {kind["name"]: kind for kind in (await web.call("GET", "/api/v1/kinds")).json()["items"]}
    assert kinds["text_choice"]["least_classes"] == 2
    assert kinds["rating"]["least_classes"] is None
    assert kinds["rating"]["options"]["required"] == ["criteria"]
    assert kinds["audio_segments"]["options"]["properties"]["overlap"]["default"] is True


async def test_a_label_schema_is_checked_without_a_project(web):
    async def check(**schema):
        return (await web.call("POST", "/api/v1/projects/schema/check", json=schema)).json()

    fine = await check(kind="image_shapes", classes=[" car "], options={"shapes": ["polygon", "box"]})
    assert fine["refused"] is None
    assert fine["schema"]["classes"] == ["car"]
    lacking = await check(kind="rating")
    assert lacking["schema"] is None
    assert "needs the option criteria" in lacking["refused"]
    unknown = await check(kind="smell")
    assert "there is no label kind 'smell'" in unknown["refused"]


async def test_a_test_asks_the_items_that_another_project_has_labels_for(web):
    labels = await labels_of(web.desk.app.db, web.desk.scope, web.desk.project_id)
    labelled = {task.item_id for task in labels if task.review or (task.answer and is_settled(task))}
    assert 0 < len(labelled) < len(labels)
    of = (await web.call("GET", f"/api/v1/projects/{web.desk.project_id}")).json()
    body = {
        "name": "entry",
        "dataset": of["dataset"]["name"],
        "dataset_version": 2,
        "classes": ["cat", "dog"],
    }
    test = {**body, "purpose": "qualification", "gold_project": web.desk.project_id}
    made = await web.call("POST", "/api/v1/projects", json=test)
    assert made.status_code == 200, made.text
    assert made.json()["tasks_total"] == len(labelled)
    asked = await labels_of(web.desk.app.db, web.desk.scope, made.json()["id"])
    assert {task.item_id for task in asked} == labelled
    assert all(task.gold in ("cat", "dog") for task in asked)


async def test_in_a_project_that_makes_labels_known_items_are_hidden_among_the_others(web):
    of = (await web.call("GET", f"/api/v1/projects/{web.desk.project_id}")).json()
    body = {"name": "more", "dataset": of["dataset"]["name"], "dataset_version": 2, "classes": ["cat", "dog"]}
    made = await web.call("POST", "/api/v1/projects", json={**body, "gold_project": web.desk.project_id})
    asked = await labels_of(web.desk.app.db, web.desk.scope, made.json()["id"])
    assert 0 < sum(task.gold is not None for task in asked) < len(asked)


async def test_known_answers_come_from_a_project_that_has_some_and_is_ours(web):
    of = (await web.call("GET", f"/api/v1/projects/{web.desk.project_id}")).json()
    body = {
        "name": "entry",
        "dataset": of["dataset"]["name"],
        "dataset_version": 2,
        "classes": ["cat", "dog"],
    }
    empty = (await web.call("POST", "/api/v1/projects", json={**body, "name": "empty"})).json()["id"]
    refused = await web.call("POST", "/api/v1/projects", json={**body, "gold_project": empty})
    assert refused.status_code == 400
    assert "label some of the same items there first" in refused.json()["detail"]
    theirs = await web.call("POST", "/api/v1/projects", json={**body, "gold_project": 10**9})
    assert theirs.status_code == 404
