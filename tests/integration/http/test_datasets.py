"""Datasets over HTTP: pages that a dataset browser is made of, exact counts, and nobody else's data."""

import asyncio

import pytest

from groundswell.clean import Sentences
from groundswell.organize import collect, embed
from groundswell.tenancy.model import Role
from groundswell.tenancy.service import add_member, create_sign_in_token, find_member, sign_in

pytestmark = pytest.mark.anyio
ANIMALS = "/api/v1/datasets/animals"


async def get(web, path, **query):
    response = await web.call("GET", path, params=query)
    assert response.is_success, response.text
    return response.json()


async def refused(web, method, path, status, **options):
    response = await web.call(method, path, **options)
    assert response.status_code == status, response.text
    return response.json()


def store_of(web):
    return web.desk.app.datasets(web.desk.member.org_slug)


async def test_the_catalogue_says_whose_a_dataset_is_and_what_is_newest(web):
    for name in ("zebras", "bears"):
        collect(["one", "two"]).save(name, store=store_of(web))
    first = await get(web, "/api/v1/datasets", limit=2)
    assert [each["name"] for each in first["items"]] == ["animals", "bears"]
    second = await get(web, "/api/v1/datasets", limit=2, cursor=first["next_cursor"])
    assert ([each["name"] for each in second["items"]], second["next_cursor"]) == (["zebras"], None)
    said = {
        "owners": ["ann@example.org"],
        "licence": "CC0-1.0",
        "description": "Texts",
        "retention": {"keep_last": 9},
    }
    changed = (await web.call("PATCH", ANIMALS, json=said)).json()
    assert {name: changed[name] for name in ("owners", "licence", "description")} == {
        name: said[name] for name in ("owners", "licence", "description")
    }
    again = (await web.call("PATCH", ANIMALS, json={"licence": None})).json()
    assert (again["licence"], again["owners"], again["retention"]["keep_last"]) == (
        None,
        ["ann@example.org"],
        9,
    )
    assert again["newest"]["rows"] == 22


async def test_versions_are_listed_with_their_names(web):
    tagged = (
        await web.call("PUT", ANIMALS + "/tags/gold", json={"version": "1", "note": "the paper's"})
    ).json()
    assert (tagged["version"], tagged["note"]) == (1, "the paper's")
    page = await get(web, ANIMALS + "/versions", limit=2)
    assert [each["number"] for each in page["items"]] == sorted(
        (e["number"] for e in page["items"]), reverse=True
    )
    rest = await get(web, ANIMALS + "/versions", cursor=page["next_cursor"])
    assert (rest["items"][-1]["number"], rest["items"][-1]["names"]) == (1, ["gold"])
    assert (await get(web, ANIMALS + "/versions/gold"))["number"] == 1
    newest = await get(web, ANIMALS + "/versions/newest")
    assert newest["number"] == page["items"][0]["number"]
    error = await refused(web, "PUT", ANIMALS + "/tags/gold", 409, json={"version": str(newest["number"])})
    assert "'gold' is a tag of version 1" in error["detail"]
    assert (await web.call("DELETE", ANIMALS + "/tags/gold")).status_code == 204
    await refused(web, "GET", ANIMALS + "/versions/gold", 404)


async def test_items_are_found_a_page_at_a_time_and_counted_exactly(web):
    first = await get(web, ANIMALS + "/versions/1/items", q="cats", limit=4)
    assert (first["total"], len(first["items"]), first["version"]) == (10, 4, 1)
    item = first["items"][0]
    assert "cats" in item["text"]
    assert (item["kind"], item["is_cut"], item["media"]) == ("text", False, None)
    assert item["score"] > 0
    rows, cursor = [each["row"] for each in first["items"]], first["next_cursor"]
    while cursor:
        page = await get(web, ANIMALS + "/versions/1/items", q="cats", limit=4, cursor=cursor)
        rows, cursor = rows + [each["row"] for each in page["items"]], page["next_cursor"]
    assert len(set(rows)) == len(rows) == 10
    other = await refused(
        web, "GET", ANIMALS + "/versions/1/items", 400, params={"q": "dogs", "cursor": first["next_cursor"]}
    )
    assert "other filters" in other["detail"]
    by_place = await get(web, ANIMALS + "/versions/1/items", sort="-locator", limit=1)
    assert (by_place["items"][0]["score"], by_place["by"]) == (None, None)


async def test_what_likeness_goes_by_is_said_and_can_be_chosen(web):
    version = store_of(web).open("animals", 1)
    at = f"{ANIMALS}/versions/{embed(store_of(web), version, Sentences()).number}/items"
    alike = await get(web, at, q='like:"kittens"', limit=1)
    assert alike["by"] == "embedding"
    assert "cats" in alike["items"][0]["text"]
    assert (await get(web, at, q='like:"kittens"', by="words"))["total"] == 0
    refusal = await refused(web, "GET", at, 400, params={"q": 'like:"kittens"', "by": "other"})
    assert "has no column 'other' of vectors" in refusal["detail"]


