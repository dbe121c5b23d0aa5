import numpy as np

from groundswell.assist import coverage
from groundswell.assist.coverage import cover


def three_clumps(sizes=(60, 30, 10)):
    rng = np.random.default_rng(0)
    centres = np.repeat(np.array([[0, 0], [10, 0], [0, 10]]), sizes, axis=0)
    return (centres + 0.3 * rng.standard_normal(centres.shape)).astype(np.float32), np.repeat(
        [0, 1, 2], sizes
    )


def test_each_clump_is_visited_before_any_is_visited_twice_the_largest_first():
    features, clump = three_clumps()
    chosen = cover(features, np.ones(100), 3, np.random.default_rng(0))
    assert clump[chosen].tolist() == [0, 1, 2]


def test_what_is_worth_nothing_is_covered_last():
    features, clump = three_clumps()
    chosen = cover(features, (clump == 2).astype(float), 5, np.random.default_rng(0))
    assert (clump[chosen] == 2).all()


def test_an_outlier_waits_until_every_crowd_was_visited():
    features, _ = three_clumps()
    features[7] = 500
    assert 7 not in cover(features, np.ones(100), 3, np.random.default_rng(0))


def test_nothing_is_chosen_twice_even_when_more_is_wanted_than_there_is():
    features = np.ones((5, 3), np.float32)
    assert sorted(cover(features, np.zeros(5), 9, np.random.default_rng(0))) == [0, 1, 2, 3, 4]
    assert len(cover(features[:0], np.zeros(0), 3, np.random.default_rng(0))) == 0


def test_of_very_many_items_a_draw_is_considered_that_favours_worth(monkeypatch):
    monkeypatch.setattr(coverage, "MOST_CONSIDERED", 20)
    features, clump = three_clumps()
    chosen = cover(features, (clump == 1).astype(float), 10, np.random.default_rng(0))
    assert len(set(chosen.tolist())) == 10
    assert (clump[chosen] == 1).all()
