import numpy as np
import pytest
from tests.unit.assist.active.toys import NOTHING, clumps, cold, warm

from groundswell.assist.active import Pool, adaptive, margin, skill, typical


def rng(seed=0):
    return np.random.default_rng(seed)


def with_labels(features, labels, probability=None):
    return Pool(features, probability, np.arange(len(labels)), np.asarray(labels))


def test_skill_is_near_one_where_labels_follow_the_features_and_near_none_where_they_do_not():
    features, clump = clumps((60, 60))
    # All left-out predictions right: 60 gained of 60 that a constant misses, times 120 / (120 + 5).
    assert skill(with_labels(features, clump), rng()) == pytest.approx(120 / 125)
    noise = [skill(with_labels(features, rng(seed).integers(0, 2, 120)), rng()) for seed in range(5)]
    assert np.mean(noise) < 0.2


def test_few_labels_prove_little_and_one_class_nothing():
    features, clump = clumps((60, 60))
    few = np.array([0, 1, 60, 61])
    assert 0 <= skill(Pool(features, None, few, clump[few]), rng()) <= 4 / 9
    assert skill(with_labels(features, np.zeros(120, int)), rng()) == 0
    assert skill(cold(features), rng()) == 0


def test_names_of_classes_do_not_matter_to_skill():
    pool = warm(1, labelled=40)
    other = Pool(pool.features, None, pool.labelled, 900_000 - 7 * pool.labels)
    assert skill(other, rng()) == pytest.approx(skill(pool, rng()))


def test_without_a_model_the_typical_come_first():
    features, _ = clumps((50, 30, 20))
    assert adaptive(cold(features), 5, rng(3)).tolist() == typical(cold(features), 5, rng(3)).tolist()


def boundary(n_labelled):
    """A line of points, two classes that part at 0; the model knows."""
    x = rng(0).permutation(np.linspace(-3, 3, 601))
    right = 1 / (1 + np.exp(-4 * x))
    labels = (x[:n_labelled] > 0).astype(int)
    return Pool(x[:, None], np.stack([1 - right, right], axis=1), np.arange(n_labelled), labels), x


def test_a_proven_model_is_asked_where_it_doubts_and_an_unproven_one_everywhere():
    pool, x = boundary(200)
    assert skill(pool, rng()) > 0.9
    # 8 * 10 candidates, of which those between 0 and 0.9 more: about 120 places of 0.01, half on each side.
    assert np.abs(x[adaptive(pool, 10, rng())]).max() < 1
    unproven = Pool(pool.features, pool.probability, pool.labelled, rng(1).permutation(pool.labels))
    assert np.abs(x[adaptive(unproven, 10, rng())]).max() > 2


def test_near_copies_of_the_most_doubtful_item_do_not_fill_a_batch():
    pool, x = boundary(20)
    copies = np.vstack([pool.features, np.zeros((30, 1)) + 1e-6])
    probability = np.vstack([pool.probability, np.full((30, 2), 0.5)])
    many = Pool(copies, probability, pool.labelled, pool.labels)
    assert (margin(many, 5, rng()) >= len(x)).sum() >= 4  # one original is as doubtful
    assert (adaptive(many, 5, rng()) >= len(x)).sum() <= 2


def test_the_last_batch_is_what_is_left():
    pool = warm(labelled=50)
    assert sorted(adaptive(pool, 99, rng())) == pool.open.tolist()
    assert len(adaptive(Pool(pool.features, pool.probability, NOTHING, NOTHING), 0, rng())) == 0
