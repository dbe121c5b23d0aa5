import numpy as np
import pytest

from groundswell.errors import InputError
from groundswell.quality.calibration import expected_calibration_error, fit_scaling, fit_temperature


def overconfident(rng, n, *, factor):
    """Probabilities that are calibrated, the same with logits times `factor`, and labels."""
    logits = rng.normal(size=(n, 3)) * 1.5
    true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (rng.random((n, 1)) > true.cumsum(axis=1)).sum(axis=1)
    sharp = np.exp(logits * factor)
    return true, sharp / sharp.sum(axis=1, keepdims=True), labels


def test_the_temperature_undoes_what_was_done_to_the_logits():
    true, given, labels = overconfident(np.random.default_rng(0), 5000, factor=2.0)
    temperature = fit_temperature(given, labels)
    assert temperature.value == pytest.approx(2.0, rel=0.08)
    assert temperature.loss_after < temperature.loss_before
    assert np.abs(temperature(given) - true).max() < 0.05


def test_underconfidence_is_found_too():
    _, given, labels = overconfident(np.random.default_rng(1), 5000, factor=0.5)
    assert fit_temperature(given, labels).value == pytest.approx(0.5, rel=0.1)


def test_a_posterior_serves_in_place_of_labels():
    true, given, _ = overconfident(np.random.default_rng(2), 3000, factor=2.0)
    assert fit_temperature(given, true).value == pytest.approx(2.0, rel=0.03)


@pytest.mark.parametrize("right", [True, False])
def test_five_labels_move_the_temperature_only_a_little(right):
    given = np.tile([0.8, 0.2], (5, 1))
    value = fit_temperature(given, np.full(5, 0 if right else 1)).value
    assert 0.6 < value < 2.0
    assert (value < 1) == right


def test_nothing_known_leaves_probabilities_as_they_are():
    given = np.array([[0.7, 0.3]])
    temperature = fit_temperature(given, np.array([-1]))
    assert (temperature.value, temperature.labels) == (1.0, 0)
    assert temperature(given) == pytest.approx(given)


def test_rows_of_nan_and_unknown_labels_teach_nothing_and_stay():
    _, given, labels = overconfident(np.random.default_rng(3), 500, factor=2.0)
    holes = np.vstack([given, np.full((1, 3), np.nan), given[:1]])
    fitted = fit_temperature(holes, np.concatenate([labels, [0, -1]]))
    assert fitted == fit_temperature(given, labels)
    assert np.isnan(fitted(holes)[500]).all()


def test_a_weight_of_two_is_the_row_twice():
    _, given, labels = overconfident(np.random.default_rng(4), 200, factor=2.0)
    twice = fit_temperature(np.vstack([given, given[:50]]), np.concatenate([labels, labels[:50]]))
    weighted = fit_temperature(given, labels, weight=np.where(np.arange(200) < 50, 2.0, 1.0))
    assert weighted.value == pytest.approx(twice.value)


def test_certain_zeros_do_not_break_the_fit():
    fitted = fit_temperature([[1.0, 0.0], [0.0, 1.0]], [0, 0])
    assert np.isfinite([fitted.value, fitted.loss_before, fitted.loss_after]).all()


@pytest.mark.parametrize(
    ("given", "truth"),
    [
        ([0.5, 0.5], [0, 1]),
        ([[0.5, 0.5]], [0, 1]),
        ([[0.5, 0.5]], [2]),
        ([[0.5, 0.5]], [[0.2, 0.3, 0.5]]),
        ([[-0.5, 1.5]], [0]),
        ([[0.5, 0.5]], [0.5]),
    ],
)
def test_what_does_not_fit_is_refused(given, truth):
    with pytest.raises(InputError):
        fit_temperature(given, truth)


def test_calibration_error_by_hand():
    assert expected_calibration_error(np.full(10, 0.8), np.arange(10) < 8) == pytest.approx(0.0)
    assert expected_calibration_error(np.full(10, 0.8), np.arange(10) < 5, bins=1) == pytest.approx(0.3)
    assert expected_calibration_error([[0.9, 0.1], [0.4, 0.6]], [0, -1]) == pytest.approx(0.1)


def test_calibration_error_leaves_out_where_there_is_no_opinion():
    given, heard = np.array([[0.9, 0.1], [np.nan, 0.6], [0.3, 0.7]]), [0, 2]
    expected = expected_calibration_error(given[heard], np.array([0, 0]))
    assert expected_calibration_error(given, np.array([0, 1, 0])) == pytest.approx(expected)
    confidence, right = np.array([0.9, np.nan, 0.7]), np.array([True, True, False])
    assert expected_calibration_error(confidence, right) == pytest.approx(expected)


def test_calibration_error_of_nothing_is_not_a_number():
    assert np.isnan(expected_calibration_error(np.empty((0, 2)), np.empty(0, int)))


def test_tempering_lowers_the_calibration_error():
    _, given, labels = overconfident(np.random.default_rng(5), 4000, factor=2.5)
    fitted = fit_temperature(given[:2000], labels[:2000])
    before, after = (expected_calibration_error(p[2000:], labels[2000:]) for p in (given, fitted(given)))
    assert after < before / 3


def scaled_model(seed=0, n=3000):
    """A model that is too sure by a factor of 2 and shy of class 2, the truth, and a crowd's likelihoods."""
    rng = np.random.default_rng(seed)
    honest = rng.dirichlet(np.ones(3), n)
    truth = np.array([rng.choice(3, p=row) for row in honest])
    shown = np.exp(2 * (np.log(honest) - np.array([0, 0, 0.5])))
    said = np.where(rng.random(n) < 0.7, truth, rng.integers(0, 3, n))
    likelihood = np.where(said[:, None] == np.arange(3), 0.8, 0.1)
    return shown / shown.sum(axis=1, keepdims=True), honest, truth, likelihood


def test_scaling_finds_temperature_and_bias_from_answers_without_any_truth():
    shown, honest, _, likelihood = scaled_model()
    scaling = fit_scaling(shown, likelihood)
    assert scaling.temperature == pytest.approx(2, abs=0.3)
    assert scaling.bias[2] - scaling.bias[:2].mean() == pytest.approx(0.5, abs=0.2)
    assert np.abs(scaling(shown) - honest).mean() < 0.02


def test_scaling_on_gold_alone_is_maximum_likelihood():
    shown, honest, truth, _ = scaled_model()
    scaling = fit_scaling(shown, np.eye(3)[truth])
    row = np.arange(len(truth))
    assert -np.log(scaling(shown)[row, truth]).mean() < -np.log(honest[row, truth]).mean() + 0.002


def test_scaling_without_anything_said_changes_nothing():
    shown = np.array([[0.7, 0.3], [np.nan, np.nan]])
    scaling = fit_scaling(shown, np.array([[1.0, 1.0], [1.0, 0.0]]))
    assert (scaling.temperature, scaling.items) == (1.0, 0)
    np.testing.assert_allclose(scaling(shown), shown)


def test_five_gold_items_hardly_move_the_scaling():
    scaling = fit_scaling(np.tile([0.9, 0.1], (5, 1)), np.eye(2)[np.zeros(5, int)])
    assert 0.7 < scaling.temperature < 1
    assert np.abs(scaling.bias).max() < 0.1


@pytest.mark.parametrize("bad", [np.array([[1.0, -1.0]]), np.array([[1.0, np.inf]]), np.ones((2, 2))])
def test_a_likelihood_that_is_none_is_refused(bad):
    with pytest.raises(InputError):
        fit_scaling(np.array([[0.5, 0.5]]), bad)
