"""One value from several that people said, by the trust in each. What comes first decides nothing. Pure."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

TIE = 1e-9
"""Shares of the trust that differ by less are the same: the order of a sum is no reason."""


def key_of(value: Any) -> str:
    """Return what tells a value from others, and orders it among them: its JSON."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def plurality(values: Sequence[T], weights: Sequence[float], key: Callable[[T], Any] = key_of) -> T:
    """Return the value with the most trust; of equals the one whose key comes first.

    Args:
        values: one or more.
        weights: positive, one for each.
        key: what tells values apart, and orders them.
    """
    totals, of = support(values, weights, key)
    most = max(totals.values()) - TIE * sum(weights)
    return of[min(name for name, total in totals.items() if total >= most)]


def support(
    values: Sequence[T], weights: Sequence[float], key: Callable[[T], Any] = key_of
) -> tuple[Mapping[Any, float], Mapping[Any, T]]:
    """Return the trust in each different value by its key, and the values by their keys."""
    totals: dict[Any, float] = {}
    of: dict[Any, T] = {}
    for value, weight in zip(values, weights, strict=True):
        name = key(value)
        of.setdefault(name, value)
        totals[name] = totals.get(name, 0.0) + weight
    return totals, of


def half(weights: Sequence[float]) -> float:
    """Return what a sum of weights must reach to be half of them, whatever the order of summing."""
    return sum(weights) / 2 * (1 - TIE)


def more_than_half(weight: float, weights: Sequence[float]) -> bool:
    """Say whether a sum of weights is more than half of them."""
    return weight > sum(weights) / 2 * (1 + TIE)


def median(values: Sequence[float], weights: Sequence[float]) -> float:
    """Return where half of the trust is on either side; midway between two values where both would do.

    Args:
        values: one or more.
        weights: positive, one for each.
    """
    ordered = sorted(zip(values, weights, strict=True))
    reached, least = 0.0, half(weights)
    for place, (value, weight) in enumerate(ordered):
        reached += weight
        if reached >= least:
            splits = place + 1 < len(ordered) and not more_than_half(reached, weights)
            return (value + ordered[place + 1][0]) / 2 if splits else value
    return ordered[-1][0]


def medoid(
    values: Sequence[T],
    weights: Sequence[float],
    distance: Callable[[T, T], float],
    key: Callable[[T], Any] = key_of,
) -> T:
    """Return the value that is nearest to all by trust; of equals the one whose key comes first.

    It asks for each pair of different values once, so it is for tens of answers, not for thousands.

    Args:
        values: one or more.
        weights: positive, one for each.
        distance: symmetric, 0 to 1.
        key: what tells values apart, and orders them.
    """
    totals, of = support(values, weights, key)
    names = sorted(of)
    cost = dict.fromkeys(names, 0.0)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            apart = distance(of[one], of[other])
            cost[one] += totals[other] * apart
            cost[other] += totals[one] * apart
    least = min(cost.values()) + TIE * sum(weights)
    return of[next(name for name in names if cost[name] <= least)]
