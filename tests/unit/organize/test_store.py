"""Datasets: versions are whole, numbered without gaps or clashes, immutable, and know their parents."""

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.unit.organize.conftest import text_item

from groundswell.clean import DropEmptyText, fingerprint
from groundswell.errors import DataFolderNewer, InputError, InvalidName, MissingColumn, NotFound, StoreError
from groundswell.items import DROP_SCHEMA, ITEM_SCHEMA, Drop, Item, drop, to_batch
from groundswell.organize import DatasetStore
from groundswell.store.blobs import BlobStore

Batches = Callable[..., list[pa.RecordBatch]]
DROP = Drop(None, "s", "line 7", "jsonl", "json:invalid", "not JSON", failed=True)


def files_below(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_items_come_back_as_they_were_with_media_from_the_blob_store(
    store: DatasetStore, mixed: list[Item], batches: Batches
) -> None:
    version = store.write("mixed", batches(mixed))
    assert list(version.items()) == mixed
    assert version.ids() == [item.id for item in mixed]
    assert version.columns == tuple(name for name in ITEM_SCHEMA.names if name != "data")
    image = mixed[0]
    assert store.blobs.get(image.id) == image.data
    version.verify()


def test_a_version_says_all_about_itself(store: DatasetStore, batches: Batches) -> None:
    recipe = [DropEmptyText(2)]
    version = store.write("pets", batches(5), recipe=recipe, drops=[DROP, DROP], lineage={"source": "x"})
    again = store.open("pets")
    assert again == version
    assert (again.name, again.number, again.rows) == ("pets", 1, 5)
    assert again.created_at == store.now()
    assert again.lineage == {"source": "x"}
    assert again.manifest.recipe["fingerprint"] == fingerprint(recipe)
    assert again.drop_counts == {"json:invalid": 2}
    assert list(again.drops()) == [DROP, DROP]
    assert repr(again) == "<pets version 1: 5 items>"


def test_each_write_is_a_new_version_and_old_ones_stay(store: DatasetStore, batches: Batches) -> None:
    first, second = store.write("pets", batches(3)), store.write("pets", batches(4))
    assert (first.number, second.number, second.manifest.previous) == (1, 2, 1)
    assert store.open("pets").rows == 4
    assert store.open("pets", 1).to_table() == first.to_table()
    assert [version.number for version in store.versions("pets")] == [1, 2]
    assert store.names() == ["pets"]


def test_equal_content_has_an_equal_digest(store: DatasetStore, batches: Batches) -> None:
    one, other, third = (
        store.write("a", batches(9, rows=2)),
        store.write("b", batches(9)),
        store.write("c", batches(8)),
    )
    assert one.digest == other.digest != third.digest


def test_an_empty_version_has_all_columns(store: DatasetStore) -> None:
    version = store.write("none", [])
    assert (version.rows, list(version.items()), list(version.drops())) == (0, [], [])
    assert version.to_table(["id", "kind"]).num_rows == 0
    assert version.take([]).num_rows == 0


def test_rows_are_taken_at_random_over_many_chunks(
    store: DatasetStore, batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groundswell.organize.fragments._CHUNK_ROWS", 7)
    monkeypatch.setattr("groundswell.organize.fragments.FILE_ROWS", 20)
    version = store.write("pets", batches(100))
    rows = np.random.default_rng(1).integers(0, 100, 60)
    assert version.take(rows, ["text"])["text"].to_pylist() == [f"text {row}" for row in rows]
    for outside in ([100], [-1]):
        with pytest.raises(IndexError, match="rows 0 to 99"):
            version.take(outside)


def test_batches_bring_the_columns_that_were_asked_for(
    store: DatasetStore, mixed: list[Item], batches: Batches
) -> None:
    version = store.write("mixed", batches(mixed))
    assert [batch.schema.names for batch in version.batches(["text", "id"], batch_rows=6)] == [
        ["text", "id"]
    ] * 2
    (whole,) = version.batches(with_data=True)
    assert whole.schema.names == ITEM_SCHEMA.names
    (data,) = version.batches(["data"], with_data=True)
    assert data.schema.names == ["data"]
    assert data["data"].to_pylist() == [item.data for item in mixed]
    with pytest.raises(MissingColumn, match="no column 'x'; it has id, kind"):
        version.to_table(["x"])


def test_batches_with_media_are_limited_in_bytes(
    store: DatasetStore, mixed: list[Item], batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groundswell.organize.version._MEDIA_BYTES", 1)
    version = store.write("mixed", batches(mixed))
    parts = list(version.batches(with_data=True))
    assert [part.num_rows for part in parts] == [1, 3, 3, 3]  # each image ends a part
    assert [row["id"] for part in parts for row in part.to_pylist()] == version.ids()


def test_a_version_goes_to_another_process_without_its_tables(store: DatasetStore, batches: Batches) -> None:
    version = store.write("pets", batches(2000))
    version.to_table()
    packed = pickle.dumps(version)
    assert len(packed) < 5000
    assert pickle.loads(packed).to_table() == version.to_table()


# ── columns and selections ──


def test_new_columns_share_the_old_files(store: DatasetStore, batches: Batches) -> None:
    version = store.write("pets", batches(5))
    before = set(files_below(store.root))
    labels = pa.table({"id": version.ids()[::-1][:3], "label": ["e", "d", "c"]})
    labelled = store.add_columns(version, labels, lineage={"project": 1})
    assert labelled.to_table(["id", "label"])["label"].to_pylist() == [None, None, "c", "d", "e"]
    assert labelled.columns == (*version.columns, "label")
    assert labelled.manifest.groups[0] == version.manifest.groups[0]
    assert len(set(files_below(store.root)) - before) == 2
    assert (labelled.parents[0].number, labelled.lineage, labelled.drop_counts) == (1, {"project": 1}, {})
    assert version.columns == store.open("pets", 1).columns


def test_a_column_that_was_added_can_be_replaced(store: DatasetStore, batches: Batches) -> None:
    version = store.write("pets", batches(2))
    for value in ("old", "new"):
        version = store.add_columns(
            version, pa.table({"id": version.ids(), "label": [value] * 2, value: [1, 2]})
        )
    assert version.to_table(["label"])["label"].to_pylist() == ["new", "new"]
    assert version.columns[-3:] == ("label", "old", "new")


def test_columns_of_an_empty_version_are_empty(store: DatasetStore) -> None:
    table = pa.table({"id": pa.array([], pa.string()), "label": pa.array([], pa.string())})
    assert store.add_columns(store.write("none", []), table).to_table(["label"]).num_rows == 0


@pytest.mark.parametrize(
    ("table", "error", "match"),
    [
        ({"label": ["x"]}, MissingColumn, "need an id"),
        ({"id": ["a"]}, MissingColumn, "need an id"),
        ({"id": ["a", "a"], "label": ["x", "y"]}, InputError, "more than once"),
        ({"id": ["nobody"], "label": ["x"]}, InputError, "1 ids are not in <pets version 1: 2 items>"),
        ({"id": ["a"], "text": ["x"]}, InputError, "text cannot be replaced"),
    ],
)
def test_columns_that_do_not_fit_are_refused_and_nothing_is_written(
    store: DatasetStore, batches: Batches, table: dict[str, list[str]], error: type[Exception], match: str
) -> None:
    version = store.write("pets", batches(2))
    before = files_below(store.root)
    with pytest.raises(error, match=match):
        store.add_columns(version, pa.table(table))
    assert files_below(store.root) == before


def test_rows_are_selected_by_id_or_by_mask_in_their_old_order(store: DatasetStore, batches: Batches) -> None:
    version = store.write("pets", batches(6))
    by_id = store.select(version, ids=[version.ids()[4], version.ids()[1]], lineage={"why": "test"})
    by_mask = store.select(version, mask=[False, True, False, False, True, False], name="some-pets")
    assert by_id.to_table(["text"])["text"].to_pylist() == ["text 1", "text 4"]
    assert by_id.digest == by_mask.digest
    assert (by_id.name, by_id.number, by_mask.name, by_mask.number) == ("pets", 2, "some-pets", 1)
    assert store.trace(by_mask) == [version]


def test_a_selection_that_makes_no_sense_is_refused(store: DatasetStore, batches: Batches) -> None:
    version = store.write("pets", batches(3))
    with pytest.raises(InputError, match="one of the two"):
        store.select(version)
    with pytest.raises(InputError, match="needs 3 booleans"):
        store.select(version, mask=[True])
    with pytest.raises(InputError, match="needs 3 booleans"):
        store.select(version, mask=[1, 0, 1])
    with pytest.raises(NotFound, match="1 ids are not in"):
        store.select(version, ids=["nobody"])


def test_ancestors_are_found_nearest_first_and_once(store: DatasetStore, batches: Batches) -> None:
    raw = store.write("raw", batches(4))
    one, other = (
        store.select(raw, mask=[True] * 4, name="one"),
        store.select(raw, mask=[True] * 4, name="other"),
    )
    joined = store.write("joined", batches(4), parents=[one, other])
    assert store.trace(joined) == [one, other, raw]
    assert store.trace(raw) == []


def test_an_ancestor_that_is_not_what_it_was_is_noticed(store: DatasetStore, batches: Batches) -> None:
    child = store.select(store.write("raw", batches(4)), mask=[True] * 4, name="child")
    for path in (store.root / "raw").glob("v*.json"):
        path.unlink()
    with pytest.raises(NotFound, match="'raw'"):
        store.trace(child)
    store.write("raw", batches(3))
    with pytest.raises(StoreError, match="not what it was"):
        store.trace(child)


# ── what can go wrong ──


def test_what_is_not_there_is_not_found(store: DatasetStore, batches: Batches) -> None:
    assert (store.names(), store.versions("pets")) == ([], [])
    with pytest.raises(NotFound, match="there is no dataset 'pets'; there are: none"):
        store.open("pets")
    store.write("pets", batches(1))
    with pytest.raises(NotFound, match="has no version 2; it has 1 to 1"):
        store.open("pets", 2)


@pytest.mark.parametrize("name", ["../outside", "", "A", "a/b"])
def test_no_name_leads_out_of_the_folder(store: DatasetStore, name: str) -> None:
    for use in (store.open, store.versions, store.draft, lambda each: store.write(each, [])):
        with pytest.raises(InvalidName):
            use(name)
    assert not store.root.exists()


def test_a_newer_manifest_is_not_touched(store: DatasetStore, batches: Batches) -> None:
    store.write("pets", batches(1))
    path = store.root / "pets" / "v000001.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 99}))
    with pytest.raises(DataFolderNewer):
        store.open("pets")


def test_media_that_is_not_what_its_id_says_is_refused(store: DatasetStore, mixed: list[Item]) -> None:
    batch = to_batch(mixed[:1])
    batch = batch.set_column(0, batch.schema.field("id"), pa.array(["0" * 64]))
    with pytest.raises(InputError, match="holds other bytes"):
        store.write("bad", [batch])
    assert store.names() == []


def test_a_write_that_fails_leaves_nothing_to_see(store: DatasetStore, batches: Batches) -> None:
    def breaking() -> object:
        yield from batches(20_000, rows=5_000)
        raise RuntimeError("source broke")

    with pytest.raises(RuntimeError, match="source broke"):
        store.write("pets", breaking(), drops=[DROP])  # type: ignore[arg-type]
    assert store.names() == []
    assert [path for path in files_below(store.root) if path.name.startswith(".new-")] == []


WRITER = """
import sys, time
from pathlib import Path
from datetime import UTC, datetime
from groundswell.items import Item, ItemKind, to_batch
from groundswell.organize import DatasetStore
from groundswell.store.blobs import BlobStore
from tests.unit.organize.conftest import text_item
root = Path(sys.argv[1])
store = DatasetStore(root / "datasets", BlobStore(root / "blobs"))
with store.draft("pets") as draft:
    for place in range(10**9):
        at = datetime(2026, 1, 1, tzinfo=UTC)
        draft.add(to_batch([Item(ItemKind.TEXT, f"{place}", None, "text/plain", "s", "l", at)] * 10_000))
        print(place, flush=True)
"""


def test_a_writer_that_is_killed_leaves_nothing_to_see(
    store: DatasetStore, batches: Batches, tmp_path: Path
) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"0\n"
        os.kill(writer.pid, signal.SIGKILL)
    assert store.names() == []
    assert store.write("pets", batches(3)).number == 1


def write_some(root: Path, writer: int) -> list[int]:
    store = DatasetStore(root / "datasets", BlobStore(root / "blobs"))
    empty = pa.RecordBatch.from_pylist([], ITEM_SCHEMA)
    return [store.write("pets", [empty], lineage={"writer": writer}).number for _ in range(10)]


def test_many_writers_at_once_get_a_number_each(store: DatasetStore, tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as pool:
        runs = [pool.submit(write_some, tmp_path, writer) for writer in range(4)]
        numbers = [number for run in runs for number in run.result()]
    assert sorted(numbers) == list(range(1, 41))
    writers = [version.lineage["writer"] for version in store.versions("pets")]
    assert sorted(writers) == sorted([0, 1, 2, 3] * 10)


def test_reading_maps_files_and_does_not_load_them(store: DatasetStore, batches: Batches) -> None:
    version = store.write("pets", batches(5000, rows=1000))
    before = pa.total_allocated_bytes()
    table = version.to_table()
    assert table.num_rows == 5000
    assert pa.total_allocated_bytes() - before < 50_000


def test_opening_a_version_of_many_rows_takes_no_time(store: DatasetStore, batches: Batches) -> None:
    store.write("pets", batches(20_000, rows=10_000))
    start = time.perf_counter()
    store.open("pets").take([19_999], ["text"])
    assert time.perf_counter() - start < 0.5


def test_drops_that_were_kept_before_they_named_the_copy_that_stays_can_be_read(
    store: DatasetStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(drop, "DROP_SCHEMA", pa.schema(list(DROP_SCHEMA)[:7]))
        version = store.write("pets", [to_batch([text_item(1)])], drops=[DROP])
    assert version.drops_table().schema == DROP_SCHEMA
    assert list(version.drops()) == [DROP]
