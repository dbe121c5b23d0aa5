"""Every route: for its own people, for nobody, for another tenant, and with what it does not expect."""

from datetime import timedelta

import pytest
from psycopg import sql

from groundswell.clock import now
from groundswell.http.api import ENDPOINTS
from groundswell.http.server import COOKIE, PREFIX, STATIC
from groundswell.tenancy.model import Role
from groundswell.tenancy.service import (
    add_member,
    create_api_key,
    create_sign_in_token,
    find_member,
    sign_in,
)

pytestmark = pytest.mark.anyio

BODIES = {"state": {"state": "active"}, "work": {"want": 1}, "keys": {"name": "another"}}
# `labelled` leaves its project with the third version of its ontology.
BODIES |= {
    "plan": {"operations": [{"op": "split", "old": "dog", "parts": ["puppy", "hound"]}]},
    "ontology": {"operations": [{"op": "rename", "old": "dog", "new": "hound"}], "expected_version": 3},
    "revert": {"expected_version": 4},
    "guidelines": {"body": "# Look twice"},
    "lock": {"locked": True},
}
KEYS = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(3)]
BODIES |= {
    "review-policy": {"levels": 1, "share": 1.0},
    "reviews": {"want": 20},
    "{review_id}": {"decision": "fix", "answer": {"choice": "cat"}, "idempotency_key": KEYS[0]},
    "{return_id}": {"answer": {"choice": "cat"}, "idempotency_key": KEYS[1]},
    "revisions": {"answer": {"choice": "cat"}, "idempotency_key": KEYS[2]},
    "audits": {"dataset_version": 1, "verdicts": [{"task_id": 3, "verdict": "approve"}]},
}
BODIES |= {
    "restrictions": {
        "worker_id": 1,
        "reason": "conduct",
        "evidence": {"note": "seen"},
        "appeal_to": "people@example.org",
        "ends_at": (now() + timedelta(days=1)).isoformat(),
    },
    "{content}": {"per_day": 10, "per_week": 20},
    "{gold_task_id}": {"suspended": True},
    "organization": {"pseudonym": "Client 1234"},
}
BODIES |= {
    "check": {"kind": "text_choice", "classes": ["cat", "dog"]},
    "label-studio": {"xml": '<View><Image name="i" value="$i"/><TextArea name="t" toName="i"/></View>'},
    "projects": {"name": "more", "dataset": "animals", "classes": ["cat", "dog"]},
    "members": {"email": "new@example.org", "name": "New"},
    "{user_id}": {"role": "manager"},
    "batches": {"name": "latest"},
    "/projects/{project_id}/batches/{batch_id}/state": {"state": "in_progress"},
    "priority": {"priority": 5},
    "price": {"price_cents": 4},
    "cancel": {"task_ids": "task_id", "reason": "a duplicate"},
    "reopen": {"task_ids": "task_id", "reason": "it was none"},
    "exports": {"format": "jsonl"},
    "chat": {"task_id": 1, "idempotency_key": KEYS[0]},
    "certificates": {"by": ["label", "source"]},
    "{predictor}": {"kind": "http", "url": "http://127.0.0.1:9/predict"},
    "accept": {"task_ids": "task_id"},
    "label": {"answer": {"choice": "cat"}},
    "files": {"whatever": "its bytes are"},
    "comments": {"body": "Is a lynx a cat?", "flag": True},
    "proposals": {"model": "m", "proposals": [{"item_id": "0" * 64, "answer": {"choice": "cat"}}]},
}
BODIES |= {
    "{dataset}": {"description": "Texts about animals", "retention": {"keep_last": 9}},
    "{slice}": {"query": "cats"},
    "{tag}": {"version": "1"},
    "retractions": {"worker_id": 1, "reason": "answered without looking"},
}
QUERIES = {"/datasets/{dataset}/diff": "?before=1&after=main&change=added"}


def calls(project_id: int, key_id: str, **ids: object) -> list[tuple[str, str, dict]]:
    """Return method, path and body of one good call of each endpoint, from the route table itself."""
    return [
        (
            endpoint.method,
            PREFIX
            + endpoint.path.format(project_id=project_id, key_id=key_id, **ids)
            + QUERIES.get(endpoint.path, ""),
            body_of(endpoint.path, ids) if endpoint.body else None,
        )
        for endpoint in ENDPOINTS
    ]


