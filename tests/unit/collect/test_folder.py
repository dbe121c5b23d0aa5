"""Folders are walked in a stable order; links and devices are named, not followed."""

import os
import sys
from pathlib import Path

import pytest

from groundswell.collect import folder
from groundswell.collect.folder import look, walk


def seen(root: Path) -> list[tuple[str, str]]:
    return [(found.relative, found.reason) for found in walk(root)]


def test_files_come_in_the_order_of_names_and_hidden_ones_do_not(tmp_path: Path) -> None:
    for name in ("b/2.txt", "b/1.txt", "a.txt", "c.txt", ".git/x.txt", "b/.DS_Store", "Thumbs.db"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert seen(tmp_path) == [("a.txt", ""), ("b/1.txt", ""), ("b/2.txt", ""), ("c.txt", "")]


def test_links_loops_and_pipes_are_set_aside(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.txt")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.txt")
    assert seen(tmp_path) == [
        ("a.txt", ""),
        ("link.txt", "file:symlink"),
        ("loop", "file:symlink"),
        ("pipe.txt", "file:special"),
    ]


def test_folders_deeper_than_pythons_recursion_are_walked(tmp_path: Path) -> None:
    folders = [tmp_path / "/".join("d" * depth) for depth in range(1, sys.getrecursionlimit() + 100)]
    for path in folders:
        path.mkdir()
    (tmp_path / "z.txt").write_text("x")
    found = seen(tmp_path)
    for path in reversed(folders):  # pytest's own clean-up recurses
        path.rmdir()
    assert found == [("z.txt", "")]


def test_a_name_that_is_not_utf8_becomes_printable(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    assert seen(tmp_path) == [("caf\ufffd.txt", "")]


def test_a_look_counts_suffixes_without_that_of_the_compression(tmp_path: Path) -> None:
    for name in ("a.JPG", "b.jpg", "c.txt.gz", "d"):
        (tmp_path / name).write_text("1234")
    place = look(tmp_path)
    assert (place.kind, dict(place.suffixes), place.size_bytes) == (
        "folder",
        {".jpg": 2, ".txt": 1, "": 1},
        16,
    )
    assert look(tmp_path / "c.txt.gz").file_ends_with(".txt")


def test_what_describes_the_data_does_not_count_unless_it_is_all_there_is(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("1234")
    assert look(tmp_path).suffixes == {".md": 1}
    (tmp_path / "a.jsonl").write_text("1234")
    assert look(tmp_path).suffixes == {".jsonl": 1}


@pytest.mark.parametrize(
    ("path", "kind"), [("/dev/null", "other"), ("/nowhere/at/all", "nothing"), ("/", "folder")]
)
def test_a_look_tells_what_is_there(path: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "walk", lambda path: iter(()))
    assert look(path).kind == kind
