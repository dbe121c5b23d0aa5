"""What every strategy promises, whatever it looks for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.assist.active.toys import NOTHING, cold, warm

from groundswell.assist.active import STRATEGIES, Pool

EVERY = pytest.mark.parametrize("name", STRATEGIES)


@EVERY
@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    wanted=st.integers(0, 70),
    labelled=st.integers(0, 60),
    asked=st.integers(0, 5),
)
def test_a_batch_is_of_open_items_each_once_and_as_large_as_can_be(name, seed, wanted, labelled, asked):
    pool = warm(seed, labelled=labelled)
    pool = pool.asking(pool.open[:asked])
    chosen = STRATEGIES[name](pool, wanted, np.random.default_rng(seed))
    assert len(chosen) == len(set(chosen.tolist())) == min(wanted, len(pool.open))
    assert np.isin(chosen, pool.open).all()


@EVERY
def test_the_same_seed_gives_the_same_batch_and_the_pool_is_left_as_it_was(name):
    pool = warm()
    before = pool.features.copy(), pool.probability.copy(), pool.labelled.copy()
    first = STRATEGIES[name](pool, 9, np.random.default_rng(4))
    assert first.tolist() == STRATEGIES[name](pool, 9, np.random.default_rng(4)).tolist()
    for old, now in zip(before, (pool.features, pool.probability, pool.labelled), strict=True):
        np.testing.assert_array_equal(old, now)


@EVERY
def test_the_cold_start_needs_no_model_and_no_label(name):
    pool = cold(np.random.default_rng(0).standard_normal((30, 4)))
    assert len(set(STRATEGIES[name](pool, 7, np.random.default_rng(0)).tolist())) == 7


@EVERY
@pytest.mark.parametrize("scale", [0.0, 1e-20, 1e6])
def test_items_that_are_all_alike_can_still_be_asked_about(name, scale):
    same = np.full((25, 3), scale)
    half = np.full((25, 2), 0.5)
    for pool in (cold(same), Pool(same, half, np.arange(4), np.array([0, 1, 0, 1]))):
        assert len(set(STRATEGIES[name](pool, 8, np.random.default_rng(0)).tolist())) == 8


@EVERY
@pytest.mark.parametrize("classes", [1, 3])
def test_labels_of_a_single_class_are_no_obstacle(name, classes):
    probability = np.eye(classes)[np.zeros(40, int)]
    features = np.random.default_rng(0).standard_normal((40, 2))
    pool = Pool(features, probability, np.arange(6), np.zeros(6, int))
    assert len(set(STRATEGIES[name](pool, 5, np.random.default_rng(0)).tolist())) == 5


@EVERY
def test_an_empty_pool_has_nothing_to_ask(name):
    none = Pool(np.zeros((0, 3)), np.zeros((0, 2)), NOTHING, NOTHING)
    for pool in (none, warm(labelled=60)):
        assert len(STRATEGIES[name](pool, 5, np.random.default_rng(0))) == 0


@pytest.mark.parametrize("name", ["margin", "entropy", "least_confident", "coreset"])
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_items_in_another_order_are_chosen_all_the_same(name, seed):
    pool = warm(seed)
    order = np.random.default_rng(seed).permutation(len(pool))
    place = np.argsort(order)
    other = Pool(pool.features[order], pool.probability[order], place[pool.labelled], pool.labels)
    chosen = STRATEGIES[name](pool, 10, np.random.default_rng(1))
    assert order[STRATEGIES[name](other, 10, np.random.default_rng(2))].tolist() == chosen.tolist()


@pytest.mark.parametrize("name", ["margin", "entropy", "least_confident", "badge", "adaptive"])
def test_classes_in_another_order_change_nothing(name):
    pool = warm(3)
    swapped = Pool(pool.features, pool.probability[:, [2, 0, 1]], pool.labelled, (pool.labels + 1) % 3)
    chosen = [STRATEGIES[name](one, 10, np.random.default_rng(1)).tolist() for one in (pool, swapped)]
    assert chosen[0] == chosen[1]
