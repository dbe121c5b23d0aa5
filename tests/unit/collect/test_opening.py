"""Pointing at something finds its source, or an error in one line that names the remedy."""

from datetime import UTC, datetime
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from groundswell.collect import opening
from groundswell.collect.opening import open_source
from groundswell.errors import EmptySource, GroundswellError, InputError, SourceNotFound, UnreadableSource

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def error_at(path: str | Path) -> GroundswellError:
    with pytest.raises(GroundswellError) as caught:
        open_source(path, collected_at=NOW)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("name", "plug"),
    [
        ("a.jsonl", "jsonl"),
        ("a.NDJSON", "jsonl"),
        ("a.json.gz", "jsonl"),
        ("a.csv.zst", "csv"),
        ("a.tsv", "csv"),
        ("a.parquet", "parquet"),
        ("a.arrow", "parquet"),
        ("a.txt", "text"),
        ("a.txt.gz", "text"),
        ("a.PNG", "images"),
    ],
)
def test_a_file_is_recognised_by_its_suffix(tmp_path: Path, name: str, plug: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    source = open_source(tmp_path / name, collected_at=NOW)
    assert source.name == plug
    assert source.size_bytes() == 1
    assert str(tmp_path / name) in source.describe()


@pytest.mark.parametrize(("name", "plug"), [("sub/a.jpeg", "images"), ("sub/a.txt", "texts")])
def test_a_folder_is_recognised_by_what_is_in_it(tmp_path: Path, name: str, plug: str) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / name).write_bytes(b"x")
    assert open_source(tmp_path, collected_at=NOW).name == plug


def test_nothing_there_is_not_found_and_names_the_path() -> None:
    assert isinstance(error_at("no/such/folder"), SourceNotFound)
    assert "no/such/folder" in str(error_at("no/such/folder"))


@pytest.mark.parametrize("path", ["x" * 5000, "a\x00b", "~nobody-of-this-name/x"])
def test_a_path_that_cannot_exist_is_not_found(path: str) -> None:
    assert isinstance(error_at(path), SourceNotFound)


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.txt", "a.parquet", "a.unknown"])
def test_an_empty_file_is_empty(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    assert isinstance(error_at(tmp_path / name), EmptySource)


def test_an_empty_folder_is_empty(tmp_path: Path) -> None:
    assert isinstance(error_at(tmp_path), EmptySource)
    (tmp_path / "a.png").write_bytes(b"")
    assert isinstance(error_at(tmp_path), EmptySource)


def test_an_unknown_kind_is_unreadable_and_says_what_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"x")
    for place in (tmp_path, tmp_path / "a.docx"):
        assert isinstance(error_at(place), UnreadableSource)
        assert "1 .docx" in str(error_at(place))
        assert ".jsonl" in str(error_at(place))


def test_a_device_is_unreadable() -> None:
    assert isinstance(error_at("/dev/zero"), UnreadableSource)


def test_a_mixed_folder_is_refused_with_its_counts(tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "c.txt"):
        (tmp_path / name).write_bytes(b"x")
    error = error_at(tmp_path)
    assert isinstance(error, InputError)
    assert "2 .png, 1 .txt" in str(error)


def test_digits_is_a_name_unless_there_is_a_folder_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert open_source("digits", collected_at=NOW).name == "digits"
    (tmp_path / "digits").mkdir()
    (tmp_path / "digits" / "a.txt").write_text("one")
    assert open_source("digits", collected_at=NOW).name == "texts"


def test_a_link_that_the_user_names_is_followed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one")
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.txt")
    assert len(list(open_source(tmp_path / "link.txt", collected_at=NOW).read())) == 1


def test_installed_packages_can_offer_plugs(monkeypatch: pytest.MonkeyPatch) -> None:
    offered = EntryPoint("more", "groundswell.collect.digits:Digits", opening.ENTRY_POINTS)
    monkeypatch.setattr(
        opening, "entry_points", lambda group: EntryPoints([offered]) if group else EntryPoints()
    )
    assert [plug.__name__ for plug in opening.plugs()[-2:]] == ["Digits", "Digits"]  # type: ignore[attr-defined]


def test_no_path_is_not_the_present_folder() -> None:
    with pytest.raises(SourceNotFound, match="no path was given"):
        open_source("", collected_at=NOW)