async def test_labels_are_fields_and_are_counted(web):
    from groundswell.label.delivery.service import deliver

    labelled = await deliver(web.desk.app.db, web.desk.scope, store_of(web), web.desk.project_id)
    at = f"{ANIMALS}/versions/{labelled.number}"
    page = await get(web, at + "/items", q="label:cat", limit=1)
    assert page["items"][0]["fields"]["label"] == "cat"
    spread = await get(web, at + "/distribution")
    assert sum(each["items"] for each in spread["values"]) == labelled.rows
    assert {"value": "cat", "items": page["total"]} in spread["values"]
    among = await get(web, at + "/distribution", field="label_source", q="label:cat")
    assert sum(each["items"] for each in among["values"]) == page["total"]
    between = {"before": str(labelled.parents[0].number), "after": str(labelled.number)}
    found = await get(web, ANIMALS + "/diff", **between, limit=3)
    assert (found["added"], found["dropped"], found["relabelled"]) == (0, 0, 20)
    assert found["items"][0]["before"] is None
    assert {each["after"] for each in found["items"]} <= {"cat", "dog"}
    more = await get(web, ANIMALS + "/diff", **between, limit=3, cursor=found["next_cursor"])
    assert not {each["id"] for each in found["items"]} & {each["id"] for each in more["items"]}
    grown = await get(web, ANIMALS + "/diff", before="1", after="2", change="added")
    assert (grown["added"], [each["before"] for each in grown["items"]]) == (2, [None, None])


@pytest.mark.parametrize(
    ("path", "query", "status", "says"),
    [
        ("/versions/1/items", {"q": "(cats"}, 400, "cannot be read at character 6"),
        ("/versions/1/items", {"q": "lable:cat"}, 400, "no field 'lable'"),
        ("/versions/1/items", {"sort": "size"}, 400, "cannot be sorted by"),
        ("/versions/1/items", {"cursor": "x"}, 400, "cursor"),
        ("/versions/1/items", {"limit": "1000"}, 400, "limit"),
        ("/versions/99", {}, 404, "no version 99"),
        ("/versions/..%2f..%2fx/items", {}, 404, ""),
        ("/versions/1/distribution", {"field": "mood"}, 400, "no field 'mood'"),
        ("/diff", {"before": "1"}, 400, "after is needed"),
        ("/diff", {"before": "1", "after": "2", "change": "lost"}, 400, "change is one of"),
        ("/versions/1/items/" + "0" * 64, {}, 404, "no version has the item"),
    ],
)
async def test_what_cannot_be_answered_says_why(web, path, query, status, says):
    error = await refused(web, "GET", ANIMALS + path, status, params=query)
    assert says in error["detail"]


async def test_what_is_not_labelled_yet_has_no_label(web):
    spread = await get(web, ANIMALS + "/versions/1/distribution", q="cats")
    assert spread["values"] == [{"value": None, "items": 10}]


async def test_an_item_comes_with_all_that_is_behind_it(web):
    version = store_of(web).open("animals", 1)
    detail = await get(web, f"{ANIMALS}/versions/1/items/{version.ids()[1]}")
    assert detail["item"]["row"] == 1
    assert detail["trace"]["origins"][0]["locator"]
    assert [place["version"] for place in detail["trace"]["places"]][:2] == [1, 2]
    (task,) = detail["tasks"]
    assert task["label"]
    assert task["answers"][0]["worker"] == "one"
    assert task["answers"][0]["guideline_version"] == 1
    assert detail["exports"]


async def test_media_are_shown_by_their_own_route(web):
    import io

    from PIL import Image

    from groundswell.items import Item, ItemKind, to_batch

    file = io.BytesIO()
    Image.new("L", (3, 3)).save(file, "PNG")
    at = store_of(web).now()
    image = Item(ItemKind.IMAGE, None, file.getvalue(), "image/png", "s", "a.png", at)
    store_of(web).write("photos", [to_batch([image])])
    (item,) = (await get(web, "/api/v1/datasets/photos/versions/newest/items"))["items"]
    assert (item["text"], item["media"]) == (None, f"/api/v1/blobs/{image.id}")
    assert (await web.call("GET", item["media"])).content == image.data


