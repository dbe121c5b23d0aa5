import numpy as np
from tests.unit.assist.active.toys import NOTHING, warm

from groundswell.assist.active import Pool, badge, gradients


def test_what_the_model_is_sure_of_is_drawn_last():
    sure = np.array([[1.0, 0.0]] * 20 + [[0.6, 0.4]] * 3)
    pool = Pool(np.random.default_rng(0).standard_normal((23, 4)), sure, NOTHING, NOTHING)
    for seed in range(20):
        assert sorted(badge(pool, 3, np.random.default_rng(seed))) == [20, 21, 22]


def test_copies_come_after_everything_else():
    features = np.array([[1.0, 0]] * 10 + [[0, 1.0], [-1, -1]])
    pool = Pool(features, np.full((12, 2), 0.5), NOTHING, NOTHING)
    for seed in range(20):
        chosen = badge(pool, 3, np.random.default_rng(seed))
        assert {10, 11} < set(chosen.tolist())


def test_the_draw_is_that_of_k_means_plus_plus_on_whole_gradients():
    pool = warm(2, n=8, labelled=0)
    said = pool.probability - np.eye(3)[pool.probability.argmax(axis=1)]
    whole = (said[:, :, None] * np.hstack([pool.features, np.ones((8, 1))])[:, None]).reshape(8, -1)
    first = (whole**2).sum(axis=1)
    expected = np.zeros((8, 8))
    for one in range(8):
        apart = np.minimum(first, ((whole - whole[one]) ** 2).sum(axis=1))
        expected[one] = first[one] / first.sum() * apart / apart.sum()
    drawn = np.zeros((8, 8))
    rng = np.random.default_rng(0)
    for _ in range(4000):
        drawn[tuple(badge(pool, 2, rng))] += 1 / 4000
    error = np.sqrt(expected * (1 - expected) / 4000)
    assert (np.abs(drawn - expected) <= 5 * error + 1e-12).all()


def test_many_classes_are_projected_and_distances_kept(monkeypatch):
    probability = np.random.default_rng(0).dirichlet(np.full(300, 0.1), 40)
    whole = gradients_of(probability, np.inf, monkeypatch)
    short = gradients_of(probability, 64, monkeypatch)
    assert short.shape == (40, 64)
    pairs = [
        ((side[:, None] - side[None]) ** 2).sum(axis=2)[np.triu_indices(40, 1)] for side in (whole, short)
    ]
    assert abs(np.mean(pairs[1] / pairs[0]) - 1) < 0.15
    assert np.std(pairs[1] / pairs[0]) < 0.25  # sqrt(2 / 64) = 0.18 for squares


def gradients_of(probability, most, monkeypatch):
    monkeypatch.setattr(gradients, "MOST_DIRECTIONS", most)
    return gradients._class_side(probability, np.arange(len(probability)), np.random.default_rng(1))
