"""Files that people hand in over HTTP: for who holds the task, within bounds, and fetched by nobody else's labelers."""

import io
import uuid
from dataclasses import dataclass

import httpx
import pytest
from PIL import Image
from tests.integration.conftest import Desk
from tests.integration.http.conftest import Web
from tests.integration.peopling import labeler_of

from groundswell.app import App, local_member
from groundswell.clock import now
from groundswell.http.patience import MAX_REQUEST_BYTES
from groundswell.http.server import COOKIE, create_server
from groundswell.items import digest_bytes
from groundswell.label.handed import service
from groundswell.label.opening import open_project
from groundswell.label.projects.model import ProjectSpec
from groundswell.organize import collect
from groundswell.tenancy.service import (
    create_api_key,
    create_organization,
    create_sign_in_token,
    sign_in,
)

pytestmark = pytest.mark.anyio

PAGE = {"X-Groundswell": "ui"}
FIELDS = [{"name": "scans", "kind": "rows", "fields": [{"name": "scan", "kind": "file"}]}]


def png() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (4, 3)).save(data, "PNG")
    return data.getvalue()


@dataclass
class Handing:
    """A form that asks for files, and two labelers, of whom the first holds its one task."""

    web: Web
    path: str
    lee: dict[str, str]
    kim: dict[str, str]
    task_id: int

    @property
    def files(self) -> str:
        return f"{self.path}/tasks/{self.task_id}/files"

    async def hand_in(self, data: bytes, *, headers=None, name="a.png"):
        return await self.web.http.post(
            self.files, params={"name": name}, content=data, headers=self.lee if headers is None else headers
        )

    async def fetch(self, digest: str, *, headers=None):
        return await self.web.http.get(
            f"/api/v1/files/{digest}", headers=self.lee if headers is None else headers
        )


async def opened(app, member, name, fields) -> int:
    version = collect([{"text": f"{name}?"}]).save(name, store=app.datasets(member.org_slug))
    spec = ProjectSpec(
        name=name, kind="form", classes=(), options={"fields": fields}, dataset="", dataset_version=0
    )
    at = {"dataset": version.name, "dataset_version": version.number}
    return await open_project(app.db, member.scope(), version, ProjectSpec(**{**vars(spec), **at}))


async def session_of(app, labeler) -> dict[str, str]:
    _, session = await sign_in(app.db, await create_sign_in_token(app.db, labeler, now=now()), now=now())
    return {**PAGE, "Cookie": f"{COOKIE}={session}"}


@pytest.fixture
async def handing(db, tmp_path):
    app = App(tmp_path, db, quota_bytes=20_000_000)
    member = await local_member(app)
    eve = await create_organization(db, slug="other", name="Other", email="eve@other.example", person="Eve")
    desk = Desk(app, member, await opened(app, member, "scans", FIELDS), 1)
    lee, _ = await labeler_of(desk)
    kim, _ = await labeler_of(desk, "kim")
    keys = [await create_api_key(db, one.scope(), "key") for one in (member, eve)]
    transport = httpx.ASGITransport(create_server(app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        path = f"/api/v1/projects/{desk.project_id}"
        sessions = [await session_of(app, one) for one in (lee, kim)]
        work = await http.post(path + "/work", headers=sessions[0], json={"want": 1})
        (task,) = work.json()["tasks"]
        yield Handing(Web(http, desk, keys[0], "", keys[1], {}), path, *sessions, task["task_id"])


async def test_a_file_is_handed_in_and_an_answer_names_it(handing):
    data = png()
    handed = (await handing.hand_in(data, name="C:\\scans\\one.png")).json()
    digest = digest_bytes(data)
    assert handed == {"digest": digest, "name": "one.png", "media_type": "image/png", "size_bytes": len(data)}
    submit = {
        "task_id": handing.task_id,
        "answer": {"fields": {"scans": [{"scan": digest}]}},
        "active_ms": 900,
        "idempotency_key": str(uuid.uuid4()),
    }
    done = await handing.web.http.post(handing.path + "/work", headers=handing.lee, json={"submit": [submit]})
    assert done.json()["receipts"][0]["status"] == "stored"
    again = await handing.hand_in(b"for a revision")
    assert (again.status_code, again.json()["media_type"]) == (200, "application/octet-stream")


async def test_a_file_is_fetched_to_be_saved_by_who_handed_it_in_and_by_members(handing):
    page = b"<script>alert(1)</script>"
    digest = (await handing.hand_in(page, name="a.html")).json()["digest"]
    key = {"Authorization": f"Bearer {handing.web.key}"}
    for headers in (handing.lee, key):
        found = await handing.fetch(digest, headers=headers)
        assert (found.status_code, found.content) == (200, page)
        assert found.headers["content-type"] == "application/octet-stream"
        assert found.headers["content-disposition"] == 'attachment; filename="a.html"'
        assert found.headers["x-content-type-options"] == "nosniff"
    stranger = {"Authorization": f"Bearer {handing.web.strangers_key}"}
    for headers in (handing.kim, stranger):
        assert (await handing.fetch(digest, headers=headers)).status_code == 404
    for wrong in ("0" * 64, "x" * 64):
        assert (await handing.fetch(wrong)).status_code == 404
    assert (await handing.web.http.get(f"/api/v1/files/{digest}")).status_code == 401


async def test_only_who_holds_the_task_hands_in_a_file_for_it(handing):
    assert (await handing.hand_in(b"a", headers=handing.kim)).status_code == 403
    stranger = {"Authorization": f"Bearer {handing.web.strangers_key}"}
    assert (await handing.hand_in(b"a", headers=stranger)).status_code == 404
    assert (await handing.hand_in(b"a", headers={})).status_code == 401
    by_browser = {"Cookie": handing.lee["Cookie"]}
    assert (await handing.hand_in(b"a", headers=by_browser)).status_code == 403, (
        "another site may have caused it"
    )
    manager = {"Authorization": f"Bearer {handing.web.key}"}
    real = (await handing.web.http.get(handing.path + "/tasks", headers=manager)).json()["items"][0]["id"]
    there = f"{handing.path}/tasks/{real}/files"
    assert (await handing.web.http.post(there, content=b"a", headers=manager)).status_code == 200
    nowhere = f"{handing.path}/tasks/999999/files"
    assert (await handing.web.http.post(nowhere, content=b"a", headers=manager)).status_code == 404


async def test_a_project_that_asks_for_no_file_takes_none(handing):
    app, member = handing.web.desk.app, handing.web.desk.member
    project_id = await opened(app, member, "plain", [{"name": "note", "kind": "text"}])
    path = f"/api/v1/projects/{project_id}"
    work = await handing.web.http.post(path + "/work", headers=handing.lee, json={"want": 1})
    task_id = work.json()["tasks"][0]["task_id"]
    refused = await handing.web.http.post(f"{path}/tasks/{task_id}/files", content=b"a", headers=handing.lee)
    assert (refused.status_code, "asks for no files" in refused.json()["detail"]) == (409, True)


async def test_files_are_bounded_in_size_number_and_by_the_quota(handing, monkeypatch):
    assert (await handing.hand_in(b"")).status_code == 400
    assert (await handing.hand_in(bytes(MAX_REQUEST_BYTES + 1))).status_code == 413
    large = [bytes([number]) * 7_000_000 for number in (1, 2, 3)]
    assert [(await handing.hand_in(one)).status_code for one in large[:2]] == [200, 200]
    assert (await handing.hand_in(large[2])).json()["code"] == "over_quota"
    monkeypatch.setattr(service, "MOST_FILES", 2)
    assert (await handing.hand_in(b"third")).status_code == 413
