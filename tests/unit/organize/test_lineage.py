"""An item's way: back to its bytes, and forward to every version, file and run that had it."""

from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from tests.unit.organize.conftest import NOW, text_item

from groundswell.errors import InputError, NotFound
from groundswell.items import Drop, to_batch
from groundswell.organize import (
    DatasetStore,
    Retention,
    clean_up,
    collect,
    find_item,
    item_at,
    note_use,
    trace_item,
    uses_in,
)


@pytest.fixture
def traced(store: DatasetStore) -> DatasetStore:
    """Return a store where item 2 was made from item 1, labelled, selected, exported and fed."""
    new = replace(text_item(2), derived_from=text_item(1).id)
    near = Drop(text_item(9).id, "s", "line 9", "near", "duplicate:near", "similarity 0.9")
    base = store.write("pets", [to_batch([text_item(0), new])], drops=[near], lineage={"source": "a file"})
    labelled = store.add_columns(
        base,
        pa.table({"id": base.ids(), "label": ["cat", "dog"], "vector": [[1.0], [2.0]]}),
        lineage={"project": {"id": 7}, "guideline_version": 2},
    )
    store.select(labelled, mask=[False, True], name="dogs")
    note_use(labelled, "feed", "run 17", {"seed": 1}, at=NOW)
    return store


def test_an_item_is_traced_back_and_forward(traced: DatasetStore) -> None:
    found = trace_item(traced, text_item(2).id)
    (origin,) = found.origins
    assert (origin.source, origin.locator, origin.licence) == ("s", "line 2", "CC0-1.0")
    assert found.ancestors == (text_item(1).id,)
    assert [(place.dataset, place.number, place.row, place.columns) for place in found.places] == [
        ("dogs", 1, 0, {"label": "dog"}),
        ("pets", 1, 1, {}),
        ("pets", 2, 1, {"label": "dog"}),
    ]
    assert found.places[2].lineage["guideline_version"] == 2
    assert [(name, use.name, use.number) for name, use in found.uses] == [("pets", "run 17", 2)]
    assert found.set_aside == ()


def test_what_was_made_from_an_item_is_found(store: DatasetStore) -> None:
    raw = store.write("raw", [to_batch([text_item(1)])])
    new = replace(text_item(2), derived_from=text_item(1).id)
    store.write("clean", [to_batch([new])], parents=[raw])
    assert trace_item(store, text_item(1).id).descendants == (new.id,)
    assert trace_item(store, new.id).ancestors == (text_item(1).id,)
    assert trace_item(store, text_item(1).id, dataset="raw").descendants == ()


def test_an_item_that_was_set_aside_is_traced_to_the_reason(traced: DatasetStore) -> None:
    found = trace_item(traced, text_item(9).id)
    assert (found.places, found.origins) == ((), ())
    ((name, number, drop),) = ((each.dataset, each.number, each.drop) for each in found.set_aside)
    assert (name, number, drop.reason, drop.detail) == ("pets", 1, "duplicate:near", "similarity 0.9")


def test_what_retention_removed_still_says_why_an_item_was_set_aside(traced: DatasetStore) -> None:
    clean_up(traced, "pets", policy=Retention(keep_last=1))
    found = trace_item(traced, text_item(9).id)
    assert [(each.number, each.drop.reason) for each in found.set_aside] == [(1, "duplicate:near")]
    assert [place.number for place in trace_item(traced, text_item(2).id).places] == [1, 2]


def test_the_steps_that_an_item_passed_are_named(store: DatasetStore) -> None:
    collect(["a  cat", "a dog"]).clean().save("pets", store=store)
    version = store.open("pets")
    found = trace_item(store, item_at(version, 0))
    assert "unicode" in found.places[0].recipe
    assert len(found.ancestors) == 1, "the text as it was before its spaces were cleaned"


def test_the_first_digits_of_an_id_are_enough(traced: DatasetStore) -> None:
    item_id = text_item(2).id
    assert find_item(traced, item_id[:8]) == find_item(traced, item_id) == item_id
    assert find_item(traced, text_item(9).id[:10]) == text_item(9).id
    with pytest.raises(NotFound, match="no version has an item"):
        find_item(traced, "0" * 10)
    for bad in ("abc", "../../etc", item_id.upper(), item_id + "0"):
        with pytest.raises(InputError, match="is no item"):
            find_item(traced, bad)
    with pytest.raises(NotFound, match="never set aside"):
        trace_item(traced, "0" * 64)


def test_digits_that_several_items_begin_with_are_not_enough(store: DatasetStore) -> None:
    batch = to_batch([text_item(1), text_item(2)])
    ids = pa.array(["a" * 63 + "1", "a" * 63 + "2"])
    store.write("pets", [batch.set_column(0, batch.schema.field("id"), ids)])
    with pytest.raises(InputError, match="2 items begin with"):
        find_item(store, "a" * 10)


def test_a_row_leads_to_its_item(traced: DatasetStore) -> None:
    assert item_at(traced.open("pets"), 1) == text_item(2).id
    for row in (-1, 2):
        with pytest.raises(InputError, match="rows 0 to 1"):
            item_at(traced.open("pets"), row)


def test_a_use_that_is_noted_again_is_one_use(store: DatasetStore) -> None:
    version = store.write("pets", [to_batch([text_item(1)])])
    later = datetime(2026, 2, 1, tzinfo=UTC)
    for at in (NOW, later):
        note_use(version, "export", "labels.csv", {"sha256": "0"}, at=at)
    note_use(version, "export", "labels.csv", {"sha256": "1"}, at=later)
    assert {(use.at, use.detail["sha256"]) for use in uses_in(version.folder)} == {(later, "0"), (later, "1")}