def body_of(path: str, ids: dict[str, object]) -> dict:
    body = BODIES.get(path) or BODIES[path.rsplit("/", 1)[-1]]
    return {**body, "task_ids": [ids["task_id"]]} if "task_ids" in body else body


async def first_key(web) -> str:
    return (await web.call("GET", "/api/v1/keys")).json()["items"][0]["id"]


NEEDS_MORE = {("POST", "/chat"), ("POST", "/retry"), ("POST", "/files"), ("GET", f"/{'0' * 64}")}
"""A conversation that the caller holds, which test_chat.py has; a job that gave up, which test_jobs.py has; a form that
asks for a file, and one that was handed in, which test_handed.py has."""


async def test_every_route_works_for_an_admin_of_its_organization(web):
    key_id = await first_key(web)
    routes = sorted(calls(web.desk.project_id, key_id, **web.ids), key=lambda call: call[0] == "DELETE")
    for method, path, body in routes:
        if (method, path[path.rindex("/") :]) in NEEDS_MORE:
            continue
        response = await web.call(method, path, json=body)
        # A project with open tasks has no certificate yet (test_certificates.py has one that has).
        waits = (method, response.status_code) == ("POST", 409) and path.endswith("/certificates")
        assert response.is_success or waits, f"{method} {path}: {response.text}"


async def test_no_route_works_for_nobody(web):
    for method, path, body in calls(web.desk.project_id, await first_key(web), **web.ids):
        response = await web.http.request(method, path, json=body)
        assert (response.status_code, response.json()["code"]) == (401, "not_signed_in"), path


async def test_no_route_shows_or_touches_anything_of_another_tenant(web):
    key_id = await first_key(web)
    before = await web.call("GET", f"/api/v1/projects/{web.desk.project_id}")
    for method, path, body in calls(web.desk.project_id, key_id, **web.ids):
        response = await web.call(method, path, key=web.strangers_key, json=body)
        if "{" in next(
            PREFIX + e.path for e in ENDPOINTS if matches(PREFIX + e.path, path) and e.method == method
        ):
            # A list is empty; a class of content is anybody's word.
            own = {"workers": 200, web.ids["content"]: 204}
            assert response.status_code == own.get(path.rsplit("/", 1)[-1], 404), (
                f"{method} {path}: {response.text}"
            )
        if (
            not (body and body.get("dataset") == "animals") and "/animals" not in path
        ):  # his own word comes back
            assert "animals" not in response.text
        assert web.desk.member.email not in response.text
    assert (await web.call("GET", f"/api/v1/projects/{web.desk.project_id}")).json() == before.json()
    assert (await web.call("GET", "/api/v1/keys")).json()["items"][0]["revoked_at"] is None


def matches(template: str, path: str) -> bool:
    one, other = template.split("/"), path.partition("?")[0].split("/")
    return len(one) == len(other) and all(
        a == b or a.startswith("{") for a, b in zip(one, other, strict=True)
    )


async def test_the_workers_of_another_tenants_project_are_an_empty_list(web):
    response = await web.call("GET", f"/api/v1/projects/{web.desk.project_id}/workers", key=web.strangers_key)
    assert response.json() == {"items": [], "next_cursor": None}


async def test_media_of_another_tenant_is_not_found(web):
    digest = web.desk.app.blobs(web.desk.member.org_slug).put(b"\x89PNG\r\n\x1a\n rest")
    own = await web.call("GET", f"/api/v1/blobs/{digest}")
    assert (own.status_code, own.headers["content-type"]) == (200, "image/png")
    assert (await web.call("GET", f"/api/v1/blobs/{digest}", key=web.strangers_key)).status_code == 404
    assert (await web.http.get(f"/api/v1/blobs/{digest}")).status_code == 401


