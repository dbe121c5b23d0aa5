import numpy as np
import pytest

from groundswell.quality.shapes.precision import Pairs, find_precision


def pairs_of(loss, weight=1.0):
    """All pairs of workers in each of the objects, from `[objects, workers]` errors along a line."""
    first, second = np.triu_indices(loss.shape[1], 1)
    apart = np.abs(loss[:, first] - loss[:, second]).ravel()
    names = (np.tile(codes, len(loss)) for codes in (first, second))
    return Pairs(*names, apart, np.full(len(apart), weight))


def test_the_loss_of_each_worker_is_found_from_pairs_alone():
    rng = np.random.default_rng(0)
    truth = np.array([0.04, 0.08, 0.12, 0.2])
    loss, error = find_precision(pairs_of(rng.normal(0, truth, (800, 4))), 5)
    assert loss[:4] == pytest.approx(truth, abs=0.015)
    assert (np.abs(loss[:4] - truth) < 4 * error[:4]).all()


def test_a_worker_of_whom_nothing_is_known_is_taken_for_the_crowd():
    loss, error = find_precision(pairs_of(np.random.default_rng(1).normal(0, 0.1, (300, 3))), 4)
    assert loss[3] == pytest.approx(loss[:3].mean(), rel=0.1)
    assert error[3] > 2 * error[:3].max()


def test_nothing_to_compare_leaves_the_assumption():
    nobody = np.zeros(0, np.int64)
    loss, _ = find_precision(Pairs(nobody, nobody, np.zeros(0), np.zeros(0)), 2)
    assert loss == pytest.approx([0.15, 0.15])


def test_two_who_copy_each_other_are_not_taken_to_be_perfect():
    loss, _ = find_precision(pairs_of(np.zeros((100, 2))), 2)
    assert (loss > 0).all()


def test_objects_that_are_not_there_say_nothing():
    rng = np.random.default_rng(2)
    loss, _ = find_precision(pairs_of(rng.normal(0, 0.3, (50, 2)), weight=0.0), 2)
    assert loss == pytest.approx([0.15, 0.15])
