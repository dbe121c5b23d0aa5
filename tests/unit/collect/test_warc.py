"""Pages of an archive become their main text; what is no page is left out, and a cut end costs the end only."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.unit.collect.conftest import NOW

from groundswell.collect import Warc, open_source
from groundswell.errors import EmptySource, UnreadableSource
from groundswell.items import Drop, Item, digest_bytes

Read = Callable[..., list[Item | Drop]]


def page(text: str) -> bytes:
    return f"<html><head><title>T</title></head><body><main><p>{text}</p></main></body></html>".encode()


def record(
    url: str, body: bytes, *, status: int = 200, kind: str = "text/html; charset=utf-8", encoding: str = ""
) -> bytes:
    coded = f"Content-Encoding: {encoding}\r\n" if encoding else ""
    answer = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{coded}\r\n".encode() + body
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        f"WARC-Target-URI: {url}\r\nWARC-Date: 2026-01-02T00:00:00Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    return head.encode() + answer + b"\r\n\r\n"


INFO = (
    b"WARC/1.0\r\nWARC-Type: warcinfo\r\nWARC-Record-ID: <urn:uuid:0>\r\nWARC-Date: 2026-01-02T00:00:00Z\r\n"
    b"Content-Length: 2\r\n\r\nhi\r\n\r\n"
)
LONG = "Some text that is long enough to be taken for the main content of this page."
RECORDS = [
    INFO,
    record("http://a.org/1", page(LONG)),
    record("http://a.org/2", b"gone", status=404),
    record("http://a.org/3", b"\x89PNG", kind="image/png"),
    record("http://a.org/4", b"plain words", kind="text/plain"),
    record("http://a.org/5", gzip.compress(page(LONG + " Zipped.")), encoding="gzip"),
    record("http://a.org/6", page("")),
]


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_pages_are_read_and_others_left_out_with_a_reason(read: Read, name: str) -> None:
    data = b"".join(RECORDS) if name.endswith("warc") else b"".join(map(gzip.compress, RECORDS))
    found = read(name, data)
    assert [(each.locator, each.reason if isinstance(each, Drop) else each.text) for each in found] == [
        ("record 0 http://a.org/1", LONG),
        ("record 1 http://a.org/2", "page:status"),
        ("record 2 http://a.org/3", "page:type"),
        ("record 3 http://a.org/4", "plain words"),
        ("record 4 http://a.org/5", f"{LONG} Zipped."),
        ("record 5 http://a.org/6", "document:no_text"),
    ]
    first = found[0]
    assert isinstance(first, Item)
    assert first.derived_from == digest_bytes(page(LONG))
    assert dict(first.meta) == {
        "url": "http://a.org/1",
        "date": "2026-01-02T00:00:00Z",
        "title": "T",
        "media_type": "text/html",
    }


def test_a_cut_end_costs_the_end_only(read: Read) -> None:
    data = b"".join(gzip.compress(record(f"http://a.org/{n}", page(f"{LONG} {n}"))) for n in range(30))
    found = read("a.warc.gz", data[:-100])
    assert sum(isinstance(each, Item) for each in found) >= 28


def test_large_answers_are_set_aside_also_if_they_are_large_once_unpacked(read: Read) -> None:
    bomb = record("http://a.org/b", gzip.compress(b"<p>" + b"x" * 5_000_000), encoding="gzip")
    found = read(
        "a.warc", RECORDS[1] + bomb + record("http://a.org/c", b"y" * 200_000), max_item_bytes=100_000
    )
    assert [each.reason for each in found if isinstance(each, Drop)] == ["item:too_large", "item:too_large"]


@pytest.mark.parametrize("data", [b"no archive at all", b"\x1f\x8b" + b"x" * 50])
def test_what_is_no_archive_is_unreadable(read: Read, data: bytes) -> None:
    with pytest.raises((UnreadableSource, EmptySource), match=r"no record|holds nothing"):
        read("a.warc", data)


def test_records_can_be_spared(tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_bytes(b"".join(RECORDS))
    source: Any = open_source(tmp_path / "a.warc", collected_at=NOW)
    assert isinstance(source, Warc)
    found = list(source.sparing((0,)).read())
    assert (found[0].reason, found[0].failed) == ("file:killed", True)
    assert isinstance(found[3], Item)
