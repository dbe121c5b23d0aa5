"""Clean-up: removes what nobody needs, and nothing under a reader, a writer or a name."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from tests.unit.organize.conftest import image_item, text_item

from groundswell.errors import NotFound
from groundswell.items import Drop, to_batch
from groundswell.organize import DatasetStore, Retention, clean_up, clean_up_media, describe

Batches = Callable[..., list[pa.RecordBatch]]
NEWEST = Retention(keep_last=1)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundswell.organize.upkeep.WAIT_SECONDS", 0.0)


def data_files(store: DatasetStore, name: str = "pets") -> set[str]:
    return {path.name for path in (store.root / name / "data").iterdir()}


def write(store: DatasetStore, *counts: int) -> None:
    """Write versions and let go of them: who opens one keeps it."""
    for count in counts:
        drop = Drop(None, "s", f"line {count}", "x", "empty:text")
        store.write("pets", [to_batch([text_item(place) for place in range(count)])], drops=[drop])


def test_old_versions_go_with_the_files_that_only_they_have(store: DatasetStore) -> None:
    write(store, 1, 2, 3)
    before = data_files(store)
    done = clean_up(store, "pets", policy=NEWEST)
    assert (done.versions, done.in_use, done.files, done.busy) == ((1, 2), (), 2, False)
    assert done.freed_bytes > 0
    assert len(before - data_files(store)) == 2
    assert [version.number for version in store.versions("pets")] == [3]
    store.open("pets").verify()


def test_files_that_a_later_version_shares_stay(store: DatasetStore, batches: Batches) -> None:
    ids = store.write("pets", batches(3)).ids()
    store.add_columns(store.open("pets"), pa.table({"id": ids, "label": ["a", "b", "c"]}))
    assert clean_up(store, "pets", policy=NEWEST).versions == (1,)
    newest = store.open("pets")
    newest.verify()
    assert newest.to_table(["text", "label"]).num_rows == 3


def test_where_a_removed_version_came_from_stays_known(store: DatasetStore, batches: Batches) -> None:
    store.write("raw", batches(4), lineage={"source": "a folder"}, drops=[Drop(None, "s", "l", "x", "y:z")])
    store.select(store.open("raw"), mask=[True] * 4, name="child")
    store.write("raw", batches(1))
    assert clean_up(store, "raw", policy=NEWEST).versions == (1,)
    (raw,) = store.trace(store.open("child"))
    assert (raw.number, raw.rows, raw.lineage) == (1, 4, {"source": "a folder"})
    assert [drop.reason for drop in raw.drops()] == ["y:z"]
    with pytest.raises(NotFound, match="version 1 of raw was removed"):
        raw.to_table()
    with pytest.raises(NotFound, match="version 1 of raw was removed, as its retention says; there are 2"):
        store.open("raw@1")


def test_a_number_is_never_given_twice(store: DatasetStore, batches: Batches) -> None:
    write(store, 1, 2)
    store.branch(store.open("pets"), "try")
    store.write("pets", batches(3), branch="try")
    store.end_branch("pets", "try")
    assert clean_up(store, "pets", policy=Retention(keep_days=0), keep=[1]).versions == ()
    store.now = lambda: __import__("datetime").datetime.now(__import__("datetime").UTC)
    assert clean_up(store, "pets", policy=Retention(keep_days=0), keep=[1]).versions == (3,)
    assert store.write("pets", batches(5)).number == 4


def test_names_heads_and_what_others_keep_are_left_alone(store: DatasetStore, batches: Batches) -> None:
    write(store, 1, 2, 3, 4, 5)
    store.tag(store.open("pets@1"), "gold")
    store.branch(store.open("pets@2"), "try")
    assert clean_up(store, "pets", policy=NEWEST, keep=[3]).versions == (4,)
    assert [version.number for version in store.versions("pets")] == [1, 2, 3, 5]


def test_without_a_policy_only_leftovers_go(store: DatasetStore) -> None:
    write(store, 1, 2)
    (store.root / "pets" / "data" / ".new-killed").write_bytes(b"half")
    (store.root / "pets" / "data" / ("0" * 64 + ".arrow")).write_bytes(b"never named")
    done = clean_up(store, "pets")
    assert (done.versions, done.files, done.freed_bytes) == ((), 2, 15)


def test_the_policy_of_the_catalogue_is_followed(store: DatasetStore) -> None:
    write(store, 1, 2)
    describe(store.root / "pets", retention=NEWEST)
    assert clean_up(store, "pets", dry_run=True).versions == (1,)
    assert clean_up(store, "pets").versions == (1,)


def test_a_dry_run_says_what_would_go_and_touches_nothing(store: DatasetStore) -> None:
    write(store, 1, 2, 3)
    before = data_files(store)
    planned = clean_up(store, "pets", policy=NEWEST, dry_run=True)
    assert data_files(store) == before
    done = clean_up(store, "pets", policy=NEWEST)
    assert (planned.versions, planned.files, planned.freed_bytes) == (
        done.versions,
        done.files,
        done.freed_bytes,
    )


# ── who is there ──


def test_a_version_that_is_open_stays_until_it_is_let_go(store: DatasetStore) -> None:
    write(store, 3, 2, 1)
    reader = store.open("pets@1")
    done = clean_up(store, "pets", policy=NEWEST)
    assert (done.versions, done.in_use) == ((2,), (1,))
    assert reader.to_table(["text"]).num_rows == 3
    del reader
    assert clean_up(store, "pets", policy=NEWEST).versions == (1,)


READER = """
import sys, time
from pathlib import Path
from groundswell.organize import DatasetStore
from groundswell.store.blobs import BlobStore
root = Path(sys.argv[1])
version = DatasetStore(root / "datasets", BlobStore(root / "blobs")).open("pets@1")
print("open", flush=True)
sys.stdin.readline()
print(version.to_table(["text"]).num_rows, flush=True)
"""


def test_a_version_that_another_process_has_open_stays(store: DatasetStore, tmp_path: Path) -> None:
    write(store, 3, 2)
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "open\n"
        assert clean_up(store, "pets", policy=NEWEST).in_use == (1,)
        assert reader.communicate("go\n")[0] == "3\n"
    assert clean_up(store, "pets", policy=NEWEST).versions == (1,)


def test_files_stay_while_somebody_writes(store: DatasetStore, batches: Batches) -> None:
    write(store, 1)
    with store.draft("pets") as draft:
        for batch in batches(20_000, rows=10_000):
            draft.add(batch)
        assert any(name.startswith(".new-") for name in data_files(store))
        assert clean_up(store, "pets").busy
        draft.commit().verify()
    assert clean_up(store, "pets").files == 0


def test_nothing_is_made_of_files_that_went(store: DatasetStore, batches: Batches) -> None:
    write(store, 3, 2)
    (first, _) = store.versions("pets")  # looked at, not opened
    clean_up(store, "pets", policy=NEWEST)
    with pytest.raises(NotFound, match="were removed with another version"):
        store.promote(first)
    with pytest.raises(NotFound, match="was removed"):
        store.tag(first, "gold")
    assert [version.number for version in store.versions("pets")] == [2]


# ── media ──


def grow_old(store: DatasetStore) -> None:
    for path in store.blobs.root.rglob("*"):
        os.utime(path, (time.time() - 1e6,) * 2)


def test_media_of_no_item_go_once_they_are_old(store: DatasetStore) -> None:
    store.write("photos", [to_batch([image_item(1), text_item(1)])])
    stray = store.blobs.put(b"of no item")
    assert clean_up_media(store) == (0, 0), "too young"
    grow_old(store)
    assert clean_up_media(store, dry_run=True) == (1, 10)
    assert clean_up_media(store) == (1, 10)
    assert stray not in store.blobs
    assert list(store.open("photos").items()) == [image_item(1), text_item(1)]


def test_media_go_after_the_last_version_that_has_them(store: DatasetStore) -> None:
    store.write("photos", [to_batch([image_item(1), image_item(2)])])
    store.write("photos", [to_batch([image_item(2)])])
    grow_old(store)
    assert clean_up_media(store)[0] == 0
    clean_up(store, "photos", policy=NEWEST)
    assert clean_up_media(store)[0] == 1
    assert list(store.open("photos").items()) == [image_item(2)]


def test_media_that_are_put_again_are_young_again(store: DatasetStore) -> None:
    digest = store.blobs.put(b"of no item")
    grow_old(store)
    assert store.blobs.put(b"of no item") == digest
    assert clean_up_media(store) == (0, 0)


def test_media_stay_while_a_dataset_is_written(store: DatasetStore) -> None:
    stray = store.blobs.put(b"of no item")
    grow_old(store)
    with store.draft("photos") as draft:
        draft.add(to_batch([image_item(1)]))
        assert clean_up_media(store) == (0, 0)
    assert stray in store.blobs
