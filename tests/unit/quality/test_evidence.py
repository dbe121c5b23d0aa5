import numpy as np
import pytest

from groundswell.errors import InputError
from groundswell.quality.evidence import FLOOR, checked_evidence, checked_gold, log_prior, vote_shares
from groundswell.quality.votes import Votes

VOTES = Votes.from_table([("t", "a", 0), ("u", "a", 1)])


def test_evidence_is_normalised_and_no_class_is_impossible():
    rows = checked_evidence(VOTES, [[2.0, 2.0], [1.0, 0.0]])
    assert rows.sum(axis=1) == pytest.approx([1, 1])
    assert rows[1, 1] == pytest.approx(FLOOR, rel=1e-3)


def test_a_row_of_nan_is_no_opinion():
    rows = checked_evidence(VOTES, [[np.nan, np.nan], [0.2, 0.8]])
    assert np.isnan(rows[0]).all()
    prior = np.array([0.6, 0.4])
    assert np.exp(log_prior(prior, rows)) == pytest.approx(np.array([[0.6, 0.4], [0.2, 0.8]]), abs=1e-5)


@pytest.mark.parametrize(
    "rows",
    [
        [[0.5, np.nan], [0.5, 0.5]],
        [[-0.1, 1.1], [0.5, 0.5]],
        [[0.0, 0.0], [0.5, 0.5]],
        [[np.inf, 0.0], [0.5, 0.5]],
        [[0.5, 0.5]],
    ],
)
def test_what_is_no_probability_is_refused(rows):
    with pytest.raises(InputError, match="evidence must be"):
        checked_evidence(VOTES, rows)


@pytest.mark.parametrize("gold", [[0], [0, 2], [-2, 0], [0.0, 1.0]])
def test_gold_that_does_not_fit_is_refused(gold):
    with pytest.raises(InputError, match="gold"):
        checked_gold(VOTES, gold)


def test_shares_of_items_without_anything_are_the_prior():
    votes = Votes(np.array([0, 0]), np.array([0, 1]), np.array([0, 0]), 2, 2, 2)
    shares, prior = vote_shares(votes, None, checked_gold(votes, None))
    assert prior == pytest.approx([3.5 / 6, 2.5 / 6])
    assert shares == pytest.approx(np.array([[1.0, 0.0], prior]))
