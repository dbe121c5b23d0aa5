import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.errors import InputError
from groundswell.items.split import split_of

IDS = [f"{number:064x}" for number in range(20_000)]


def test_the_split_is_pinned_so_that_no_release_moves_an_item() -> None:
    splits = split_of([str(number) for number in range(12)], {"train": 0.5, "test": 0.5})
    assert "".join(name[1] for name in splits.tolist()) == "reeeeeerrere"


def test_shares_are_as_asked_within_chance() -> None:
    splits = split_of(IDS, {"train": 0.8, "validation": 0.15, "test": 0.05}, seed=3)
    for name, share in (("train", 0.8), ("validation", 0.15), ("test", 0.05)):
        four_sigma = 4 * np.sqrt(share * (1 - share) / len(IDS))
        assert abs(np.mean(splits == name) - share) < four_sigma


@given(st.lists(st.text()))
def test_an_item_stays_in_its_split_whatever_else_is_there(ids: list[str]) -> None:
    splits = dict(zip(ids, split_of(ids), strict=True))
    grown = [*reversed(ids), "new", *ids]
    assert split_of(grown).tolist() == [{**splits, "new": split_of(["new"])[0]}[name] for name in grown]


def test_another_seed_is_an_unrelated_split() -> None:
    halves = {"a": 0.5, "b": 0.5}
    same = np.mean(split_of(IDS, halves, seed=0) == split_of(IDS, halves, seed=1))
    assert abs(same - 0.5) < 0.02


def test_a_single_split_takes_all_and_no_items_give_none() -> None:
    assert split_of(["a", "b"], {"all": 1.0}).tolist() == ["all", "all"]
    assert split_of([]).tolist() == []


@pytest.mark.parametrize(
    "fractions", [{}, {"train": 0.9}, {"train": 1.2, "test": -0.2}, {"train": 1.0, "test": 0.0}]
)
def test_fractions_that_are_no_shares_are_an_error(fractions: dict[str, float]) -> None:
    with pytest.raises(InputError, match="add up to 1"):
        split_of(["a"], fractions)