async def test_a_part_of_a_recording_can_be_asked_for(web):
    data = b"RIFF\x24\x00\x00\x00WAVE" + bytes(range(200))
    digest = web.desk.app.blobs(web.desk.member.org_slug).put(data)
    response = await web.call("GET", f"/api/v1/blobs/{digest}", headers={"Range": "bytes=100-109"})
    assert (response.status_code, response.content) == (206, data[100:110])
    assert response.headers["content-range"] == f"bytes 100-109/{len(data)}"
    assert response.headers["content-type"] == "audio/wav"


@pytest.mark.parametrize("digest", ["..", "%2e%2e%2fpostgres", "a" * 63, "A" * 64, "g" * 64])
async def test_a_digest_that_is_none_reaches_no_file(web, digest):
    assert (await web.call("GET", f"/api/v1/blobs/{digest}")).status_code == 404


async def test_media_that_is_no_image_is_never_shown_in_a_page(web):
    digest = web.desk.app.blobs(web.desk.member.org_slug).put(b"<svg onload=alert(1)>")
    response = await web.call("GET", f"/api/v1/blobs/{digest}")
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"] == "attachment"


async def test_a_labeler_works_but_does_not_manage(web):
    db = web.desk.app.db
    await add_member(db, web.desk.scope, email="lee@example.org", person="Lee", role=Role.LABELER)
    labeler = await find_member(db, slug="local", email="lee@example.org")
    with pytest.raises(Exception, match="needs the role manager"):
        await create_api_key(db, labeler.scope(), "mine")


async def test_a_labeler_is_shown_active_projects_and_no_drafts(web):
    db, project_id = web.desk.app.db, web.desk.project_id
    await add_member(db, web.desk.scope, email="lee@example.org", person="Lee", role=Role.LABELER)
    lee = await find_member(db, slug="local", email="lee@example.org")
    _, session = await sign_in(db, await create_sign_in_token(db, lee, now=now()), now=now())
    headers = {"Cookie": f"{COOKIE}={session}", "X-Groundswell": "ui"}
    path = f"/api/v1/projects/{project_id}"
    for state, listed, detail in (("draft", 0, 404), ("paused", 0, 200), ("active", 1, 200)):
        async with db.system_transaction() as tx:
            await tx.execute(sql.SQL("update projects set state = %(state)s"), state=state)
        projects = (await web.http.get("/api/v1/projects", headers=headers)).json()["items"]
        assert len(projects) == listed, state
        assert (await web.http.get(path, headers=headers)).status_code == detail, state
        worked = await web.http.post(f"{path}/work", headers=headers, json={"want": 1})
        assert worked.status_code == detail, state
        assert len((await web.call("GET", "/api/v1/projects")).json()["items"]) == 1, "managers see all"


@pytest.mark.parametrize("name", ["", "a\x00b", "x" * 101])
async def test_a_key_needs_a_name_that_can_be_shown(web, name):
    assert (await web.call("POST", "/api/v1/keys", json={"name": name})).status_code == 400


async def test_the_address_of_ipv6_is_served_by_its_own_name(web):
    for host in ("[::1]", "[::1]:8400", "localhost:8400"):
        assert (await web.http.get("/health", headers={"Host": host})).status_code == 200


async def test_a_cookie_reads_but_writes_only_with_the_header_of_our_own_page(web, cookie):
    path = f"/api/v1/projects/{web.desk.project_id}/work"
    assert (await web.http.get("/api/v1/projects", headers=cookie)).is_success
    forged = await web.http.post(path, headers=cookie, json={"want": 0})
    assert (forged.status_code, forged.json()["code"]) == (403, "not_allowed")
    assert (await web.http.post(path, headers={**cookie, "X-Groundswell": "ui"}, json={"want": 0})).is_success


async def test_a_session_ends_when_it_is_signed_out(web, cookie):
    headers = {**cookie, "X-Groundswell": "ui"}
    assert (await web.http.delete("/api/v1/session", headers=headers)).status_code == 204
    assert (await web.http.get("/api/v1/session", headers=cookie)).status_code == 401


