import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.quality import pairs
from groundswell.quality.pairs import count_codes, is_sorted, pairs_of


@pytest.mark.parametrize("cells_a_vote", [0, 10**6])
@given(seed=st.integers(0, 2**32 - 1))
def test_counting_cells_and_sorting_votes_find_the_same_pairs(cells_a_vote, seed):
    rng = np.random.default_rng(seed)
    worker, label = rng.integers(0, 7, 40).astype(np.int32), rng.integers(0, 5, 40).astype(np.int32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "MOST_CELLS_A_VOTE", cells_a_vote)
        found = pairs_of(worker, label, 7, 5)
    assert (found.of_cell is None) == (cells_a_vote == 0)
    assert list(zip(found.worker, found.label, strict=True)) == sorted(set(zip(worker, label, strict=True)))
    of_vote = found.of(worker, label)
    assert (found.worker[of_vote] == worker).all()
    assert (found.label[of_vote] == label).all()


@given(codes=st.lists(st.integers(0, 9), max_size=50))
def test_counts_and_order_are_the_same_in_blocks_of_any_size(codes):
    given_codes = np.array(codes, np.int32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "BLOCK", 3)
        assert count_codes(given_codes, 10).tolist() == np.bincount(given_codes, minlength=10).tolist()
        assert is_sorted(given_codes) == (codes == sorted(codes))
