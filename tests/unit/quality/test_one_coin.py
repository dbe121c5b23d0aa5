import numpy as np
import pytest

from groundswell.quality.majority import majority
from groundswell.quality.one_coin import one_coin
from groundswell.quality.votes import Votes


def test_one_round_by_hand():
    votes = Votes.from_table([("t", "a", 0), ("t", "b", 0), ("u", "a", 0), ("u", "b", 1)])
    result = one_coin(votes, max_iter=1)
    # Vote shares: t is 0 for certain, u is even. Each worker is right 1.5 times of 2, so (1.5 + 1) / (2 + 2).
    # The two cancel out on u, which leaves the class prior: 1.5 tasks of 2 are 0.
    assert result.skill == pytest.approx([0.625, 0.625])
    assert result.posterior[1] == pytest.approx([0.75, 0.25])
    odds = 3 * (0.625 / 0.375) ** 2
    assert result.posterior[0, 0] == pytest.approx(odds / (1 + odds))
    assert (result.converged, result.iterations) == (False, 1)


def test_mistakes_spread_over_all_other_classes_make_a_vote_count_for_more():
    rows = [
        ("t", "a", "x"),
        ("t", "b", "y"),
        ("t", "c", "y"),
        ("u", "a", "x"),
        ("u", "b", "x"),
        ("u", "c", "x"),
    ]
    few = one_coin(Votes.from_table(rows, classes="xy"), max_iter=1)
    many = one_coin(Votes.from_table(rows, classes="xyzvw"), max_iter=1)
    assert many.probability["u"] > few.probability["u"]
    assert many.confusion[0, 0] == pytest.approx([many.skill[0]] + [(1 - many.skill[0]) / 4] * 4)


def test_accuracies_are_recovered_and_the_careless_outvoted():
    rng = np.random.default_rng(0)
    accuracy = np.array([0.95, 0.9, 0.8, 0.35, 0.3, 0.3])
    truth = rng.integers(0, 4, 1000)
    item, worker = np.divmod(np.arange(6000), 6)
    wrong = (truth[item] + rng.integers(1, 4, 6000)) % 4
    votes = Votes(item, worker, np.where(rng.random(6000) < accuracy[worker], truth[item], wrong), 1000, 6, 4)
    result = one_coin(votes)
    assert result.converged
    assert result.skill == pytest.approx(accuracy, abs=0.04)
    assert (np.abs(result.skill - accuracy) < 4 * result.skill_error).all()
    assert (result.label == truth).mean() > (majority(votes).label == truth).mean() + 0.03


def test_a_worker_without_votes_is_as_likely_right_as_wrong():
    result = one_coin(Votes(np.array([0]), np.array([0]), np.array([0]), 1, 2, 2))
    assert result.skill[1] == 0.5
    assert result.skill_error[1] == pytest.approx(np.sqrt(1 / 12))
