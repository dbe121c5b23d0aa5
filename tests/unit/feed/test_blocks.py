import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import InputError
from groundswell.feed.blocks import BlockOrder

sizes = st.lists(st.integers(1, 12), min_size=1, max_size=12)


@settings(max_examples=60)
@given(sizes=sizes, window=st.integers(1, 15), seed=st.integers(), epoch=st.integers(0, 2**40))
def test_an_epoch_visits_every_sample_once_and_each_is_found_where_it_stands(
    sizes: list[int], window: int, seed: int, epoch: int
) -> None:
    order = BlockOrder(sizes, window=window, seed=seed)
    samples = order.sample(epoch, np.arange(order.n))
    assert sorted(samples.tolist()) == list(range(sum(sizes)))
    positions, places = order.find(epoch, samples)
    assert positions.tolist() == list(range(order.n))
    assert places.tolist() == list(range(order.n))


@settings(max_examples=40)
@given(sizes=sizes, window=st.integers(1, 5), epoch=st.integers(0, 5))
def test_every_block_is_read_in_one_window_only(sizes: list[int], window: int, epoch: int) -> None:
    order = BlockOrder(sizes, window=window, seed=1)
    blocks = np.searchsorted(np.cumsum(sizes), order.sample(epoch, np.arange(order.n)), side="right").tolist()
    open_blocks: list[int] = []
    for block in blocks:
        if block not in open_blocks:
            open_blocks.append(block)
    windows = [open_blocks[first : first + window] for first in range(0, len(open_blocks), window)]
    expected = [sorted(block for block in blocks if block in each) for each in windows]
    found, first = [], 0
    for each in expected:
        found.append(sorted(blocks[first : first + len(each)]))
        first += len(each)
    assert found == expected


def test_the_order_is_pinned_so_that_a_change_needs_a_new_version() -> None:
    order = BlockOrder([3, 2, 4, 1, 5], window=2, seed=7)
    assert order.sample(0, np.arange(15)).tolist() == [12, 14, 10, 4, 13, 3, 11, 1, 2, 0, 9, 7, 5, 6, 8]


def test_one_window_over_all_blocks_scatters_neighbours() -> None:
    order = BlockOrder([100] * 200, window=200, seed=3)
    samples = order.sample(0, np.arange(20_000))
    assert abs(np.corrcoef(samples[:-1], samples[1:])[0, 1]) < 0.04


def test_a_million_blocks_cost_memory_for_blocks_alone() -> None:
    order = BlockOrder(np.full(1_000_000, 10_000), window=64, seed=1)
    assert order.n == 10**10
    assert len(set(order.sample(0, np.arange(5_000_000_000, 5_000_001_000)).tolist())) == 1000


def test_orders_of_epochs_and_seeds_differ_in_blocks_and_within() -> None:
    one = BlockOrder([50] * 40, window=4, seed=1)
    places = np.arange(one.n)
    for other in (one.sample(1, places), BlockOrder([50] * 40, window=4, seed=2).sample(0, places)):
        assert np.sum(one.sample(0, places) == other) < 15


def test_the_name_of_an_order_depends_on_the_blocks() -> None:
    names = [BlockOrder(sizes, window=2).describe() for sizes in ([2, 3], [3, 2], [5])]
    assert len({str(name) for name in names}) == 3


@pytest.mark.parametrize(("sizes", "window"), [([], 1), ([1, 0], 1), ([1], 0)])
def test_impossible_blocks_and_windows_are_errors(sizes: list[int], window: int) -> None:
    with pytest.raises(InputError):
        BlockOrder(sizes, window=window)
