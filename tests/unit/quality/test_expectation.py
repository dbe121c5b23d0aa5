import numpy as np
import pytest

from groundswell.quality import expectation
from groundswell.quality.expectation import (
    across,
    column_sums,
    label_sums,
    log_likelihood,
    normalised,
    sum_rows,
    tally,
    without_votes,
)
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


@pytest.mark.parametrize("block_cells", [1, 7, 2**18])
def test_sums_do_not_depend_on_how_votes_are_split_or_ordered(monkeypatch, block_cells):
    rng = np.random.default_rng(0)
    item, worker, label = rng.integers(0, 9, 60), rng.integers(0, 5, 60), rng.integers(0, 3, 60)
    votes = Votes(item, worker, label, 10, 5, 3)
    truth, chance = rng.dirichlet(np.ones(3), 10), rng.random((len(votes.pairs.worker), 3))
    said, log_chance = np.zeros((5, 3, 3)), np.zeros((10, 3))
    np.add.at(said, (worker, label), truth[item])
    np.add.at(log_chance, item, np.log(chance)[votes.pair_of()])
    monkeypatch.setattr(expectation, "BLOCK_CELLS", block_cells)
    assert tally(votes, truth).said == pytest.approx(said[votes.pairs.worker, votes.pairs.label])
    assert log_likelihood(votes, chance) == pytest.approx(log_chance)


@pytest.mark.parametrize("columns", [1, 3, 40])
def test_reductions_over_few_and_many_columns_agree_with_numpy(columns):
    rows = np.random.default_rng(0).random((20, columns))
    assert across(np.maximum, rows) == pytest.approx(rows.max(axis=1))
    assert column_sums(rows) == pytest.approx(rows.sum(axis=0))


def test_weights_are_added_up_for_each_label_of_each_item():
    assert label_sums(VOTES, np.array([0.5, 2.0, 3.0])).tolist() == [[0.5, 2.0], [0.0, 3.0]]


def test_items_nobody_answered_are_found():
    votes = Votes(np.array([2, 0]), np.array([0, 0]), np.array([0, 0]), 4, 1, 1)
    assert without_votes(votes).tolist() == [False, True, False, True]
