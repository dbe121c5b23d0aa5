import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.quality.rankings.crowd import Said, shares
from groundswell.quality.rankings.habits import Habits, Shares

USUAL = np.array([0.5, 0.3, 0.2])


def objective(found, counts):
    return float((counts * np.log(found.each)).sum()) + found.log_prior()


def test_shares_by_hand():
    found = Shares.start(1, USUAL).learnt(np.array([[6.0, 0.0, 0.0]]))
    # Four pseudo-answers of the crowd's shares beside six own ones; then the crowd is the geometric mean of this worker
    # and 5.1 imaginary ones: five, and a tenth of the crowd.
    each = np.array([8.0, 1.2, 0.8]) / 10
    crowd = (each * USUAL**5.1) ** (1 / 6.1)
    assert found.each[0] == pytest.approx(each)
    assert found.crowd == pytest.approx(crowd / crowd.sum())


@given(st.lists(st.tuples(*[st.floats(0, 50)] * 3), min_size=1, max_size=6))
def test_learning_never_lowers_the_objective(rows):
    counts, found = np.array(rows), Shares.start(len(rows), USUAL)
    before = objective(found, counts)
    for _ in range(5):
        found = found.learnt(counts)
        after = objective(found, counts)
        assert after >= before - 1e-9
        before = after


def test_workers_with_few_answers_are_held_to_the_crowd():
    counts = np.array([[2.0, 0.0, 0.0], [0.0, 200.0, 0.0], *[[100.0, 0.0, 100.0]] * 8])
    found = Shares.start(10, USUAL)
    for _ in range(50):
        found = found.learnt(counts)
    assert found.crowd[0] > 0.4
    assert np.abs(found.each[0] - found.crowd).max() < 0.3
    assert found.each[1, 1] > 0.95


def test_a_habit_that_nobody_in_a_large_crowd_shows_stays_above_nothing():
    counts, found = np.tile([300.0, 300.0, 0.0], (2000, 1)), Shares.start(2000, USUAL)
    for _ in range(400):
        found = found.learnt(counts)
    assert found.each.min() > 0
    assert np.isfinite(found.log_prior())


def test_answers_too_improbable_for_floating_point_have_shares():
    said = Said(np.zeros(1, np.int32), np.zeros(1, np.int32), np.ones(1), np.array([-2000.0]), 1)
    share, value = shares(Habits.start(1, np.ones(1)), said, np.array([[-2001.0], [-2002.0]]))
    odds = np.array([0.90 * np.exp(-1), 0.03 * np.exp(-2), 0.07])
    assert share[:, 0] == pytest.approx(odds / odds.sum())
    assert value == pytest.approx(np.log(odds.sum()) - 2000)
