import numpy as np
import pytest

from groundswell.quality.number_spread import worker_spread


def test_spreads_lean_on_the_crowds_as_far_as_workers_are_alike():
    rng = np.random.default_rng(10)
    alike = np.array([(rng.normal(0, 2, 10) ** 2).sum() for _ in range(50)])
    spread, error = worker_spread(alike, np.full(50, 10))
    assert spread == pytest.approx(np.full(50, 2), rel=0.15)
    assert error == pytest.approx(spread / np.sqrt(2 * 138))
    different = alike * np.repeat([0.01, 1.0], 25)
    spread, _ = worker_spread(different, np.full(50, 10))
    assert spread[:25].max() < 0.5 * spread[25:].min()