async def test_a_sign_in_token_is_good_once(web):
    token = await create_sign_in_token(web.desk.app.db, web.desk.member, now=now())
    send = {"headers": {"X-Groundswell": "ui"}, "json": {"token": token}}
    first = await web.http.post("/api/v1/session", **send)
    assert first.json()["user"]["role"] == "admin"
    assert "HttpOnly" in first.headers["set-cookie"]
    assert "SameSite=strict" in first.headers["set-cookie"]
    again = await web.http.post("/api/v1/session", **send)
    assert (again.status_code, again.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "truncated"),
        (b"not json", "malformed"),
        (b"[]", "Expected `object`"),
        (b'{"want": 9}', "<= 8"),
        (b'{"want": "1"}', "Expected `int`"),
        (b'{"wants": 1}', "unknown field `wants`"),
        (b'{"submit": [{"task_id": 1}]}', "missing required field"),
        (b'{"submit": [{"task_id": -1, "answer": {}, "idempotency_key": "x"}]}', ">= 1"),
        (b"[" * 100_000, "got `array`"),
        (b'{"submit": [{"task_id": 1, "answer": {"choice": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"submit": [{"task_id": 1, "answer": ' + b'{"a":' * 2_000 + b"1" + b"}" * 2_000, "too deeply"),
        (b'{"want": ' + b"1" * 2_000_000 + b"}", "at most"),
    ],
)
async def test_a_bad_body_gets_a_problem_that_says_what_is_wrong(web, body, says):
    response = await web.call("POST", f"/api/v1/projects/{web.desk.project_id}/work", content=body)
    assert response.status_code in (400, 413)
    assert response.headers["content-type"] == "application/problem+json"
    assert says.lower() in response.json()["detail"].lower()


@pytest.mark.parametrize("cursor", ["0", "-1", "x", "9" * 30, "%00"])
async def test_a_bad_cursor_is_named(web, cursor):
    response = await web.call("GET", f"/api/v1/projects?cursor={cursor}")
    assert (response.status_code, response.json()["code"]) == (400, "invalid_input")
    assert "cursor" in response.json()["detail"]


async def test_a_project_that_is_not_there_is_not_found(web):
    response = await web.call("GET", "/api/v1/projects/999999")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


async def test_a_page_of_another_site_that_rebinds_its_name_is_refused(web):
    assert (await web.http.get("/health", headers={"Host": "evil.example"})).status_code == 400


async def test_every_answer_carries_the_security_headers(web, monkeypatch):
    monkeypatch.setattr("groundswell.tenancy.reception.Reception.member_of_session", None)  # an error of ours
    broken, elsewhere = {"Cookie": f"{COOKIE}=x"}, {"Host": "evil.example"}
    for path, headers, status in (
        ("/health", {}, 200),
        ("/api/v1/projects", {}, 401),
        ("/nowhere", {}, None),
        ("/health", elsewhere, 400),
        ("/api/v1/projects", broken, 500),
    ):
        response = await web.http.get(path, headers=headers)
        assert status in (None, response.status_code)
        assert "default-src 'none'" in response.headers["content-security-policy"]
        assert response.headers["x-content-type-options"] == "nosniff"


async def test_the_openapi_document_describes_every_endpoint(web):
    document = (await web.http.get("/api/v1/openapi.json")).json()
    for endpoint in ENDPOINTS:
        operation = document["paths"][PREFIX + endpoint.path][endpoint.method.lower()]
        assert operation["summary"]
        assert operation["description"]
        assert ("requestBody" in operation) == (endpoint.body is not None)


async def test_a_browser_at_an_address_that_is_none_is_shown_a_page_and_a_program_is_told(web):
    if not (STATIC / "index.html").exists():
        pytest.skip("the pages are not built")
    page = await web.http.get("/nowhere", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    program = await web.http.get("/nowhere")
    assert (program.status_code, program.json()["code"]) == (404, "not_found")


async def test_the_files_of_the_pages_travel_compressed(web):
    script = next(STATIC.glob("assets/shell-*.js"), None)
    if script is None:
        pytest.skip("the pages are not built")
    response = await web.http.get(f"/assets/{script.name}")
    assert response.headers["content-encoding"] == "gzip"
    assert response.content == script.read_bytes()
