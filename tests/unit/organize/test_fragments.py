"""Files of rows: named by digest, whole or not there."""

from pathlib import Path

import pyarrow as pa
import pytest

from groundswell.errors import InputError, StoreError
from groundswell.organize import fragments
from groundswell.organize.fragments import FragmentWriter, map_files, path_of, require_whole


def batch(start: int, rows: int) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"n": list(range(start, start + rows)), "text": ["x"] * rows})


def test_rows_come_back_in_order_over_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fragments, "_CHUNK_ROWS", 10)
    monkeypatch.setattr(fragments, "FILE_ROWS", 25)
    writer = FragmentWriter(tmp_path)
    for start in range(0, 90, 3):
        writer.add(batch(start, 3))
    files = writer.finish()
    assert (len(files), writer.rows, sum(file.rows for file in files)) == (3, 90, 90)
    assert map_files(tmp_path, files)["n"].to_pylist() == list(range(90))
    for file in files:
        require_whole(tmp_path, file)


def test_the_same_rows_give_the_same_file(tmp_path: Path) -> None:
    found = []
    for cut in (1, 4):
        writer = FragmentWriter(tmp_path)
        writer.add(batch(0, cut))
        writer.add(batch(cut, 9 - cut))
        found.append(writer.finish())
    assert found[0] == found[1]
    assert len(list(tmp_path.iterdir())) == 1


def test_nothing_is_left_of_what_was_aborted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fragments, "_CHUNK_ROWS", 1)
    writer = FragmentWriter(tmp_path)
    writer.add(batch(0, 5))
    assert [path.name.startswith(".new-") for path in tmp_path.iterdir()] == [True]
    writer.abort()
    assert list(tmp_path.iterdir()) == []


def test_other_columns_than_before_are_refused(tmp_path: Path) -> None:
    writer = FragmentWriter(tmp_path)
    writer.add(batch(0, 1))
    with pytest.raises(InputError, match="same columns"):
        writer.add(batch(0, 1).append_column("more", pa.array([1])))


def test_a_file_that_was_changed_or_lost_is_noticed(tmp_path: Path) -> None:
    writer = FragmentWriter(tmp_path)
    writer.add(batch(0, 5))
    (file,) = writer.finish()
    path = path_of(tmp_path, file)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(StoreError, match="not what was written"):
        require_whole(tmp_path, file)
    path.unlink()
    with pytest.raises(StoreError, match="missing"):
        map_files(tmp_path, [file])
