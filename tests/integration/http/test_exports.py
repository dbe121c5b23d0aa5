"""Downloads: whole, in ranges, resumed, unchanged; and by the client, over a connection that breaks."""

import hashlib
from pathlib import Path

import httpx
import pytest

from groundswell.client import Client, ServiceError, connection

pytestmark = pytest.mark.anyio


def url(web, end="/file"):
    return f"/api/v1/projects/{web.desk.project_id}/exports/{web.ids['export_id']}{end}"


async def get(web, **headers):
    return await web.call("GET", url(web), headers={name.replace("_", "-"): v for name, v in headers.items()})


async def test_a_download_says_what_it_is(web):
    about = (await web.call("GET", url(web, ""))).json()
    response = await get(web)
    assert response.status_code == 200
    assert hashlib.sha256(response.content).hexdigest() == about["sha256"]
    assert response.headers["etag"] == f'"{about["sha256"]}"'
    assert response.headers["accept-ranges"] == "bytes"
    assert response.headers["content-length"] == str(about["bytes"])
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == (
        f'attachment; filename="animals-labels-{about["version"]}.csv"'
    )


async def test_any_range_is_that_part_of_the_file(web):
    whole = (await get(web)).content
    size = len(whole)
    for asked, part in (
        ("bytes=0-0", whole[:1]),
        ("bytes=10-99", whole[10:100]),
        ("bytes=100-", whole[100:]),
        ("bytes=-7", whole[-7:]),
        (f"bytes=0-{size + 5}", whole),
    ):
        response = await get(web, range=asked)
        assert (response.status_code, response.content) == (206, part), asked
        first = size - len(part) if asked in ("bytes=100-", "bytes=-7") else int(asked[6:].split("-")[0])
        assert response.headers["content-range"] == f"bytes {first}-{first + len(part) - 1}/{size}"


async def test_a_range_beyond_the_end_is_refused_with_the_size(web):
    size = len((await get(web)).content)
    response = await get(web, range=f"bytes={size}-")
    assert (response.status_code, response.headers["content-range"]) == (416, f"bytes */{size}")


async def test_a_range_of_another_file_gets_the_whole_of_this_one(web):
    tag = (await get(web)).headers["etag"]
    assert (await get(web, range="bytes=5-", if_range=tag)).status_code == 206
    assert (await get(web, range="bytes=5-", if_range='"another"')).status_code == 200


async def test_who_has_the_file_is_not_sent_it_again(web):
    tag = (await get(web)).headers["etag"]
    for known in (tag, f'"x", W/{tag}', "*"):
        response = await get(web, if_none_match=known)
        assert (response.status_code, response.content) == (304, b"")
    assert (await get(web, if_none_match='"another"')).status_code == 200


async def test_a_file_that_is_not_ready_is_a_conflict_that_says_so(web):
    path = f"/api/v1/projects/{web.desk.project_id}/exports"
    asked = (await web.call("POST", path, json={"format": "parquet"})).json()
    assert (asked["state"], asked["sha256"]) == ("pending", None)
    response = await web.call("GET", f"{path}/{asked['id']}/file")
    assert (response.status_code, response.json()["code"]) == (409, "conflict")


async def test_only_formats_that_are_written_can_be_asked_for(web):
    path = f"/api/v1/projects/{web.desk.project_id}/exports"
    assert (await web.call("POST", path, json={"format": "../etc"})).status_code == 400


async def test_another_tenant_does_not_get_the_file(web):
    response = await web.call("GET", url(web), key=web.strangers_key)
    assert response.status_code == 404


# ── the client ───────────────────────────────────────────────────────────────────────────────────


class Remote(httpx.BaseTransport):
    """A service with one export of `data`, whose connection breaks after each `breaks` bytes."""

    def __init__(self, data: bytes, *, breaks: int = 0, sha256: str | None = None) -> None:
        self.data, self.breaks = data, breaks
        self.sha256 = sha256 or hashlib.sha256(data).hexdigest()
        self.asked: list[str | None] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/file"):
            about = {"id": 1, "state": "ready", "bytes": len(self.data), "sha256": self.sha256}
            return httpx.Response(200, json=about)
        asked = request.headers.get("range")
        self.asked.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        return httpx.Response(206 if asked else 200, stream=Breaking(self.data[start:], self.breaks))


class Breaking(httpx.SyncByteStream):
    def __init__(self, data: bytes, breaks: int) -> None:
        self.data, self.breaks = data, breaks

    def __iter__(self):
        if not self.breaks or len(self.data) <= self.breaks:
            yield self.data
            return
        yield self.data[: self.breaks]
        raise httpx.ReadError("the connection broke")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr("groundswell.client.managing.FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(connection, "FIRST_PAUSE_SECONDS", 0.001)


def download(remote: Remote, path: Path, **options):
    with Client("http://127.0.0.1", "key", transport=remote) as client:
        return client.download(1, 1, path, **options)


def test_a_download_goes_on_where_the_connection_broke(tmp_path):
    remote = Remote(bytes(range(256)) * 40, breaks=4_000)
    download(remote, tmp_path / "labels.csv")
    assert (tmp_path / "labels.csv").read_bytes() == remote.data
    assert remote.asked == [None, "bytes=4000-", "bytes=8000-"]


def test_a_download_that_was_given_up_is_taken_up_by_the_next_or_begun_anew(tmp_path):
    data = bytes(range(256)) * 40
    with pytest.raises(ServiceError, match="the download broke off"):
        download(Remote(data, breaks=100), tmp_path / "labels.csv")
    assert not (tmp_path / "labels.csv").exists()
    again = Remote(data)
    download(again, tmp_path / "labels.csv")
    assert again.asked == ["bytes=500-"]
    assert (tmp_path / "labels.csv").read_bytes() == data
    with pytest.raises(ServiceError):
        download(Remote(data, breaks=100), tmp_path / "labels.csv")
    anew = Remote(data)
    download(anew, tmp_path / "labels.csv", resume=False)
    assert anew.asked == [None]


def test_what_is_not_what_its_digest_says_is_thrown_away(tmp_path):
    with pytest.raises(ServiceError, match="not what it should be"):
        download(Remote(b"something else", sha256="0" * 64), tmp_path / "labels.csv")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_a_file(tmp_path):
    download(Remote(b""), tmp_path / "labels.csv")
    assert (tmp_path / "labels.csv").read_bytes() == b""
