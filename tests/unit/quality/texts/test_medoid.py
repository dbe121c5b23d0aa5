from math import exp

import numpy as np
import pytest

from groundswell.quality.texts.medoid import NEAREST, Batch, learn_spread


def batch(apart, worker):
    table = np.array(apart, float)
    return Batch(np.arange(len(table)), np.array(worker), table, table == 0)


ONE_TASK = batch([[[0, 0, 0.25], [0, 0, 0.25], [0.25, 0.25, 0]]], [[0, 1, 2]])
"""Two wrote the same, a third something else."""


def test_the_posterior_by_hand():
    # the first text costs 0.25 / 0.5 (one is away from it), the other twice that
    first = 1 / (1 + exp(-0.5))
    assert ONE_TASK.posterior(np.full(3, 0.5))[0].tolist() == pytest.approx([first, first, 1 - first])


def test_a_worker_is_judged_by_the_others_alone():
    # for the third there is only the others' text; for the first, both texts cost the same 0.25 / 0.5
    assert ONE_TASK.expected_distance(np.full(3, 0.5))[0].tolist() == pytest.approx([0.125, 0.125, 0.25])


def test_a_reliable_worker_weighs_more():
    means = np.array([0.5, 0.5, 0.05])
    assert ONE_TASK.posterior(means)[0, 2] > 0.9


def test_the_means_are_between_the_workers_own_and_the_crowds():
    far = np.array([[0, 0.1, 0.5], [0.1, 0, 0.5], [0.5, 0.5, 0]])
    spread = learn_spread([batch([far] * 40, [[0, 1, 2]] * 40)], 4)
    assert spread.converged
    assert spread.mean[0] == pytest.approx(spread.mean[1])
    assert 0.1 < spread.mean[0] < spread.mean[3] < spread.mean[2] < 0.5  # the fourth has no answer
    assert spread.error[3] > spread.error[2]


def test_a_crowd_that_always_agrees_is_near_but_not_perfect():
    spread = learn_spread([batch(np.zeros((5, 3, 3)), [[0, 1, 2]] * 5)], 3)
    assert spread.mean.tolist() == [NEAREST] * 3


def test_without_two_answers_to_a_task_nothing_is_known():
    spread = learn_spread([batch(np.zeros((5, 1, 1)), [[0]] * 5)], 2)
    assert (spread.mean.tolist(), spread.error.tolist(), spread.rounds) == ([0.5, 0.5], [0.5, 0.5], 0)
