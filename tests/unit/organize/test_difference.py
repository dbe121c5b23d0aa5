"""Diffs of versions: what was added, dropped, changed and relabelled, and no more."""

from collections.abc import Callable
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.organize.conftest import text_item

from groundswell.errors import InputError, MissingColumn
from groundswell.items import to_batch
from groundswell.organize import DatasetStore, diff

Batches = Callable[..., list[pa.RecordBatch]]


def texts(version, rows) -> list[str]:
    return version.take(rows, ["text"])["text"].to_pylist()


def test_items_are_added_and_dropped(store: DatasetStore, batches: Batches) -> None:
    before = store.write("pets", [to_batch([text_item(place) for place in (1, 2, 3)])])
    after = store.write("pets", [to_batch([text_item(place) for place in (4, 3, 2, 5)])])
    found = diff(before, after)
    assert texts(after, found.added) == ["text 4", "text 5"]
    assert texts(before, found.dropped) == ["text 1"]
    assert (len(found.changed), len(found.relabelled), found.is_empty) == (0, 0, False)
    assert str(found) == "2 added, 1 dropped, 0 changed, 0 with another label"


def test_an_item_made_from_another_is_changed_and_neither_added_nor_dropped(store: DatasetStore) -> None:
    old = text_item(1)
    new = replace(old, text="Text 1.", derived_from=old.id)
    before = store.write("pets", [to_batch([old, text_item(2)])])
    after = store.write("pets", [to_batch([text_item(2), new, text_item(3)])])
    found = diff(before, after)
    assert found.changed.tolist() == [[0, 1]]
    assert texts(after, found.added) == ["text 3"]
    assert not len(found.dropped)


def test_labels_that_are_others_are_counted_by_where_they_went(store: DatasetStore, batches: Batches) -> None:
    base = store.write("pets", batches(5))
    ids = base.ids()
    one = store.add_columns(base, pa.table({"id": ids[:4], "label": ["a", "a", "b", "b"]}))
    two = store.add_columns(one, pa.table({"id": ids, "label": ["a", "b", "a", None, "c"]}))
    found = diff(one, two)
    assert found.relabelled.tolist() == [[1, 1], [2, 2], [3, 3], [4, 4]]
    assert found.moves == {("a", "b"): 1, ("b", "a"): 1, ("b", None): 1, (None, "c"): 1}
    assert diff(base, one).new_columns == ("label",)
    assert diff(base, one).moves == {(None, "a"): 2, (None, "b"): 2}
    assert diff(one, base).lost_columns == ("label",)


def test_versions_that_share_their_files_are_compared_without_a_look(
    store: DatasetStore, batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = store.write("pets", batches(3))
    labelled = store.add_columns(base, pa.table({"id": base.ids(), "label": ["a", "b", "c"]}))
    scored = store.add_columns(labelled, pa.table({"id": base.ids(), "score": [1, 2, 3]}))
    monkeypatch.setattr("groundswell.organize.version.map_files", None)
    assert diff(labelled, store.open("pets", 2)).is_empty
    assert diff(labelled, scored).new_columns == ("score",)


def test_any_column_can_be_compared_if_there_is_one(store: DatasetStore, batches: Batches) -> None:
    base = store.write("pets", batches(2))
    scored = store.add_columns(base, pa.table({"id": base.ids(), "score": [1.5, 2.0], "tags": [["a"], []]}))
    assert diff(base, scored, column="score").moves == {(None, "1.5"): 1, (None, "2"): 1}
    with pytest.raises(MissingColumn, match="neither"):
        diff(base, base, column="mood")
    with pytest.raises(InputError, match="cannot be compared"):
        diff(base, scored, column="tags")


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.integers(0, 9), max_size=12),
    st.lists(st.integers(0, 9), max_size=12),
)
def test_a_diff_is_what_sets_say(
    tmp_path_factory: pytest.TempPathFactory, old: list[int], new: list[int]
) -> None:
    from groundswell.store.blobs import BlobStore

    home = tmp_path_factory.mktemp("diff")
    store = DatasetStore(home / "d", BlobStore(home / "b"))
    before, after = (
        store.write(name, [to_batch([text_item(place) for place in places])])
        for name, places in (("old", old), ("new", new))
    )
    found = diff(before, after)
    assert set(texts(after, found.added)) == {f"text {place}" for place in set(new) - set(old)}
    assert set(texts(before, found.dropped)) == {f"text {place}" for place in set(old) - set(new)}
    assert len(found.added) == len(set(new) - set(old))
    assert diff(after, before).dropped.tolist() == found.added.tolist()
