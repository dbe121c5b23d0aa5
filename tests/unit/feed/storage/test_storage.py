import multiprocessing
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from groundswell.errors import Conflict, StoreError, UnreadableSource
from groundswell.feed import Cache, Feed, open_snapshot, snapshot
from groundswell.feed.manifest import File
from groundswell.feed.storage.buckets import Bucket
from groundswell.feed.storage.files import sha256_of


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"file://{tmp_path}/bucket"


def labels(feed: Feed) -> list[int]:
    return [label for batch in feed for label in batch["label"].tolist()]


def test_a_snapshot_in_a_bucket_feeds_what_one_in_a_folder_does(
    tmp_path: Path, url: str, version: Any
) -> None:
    there = snapshot(version, url, cache=tmp_path / "cache", shard_bytes=2000)
    here = snapshot(version, tmp_path / "s", shard_bytes=2000)
    assert there.manifest == here.manifest
    assert labels(Feed(open_snapshot(url, cache=tmp_path / "cache"), 7, seed=1)) == labels(
        Feed(here, 7, seed=1)
    )
    assert snapshot(version, url, cache=tmp_path / "cache").manifest == there.manifest


def test_only_files_of_the_columns_that_are_read_are_fetched(tmp_path: Path, url: str, version: Any) -> None:
    made = snapshot(version, url, cache=tmp_path / "other", shard_bytes=2000)
    labels(Feed(open_snapshot(url, cache=tmp_path / "cache"), 7, columns=["label"]))
    fetched = {path.name for path in (tmp_path / "cache").glob("*.arrow")}
    small = {Path(shard.files[0].name).name for shard in made.manifest.shards}
    assert fetched == small


def test_the_cache_keeps_to_its_limit_and_every_sample_still_comes(
    tmp_path: Path, url: str, version: Any
) -> None:
    made = snapshot(version, url, cache=tmp_path / "other", shard_bytes=2000)
    largest = max(file.size_bytes for shard in made.manifest.shards for file in shard.files)
    cache = Cache(tmp_path / "cache", limit_bytes=3 * largest)
    feed = Feed(open_snapshot(url, cache=cache), 7, seed=1, epochs=2)
    fed = []
    for batch in feed:
        fed += batch["label"].tolist()
        assert sum(path.stat().st_size for path in cache.folder.glob("*.arrow")) <= cache.limit_bytes
    assert sorted(fed) == sorted([*range(100)] * 2)


def file_of(content: bytes) -> File:
    import hashlib

    return File(("x",), len(content), hashlib.sha256(content).hexdigest())


def writer(*contents: bytes) -> tuple[Callable[[Path], None], list[bytes]]:
    """Return what fetches one content after another, and those that are left."""
    left = list(contents)
    return lambda path: (path.write_bytes(left.pop(0)), None)[1], left


def test_a_file_that_came_damaged_is_fetched_once_more(tmp_path: Path) -> None:
    fetch, left = writer(b"wrong", b"right", b"never")
    path = Cache(tmp_path).get(file_of(b"right"), fetch)
    assert (path.read_bytes(), left) == (b"right", [b"never"])


def test_a_file_that_came_damaged_twice_is_an_error_that_names_it(tmp_path: Path) -> None:
    fetch, left = writer(b"wrong", b"wrong", b"right")
    file = file_of(b"right")
    with pytest.raises(UnreadableSource, match=rf"{file.sha256}\.arrow is damaged: fetched twice"):
        Cache(tmp_path).get(file, fetch)
    assert left == [b"right"]
    assert not list(tmp_path.glob("*.arrow"))


def test_a_file_that_was_cut_short_in_the_cache_is_fetched_anew(tmp_path: Path) -> None:
    fetch, left = writer(b"right", b"right")
    path = Cache(tmp_path).get(file_of(b"right"), fetch)
    path.write_bytes(b"righ")
    assert Cache(tmp_path).get(file_of(b"right"), fetch).read_bytes() == b"right"
    assert not left


def test_a_damaged_file_in_the_cache_is_replaced_and_one_in_the_bucket_is_named(
    tmp_path: Path, url: str, version: Any
) -> None:
    made = snapshot(version, url, cache=tmp_path / "cache")
    file = made.manifest.shards[0].files[0]
    cached = tmp_path / "cache" / Path(file.name).name
    made.shard(0)
    cached.write_bytes(b"?" * file.size_bytes)
    assert open_snapshot(url, cache=tmp_path / "cache").shard(0).num_rows == 100
    assert sha256_of(cached) == file.sha256
    cached.unlink()
    (tmp_path / "bucket" / file.name).write_bytes(b"?" * file.size_bytes)
    with pytest.raises(UnreadableSource, match=rf"bucket/{file.name} is damaged: fetched twice"):
        open_snapshot(url, cache=tmp_path / "cache").shard(0)
    (tmp_path / "bucket" / file.name).unlink()
    with pytest.raises(UnreadableSource, match="cannot be found"):
        open_snapshot(url, cache=tmp_path / "cache").shard(0)


def test_files_used_last_stay_when_room_is_made(tmp_path: Path) -> None:
    cache = Cache(tmp_path, limit_bytes=10)
    files = [file_of(bytes([number]) * 4) for number in range(3)]
    paths = [cache.get(file, writer(bytes([number]) * 4)[0]) for number, file in enumerate(files[:2])]
    os.utime(paths[1], ns=(0, 0))
    cache.get(files[0], writer()[0])
    cache.get(files[2], writer(bytes([2]) * 4)[0])
    assert [path.exists() for path in paths] == [True, False]


def _slow(path: Path) -> None:
    with (path.parent / "fetched").open("a") as log:
        log.write("x")
    time.sleep(0.2)
    path.write_bytes(b"right")


def test_processes_that_want_the_same_file_fetch_it_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    both = [context.Process(target=Cache(tmp_path).get, args=(file_of(b"right"), _slow)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    assert (tmp_path / "fetched").read_text() == "x"


def test_nothing_in_a_bucket_is_overwritten(tmp_path: Path, url: str) -> None:
    bucket = Bucket(url, Cache(tmp_path / "cache"))
    bucket.write("v000001.json", b"one")
    with pytest.raises(Conflict, match=r"v000001\.json exists"):
        bucket.write("v000001.json", b"two")
    assert (bucket.read("v000001.json"), bucket.names()) == (b"one", ["v000001.json"])


def test_a_store_that_does_not_exist_is_an_error_that_says_what_to_look_at(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"nonsense://x cannot be used.*see the address"):
        Bucket("nonsense://x", Cache(tmp_path))


def test_a_process_that_was_forked_fetches_too(tmp_path: Path, url: str, version: Any) -> None:
    made = snapshot(version, url, cache=tmp_path / "other", shard_bytes=8000)
    opened = open_snapshot(url, cache=tmp_path / "cache")

    def read() -> None:
        assert labels(Feed(opened, 100, columns=["label"], shuffle=False)) == list(range(100))

    process = multiprocessing.get_context("fork").Process(target=read)
    process.start()
    process.join(60)
    assert process.exitcode == 0
    assert len(list((tmp_path / "cache").glob("*.arrow"))) == len(made.manifest.shards)
