from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from groundswell.quality.shapes import best_pairs


def best_total(worth):
    """Try everything."""
    worth = np.maximum(worth if worth.shape[0] <= worth.shape[1] else worth.T, 0)
    rows = range(len(worth))
    return max(sum(worth[rows, chosen]) for chosen in permutations(range(worth.shape[1]), len(worth)))


def test_two_who_want_the_same_share_it_so_that_the_total_is_best():
    # the greedy choice of the 9 would leave 9 + 1
    assert best_pairs(np.array([[9.0, 8.0], [7.0, 1.0]])) == [(0, 1), (1, 0)]


def test_what_is_worth_nothing_is_left_out():
    assert best_pairs(np.array([[1.0, -2.0], [0.0, -1.0]])) == [(0, 0)]


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_nothing_is_paired_with_nothing(shape):
    assert best_pairs(np.zeros(shape)) == []


@given(
    arrays(
        float,
        array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=5),
        elements=st.floats(-1, 1, width=32) | st.integers(-2, 2).map(float),
    )
)
def test_no_other_pairing_is_better(worth):
    pairs = best_pairs(worth)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert all(worth[pair] > 0 for pair in pairs)
    assert sum(worth[pair] for pair in pairs) == pytest.approx(best_total(worth), abs=1e-9)


def test_a_large_random_one_is_as_good_as_an_independent_solver_found():
    # scipy 1.17.1's linear_sum_assignment(worth, maximize=True) on the same array
    worth = np.random.default_rng(7).random((60, 80))
    assert sum(worth[pair] for pair in best_pairs(worth)) == pytest.approx(59.09461992116749)
