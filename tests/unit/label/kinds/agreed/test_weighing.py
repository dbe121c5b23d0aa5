"""One value from several by trust: majorities, medians, medoids, and no say for the order in which they came."""

import pytest

from groundswell.label.kinds.agreed.weighing import half, median, medoid, more_than_half, plurality


def test_the_most_trusted_value_wins_and_of_equals_the_first_by_its_key():
    assert plurality(["b", "a", "b"], [1, 1, 1]) == "b"
    assert plurality(["b", "a"], [1, 3]) == "a"
    assert plurality(["b", "a"], [1, 1]) == "a"
    assert plurality([["y"], ["x"], ["y"]], [0.1, 0.3, 0.2]) == ["x"], "0.1 + 0.2 is no more than 0.3"


@pytest.mark.parametrize(
    ("values", "weights", "middle"),
    [
        ([3.0], [1.0], 3.0),
        ([1, 2, 9], [1, 1, 1], 2),
        ([9, 1], [1, 1], 5),
        ([1, 9], [1, 1.01], 9),
        ([1, 2, 3, 4], [1, 1, 1, 1], 2.5),
        ([1, 2, 3], [0.1, 0.2, 0.3], 2.5),
        ([5, 5, 7, 7], [1, 1, 1, 1], 6),
    ],
)
def test_the_median_has_half_of_the_trust_on_either_side(values, weights, middle):
    assert median(values, weights) == middle
    assert median(values[::-1], weights[::-1]) == middle


def test_the_medoid_is_nearest_to_all_by_trust():
    def apart(one, other):
        return abs(one - other) / 10

    assert medoid([0, 4, 9], [1, 1, 1], apart) == 4
    assert medoid([0, 4, 9], [1, 1, 9], apart) == 9
    assert medoid([4, 0], [1, 1], apart) == 0, "of equals the one whose key comes first"
    assert medoid([7, 7, 7], [1, 2, 3], apart) == 7


def test_half_is_half_whatever_the_order_of_summing():
    weights = [0.1] * 10
    assert sum(weights[:5]) >= half(weights)
    assert not more_than_half(sum(weights[:5]), weights)
    assert more_than_half(sum(weights[:6]), weights)
