"""Orders with ties: how far two are apart, and the one that is nearest to several. Pure."""

from collections.abc import Sequence
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.result import Floats

Order = Sequence[Sequence[str]]
"""Groups of names, the best first; those of one group are equally good."""

TIED = 0.5
"""What it costs to call two equal where one is better, or the other way round; the wrong way round costs 1."""


def places(order: Order) -> dict[str, int]:
    """Return the group of each name."""
    return {name: place for place, group in enumerate(order) for name in group}


def order_distance(one: Order, other: Order) -> float:
    """Return the share of the pairs on which two orders of the same names differ, 0 to 1 (Kendall's tau distance).

    Source:
        Fagin, Kumar, Mahdian, Sivakumar and Vee (2006), "Comparing Partial Rankings", SIAM Journal on Discrete
        Mathematics 20(3):628-648, doi:10.1137/05063088X: a tie against an order counts a half.
    """
    mine, yours = places(one), places(other)
    pairs = list(combinations(sorted(mine), 2))
    apart = (
        abs(np.sign(mine[a] - mine[b]) - np.sign(yours[a] - yours[b])) / 2 for a, b in pairs if b in yours
    )
    return float(sum(apart)) / len(pairs) if pairs else 0.0


def nearest_order(orders: Sequence[Order], weights: Sequence[float], *, ties: bool) -> list[list[str]]:
    """Return the order with the least sum of weighted distances to all (Kemeny's), exactly.

    Of equally near ones that with more ties, then that with the names in their own order.

    Args:
        orders: one or more, of the same names; up to 8, for it looks at every order.
        weights: positive, one for each.
        ties: whether names may be equally good.
    """
    names = sorted(places(orders[0]))
    strict, equal = _costs(orders, weights, names)
    groups = _groups(len(names), ties)
    members = _members(len(names))
    ahead = members @ strict @ members.T
    within = np.einsum("gi,ij,gj->g", members, np.triu(equal, 1), members)
    best = np.zeros(len(members))
    first = np.zeros(len(members), np.int64)
    for rest in range(1, len(members)):
        options = groups[rest]
        cost = within[options] + ahead[options, rest - options] + best[rest - options]
        best[rest] = cost.min()
        first[rest] = options[np.flatnonzero(cost <= best[rest] + 1e-9 * sum(weights))[0]]
    return _walked(first, names)


def _costs(orders: Sequence[Order], weights: Sequence[float], names: Sequence[str]) -> tuple[Floats, Floats]:
    """Return what it costs to put one name before another, and to call both equal, `[n, n]` each."""
    before = np.zeros((len(names), len(names)))
    level = np.zeros_like(before)
    for order, weight in zip(orders, weights, strict=True):
        place = places(order)
        at = np.array([place[name] for name in names])
        before += weight * (at[:, None] < at[None, :])
        level += weight * (at[:, None] == at[None, :])
    return before.T + TIED * level, TIED * (before + before.T)


@cache
def _members(count: int) -> Floats:
    """Return which names are in each set of names, `[2 ** count, count]`."""
    sets = np.arange(2**count)[:, None] >> np.arange(count)[None, :]
    return (sets & 1).astype(np.float64)


@cache
def _groups(count: int, ties: bool) -> tuple[NDArray[np.int64], ...]:
    """Return for each set of names the groups of it that may come first, the largest first."""
    sizes = _members(count).sum(axis=1)
    found = []
    for whole in range(2**count):
        inside = [one for one in range(1, whole + 1) if one & whole == one and (ties or sizes[one] == 1)]
        found.append(np.array(sorted(inside, key=lambda one: (-sizes[one], one)), np.int64))
    return tuple(found)


def _walked(first: NDArray[np.int64], names: Sequence[str]) -> list[list[str]]:
    """Return the order that takes the chosen group of what is left, again and again."""
    rest, order = len(first) - 1, []
    while rest:
        group = int(first[rest])
        order.append([name for place, name in enumerate(names) if group >> place & 1])
        rest -= group
    return order
