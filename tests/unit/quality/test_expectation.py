import numpy as np
import pytest

from groundswell.quality.expectation import log_likelihood, normalised, sum_rows, tally
from groundswell.quality.votes import Votes

VOTES = Votes.from_table([("t", "a", 0), ("t", "b", 1), ("u", "a", 1)])
TRUTH = np.array([[0.75, 0.25], [0.0, 1.0]])


def test_soft_counts_by_hand():
    counts = tally(VOTES, TRUTH)
    assert counts.said == pytest.approx(np.array([[0.75, 0.25], [0.0, 1.0], [0.75, 0.25]]))
    assert counts.seen == pytest.approx(np.array([[0.75, 1.25], [0.75, 0.25]]))
    assert counts.right == pytest.approx(np.array([[0.75, 1.0], [0.0, 0.25]]))
    assert counts.pooled == pytest.approx(np.array([[0.75, 0.75], [0.25, 1.25]]))


def test_history_is_added_to_every_count():
    history = np.zeros((2, 2, 2))
    history[1, 0, 0] = 4.0
    before, after = tally(VOTES, TRUTH), tally(VOTES, TRUTH, history)
    assert (after.seen - before.seen).tolist() == [[0, 0], [4, 0]]
    assert (after.right - before.right).tolist() == [[0, 0], [4, 0]]
    assert (after.pooled - before.pooled).tolist() == [[4, 0], [0, 0]]


def test_log_likelihood_multiplies_what_each_worker_would_say():
    chance = np.array([[0.5, 0.25], [0.5, 0.75], [0.1, 0.9]])
    assert np.exp(log_likelihood(VOTES, chance)) == pytest.approx(
        np.array([[0.5 * 0.1, 0.25 * 0.9], [0.5, 0.75]])
    )


def test_huge_log_weights_do_not_overflow():
    assert normalised(np.array([[-1e6, -1e6], [0.0, -1e6]])).tolist() == [[0.5, 0.5], [1.0, 0.0]]


def test_groups_without_rows_sum_to_zero():
    assert sum_rows(np.ones((2, 1)), np.array([0, 2], np.int32), 4).tolist() == [[1], [0], [1], [0]]
