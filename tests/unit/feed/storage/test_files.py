import os
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from groundswell.errors import StoreError
from groundswell.feed import Feed, Snapshot, open_snapshot, snapshot


@pytest.fixture
def many_shards(tmp_path: Path, make_version: Any) -> Snapshot:
    ids = [f"{number:04d}" for number in range(1500)]
    table = pa.table({"id": ids, "text": pa.array([each * 9 for each in ids], pa.large_string())})
    made = snapshot(make_version(table), tmp_path / "s", shard_bytes=600)
    assert len(made.manifest.shards) > 80
    return made


@pytest.fixture
def few_descriptors() -> Iterator[int]:
    """Lets the process open 20 files more, at most."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    held = free + 20
    resource.setrlimit(resource.RLIMIT_NOFILE, (held, before[1]))
    yield held
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_more_shards_are_open_than_a_shell_lets_a_process_have_files(
    many_shards: Snapshot, few_descriptors: int
) -> None:
    feed = Feed(open_snapshot(str(many_shards.storage)), 16, columns=["text"])
    assert sum(len(batch["text"]) for batch in feed) == 1500


def test_where_no_more_files_may_be_open_the_error_says_so_and_no_shard_is_called_damaged(
    many_shards: Snapshot, few_descriptors: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (few_descriptors, few_descriptors))
    with pytest.raises(StoreError, match="files open and may not have more; allow more"):
        list(Feed(many_shards, 16, columns=["text"]))