async def test_what_was_set_aside_is_listed_with_its_reason(web):
    collect(["a cat", "a cat", "", "a dog"]).clean().save("few", store=store_of(web))
    page = await get(web, "/api/v1/datasets/few/versions/1/drops", limit=1)
    assert (page["total"], len(page["items"])) == (2, 1)
    rest = await get(web, "/api/v1/datasets/few/versions/1/drops", cursor=page["next_cursor"])
    reasons = {each["reason"] for each in [*page["items"], *rest["items"]]}
    assert reasons == {"duplicate:exact", "text:empty"}
    card = await get(web, "/api/v1/datasets/few/versions/1/card")
    assert "| duplicate:exact | 1 |" in card["markdown"]


async def test_slices_are_saved_used_and_forgotten(web):
    saved = (
        await web.call("PUT", ANIMALS + "/slices/cats", json={"query": "cats", "description": "d"})
    ).json()
    assert (saved["query"], saved["created_by"]) == ("cats", str(web.desk.member.user_id))
    assert (await get(web, ANIMALS + "/versions/1/items", q="slice:cats"))["total"] == 10
    assert [each["name"] for each in (await get(web, ANIMALS + "/slices"))["items"]] == ["cats"]
    await refused(web, "PUT", ANIMALS + "/slices/bad", 400, json={"query": "lable:x"})
    assert (await web.call("DELETE", ANIMALS + "/slices/cats")).status_code == 204
    await refused(web, "DELETE", ANIMALS + "/slices/cats", 404)


async def test_a_large_version_is_indexed_in_the_background_and_then_answers(web, monkeypatch):
    monkeypatch.setattr("groundswell.organize.service.ROWS_TO_INDEX_AT_ONCE", 5)
    assert (await get(web, ANIMALS + "/versions/1/items", q="kind:text"))["total"] == 20, "needs no index"
    error = await refused(web, "GET", ANIMALS + "/versions/1/items", 503, params={"q": "cats"})
    assert error["code"] == "index_not_ready"
    for _ in range(100):
        await asyncio.sleep(0.05)
        response = await web.call("GET", ANIMALS + "/versions/1/items", params={"q": "cats"})
        if response.is_success:
            break
    assert response.json()["total"] == 10


async def test_a_person_is_traced_and_the_work_retracted_and_given_back(web):
    detail = await get(web, f"{ANIMALS}/versions/1/items/{store_of(web).open('animals', 1).ids()[1]}")
    worker = detail["tasks"][0]["answers"][0]["worker_id"]
    touched = await get(web, f"/api/v1/workers/{worker}/lineage")
    (project,) = touched["projects"]
    assert (touched["worker"], project["project"]) == ("one", "animals")
    assert sum(project["fates"].values()) == project["tasks"]
    assert project["versions"][0]["exports"]
    none = await get(web, f"/api/v1/workers/{worker}/lineage", until="2020-01-01T00:00Z")
    assert none["projects"] == []
    await refused(web, "GET", f"/api/v1/workers/{worker}/lineage", 400, params={"since": "soon"})
    made = (
        await web.call("POST", "/api/v1/retractions", json={"worker_id": worker, "reason": "a machine"})
    ).json()
    assert (made["answers"], made["since"], made["outcome"]) == (project["answers"], None, None)
    await web.desk.app.redelivery_room.redeliver(str(web.desk.scope.org_id), made["id"])
    done = await get(web, f"/api/v1/retractions/{made['id']}")
    assert done["outcome"]["delivered"]
    assert (await get(web, "/api/v1/retractions"))["items"][0]["id"] == made["id"]
    undone = (await web.call("POST", f"/api/v1/retractions/{made['id']}/undo")).json()
    assert undone["undone_at"] is not None
    assert (await web.call("POST", f"/api/v1/retractions/{made['id']}/undo")).json() == undone


async def test_a_labeler_sees_no_dataset_and_a_member_changes_none(web):
    from groundswell.clock import now

    db = web.desk.app.db
    for role, status in ((Role.LABELER, 403), (Role.MEMBER, 200)):
        email = f"{role}@example.org"
        await add_member(db, web.desk.scope, email=email, person="Lee", role=role)
        member = await find_member(db, slug="local", email=email)
        _, session = await sign_in(db, await create_sign_in_token(db, member, now=now()), now=now())
        headers = {"Cookie": f"groundswell_session={session}", "X-Groundswell": "ui"}
        for path in ("", "/versions/1/items", "/versions/1/card", "/slices"):
            assert (await web.http.get(ANIMALS + path, headers=headers)).status_code == status, path
        changed = await web.http.patch(ANIMALS, headers=headers, json={"description": "mine"})
        tagged = await web.http.put(ANIMALS + "/tags/mine", headers=headers, json={"version": "1"})
        assert (changed.status_code, tagged.status_code) == (403, 403)
        retracted = await web.http.post(
            "/api/v1/retractions", headers=headers, json={"worker_id": 1, "reason": "x"}
        )
        assert retracted.status_code == 403
