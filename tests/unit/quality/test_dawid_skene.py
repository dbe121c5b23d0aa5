import numpy as np
import pytest

from groundswell.quality.dawid_skene import dawid_skene
from groundswell.quality.majority import majority
from groundswell.quality.votes import Votes


def simulated(rng, *, items, workers, confusion, each):
    """Votes of workers who all have a confusion matrix of their own, `[workers, truth, said]`."""
    truth = rng.integers(0, confusion.shape[1], items)
    item = np.repeat(np.arange(items), each)
    worker = np.concatenate([rng.choice(workers, each, replace=False) for _ in range(items)])
    chance = confusion[worker, truth[item]].cumsum(axis=1)
    label = (rng.random((len(item), 1)) > chance).sum(axis=1)
    return Votes(item, worker, label, items, workers, confusion.shape[1]), truth


def test_one_round_by_hand():
    votes = Votes.from_table([("t", "a", 0), ("t", "b", 0), ("u", "a", 0), ("u", "b", 1)])
    result = dawid_skene(votes, smoothing=0.0, early_stop=1)
    # Vote shares: t is 0 for certain, u is even, so 1.5 items are 0 and half a one is 1. Worker a always says
    # 0. Worker b says 0 to 1 of the 1.5, and 1 to 0.5 of them and to all of the half.
    weight = np.array([0.75 * 1 * (0.5 / 1.5), 0.25 * 1 * 1])
    assert result.posterior[1] == pytest.approx(weight / weight.sum())
    assert result.confusion[1, 0] == pytest.approx([1 / 1.5, 0.5 / 1.5])


def test_it_finds_a_worker_who_always_says_the_opposite():
    confusion = np.array([[[0.9, 0.1], [0.1, 0.9]]] * 4 + [[[0.05, 0.95], [0.95, 0.05]]])
    votes, truth = simulated(np.random.default_rng(0), items=300, workers=5, confusion=confusion, each=5)
    result = dawid_skene(votes)
    assert (result.label == truth).mean() > (majority(votes).label == truth).mean()
    assert result.confusion[4, 0, 1] > 0.8
    assert result.converged


def test_the_confusion_matrix_is_recovered_from_many_votes():
    confusion = np.array([[[0.8, 0.15, 0.05], [0.1, 0.7, 0.2], [0.05, 0.05, 0.9]]] * 6)
    votes, _ = simulated(np.random.default_rng(1), items=1500, workers=6, confusion=confusion, each=5)
    assert np.abs(dawid_skene(votes).confusion - confusion).max() < 0.08


def test_not_converging_is_reported_and_not_raised():
    confusion = np.array([[[0.7, 0.3], [0.3, 0.7]]] * 4)
    votes, _ = simulated(np.random.default_rng(2), items=50, workers=4, confusion=confusion, each=3)
    result = dawid_skene(votes, max_iter=2)
    assert (result.converged, result.iterations) == (False, 2)


def test_stopping_early_is_a_choice_and_not_a_failure():
    votes = Votes.from_table([("t", "a", 0), ("t", "b", 1), ("u", "a", 0), ("u", "b", 0)])
    result = dawid_skene(votes, early_stop=2)
    assert (result.converged, result.iterations) == (True, 2)


def test_plain_maximum_likelihood_survives_certain_workers():
    result = dawid_skene(Votes.from_table([("t", "a", 0), ("t", "b", 1), ("u", "a", 0)]), smoothing=0.0)
    assert np.isfinite(result.posterior).all()
    assert np.isfinite(result.confusion).all()


def test_half_the_precision_gives_the_same_labels():
    confusion = np.random.default_rng(3).dirichlet(np.ones(3), (20, 3)) * 0.5 + 0.5 * np.eye(3)
    votes, _ = simulated(np.random.default_rng(3), items=800, workers=20, confusion=confusion, each=5)
    double, single = dawid_skene(votes, early_stop=5), dawid_skene(votes, early_stop=5, dtype=np.float32)
    assert single.posterior.dtype == np.float32
    assert single.posterior == pytest.approx(double.posterior, abs=1e-4)
    ordered = np.sort(double.posterior, axis=1)
    clear = ordered[:, -1] - ordered[:, -2] > 1e-3
    assert (single.label == double.label)[clear].all()
    assert np.abs(single.confusion - double.confusion).max() < 1e-4


def test_without_smoothing_what_was_never_said_is_possible_and_rows_still_sum_to_one():
    result = dawid_skene(Votes.from_table([("t", "a", 0), ("t", "b", 0), ("u", "a", 1)]), smoothing=0.0)
    assert result.confusion.sum(axis=2) == pytest.approx(np.ones((2, 2)))
    assert ((result.skill >= 0) & (result.skill <= 1)).all()
    assert np.isfinite(result.skill_error).all()
