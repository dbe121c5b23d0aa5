import numpy as np
import pytest

from groundswell.quality.rankings import Comparisons
from groundswell.quality.rankings.davidson import Davidson, outcome_chances
from groundswell.quality.rankings.newton import Place


def test_derivatives_are_those_of_the_value():
    rng = np.random.default_rng(0)
    left = rng.integers(0, 4, 30)
    right = (left + rng.integers(1, 4, 30)) % 4
    told = Comparisons(np.zeros(30, int), left, right, rng.integers(0, 3, 30), 1, 4)
    model, at, weight, step = Davidson(told, 1.5), rng.normal(size=5), rng.random((2, 30)), 1e-5
    slope = model.slope(at, weight)
    numeric = [
        (Place.of(model, at + way).value(weight) - Place.of(model, at - way).value(weight)) / (2 * step)
        for way in step * np.eye(5)
    ]
    assert slope.gradient == pytest.approx(numeric, abs=1e-6)
    hessian = np.stack([slope.curvature(way) for way in np.eye(5)])
    bent = [
        (model.slope(at - way, weight).gradient - model.slope(at + way, weight).gradient) / (2 * step)
        for way in step * np.eye(5)
    ]
    assert hessian == pytest.approx(np.stack(bent), abs=1e-6)
    assert slope.diagonal == pytest.approx(np.diag(hessian))
    assert np.linalg.eigvalsh(hessian).min() > 0


def test_wide_gaps_overflow_nothing():
    assert outcome_chances(np.array([2000.0, 0.0, -2000.0]), 1.0) == pytest.approx(
        np.array([[1, 0, 0], [1 / 3] * 3, [0, 0, 1]])
    )
