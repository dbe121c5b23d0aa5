import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import InputError
from groundswell.quality.calibration import expected_calibration_error, fit_temperature
from groundswell.quality.isotonic import fit_isotonic


def lopsided(rng, n):
    """A model that is rightly sure of class 0 and no better than a coin where it says class 1."""
    truth = rng.integers(0, 2, n)
    says = np.where(truth == 0, 0, 1)
    says = np.where((truth == 0) & (rng.random(n) < 0.5), 1, says)
    sure = rng.uniform(0.85, 0.99, n)
    probabilities = np.where(says[:, None] == np.arange(2), sure[:, None], 1 - sure[:, None])
    return probabilities, truth


@pytest.mark.parametrize("seed", range(4))
def test_it_mends_what_no_temperature_can(seed):
    rng = np.random.default_rng(seed)
    fitted, fresh = lopsided(rng, 2000), lopsided(rng, 4000)
    curve, temperature = fit_isotonic(*fitted), fit_temperature(*fitted)
    rows, truth = fresh
    left = [expected_calibration_error(mend(rows), truth) for mend in (curve, temperature)]
    loss = [-np.log(mend(rows)[np.arange(4000), truth]).mean() for mend in (curve, temperature)]
    assert left[0] < left[1] - 0.01
    assert loss[0] < loss[1] - 0.05


def test_pooling_by_hand():
    """0.2 is right, 0.6 wrong, 0.8 right, and no prior: the first two are pooled at 0.4 and one half."""
    curve = fit_isotonic([[0.8, 0.2], [0.4, 0.6], [0.2, 0.8]], [1, 0, 1], prior_labels=0.0)
    inside = (curve.given[1] > 0.1) & (curve.given[1] < 0.9)
    assert curve(np.array([[0.6, 0.4]]))[0, 1] == pytest.approx(0.5, abs=0.01)
    assert curve.deserved[1][inside][-1] == pytest.approx(1.0)


def test_without_labels_nothing_changes():
    rows = np.array([[0.3, 0.7], [0.95, 0.05]])
    curve = fit_isotonic(rows, [-1, -1])
    assert curve(rows) == pytest.approx(rows)
    assert curve.labels == 0


@pytest.mark.parametrize("right", [True, False])
def test_five_labels_move_it_only_a_little(right):
    rows = np.tile([0.8, 0.2], (5, 1))
    moved = fit_isotonic(rows, np.full(5, 0 if right else 1))(rows)[0, 0]
    assert abs(moved - 0.8) < 0.6
    assert (moved > 0.8) == right


@given(st.integers(0, 2**32 - 1), st.integers(2, 5))
@settings(max_examples=30, deadline=None)
def test_curves_rise_rows_sum_to_1_and_the_order_of_items_does_not_matter(seed, n_classes):
    rng = np.random.default_rng(seed)
    rows = rng.dirichlet(np.ones(n_classes), 40)
    truth = rng.integers(-1, n_classes, 40)
    curve, order = fit_isotonic(rows, truth), rng.permutation(40)
    assert all((np.diff(y) >= 0).all() for y in curve.deserved)
    assert curve(rows).sum(axis=1) == pytest.approx(np.ones(40))
    assert fit_isotonic(rows[order], truth[order])(rows) == pytest.approx(curve(rows))


def test_a_row_of_nan_stays_so_and_teaches_nothing():
    rows = np.array([[0.3, 0.7], [np.nan, np.nan]])
    curve = fit_isotonic(rows, [1, 0])
    assert curve.labels == 1
    assert np.isnan(curve(rows)[1]).all()


def test_what_does_not_fit_is_refused():
    with pytest.raises(InputError, match="do not fit"):
        fit_isotonic([[0.5, 0.5]], [0, 1])
