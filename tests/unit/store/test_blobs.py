"""Blobs: the same content is one file, whole or not there at all, and a name is never a path."""

import os
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.errors import NotFound
from groundswell.items import digest_bytes
from groundswell.store import blobs as module
from groundswell.store.blobs import BlobStore


def files_below(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(payload=st.binary(max_size=2000))
def test_what_is_put_comes_back_under_its_digest(tmp_path: Path, payload: bytes) -> None:
    store = BlobStore(tmp_path)
    digest = store.put(payload)
    assert digest == digest_bytes(payload)
    assert digest in store
    assert store.get(digest) == payload
    assert store.path(digest).read_bytes() == payload


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    assert store.put_many([b"a", b"b", b"a"]) == [digest_bytes(b"a"), digest_bytes(b"b"), digest_bytes(b"a")]
    store.put(b"a")
    assert len(files_below(tmp_path)) == 2


def test_a_torn_file_is_replaced_by_the_whole_one(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    digest = store.put(b"whole payload")
    store.path(digest).write_bytes(b"who")
    store.put(b"whole payload")
    assert store.get(digest) == b"whole payload"


def test_many_writers_of_one_blob_leave_one_whole_file(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    payload = os.urandom(100_000)
    writers = [threading.Thread(target=store.put, args=(payload,)) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [path.read_bytes() for path in files_below(tmp_path)] == [payload]


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "replace", full_disk)
    with pytest.raises(OSError, match="No space left"):
        BlobStore(tmp_path).put(b"payload")
    assert files_below(tmp_path) == []


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "", "a" * 63, "A" * 64, "a" * 64 + "\n", "a" * 64, "/etc/passwd", "ab/" + "c" * 61],
)
def test_what_is_not_a_kept_digest_is_not_found(tmp_path: Path, name: str) -> None:
    store = BlobStore(tmp_path / "blobs")
    assert name not in store
    with pytest.raises(NotFound):
        store.get(name)
    with pytest.raises(NotFound):
        store.path(name)
