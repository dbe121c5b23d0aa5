"""Orders with ties: how far apart, and the nearest to several, against a search through all of them."""

from itertools import product

import numpy as np
import pytest

from groundswell.label.kinds.agreed.orders import nearest_order, order_distance


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ([["a"], ["b"], ["c"]], [["a"], ["b"], ["c"]], 0),
        ([["a"], ["b"], ["c"]], [["c"], ["b"], ["a"]], 1),
        ([["a"], ["b"], ["c"]], [["b"], ["a"], ["c"]], 1 / 3),
        ([["a", "b"]], [["a"], ["b"]], 0.5),
        ([["a"], ["b", "c"]], [["b"], ["a", "c"]], 2 / 3),
        ([["a"]], [["a"]], 0),
    ],
)
def test_orders_differ_by_the_pairs_that_they_see_differently(one, other, apart):
    assert order_distance(one, other) == pytest.approx(apart)
    assert order_distance(other, one) == pytest.approx(apart)


def all_orders(names):
    for places in product(range(len(names)), repeat=len(names)):
        if set(places) == set(range(max(places) + 1)):
            yield [
                [n for n, p in zip(names, places, strict=True) if p == place]
                for place in range(max(places) + 1)
            ]


@pytest.mark.parametrize("ties", [True, False])
def test_the_nearest_order_is_as_near_as_any(ties):
    rng = np.random.default_rng(4)
    every = [order for order in all_orders("abcd") if ties or len(order) == 4]
    for _ in range(15):
        said = [every[int(at)] for at in rng.integers(len(every), size=3)]
        weights = rng.uniform(0.5, 3, 3).tolist()

        def cost(order, said=said, weights=weights):
            return sum(w * order_distance(order, one) for one, w in zip(said, weights, strict=True))

        found = nearest_order(said, weights, ties=ties)
        assert cost(found) == pytest.approx(min(map(cost, every)))


def test_two_who_say_the_opposite_come_to_a_tie_where_there_may_be_one():
    opposite = [[["a"], ["b"]], [["b"], ["a"]]]
    assert nearest_order(opposite, [1, 1], ties=True) == [["a", "b"]]
    assert nearest_order(opposite, [1, 1], ties=False) == [["a"], ["b"]]
    assert nearest_order(opposite, [1, 2], ties=True) == [["b"], ["a"]]


def test_eight_names_take_no_time():
    rng = np.random.default_rng(1)
    said = [[[name] for name in rng.permutation(list("abcdefgh")).tolist()] for _ in range(5)]
    assert len(nearest_order(said, [1.0] * 5, ties=True)) <= 8
