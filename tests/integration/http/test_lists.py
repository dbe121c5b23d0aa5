"""Lists over HTTP: cursors that are good for their list only, filters that are understood or refused."""

import base64

import pytest
from psycopg import sql

pytestmark = pytest.mark.anyio


async def tasks(web, query=""):
    return await web.call("GET", f"/api/v1/projects/{web.desk.project_id}/tasks{query}")


async def whole(web, query):
    ids, cursor = [], ""
    while cursor is not None:
        page = (await tasks(web, query + (f"&cursor={cursor}" if cursor else ""))).json()
        ids += [task["id"] for task in page["items"]]
        cursor = page["next_cursor"]
    return ids


@pytest.mark.parametrize("sort", ["position", "probability", "completed"])
async def test_pages_of_any_size_are_the_same_list(web, sort):
    assert await whole(web, f"?sort={sort}&limit=3") == await whole(web, f"?sort={sort}&limit=500")


async def test_a_cursor_is_good_for_its_own_filters_and_order_only(web):
    cursor = (await tasks(web, "?limit=2")).json()["next_cursor"]
    assert (await tasks(web, f"?limit=7&cursor={cursor}")).is_success, "the size of a page may change"
    for other in ("state=pending", "sort=probability", "label=cat"):
        response = await tasks(web, f"?{other}&cursor={cursor}")
        assert response.status_code == 400
        assert "other filters or another order" in response.json()["detail"]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%00",
        "é",
        "a" * 1000,
        base64.urlsafe_b64encode(b"[]").decode(),
        base64.urlsafe_b64encode(b'["0123456789abcdef", -1]').decode(),
        base64.urlsafe_b64encode(b'["0123456789abcdef", 1e400]').decode(),
        base64.urlsafe_b64encode(b'["0123456789abcdef", 99999999999999999999999]').decode(),
        base64.urlsafe_b64encode(b"[" * 5000).decode(),
    ],
)
async def test_a_cursor_that_is_none_is_refused(web, cursor):
    response = await tasks(web, f"?cursor={cursor}")
    assert (response.status_code, response.json()["code"]) == (400, "invalid_input")
    assert "cursor" in response.json()["detail"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("?state=open", "state must be pending or completed or canceled or error"),
        ("?sort=random", "sort must be position or probability or completed"),
        ("?min_probability=2", "min_probability must be a number from 0 to 1"),
        ("?max_probability=nan", "max_probability must be a number from 0 to 1"),
        ("?reviewed=yes", "reviewed must be true or false"),
        ("?batch=0", "batch must be a whole number"),
        ("?worker=x", "worker must be a whole number"),
        ("?limit=501", "limit must be a whole number from 1 to 500"),
        ("?label=%00", "none of them NUL"),
        ("?stat=pending", "tasks are not listed by 'stat'"),
    ],
)
async def test_a_filter_that_is_not_understood_is_refused_and_not_ignored(web, query, says):
    response = await tasks(web, query)
    assert response.status_code == 400
    assert says in response.json()["detail"]


async def test_batches_are_listed_page_after_page(web):
    path = f"/api/v1/projects/{web.desk.project_id}/batches"
    first = (await web.call("GET", f"{path}?limit=1")).json()
    second = (await web.call("GET", f"{path}?limit=1&cursor={first['next_cursor']}")).json()
    assert [first["items"][0]["name"], second["items"][0]["name"]] == ["all", "later"]
    assert second["next_cursor"] is None
    assert second["items"][0]["state"] == "staging"


async def test_workers_are_listed_page_after_page_the_busiest_first(web):
    path = f"/api/v1/projects/{web.desk.project_id}/workers"
    async with web.desk.app.db.system_transaction() as tx:
        await tx.execute(
            sql.SQL(
                "insert into skills (org_id, worker_id, project_id, skill, standard_error, annotations) "
                "select w.org_id, w.id, %(id)s, 0.8, 0.1, 5 from workers w on conflict do nothing"
            ),
            id=web.desk.project_id,
        )
    everybody = (await web.call("GET", path)).json()["items"]
    assert len(everybody) > 1
    found, cursor = [], ""
    while cursor is not None:
        page = (await web.call("GET", f"{path}?limit=1" + (f"&cursor={cursor}" if cursor else ""))).json()
        found, cursor = found + page["items"], page["next_cursor"]
    assert found == everybody == sorted(found, key=lambda one: (-one["annotations"], one["worker_id"]))
