"""Slices: a name for a query, the same in every version, checked when it is saved."""

import pyarrow as pa
import pytest

from groundswell.errors import InvalidName, InvalidQuery, NotFound, StoreError
from groundswell.organize import DatasetStore, Version
from groundswell.organize.search import delete_slice, list_slices, save_slice, search


def test_a_slice_is_a_query_with_a_name(reviews: Version) -> None:
    made = save_slice(
        reviews, "hard", "label_probability<0.7", description="the unsure ones", created_by="Ann"
    )
    assert list_slices(reviews.folder) == [made]
    assert search(reviews, "slice:hard").rows.tolist() == [2, 5]
    assert search(reviews, "slice:hard lang:fr").rows.tolist() == [2]
    assert sorted(search(reviews, "-slice:hard screen").rows.tolist()) == [0, 1, 6]
    save_slice(reviews, "hard", "label:none")
    assert search(reviews, "slice:hard").rows.tolist() == [3]


def test_a_slice_means_the_same_in_every_version(store: DatasetStore, reviews: Version) -> None:
    save_slice(reviews, "good", "label:positive")
    table = pa.table({"id": reviews.ids(), "label": ["positive"] * 2 + [None] * 5})
    assert search(store.add_columns(reviews, table), "slice:good").rows.tolist() == [0, 1]
    with pytest.raises(InvalidQuery, match="no field 'label'"):
        search(store.open("reviews", 1), "slice:good")


def test_slices_are_made_of_slices_but_never_of_themselves(reviews: Version) -> None:
    save_slice(reviews, "bad", "label:negative")
    save_slice(reviews, "worst", "slice:bad stars:1")
    assert search(reviews, "slice:worst").rows.tolist() == [0, 4]
    with pytest.raises(InvalidQuery, match="would name itself: bad > worst > bad"):
        save_slice(reviews, "bad", "slice:worst")
    with pytest.raises(InvalidQuery, match="would name itself"):
        save_slice(reviews, "self", "slice:self")
    assert search(reviews, "slice:worst").total == 2


@pytest.mark.parametrize("query", ["(", "lable:x", "slice:gone"])
def test_a_slice_that_finds_nothing_by_mistake_is_not_saved(reviews: Version, query: str) -> None:
    with pytest.raises(InvalidQuery):
        save_slice(reviews, "broken", query)
    assert list_slices(reviews.folder) == []


@pytest.mark.parametrize("name", ["", "../x", "A", "a b", "x" * 65])
def test_a_slice_has_a_name_that_is_no_path(reviews: Version, name: str) -> None:
    with pytest.raises(InvalidName, match="cannot name a slice"):
        save_slice(reviews, name, "screen")
    with pytest.raises(NotFound):
        delete_slice(reviews.folder, name)


def test_a_slice_is_forgotten(reviews: Version) -> None:
    save_slice(reviews, "hard", "screen")
    delete_slice(reviews.folder, "hard")
    with pytest.raises(NotFound, match="no slice 'hard'; it has: none"):
        delete_slice(reviews.folder, "hard")


def test_a_damaged_slice_is_noticed(reviews: Version) -> None:
    save_slice(reviews, "hard", "screen")
    (reviews.folder / "slices" / "hard.json").write_text("{}")
    with pytest.raises(StoreError, match="is damaged"):
        search(reviews, "slice:hard")
