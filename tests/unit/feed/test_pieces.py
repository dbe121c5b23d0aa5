import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from groundswell.errors import UnreadableSource
from groundswell.feed import Feed, TokenBlocks, open_snapshot, snapshot
from groundswell.feed import pieces as module
from groundswell.feed.columns import Columns
from groundswell.feed.snapshot import Snapshot

SIZES = [0, 1, 200_000, 7, 0, 131_072, 131_071] * 3
"""Of values on either side of what is mapped, empty ones among them."""

KINDS: dict[str, pa.Array] = {
    "text": pa.array(["é" * (size // 2) for size in SIZES], pa.large_string()),
    "small_data": pa.array([bytes([size % 251]) * size for size in SIZES], pa.binary()),
    "data": pa.array([bytes([size % 251]) * size for size in SIZES], pa.large_binary()),
    "tokens": pa.array([np.arange(size) % 65_521 for size in SIZES], pa.large_list(pa.uint16())),
    "bytes": pa.array([np.full(size, size % 251) for size in SIZES], pa.list_(pa.uint8())),
    "floats": pa.array([np.full(size, 0.5) for size in SIZES], pa.large_list(pa.float64())),
    "gaps": pa.array([None if size == 7 else "x" * size for size in SIZES], pa.large_string()),
    "label": pa.array(range(len(SIZES)), pa.int16()),
}

Store = Callable[[dict[str, pa.Array]], Snapshot]


@pytest.fixture
def store(tmp_path: Path, make_version: Any) -> Store:
    """Stores columns as a snapshot of several shards, cut out of longer ones."""

    def stored(columns: dict[str, pa.Array]) -> Snapshot:
        size = len(next(iter(columns.values())))
        table = pa.table({"id": [f"{number:064x}" for number in range(size)], **columns})
        made = snapshot(make_version(table.slice(2)), tmp_path / "s", shard_bytes=table.nbytes // 5)
        assert len(made.manifest.shards) > 2
        return made

    return stored


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The columns of each shard that is opened as a whole."""
    found: list[tuple[str, ...]] = []
    real = Snapshot.shard

    def watched(self: Snapshot, number: int, names: Any = None) -> pa.RecordBatch:
        found.append(tuple(names))
        return real(self, number, names)

    monkeypatch.setattr(Snapshot, "shard", watched)
    return found


def told(values: Any) -> list[Any]:
    return [
        bytes(each) if isinstance(each, memoryview) else getattr(each, "tolist", lambda x=each: x)()
        for each in values
    ]


@pytest.mark.parametrize("views", [False, True])
def test_the_first_rows_are_those_of_opened_shards(
    store: Store, opened: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch, *, views: bool
) -> None:
    stored = store(KINDS)
    numbers = np.random.default_rng(1).permutation(stored.rows)
    first = Columns(stored, list(KINDS), views=views).take(numbers)
    assert set(opened) == {("gaps", "label")}
    monkeypatch.setattr(module, "FIRST_ROWS", 0)
    later = Columns(stored, list(KINDS), views=views).take(numbers)
    assert opened[-1] == tuple(KINDS)
    for name in KINDS:
        assert told(first[name]) == told(later[name])
        assert [type(value) for value in first[name]] == [type(value) for value in later[name]]


def test_views_of_the_first_rows_cannot_be_written_to_and_stay_when_their_files_are_closed(
    store: Store,
) -> None:
    stored = store({"data": KINDS["data"]})
    batch = Columns(stored, ["data"], views=True).take(np.arange(stored.rows))
    assert all(view.readonly for view in batch["data"])
    assert [len(view) for view in batch["data"]] == SIZES[2:]
    assert batch["data"][0][-1] == 200_000 % 251


def test_shards_are_opened_when_the_first_rows_are_over(
    store: Store, opened: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_ROWS", 6)
    stored = store({"text": KINDS["text"]})
    columns = Columns(stored, ["text"])
    for first in (0, 3):
        columns.take(np.arange(first, first + 3))
    assert opened == []
    columns.take(np.arange(3))
    assert opened


def test_a_feed_leaves_no_file_open_after_its_first_batch(store: Store) -> None:
    feed = Feed(store({"text": KINDS["text"], "small_data": KINDS["small_data"]}), 8, columns=["text"])
    before = len(os.listdir("/proc/self/fd"))
    batch = next(iter(feed))
    assert len(batch["text"]) == 8
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_was_written_before_places_were_noted_is_read_from_opened_shards(
    store: Store, opened: list[tuple[str, ...]]
) -> None:
    stored = store({"text": KINDS["text"]})
    shards = tuple(
        replace(shard, files=tuple(replace(file, buffers=()) for file in shard.files))
        for shard in stored.manifest.shards
    )
    old = Snapshot(stored.storage, replace(stored.manifest, shards=shards))
    numbers = np.arange(stored.rows)
    assert told(Columns(old, ["text"]).take(numbers)["text"]) == KINDS["text"].to_pylist()[2:]
    assert set(opened) == {("text",)}


def test_blocks_of_tokens_are_the_same_from_shards_that_are_not_opened(
    store: Store, opened: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = store({"tokens": KINDS["tokens"]})
    for size in (1000, 9000):
        first = next(iter(Feed(TokenBlocks(stored, size), 5, seed=3)))["tokens"]
        assert opened == []
        with monkeypatch.context() as patched:
            patched.setattr(module, "FIRST_ROWS", 0)
            later = next(iter(Feed(TokenBlocks(stored, size), 5, seed=3)))["tokens"]
        assert first.tolist() == later.tolist()
        assert (first.dtype, first.shape, first.flags.writeable) == (later.dtype, later.shape, True)
        opened.clear()


def test_a_column_without_any_content_reads_back(store: Store) -> None:
    stored = store({"text": pa.array([""] * 20, pa.large_string()), "tokens": KINDS["tokens"][:20]})
    assert stored.manifest.shards[0].files[1].buffers[1] == 0
    assert Columns(stored, ["text"]).take(np.arange(18))["text"].tolist() == [""] * 18


def cut(content: bytes, at: int) -> bytes:
    return content[:-1]


def zeros(content: bytes, at: int) -> bytes:
    return bytes(len(content))


def noise(content: bytes, at: int) -> bytes:
    return b"?" * len(content)


def backwards(content: bytes, at: int) -> bytes:
    return content[:at] + (2**40).to_bytes(8, "little") + content[at + 8 :]


def before_the_file(content: bytes, at: int) -> bytes:
    return content[:at] + (-(2**40)).to_bytes(8, "little", signed=True) + content[at + 8 :]


@pytest.mark.parametrize("harm", [cut, zeros, noise, backwards, before_the_file])
def test_a_damaged_file_is_named(store: Store, harm: Callable[[bytes, int], bytes]) -> None:
    stored = store({"text": pa.array(["some text"] * 20, pa.large_string())})
    file = stored.manifest.shards[0].files[1]
    path = Path(str(stored.storage)) / file.name
    path.write_bytes(harm(path.read_bytes(), file.buffers[0]))
    with pytest.raises(UnreadableSource, match=rf"{path.name} is damaged.*make the snapshot again"):
        Columns(open_snapshot(str(stored.storage)), ["text"]).take(np.array([0]))


def test_a_missing_file_is_named(store: Store) -> None:
    stored = store({"text": KINDS["text"]})
    path = Path(str(stored.storage)) / stored.manifest.shards[0].files[1].name
    path.unlink()
    with pytest.raises(UnreadableSource, match=rf"{path.name} is damaged: it cannot be found"):
        Columns(stored, ["text"]).take(np.array([0]))
