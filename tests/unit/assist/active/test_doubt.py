import numpy as np
import pytest
from tests.unit.assist.active.toys import NOTHING, cold

from groundswell.assist.active import Pool, entropy, least_confident, margin, random
from groundswell.assist.active.doubt import narrowness

# gap: 0.1, 0.4, 0.02; largest: 0.5, 0.6, 0.36... the three disagree.
FOUR = np.array([[0.5, 0.4, 0.1], [0.6, 0.2, 0.2], [0.49, 0.48, 0.03], [0.9, 0.05, 0.05]])


def first(strategy):
    pool = Pool(np.zeros((4, 1)), FOUR, NOTHING, NOTHING)
    return strategy(pool, 4, np.random.default_rng(0)).tolist()


def test_margin_looks_at_the_gap_between_the_first_two():
    np.testing.assert_allclose(narrowness(FOUR), [0.9, 0.6, 0.99, 0.15])
    assert first(margin) == [2, 0, 1, 3]


def test_entropy_looks_at_all_classes():
    # in nats: 0.943, 0.950, 0.807, 0.394
    assert first(entropy) == [1, 0, 2, 3]


def test_least_confident_looks_at_the_first():
    assert first(least_confident) == [2, 0, 1, 3]


def test_margin_asks_at_the_boundary_between_two_crowds():
    x = np.linspace(-3, 3, 61)
    right = 1 / (1 + np.exp(-4 * x))
    pool = Pool(x[:, None], np.stack([1 - right, right], axis=1), NOTHING, NOTHING)
    assert sorted(margin(pool, 5, np.random.default_rng(0))) == [28, 29, 30, 31, 32]


@pytest.mark.parametrize("strategy", [random, margin, entropy, least_confident])
def test_equals_come_in_random_order(strategy):
    pool = cold(np.zeros((10, 1)))
    drawn = np.concatenate([strategy(pool, 2, np.random.default_rng(seed)) for seed in range(500)])
    assert np.bincount(drawn, minlength=10).min() > 60  # 100 expected of each, deviation 9
