"""Versions that grow: rows behind rows that are shared, and many small files that become few large ones."""

from collections.abc import Callable

import pyarrow as pa
import pytest
from tests.unit.organize.conftest import image_item, text_item

from groundswell.errors import InputError
from groundswell.items import Drop, to_batch
from groundswell.organize import DatasetStore, Version

Batches = Callable[..., list[pa.RecordBatch]]


def some(*places: int) -> list[pa.RecordBatch]:
    return [to_batch([text_item(place) for place in places])]


def rows_of(version: Version, *columns: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in version.to_table(columns).to_pylist()]


def test_new_rows_stand_behind_old_ones_whose_files_are_shared(store: DatasetStore) -> None:
    first = store.write("pets", some(1, 2, 3))
    second = store.append(first, some(4, 5), lineage={"source": "more"})
    assert rows_of(second, "text") == [(f"text {place}",) for place in (1, 2, 3, 4, 5)]
    assert (second.rows, second.number, second.lineage) == (5, 2, {"source": "more"})
    assert second.manifest.groups[0].files[:1] == first.manifest.groups[0].files
    assert second.parents[0].digest == first.digest
    assert list(second.items()) == [text_item(place) for place in (1, 2, 3, 4, 5)]


def test_columns_beside_the_old_rows_are_null_for_the_new(store: DatasetStore) -> None:
    base = store.write("pets", some(1, 2))
    labelled = store.add_columns(base, pa.table({"id": base.ids(), "label": ["a", "b"], "score": [1, 2]}))
    grown = store.append(labelled, some(3))
    assert rows_of(grown, "text", "label", "score") == [
        ("text 1", "a", 1),
        ("text 2", "b", 2),
        ("text 3", None, None),
    ]
    assert grown.take([2, 0], ["label"])["label"].to_pylist() == [None, "a"]
    again = store.add_columns(grown, pa.table({"id": grown.ids()[2:], "label": ["c"]}))
    assert rows_of(again, "label", "score") == [(None, 1), (None, 2), ("c", None)]


def test_what_is_there_already_is_not_added_again(store: DatasetStore) -> None:
    first = store.write("pets", some(1, 2))
    second = store.append(first, some(2, 3))
    assert rows_of(second, "text") == [("text 1",), ("text 2",), ("text 3",)]
    assert list(second.drops()) == [
        Drop(
            text_item(2).id,
            "s",
            "line 2",
            "append",
            "duplicate:known",
            "already in pets version 1",
            kept=text_item(2).id,
            likeness=1.0,
        )
    ]
    assert store.append(second, some(1, 2, 3)) is second
    assert [version.number for version in store.versions("pets")] == [1, 2]


def test_an_empty_version_grows(store: DatasetStore) -> None:
    grown = store.append(store.write("none", []), some(1))
    assert rows_of(grown, "text") == [("text 1",)]


def test_media_grow_too(store: DatasetStore) -> None:
    first = store.write("photos", [to_batch([image_item(1)])])
    assert list(store.append(first, [to_batch([image_item(2)])]).items()) == [image_item(1), image_item(2)]


def test_rows_of_other_columns_are_refused(store: DatasetStore) -> None:
    first = store.write("pets", some(1))
    wider = some(2)[0].append_column("language", pa.array(["en"]))
    with pytest.raises(InputError, match="same columns"):
        store.append(first, [wider])
    assert len(store.versions("pets")) == 1


def test_a_branch_grows_where_it_is(store: DatasetStore) -> None:
    store.branch(store.write("pets", some(1)), "try")
    assert store.append(store.open("pets@try"), some(2)).branch == "try"
    assert store.open("pets").rows == 1


def test_compacting_keeps_every_row_and_column(store: DatasetStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundswell.organize.fragments.FILE_ROWS", 4)
    monkeypatch.setattr("groundswell.organize.store.FILE_ROWS", 4)
    monkeypatch.setattr("groundswell.organize.fragments._CHUNK_ROWS", 2)
    version = store.write("pets", some(0), lineage={"source": "x"})
    for place in range(1, 10):
        version = store.append(version, some(place))
    for value in ("old", "new"):
        version = store.add_columns(version, pa.table({"id": version.ids(), "label": [value] * 10}))
    small = store.compact(version)
    assert small.to_table() == version.to_table()
    assert (len(small.manifest.groups), len(small.manifest.groups[0].files)) == (1, 3)
    assert small.lineage == {"compacted": {"version": version.number}}
    assert store.trace(small)[0] == version
    assert store.compact(small) is small


def test_a_compact_version_grows_like_any_other(store: DatasetStore) -> None:
    base = store.write("pets", some(1))
    labelled = store.add_columns(base, pa.table({"id": base.ids(), "label": ["a"]}))
    grown = store.append(store.compact(labelled), some(2))
    assert rows_of(grown, "text", "label") == [("text 1", "a"), ("text 2", None)]
    assert len(grown.manifest.groups) == 1


def test_an_empty_version_compacts(store: DatasetStore) -> None:
    empty = store.write("none", [])
    table = pa.table({"id": pa.array([], pa.string()), "label": pa.array([], pa.string())})
    small = store.compact(store.add_columns(empty, table))
    assert (small.rows, small.columns[-1], list(small.items())) == (0, "label", [])
