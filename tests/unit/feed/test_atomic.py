from pathlib import Path

import pytest

from groundswell.errors import Conflict
from groundswell.feed.atomic import whole_file, whole_folder


class Stopped(Exception):
    """Something went wrong in the middle of writing."""


def write_half_a_file(target: Path, *, overwrite: bool = False) -> None:
    with whole_file(target, overwrite=overwrite) as partial:
        partial.write_text("half")
        raise Stopped


def write_half_a_folder(target: Path) -> None:
    with whole_folder(target, known_by="mark") as partial:
        fill(partial, "half")
        raise Stopped


def write_while_another_does(target: Path) -> None:
    with whole_folder(target, known_by="mark") as partial:
        fill(partial, "late")
        target.mkdir()
        fill(target, "early")


def fill(folder: Path, text: str) -> None:
    (folder / "mark").write_text(text)
    (folder / "inner").mkdir()
    (folder / "inner" / "file").write_text(text)


def test_a_file_appears_whole_in_folders_that_are_made(tmp_path: Path) -> None:
    target = tmp_path / "new" / "file.txt"
    with whole_file(target) as partial:
        partial.write_text("whole")
        assert not target.exists()
    assert target.read_text() == "whole"
    assert [path.name for path in target.parent.iterdir()] == ["file.txt"]


def test_after_an_error_no_trace_of_a_file_is_left(tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        write_half_a_file(tmp_path / "file.txt")
    assert list(tmp_path.iterdir()) == []


def test_after_an_error_an_overwritten_file_is_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_text("old")
    with pytest.raises(Stopped):
        write_half_a_file(tmp_path / "file.txt", overwrite=True)
    assert (tmp_path / "file.txt").read_text() == "old"


def test_an_existing_file_is_not_overwritten_unless_told(tmp_path: Path) -> None:
    target = tmp_path / "file.txt"
    target.write_text("old")
    with pytest.raises(Conflict, match=r"file\.txt exists"), whole_file(target):
        pass
    with whole_file(target, overwrite=True) as partial:
        partial.write_text("new")
    assert target.read_text() == "new"


def test_a_folder_appears_whole(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "set", known_by="mark") as partial:
        fill(partial, "whole")
        assert not (tmp_path / "set").exists()
    assert (tmp_path / "set" / "inner" / "file").read_text() == "whole"
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_after_an_error_no_trace_of_a_folder_is_left(tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        write_half_a_folder(tmp_path / "set")
    assert list(tmp_path.iterdir()) == []


def test_an_own_folder_is_replaced_when_told(tmp_path: Path) -> None:
    for text in ("old", "new"):
        with whole_folder(tmp_path / "set", known_by="mark", overwrite=True) as partial:
            fill(partial, text)
    assert (tmp_path / "set" / "inner" / "file").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_a_folder_of_another_kind_is_never_replaced(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "thesis.txt").write_text("mine")
    with pytest.raises(Conflict, match="home exists"), whole_folder(home, known_by="mark", overwrite=True):
        pass
    assert (home / "thesis.txt").read_text() == "mine"


def test_a_folder_that_another_process_made_meanwhile_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="not empty"):
        write_while_another_does(tmp_path / "set")
    assert (tmp_path / "set" / "mark").read_text() == "early"
