import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from groundswell.errors import Conflict, SourceNotFound, StoreError, UnreadableSource
from groundswell.feed.columns import Columns
from groundswell.feed.snapshot import open_snapshot, snapshot


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows_of(folder: Path) -> pa.Table:
    opened = open_snapshot(folder)
    shards = [opened.shard(number) for number in range(len(opened.manifest.shards))]
    return pa.Table.from_batches(shards)


def test_a_snapshot_holds_every_row_in_order_and_says_where_it_comes_from(
    tmp_path: Path, version: Any
) -> None:
    made = snapshot(version, tmp_path / "s", shard_bytes=2000)
    assert len(made.manifest.shards) > 3
    assert rows_of(tmp_path / "s").equals(version.table)
    assert (made.manifest.origin.name, made.manifest.origin.number, made.digest) == ("reviews", 3, "d" * 64)
    assert (made.rows, made.nulls) == (100, {"id": 0, "text": 0, "data": 0, "label": 0})


def test_the_same_version_gives_the_same_bytes_however_its_batches_come(tmp_path: Path, version: Any) -> None:
    snapshot(version, tmp_path / "a", shard_bytes=2000)
    snapshot(replace(version, step=31), tmp_path / "b", shard_bytes=2000)
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_a_second_snapshot_of_the_same_version_opens_the_first(tmp_path: Path, version: Any) -> None:
    first = snapshot(version, tmp_path / "s")
    before = (tmp_path / "s" / "v000003.json").stat()
    second = snapshot(replace(version, table=None), tmp_path / "s")  # no row is read
    assert second.manifest == first.manifest
    assert (tmp_path / "s" / "v000003.json").stat().st_mtime_ns == before.st_mtime_ns


def test_a_folder_that_holds_something_else_is_not_touched(tmp_path: Path, version: Any) -> None:
    snapshot(version, tmp_path / "s", columns=["text"])
    before = files(tmp_path / "s")
    with pytest.raises(Conflict, match="another reviews version 3"):
        snapshot(replace(version, digest="e" * 64), tmp_path / "s", columns=["text"])
    with pytest.raises(Conflict, match="asked for all"):
        snapshot(version, tmp_path / "s")
    assert files(tmp_path / "s") == before


def test_chosen_columns_are_written_with_the_id_first(tmp_path: Path, version: Any) -> None:
    made = snapshot(version, tmp_path / "s", columns=["label", "text"])
    assert made.schema.names == ["id", "label", "text"]
    assert rows_of(tmp_path / "s").equals(version.table.select(["id", "label", "text"]))


def test_a_version_without_rows_keeps_its_columns(tmp_path: Path, version: Any) -> None:
    made = snapshot(replace(version, table=version.table.slice(0, 0)), tmp_path / "s")
    assert (made.rows, made.schema.names) == (0, version.table.schema.names)


def test_after_a_failure_midway_there_is_no_snapshot_and_the_next_run_uses_what_was_written(
    tmp_path: Path, version: Any
) -> None:
    class Failing(type(version)):  # type: ignore[misc]
        def batches(self, columns: Any = None, with_data: bool = False) -> Any:
            yield from super().batches(columns, with_data)[:10]
            raise OSError("the disk was pulled out")

    with pytest.raises(OSError, match="pulled out"):
        snapshot(Failing(version.table), tmp_path / "s", shard_bytes=2000)
    with pytest.raises(SourceNotFound, match="is no snapshot"):
        open_snapshot(tmp_path / "s")
    left = {path: path.stat().st_mtime_ns for path in (tmp_path / "s" / "shards").iterdir()}
    snapshot(version, tmp_path / "s", shard_bytes=2000)
    assert left
    assert {path: path.stat().st_mtime_ns for path in left} == left
    assert rows_of(tmp_path / "s").equals(version.table)


def test_a_version_that_gives_fewer_rows_than_it_states_is_not_kept(tmp_path: Path, version: Any) -> None:
    class Short(type(version)):  # type: ignore[misc]
        rows = 101

    with pytest.raises(StoreError, match="states 101 rows but gave 100"):
        snapshot(Short(version.table), tmp_path / "s")
    with pytest.raises(SourceNotFound, match="is no snapshot"):
        open_snapshot(tmp_path / "s")


def test_of_two_processes_that_make_the_same_snapshot_both_get_it(tmp_path: Path, version: Any) -> None:
    class Slow(type(version)):  # type: ignore[misc]
        def batches(self, columns: Any = None, with_data: bool = False) -> Any:
            snapshot(version, tmp_path / "s")
            return super().batches(columns, with_data)

    made = snapshot(Slow(version.table), tmp_path / "s")
    assert made.rows == 100
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def first_file(made: Any, shard: int) -> Path:
    return Path(made.storage.folder / made.manifest.shards[shard].files[0].name)


def test_a_changed_byte_in_a_shard_is_found_on_demand_and_named(tmp_path: Path, version: Any) -> None:
    path = first_file(snapshot(version, tmp_path / "s", shard_bytes=2000), 2)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(UnreadableSource, match=rf"{path.name} is damaged"):
        open_snapshot(tmp_path / "s", verify=True)


