"""Addresses are fetched from hosts that are allowed, and from nowhere else."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.unit.collect.conftest import NOW
from tests.unit.collect.test_documents import PAGE, pdf

from groundswell.collect import UrlList, open_source
from groundswell.collect import urls as module
from groundswell.items import Drop, Item

LIST = "# pages\nhttps://a.org/page\nhttps://a.org/doc.pdf\nhttps://evil.org/\n\nhttps://a.org/moved\nhttps://a.org/away\nhttps://a.org/gone\nhttps://a.org/big\nftp://a.org/\nhttps://a.org/bin\nhttps://a.org/down\n"


def answer(request: httpx.Request) -> httpx.Response:
    path = request.url.path
    if path == "/down":
        raise httpx.ConnectError("refused")
    return {
        "/page": httpx.Response(
            200, content=PAGE.format(charset="utf-8").encode(), headers={"content-type": "text/html"}
        ),
        "/doc.pdf": httpx.Response(
            200, content=pdf("Hello world"), headers={"content-type": "application/pdf"}
        ),
        "/moved": httpx.Response(302, headers={"location": "https://a.org/page"}),
        "/away": httpx.Response(302, headers={"location": "https://evil.org/"}),
        "/big": httpx.Response(200, content=b"x" * 200_000, headers={"content-type": "text/plain"}),
        "/bin": httpx.Response(200, content=b"x", headers={"content-type": "application/zip"}),
    }.get(path, httpx.Response(404))


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., UrlList]:
    """Return a function that opens a list of addresses, answered by a server of ours."""

    class Checked(httpx.MockTransport):
        def __init__(self, allowed: Any, inner: Any) -> None:
            inner.close()
            super().__init__(lambda request: (allowed.check(str(request.url)), answer(request))[1])

    monkeypatch.setattr(module, "PinnedTransport", Checked)

    def open_list(text: str = LIST, **options: Any) -> UrlList:
        (tmp_path / "a.urls").write_text(text)
        source = open_source(tmp_path / "a.urls", collected_at=NOW, max_item_bytes=100_000, **options)
        assert isinstance(source, UrlList)
        return source

    return open_list


def test_allowed_hosts_are_asked_and_each_refusal_has_its_reason(listed: Callable[..., UrlList]) -> None:
    found = list(listed(hosts=("a.org",)).read())
    assert [
        (each.locator, each.reason if isinstance(each, Drop) else each.meta.get("title", each.text))
        for each in found
    ] == [
        ("https://a.org/page", "A caf\u00e9"),
        ("https://a.org/doc.pdf", "Hello world"),
        ("https://evil.org/", "url:not_allowed"),
        ("https://a.org/moved", "A caf\u00e9"),
        ("https://a.org/away", "url:not_allowed"),
        ("https://a.org/gone", "page:status"),
        ("https://a.org/big", "item:too_large"),
        ("ftp://a.org/", "url:not_allowed"),
        ("https://a.org/bin", "page:type"),
        ("https://a.org/down", "url:failed"),
    ]
    moved = found[3]
    assert isinstance(moved, Item)
    assert moved.meta["fetched_from"] == "https://a.org/page"


def test_nothing_is_fetched_unless_a_host_is_named(listed: Callable[..., UrlList]) -> None:
    found = list(listed("https://a.org/page\n" * 2).parts(1)[0].read())
    assert {each.reason for each in found if isinstance(each, Drop)} == {"url:not_allowed"}


def test_only_addresses_that_are_new_are_fetched_again(listed: Callable[..., UrlList]) -> None:
    cursor = json.loads(json.dumps(listed("https://a.org/page\n", hosts=("a.org",)).cursor()))
    again = listed("https://a.org/page\nhttps://a.org/doc.pdf\n", hosts=("a.org",))
    assert [each.text for each in again.after(cursor).read() if isinstance(each, Item)] == ["Hello world"]
    assert again.after(again.cursor(cursor)).read() is not None
    assert list(again.after(again.cursor(cursor)).read()) == []
