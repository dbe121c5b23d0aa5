"""Plain text: a line of a file, or a file of a folder, is an item."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from groundswell.errors import UnreadableSource
from groundswell.items import Drop, Item

Read = Callable[..., list[Item | Drop]]
Summary = Callable[[list[Item | Drop]], list[tuple[str, str | None]]]


def test_each_line_that_is_not_blank_is_an_item(read: Read, summary: Summary) -> None:
    found = summary(read("a.txt", "\ufeffone\r\n\r\n  two \n\t\nthr\u00e9e".encode()))
    assert found == [("line 1", "one"), ("line 3", "  two "), ("line 5", "thr\u00e9e")]


def test_compressed_text_is_read(read: Read, summary: Summary) -> None:
    assert summary(read("a.txt.gz", gzip.compress(b"one\ntwo\n"))) == [("line 1", "one"), ("line 2", "two")]


def test_bad_lines_are_set_aside(read: Read, summary: Summary) -> None:
    found = summary(read("a.txt", b"one\na\x00b\n\xff\n" + b"x" * 99 + b"\ntwo", max_item_bytes=50))
    assert found == [
        ("line 1", "one"),
        ("line 2", "text:nul"),
        ("line 3", "text:encoding"),
        ("line 4", "item:too_large"),
        ("line 5", "two"),
    ]


def test_a_binary_file_with_the_wrong_suffix_is_unreadable(read: Read) -> None:
    with pytest.raises(UnreadableSource, match=r"the first, line 1"):
        read("a.txt", bytes(range(128, 256)) * 10)


def test_each_file_of_a_folder_is_an_item(read: Read, summary: Summary, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    (folder / "more").mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"\xef\xbb\xbftwo\nlines")
    (folder / "b.rst").write_text("other")
    (folder / "c.txt").write_bytes(b"\xff\xff")
    (folder / "d.txt").write_text("x" * 99)
    (folder / "more" / "e.txt").write_text("deep")
    found = summary(read("set", max_item_bytes=50))
    assert found == [
        ("a.txt", "two\nlines"),
        ("b.rst", "file:unsupported"),
        ("c.txt", "text:encoding"),
        ("d.txt", "item:too_large"),
        ("more/e.txt", "deep"),
    ]
