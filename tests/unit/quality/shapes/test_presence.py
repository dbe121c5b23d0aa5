import numpy as np
import pytest

from groundswell.quality.shapes.presence import MISSES, Sightings, _learn, find_presence
from groundswell.quality.shapes.rates import shrunk_rates


def sightings(drew):
    """Objects on one image each, `[objects, workers]` of who drew them."""
    drew = np.asarray(drew, bool)
    objects, workers = drew.shape
    obj, worker = (grid.ravel() for grid in np.indices(drew.shape))
    return Sightings(obj, worker, drew.ravel(), np.arange(objects), obj, worker, workers, objects)


def test_rates_lean_on_the_crowd_and_come_with_an_error():
    rate, error = shrunk_rates(np.array([0.0, 0.0, 20.0]), np.array([0.0, 2.0, 40.0]), 0.2, 10)
    crowd = (20 + 2) / (42 + 10)
    assert rate[0] == pytest.approx(crowd)
    assert 0 < rate[1] < crowd
    assert crowd < rate[2] < 0.5
    assert error[0] > error[1] > error[2] > 0


def test_rates_of_a_crowd_of_one_kind_lean_more_than_those_of_a_mixed_one():
    seen = np.full(20, 30.0)
    alike = shrunk_rates(np.tile([14.0, 16.0], 10), seen, 0.5, 1)[0]
    mixed = shrunk_rates(np.tile([2.0, 28.0], 10), seen, 0.5, 1)[0]
    assert np.ptp(alike) < 0.4 * np.ptp([14 / 30, 16 / 30])
    assert np.ptp(mixed) > 0.9 * np.ptp([2 / 30, 28 / 30])


def test_what_all_draw_is_there_and_what_one_of_six_draws_is_not():
    found = find_presence(sightings(np.vstack([np.ones((20, 6)), np.eye(6)])))
    assert found.converged
    assert (found.real[:20] > 0.99).all()
    assert (found.real[20:] < 0.1).all()


def test_rates_are_found_again_and_absence_speaks():
    rng = np.random.default_rng(0)
    miss = np.array([0.05, 0.1, 0.2, 0.3, 0.4, 0.6])
    stray = np.array([0.02, 0.02, 0.05, 0.05, 0.1, 0.7])
    real = np.arange(3000) < 1500
    drew = rng.random((3000, 6)) < np.where(real[:, None], 1 - miss, stray)
    drawn = drew.any(axis=1)
    seen = sightings(drew[drawn])
    found = find_presence(seen)
    assert found.miss == pytest.approx(miss, abs=4 * found.miss_error.max())
    assert found.miss_error == pytest.approx(np.sqrt(miss * (1 - miss) / 1500), rel=0.3)
    brier = ((found.real - real[drawn]) ** 2).mean()
    assert brier < 0.03
    # a worker who draws what is not there is not believed alone, another rather is
    alone = [(drew[drawn] == np.eye(6)[who]).all(axis=1) for who in (0, 5)]
    assert found.real[alone[0]].mean() > found.real[alone[1]].mean() + 0.03


def test_objects_that_nobody_drew_are_reckoned_with():
    # three workers who each draw half: of the objects that anybody drew, each misses three sevenths only
    drew = np.random.default_rng(1).random((8000, 3)) < 0.5
    drawn = drew[drew.any(axis=1)]
    assert 1 - drawn.mean() == pytest.approx(3 / 7, abs=0.01)
    ((miss, _), many) = _learn(sightings(drawn), np.ones(len(drawn)), np.full(3, 0.5), MISSES, is_miss=True)
    assert miss == pytest.approx(np.full(3, 0.5), abs=0.01)
    assert many == pytest.approx(8000, rel=0.01)


def test_images_that_one_worker_saw_teach_nothing_about_workers():
    lone = find_presence(sightings(np.ones((50, 1))))
    assert lone.real == pytest.approx(np.full(50, lone.real[0]))
    assert 0.6 < lone.real[0] < 0.9


def test_hundreds_of_workers_are_no_trouble():
    found = find_presence(sightings(np.vstack([np.ones((3, 400)), np.eye(400)[:3]])))
    assert found.real == pytest.approx([1, 1, 1, 0, 0, 0], abs=1e-6)


def test_no_objects_are_no_trouble():
    found = find_presence(sightings(np.zeros((0, 3))))
    assert len(found.real) == 0
    assert found.converged