def test_a_shard_cut_short_missing_or_no_arrow_file_is_named_when_it_is_read(
    tmp_path: Path, version: Any
) -> None:
    made = snapshot(version, tmp_path / "s", shard_bytes=2000)
    paths = [first_file(made, shard) for shard in range(3)]
    paths[0].write_bytes(paths[0].read_bytes()[:-1])
    paths[1].write_bytes(b"?" * paths[1].stat().st_size)
    paths[2].unlink()
    opened = open_snapshot(tmp_path / "s")
    for number, detail in enumerate(["bytes, the manifest says", "not an Arrow file", "cannot be found"]):
        with pytest.raises(UnreadableSource, match=rf"{paths[number].name} is damaged.*{detail}"):
            opened.shard(number)


def test_a_shard_whose_beginning_is_damaged_is_named(tmp_path: Path, version: Any) -> None:
    path = first_file(snapshot(version, tmp_path / "s"), 0)
    whole = path.read_bytes()
    for length in (0, 8, len(whole), 2**32 - 1):  # of the description that precedes the batch
        path.write_bytes(whole[:12] + length.to_bytes(4, "little") + whole[16:])
        with pytest.raises(UnreadableSource, match=rf"{path.name} is damaged.*not an Arrow file"):
            open_snapshot(tmp_path / "s").shard(0)


def test_columns_of_every_type_read_back(tmp_path: Path, make_version: Any) -> None:
    rows = pa.table(
        {
            "id": [f"{number:064x}" for number in range(3)],
            "kind": pa.array(["cat", "dog", "cat"]).dictionary_encode(),
            "box": pa.array([[1.5, 2.0], [3.0, 4.0], None], pa.list_(pa.float64(), 2)),
            "tags": pa.array([["a", None], [], None], pa.list_(pa.string())),
            "found": pa.array([{"x": 1}, None, {"x": 3}]),
            "seen": pa.array([True, None, False]),
        }
    )
    snapshot(make_version(rows), tmp_path / "s")
    assert rows_of(tmp_path / "s").equals(rows)


def next_version(version: Any, table: pa.Table) -> Any:
    return replace(version, table=table, number=version.number + 1, digest="e" * 64)


@pytest.fixture
def large(make_version: Any) -> Any:
    rows = range(1000)
    texts = pa.array([f"{number} " * 20 for number in rows], pa.large_string())
    return make_version(
        pa.table({"id": [f"{n:064x}" for n in rows], "text": texts, "label": ["a"] * 1000}), step=101
    )


@pytest.mark.parametrize("place", [0, 434, 999])
def test_only_the_shards_around_a_retracted_item_are_written_anew(
    tmp_path: Path, large: Any, place: int
) -> None:
    first = snapshot(large, tmp_path / "s", shard_bytes=8000)
    kept = pa.concat_tables([large.table.slice(0, place), large.table.slice(place + 1)])
    second = snapshot(next_version(large, kept), tmp_path / "s", shard_bytes=8000)
    old = {file for shard in first.manifest.shards for file in shard.files}
    changed = [shard for shard in second.manifest.shards if not old.issuperset(shard.files)]
    assert len(first.manifest.shards) > 12
    assert len(changed) <= 4
    assert (second.manifest.previous, second.manifest.retracted) == (3, (f"{place:064x}",))
    assert rows_of(tmp_path / "s").equals(kept)
    assert open_snapshot(tmp_path / "s", 3).rows == 1000


def test_new_labels_leave_the_texts_where_they_are(tmp_path: Path, large: Any) -> None:
    snapshot(large, tmp_path / "s", shard_bytes=8000)
    before = files(tmp_path / "s")
    labelled = large.table.set_column(2, "label", pa.array(["b"] * 1000))
    second = snapshot(next_version(large, labelled), tmp_path / "s", shard_bytes=8000)
    added = set(files(tmp_path / "s")) - set(before)
    texts = {
        file.name for shard in second.manifest.shards for file in shard.files if file.columns == ("text",)
    }
    assert texts.isdisjoint(added)
    assert len(added) == len(second.manifest.shards) + 1
    assert second.manifest.retracted == ()


def test_a_place_is_for_one_dataset(tmp_path: Path, version: Any) -> None:
    snapshot(version, tmp_path / "s")
    with pytest.raises(Conflict, match="holds snapshots of 'reviews'"):
        snapshot(replace(version, name="others", number=4), tmp_path / "s")


def test_a_version_without_a_snapshot_is_answered_with_those_that_there_are(
    tmp_path: Path, version: Any
) -> None:
    snapshot(version, tmp_path / "s")
    with pytest.raises(SourceNotFound, match="no snapshot of version 7; it has 3"):
        open_snapshot(tmp_path / "s", 7)


def test_opening_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="is no snapshot"):
        open_snapshot(tmp_path / "nothing")


def test_a_snapshot_travels_to_another_process(tmp_path: Path, version: Any) -> None:
    columns = Columns(snapshot(version, tmp_path / "s"))
    before = columns.take(np.array([3]))
    after = pickle.loads(pickle.dumps(columns)).take(np.array([3]))
    assert after["text"].tolist() == before["text"].tolist()
