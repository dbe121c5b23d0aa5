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
    return {path.name: path.read_bytes() for path in folder.iterdir()}


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
    before = (tmp_path / "s" / "manifest.json").stat()
    second = snapshot(replace(version, table=None), tmp_path / "s")  # no row is read
    assert second.manifest == first.manifest
    assert (tmp_path / "s" / "manifest.json").stat().st_mtime_ns == before.st_mtime_ns


def test_a_folder_that_holds_something_else_is_not_touched(tmp_path: Path, version: Any) -> None:
    snapshot(version, tmp_path / "s", columns=["text"])
    before = files(tmp_path / "s")
    with pytest.raises(Conflict, match="holds a snapshot of reviews version 3"):
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


def test_nothing_is_left_when_the_version_fails_midway(tmp_path: Path, version: Any) -> None:
    class Failing(type(version)):  # type: ignore[misc]
        def batches(self, columns: Any = None, with_data: bool = False) -> Any:
            yield from super().batches(columns, with_data)[:3]
            raise OSError("the disk was pulled out")

    with pytest.raises(OSError, match="pulled out"):
        snapshot(Failing(version.table), tmp_path / "s", shard_bytes=100)
    assert list(tmp_path.iterdir()) == []


def test_a_version_that_gives_fewer_rows_than_it_states_is_not_kept(tmp_path: Path, version: Any) -> None:
    class Short(type(version)):  # type: ignore[misc]
        rows = 101

    with pytest.raises(StoreError, match="states 101 rows but gave 100"):
        snapshot(Short(version.table), tmp_path / "s")
    assert list(tmp_path.iterdir()) == []


def test_of_two_processes_that_make_the_same_snapshot_both_get_it(tmp_path: Path, version: Any) -> None:
    class Slow(type(version)):  # type: ignore[misc]
        def batches(self, columns: Any = None, with_data: bool = False) -> Any:
            snapshot(version, tmp_path / "s")
            return super().batches(columns, with_data)

    made = snapshot(Slow(version.table), tmp_path / "s")
    assert made.rows == 100
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def test_a_changed_byte_in_a_shard_is_found_on_demand_and_named(tmp_path: Path, version: Any) -> None:
    made = snapshot(version, tmp_path / "s", shard_bytes=2000)
    path = tmp_path / "s" / made.manifest.shards[2].file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(UnreadableSource, match=r"shard-000002\.arrow is damaged"):
        open_snapshot(tmp_path / "s", verify=True)


def test_a_shard_cut_short_missing_or_no_arrow_file_is_named_when_it_is_read(
    tmp_path: Path, version: Any
) -> None:
    made = snapshot(version, tmp_path / "s", shard_bytes=2000)
    paths = [tmp_path / "s" / shard.file for shard in made.manifest.shards]
    paths[0].write_bytes(paths[0].read_bytes()[:-1])
    paths[1].write_bytes(b"?" * paths[1].stat().st_size)
    paths[2].unlink()
    opened = open_snapshot(tmp_path / "s")
    for number, detail in enumerate(["bytes, the manifest says", "not an Arrow file", "cannot be found"]):
        with pytest.raises(UnreadableSource, match=rf"shard-00000{number}\.arrow is damaged.*{detail}"):
            opened.shard(number)


def test_opening_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="is no snapshot"):
        open_snapshot(tmp_path / "nothing")


def test_a_snapshot_travels_to_another_process(tmp_path: Path, version: Any) -> None:
    columns = Columns(snapshot(version, tmp_path / "s"))
    before = columns.take(np.array([3]))
    after = pickle.loads(pickle.dumps(columns)).take(np.array([3]))
    assert after["text"].tolist() == before["text"].tolist()
