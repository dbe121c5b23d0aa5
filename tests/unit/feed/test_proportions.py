import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import InputError
from groundswell.feed.proportions import FINEST, Schedule, shares_of, turns_of

shares = st.lists(st.integers(1, 30), min_size=1, max_size=6).map(tuple)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [([0.7, 0.2, 0.1], (7, 2, 1)), ([1, 1], (1, 1)), ([6, 4], (3, 2)), ([1 / 3, 2 / 3], (1, 2)), ([5], (1,))],
)
def test_weights_become_the_smallest_whole_shares(weights: list[float], expected: tuple[int, ...]) -> None:
    assert shares_of(weights) == expected


def test_weights_that_need_too_many_turns_are_rounded_and_none_is_lost() -> None:
    found = shares_of([0.123456, 0.654321, 1e-9])
    assert sum(found) == FINEST
    assert min(found) == 1
    assert found[0] / FINEST == pytest.approx(0.123456 / 0.777777, abs=2e-4)


@pytest.mark.parametrize("weights", [[], [1, 0], [-1.0]])
def test_weights_that_are_none_are_errors(weights: list[float]) -> None:
    with pytest.raises(InputError, match="above 0"):
        shares_of(weights)


@settings(max_examples=80)
@given(shares=shares)
def test_any_stretch_as_long_as_a_round_holds_the_shares_exactly(shares: tuple[int, ...]) -> None:
    turns = turns_of(shares)
    size = sum(shares)
    sources = turns.at(np.arange(3 * size))[0]
    counts = np.array([np.cumsum(sources == source) for source in range(len(shares))])
    for first in range(2 * size - 1):
        assert (counts[:, first + size] - counts[:, first]).tolist() == list(shares)


@settings(max_examples=80)
@given(shares=shares)
def test_no_source_is_ever_a_whole_turn_from_its_proportion(shares: tuple[int, ...]) -> None:
    turns = turns_of(shares)
    exact = np.outer(shares, np.arange(turns.round + 1)) / sum(shares)
    assert np.abs(turns.before - exact).max() < 1


@settings(max_examples=60)
@given(
    stages=st.lists(
        st.tuples(st.integers(1, 50), st.tuples(*[st.integers(0, 5)] * 3).filter(any)), min_size=1, max_size=4
    )
)
def test_turns_are_counted_through_all_stages_and_found_again(
    stages: list[tuple[int, tuple[int, ...]]],
) -> None:
    schedule = Schedule(stages)
    sources, turns = schedule.at(np.arange(schedule.n))
    for source in range(3):
        where = np.flatnonzero(sources == source)
        assert turns[where].tolist() == list(range(len(where)))
        assert schedule.totals[source] == len(where)
        assert schedule.positions(source, np.arange(len(where))).tolist() == where.tolist()
    for (length, shares), start in zip(stages, schedule.starts, strict=False):
        present = set(sources[start : start + length].tolist())
        assert present <= {source for source in range(3) if shares[source]}
