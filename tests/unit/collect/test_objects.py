"""Objects below a prefix are read as files are; what vanishes is set aside."""

import json
from pathlib import Path

import pytest
from tests.unit.collect.conftest import NOW

from groundswell.collect import Objects, open_source
from groundswell.collect import objects as module
from groundswell.errors import SourceNotFound
from groundswell.items import Drop, Item


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "crawl").mkdir()
    (tmp_path / "crawl" / "a.jsonl").write_text('{"text": "one"}\n{"text": "two"}\n')
    (tmp_path / "crawl" / "b.md").write_text("# Three")
    (tmp_path / "crawl" / "c.bin").write_bytes(b"x")
    (tmp_path / "crawl" / "d.md").write_text("x" * 99)
    return tmp_path


def opened(folder: Path, **options: int) -> Objects:
    source = open_source(f"file://{folder}/crawl", collected_at=NOW, **options)
    assert isinstance(source, Objects)
    return source


def test_each_object_is_read_as_its_suffix_says(folder: Path) -> None:
    found = list(opened(folder, max_item_bytes=50).read())
    assert [(each.locator, each.text) for each in found if isinstance(each, Item)] == [
        ("a.jsonl line 1", "one"),
        ("a.jsonl line 2", "two"),
        ("b.md", "Three"),
    ]
    assert [(each.locator, each.reason) for each in found if isinstance(each, Drop)] == [
        ("c.bin", "file:unsupported"),
        ("d.md", "item:too_large"),
    ]
    assert {each.source for each in found} == {f"file://{folder}/crawl"}


def test_what_vanishes_between_the_listing_and_its_turn_is_set_aside(folder: Path) -> None:
    source = opened(folder)
    (part,) = source.parts(10**9)
    (folder / "crawl" / "b.md").unlink()
    (folder / "crawl" / "a.jsonl").unlink()
    found = list(part.read())
    assert [(each.locator, each.reason, each.failed) for each in found if isinstance(each, Drop)][:2] == [
        ("a.jsonl", "file:vanished", True),
        ("b.md", "file:vanished", True),
    ]


def test_parts_give_what_all_gives_and_only_what_is_new_is_read_again(folder: Path) -> None:
    source = opened(folder)
    assert [record for part in source.parts(20) for record in part.read()] == list(source.read())
    assert len(source.parts(20)) == 2
    cursor = json.loads(json.dumps(source.cursor()))
    assert list(source.after(cursor).read()) == []
    (folder / "crawl" / "e.md").write_text("new")
    assert [each.text for each in source.after(cursor).read() if isinstance(each, Item)] == ["new"]


def test_nothing_there_and_no_permission_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "crawl").mkdir()
    with pytest.raises(SourceNotFound, match="there are no objects below"):
        list(opened(tmp_path).read())

    class Refusing:
        def list(self) -> None:
            raise PermissionError("403 Forbidden\nand a page of debug output")

    with pytest.raises(SourceNotFound, match="s3:// cannot be listed: "):
        list(open_source("s3://", collected_at=NOW).read())

    monkeypatch.setattr(module, "_store", lambda spec: Refusing())
    with pytest.raises(SourceNotFound, match=r"cannot be listed: 403 Forbidden$"):
        list(open_source("s3://bucket/x", collected_at=NOW).read())
