import numpy as np
from tests.unit.assist.active.toys import NOTHING, clumps, cold

from groundswell.assist.active import Pool, coreset, covering, geometry, typical
from groundswell.assist.active.geometry import centred, clusters, nearest


def rng(seed=0):
    return np.random.default_rng(seed)


def test_coreset_is_the_known_greedy():
    # On a line, labelled at 0: the farthest is 10; then 4 (4 from 0, 6 from 10) beats 3, 7 (3 from 10) and 1; then 7.
    line = np.array([[0.0], [1], [3], [4], [7], [10]])
    pool = Pool(line, None, np.array([0]), np.array([0]))
    assert coreset(pool, 4, rng()).tolist() == [5, 3, 4, 1]


def test_coreset_stays_away_from_what_was_asked():
    line = np.array([[0.0], [1], [3], [4], [7], [10]])
    assert coreset(Pool(line, None, np.array([0]), np.array([0]), np.array([5])), 1, rng()).tolist() == [3]


def test_typical_finds_both_crowds_the_larger_first_and_their_middles():
    for seed in range(10):
        features, clump = clumps((40, 20), seed)
        chosen = typical(cold(features), 2, rng(seed))
        assert clump[chosen].tolist() == [0, 1]
        assert np.linalg.norm(features[chosen] - [[0, 0], [10, 0]], axis=1).max() < 0.5


def test_typical_goes_where_no_label_is():
    features, clump = clumps((40, 30, 10))
    pool = Pool(features, None, np.array([0, 1]), np.array([0, 0]))
    assert 0 not in clump[typical(pool, 2, rng())].tolist()


def test_the_most_typical_has_the_nearest_neighbours():
    # One cluster of 5 on a line; mean distance to the others: 10/4 at the middle (2), more elsewhere.
    pool = cold([[-4.0], [-1], [0], [1], [4]])
    assert typical(pool, 1, rng()).tolist() == [2]


def test_covering_visits_each_crowd_and_then_where_doubt_is():
    features, clump = clumps((40, 20, 10))
    assert clump[covering(cold(features), 3, rng())].tolist() == [0, 1, 2]
    sure = np.where((clump == 2)[:, None], [0.5, 0.5], [1.0, 0.0])
    assert set(clump[covering(Pool(features, sure, NOTHING, NOTHING), 4, rng())].tolist()) == {2}


def test_covering_leaves_crowds_that_have_a_label():
    features, clump = clumps((40, 20))
    centre = int(np.linalg.norm(features, axis=1).argmin())
    assert clump[covering(Pool(features, None, np.array([centre]), np.array([0])), 1, rng())].tolist() == [1]


def test_the_nearest_centre_is_the_same_in_blocks_of_any_size(monkeypatch):
    points, centres = rng(1).standard_normal((50, 3)), rng(2).standard_normal((7, 3))
    apart = ((points[:, None] - centres[None]) ** 2).sum(axis=2)
    for cells in (1, 20, 10**6):
        monkeypatch.setattr(geometry, "_BLOCK_CELLS", cells)
        which, squared = nearest(points.astype(np.float32), centres.astype(np.float32))
        assert which.tolist() == apart.argmin(axis=1).tolist()
        np.testing.assert_allclose(squared, apart.min(axis=1), rtol=1e-4)


def test_far_from_the_origin_distances_keep_their_digits():
    features, clump = clumps((30, 30))
    found = clusters(centred(features + 1e5), 2, rng())
    assert len(set(zip(found.tolist(), clump.tolist(), strict=True))) == 2


def test_clusters_of_more_points_than_are_sampled_are_the_same_crowds():
    features, clump = clumps((300, 200, 100))
    found = clusters(centred(features), 3, rng(), sample=60)
    assert len(set(zip(found.tolist(), clump.tolist(), strict=True))) == 3
