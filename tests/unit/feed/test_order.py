from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.errors import InputError
from groundswell.feed.order import PERMUTATION, Order, rank_positions, steps_per_epoch

sizes = st.integers(1, 3000)
seeds = st.integers(-(2**70), 2**70)
epochs = st.integers(0, 2**40)
GOLDEN_EPOCH_0 = [12, 15, 0, 14, 4, 9, 16, 10, 2, 11, 5, 1, 19, 13, 8, 18, 7, 17, 3, 6]
GOLDEN_EPOCH_1 = [8, 1, 7, 10, 11, 13, 4, 18, 15, 0, 14, 19, 5, 9, 17, 2, 3, 12, 6, 16]
GOLDEN_LARGE = [3929829301, 4048643639, 1930982663, 5130324805]

tails = st.sampled_from(["exact", "drop", "pad"])


def test_the_permutation_is_pinned_so_that_a_change_needs_a_new_version() -> None:
    assert PERMUTATION == 1
    order = Order(20, seed=1)
    assert order.sample(0, np.arange(20)).tolist() == GOLDEN_EPOCH_0
    assert order.sample(1, np.arange(20)).tolist() == GOLDEN_EPOCH_1
    assert Order(10**10, seed=-3).sample(5, [0, 1, 9_999_999_999, 123_456_789]).tolist() == GOLDEN_LARGE


@given(n=sizes, seed=seeds, epoch=epochs)
def test_an_epoch_visits_every_sample_exactly_once(n: int, seed: int, epoch: int) -> None:
    assert np.array_equal(np.sort(Order(n, seed).sample(epoch, np.arange(n))), np.arange(n))


@given(n=st.integers(1, 2**62), seed=seeds, positions=st.sets(st.integers(0, 2**62), max_size=50))
def test_distinct_positions_of_any_large_set_are_distinct_samples(
    n: int, seed: int, positions: set[int]
) -> None:
    within = sorted({position % n for position in positions})
    samples = Order(n, seed).sample(0, within)
    assert len(set(samples.tolist())) == len(within)
    assert all(0 <= sample < n for sample in samples.tolist())


@given(n=sizes, seed=seeds, data=st.data())
def test_a_position_has_its_sample_whatever_is_asked_beside_it(
    n: int, seed: int, data: st.DataObject
) -> None:
    position = data.draw(st.integers(0, n - 1))
    order = Order(n, seed)
    assert order.sample(2, position) == order.sample(2, np.arange(n))[position]


@given(n=st.integers(2**15, 2**62), seed=seeds, data=st.data())
def test_many_positions_of_a_large_set_have_the_samples_that_each_has_alone(
    n: int, seed: int, data: st.DataObject
) -> None:
    positions = data.draw(st.lists(st.integers(0, n - 1), min_size=65, max_size=90))
    order = Order(n, seed)
    samples = order.sample(3, positions)
    assert samples.tolist() == [int(order.sample(3, position)) for position in positions]
    assert order.find(3, samples)[0].tolist() == positions


@pytest.mark.slow
def test_all_orders_of_five_samples_are_equally_likely() -> None:
    trials = 12_000
    counts = Counter(tuple(Order(5, seed).sample(0, np.arange(5)).tolist()) for seed in range(trials))
    expected = trials / 120
    chi_squared = sum((counts[order] - expected) ** 2 / expected for order in permutations(range(5)))
    assert chi_squared < 180  # 119 degrees of freedom: 99.98 % of fair shuffles lie below


def test_seeds_and_epochs_have_unrelated_orders() -> None:
    places = np.arange(5000)
    one = Order(5000, seed=1).sample(0, places)
    for other in (Order(5000, seed=2).sample(0, places), Order(5000, seed=1).sample(1, places)):
        assert np.sum(one == other) < 12  # a fair pair of orders agrees in one place on average
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.06


def test_neighbours_are_scattered() -> None:
    samples = Order(100_000).sample(0, np.arange(100_000))
    assert abs(np.corrcoef(samples[:-1], samples[1:])[0, 1]) < 0.015


def test_without_shuffling_samples_keep_their_own_order() -> None:
    assert Order(5, shuffle=False).sample(3, np.arange(5)).tolist() == [0, 1, 2, 3, 4]


def test_no_positions_give_no_samples() -> None:
    assert Order(5).sample(0, []).tolist() == []


@pytest.mark.parametrize("position", [-1, 5])
def test_a_position_outside_the_epoch_is_an_error(position: int) -> None:
    with pytest.raises(InputError, match="from 0 to 4"):
        Order(5).sample(0, [position])


@pytest.mark.parametrize("n", [0, -1, 2**63])
def test_an_order_of_an_impossible_size_is_an_error(n: int) -> None:
    with pytest.raises(InputError, match="1 to 2"):
        Order(n)


@given(n=st.integers(1, 200), batch_size=st.integers(1, 60), world_size=st.integers(1, 70), tail=tails)
def test_the_ranks_parts_joined_are_the_same_global_batches_at_any_world_size(
    n: int, batch_size: int, world_size: int, tail: str
) -> None:
    for step in range(steps_per_epoch(n, batch_size, tail)):
        parts = [rank_positions(step, n, batch_size, rank, world_size, tail) for rank in range(world_size)]
        assert np.array_equal(np.concatenate(parts), rank_positions(step, n, batch_size, tail=tail))
        sizes_of_parts = [len(part) for part in parts]
        assert max(sizes_of_parts) - min(sizes_of_parts) <= 1


@given(n=st.integers(1, 200), batch_size=st.integers(1, 60), tail=tails)
def test_each_tail_rule_covers_the_epoch_as_it_says(n: int, batch_size: int, tail: str) -> None:
    steps = steps_per_epoch(n, batch_size, tail)
    batches = [rank_positions(step, n, batch_size, tail=tail) for step in range(steps)]
    visits = np.bincount(np.concatenate([*batches, np.arange(0)]), minlength=n)
    if tail == "exact":
        assert (visits == 1).all()
    if tail == "drop":
        assert visits.sum() == n - n % batch_size
        assert visits.max(initial=0) <= 1
    if tail == "pad":
        assert all(len(batch) == batch_size for batch in batches)
        assert visits.min() >= 1


def test_with_fewer_samples_left_than_ranks_some_ranks_get_an_empty_last_batch() -> None:
    parts = [rank_positions(1, 10, 8, rank, 4).tolist() for rank in range(4)]
    assert parts == [[], [8], [], [9]]


def test_padding_a_set_smaller_than_one_batch_wraps_round_as_often_as_it_takes() -> None:
    assert rank_positions(0, 3, 8, tail="pad").tolist() == [0, 1, 2, 0, 1, 2, 0, 1]


@pytest.mark.parametrize(("rank", "world_size"), [(-1, 2), (2, 2), (0, 0)])
def test_a_rank_outside_the_world_is_an_error(rank: int, world_size: int) -> None:
    with pytest.raises(InputError, match="rank"):
        rank_positions(0, 10, 2, rank, world_size)


def test_steps_batch_sizes_and_tails_that_do_not_exist_are_errors() -> None:
    with pytest.raises(InputError, match="step must be from 0 to 4"):
        rank_positions(5, 10, 2)
    with pytest.raises(InputError, match="batch_size"):
        steps_per_epoch(10, 0)
    with pytest.raises(InputError, match="exact, drop, pad"):
        steps_per_epoch(10, 2, "keep")  # type: ignore[arg-type]
