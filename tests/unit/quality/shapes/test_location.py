import numpy as np
import pytest

from groundswell.quality.shapes.location import robust_mean, weighted_median


def test_two_values_meet_where_their_precision_says():
    # variances 1 and 4: weights 4/5 and 1/5
    centre, error = robust_mean(np.array([[10.0], [11.0]]), np.array([1.0, 2.0]))
    assert centre == pytest.approx([10.2])
    # seen: 0.2² + 0.8² / 4 = 0.2 over the expected 1; inflated by (4 + 0.2) / (4 + 1)
    assert error == pytest.approx([np.sqrt(4.2 / 5 / 1.25)])


def test_a_value_that_is_far_off_pulls_no_harder_the_farther_it_is():
    near = [[10.0], [11.0], [12.0], [13.0]]
    off = [robust_mean(np.array([*near, [far]]), np.ones(5))[0][0] for far in (50.0, 5000.0)]
    assert off[0] == pytest.approx(off[1])
    assert off[0] < 12.5


def test_one_value_stays_with_the_error_expected_of_it():
    centre, error = robust_mean(np.array([[3.0, 4.0]]), np.array([0.5]))
    assert centre.tolist() == [3, 4]
    assert error == pytest.approx([0.5, 0.5])


def test_it_is_nearly_as_exact_as_the_mean_and_says_how_exact():
    rng = np.random.default_rng(0)
    values = rng.normal(0, 1, (5, 20000))
    centre, error = robust_mean(values, np.ones(5))
    assert centre.std() < 1.05 * values.mean(axis=0).std()
    assert np.sqrt((error**2).mean()) == pytest.approx(centre.std(), rel=0.1)


def test_the_median_is_where_half_of_the_weight_lies_on_either_side():
    values, weight = np.array([[1.0], [5.0], [2.0]]), np.array([[1.0], [3.0], [1.0]])
    assert weighted_median(values, weight).tolist() == [5]
    assert weighted_median(values, np.ones((3, 1))).tolist() == [2]
    assert weighted_median(values, np.array([[1.0], [2.0], [1.0]])).tolist() == [3.5]
