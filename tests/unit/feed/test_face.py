import doctest
from pathlib import Path
from typing import Any

import pytest

from groundswell.errors import SourceNotFound, TooLarge
from groundswell.feed import Feed, face, feed
from groundswell.feed.snapshot import snapshot


def labels(stream: Feed) -> list[int]:
    return [label for batch in stream for label in batch["label"].tolist()]


def test_every_kind_of_source_feeds_the_same_stream(tmp_path: Path, version: Any) -> None:
    stored = snapshot(version, tmp_path / "stored")
    sources = [stored, tmp_path / "stored", str(tmp_path / "stored"), version, version.table]
    streams = [labels(feed(source, batch_size=8, seed=1)) for source in sources]
    assert all(stream == streams[0] for stream in streams)
    assert sorted(streams[0]) == list(range(100))


def test_a_version_with_a_folder_is_fed_from_a_snapshot_that_stays(tmp_path: Path, version: Any) -> None:
    first = labels(feed(version, 8, folder=tmp_path / "kept"))
    version.table = None
    assert labels(feed(version, 8, folder=tmp_path / "kept")) == first


def test_a_state_moves_between_a_version_in_memory_and_its_snapshot(tmp_path: Path, version: Any) -> None:
    state = feed(version, 8).state_dict()
    feed(version, 8, folder=tmp_path / "kept").load_state_dict(state)


def test_columns_narrow_what_is_read_of_a_version(version: Any) -> None:
    stream = feed(version, 8, columns=["label"], split="train")
    assert {name for batch in stream for name in batch} == {"label"}


def test_a_version_too_large_for_memory_asks_for_a_folder(
    version: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(face, "MEMORY_LIMIT_BYTES", 1000)
    with pytest.raises(TooLarge, match="give folder="):
        feed(version, 8)


def test_a_path_that_holds_no_snapshot_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="is no snapshot"):
        feed(tmp_path / "nothing")


def test_the_example_of_the_docstring_runs_as_it_says() -> None:
    assert doctest.testmod(face).failed == 0
