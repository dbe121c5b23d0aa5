"""Rows of one table as several people filled them in: which are the same row, and what they come to. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from groundswell.label.kinds.agreed.weighing import medoid, more_than_half
from groundswell.quality.alignment import NONE, cheapest_pairs

Row = Mapping[str, Any]

Apart = Callable[[Row, Row], float]
"""Returns how far two rows differ, 0 to 1; symmetric."""

Mixed = Callable[[Sequence[Row], Sequence[float]], Row]
"""Returns the row that several stand for, given the trust in each."""


def paired(one: Sequence[Row], other: Sequence[Row], apart: Apart) -> list[tuple[int, int]]:
    """Return which rows of two tables face each other, in order, by their places; `NONE` where a row faces none."""
    start = _same(one, other)
    end = _same(one[start:][::-1], other[start:][::-1])
    mine, yours = one[start : len(one) - end], other[start : len(other) - end]
    costs = np.array([[apart(a, b) for a in mine] for b in yours]).reshape(len(yours), len(mine))
    pairs = [(place, place) for place in range(start)]
    for first, second in zip(*cheapest_pairs(costs, np.ones(len(mine)), 1.0), strict=True):
        pairs.append((_moved(int(first), start), _moved(int(second), start)))
    pairs += [(len(one) - left, len(other) - left) for left in range(end, 0, -1)]
    return pairs


def _same(one: Sequence[Row], other: Sequence[Row]) -> int:
    """Return how many rows at the start of two tables are equal."""
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return place
    return min(len(one), len(other))


def _moved(place: int, by: int) -> int:
    return place if place == NONE else place + by


def distance(one: Sequence[Row], other: Sequence[Row], apart: Apart) -> float:
    """Return how far two tables differ, as a share of the rows of the longer, 0 to 1.

    A row that only one of them has counts wholly.
    """
    if not one or not other:
        return float(len(one) != len(other))
    pairs = paired(one, other, apart)
    cost = sum(1.0 if NONE in (a, b) else apart(one[a], other[b]) for a, b in pairs)
    return min(1.0, cost / max(len(one), len(other)))


def merge(tables: Sequence[Sequence[Row]], weights: Sequence[float], apart: Apart, mixed: Mixed) -> list[Row]:
    """Return the table that is nearest to all, each of its rows mixed from those that face it.

    A row stays where more than half of the trust has it; one that only tables further off have does not come in.

    Args:
        tables: one or more.
        weights: positive, one for each.
    """
    middle = medoid(tables, weights, lambda one, other: distance(one, other, apart))
    facing: list[list[tuple[Row, float]]] = [[] for _ in middle]
    for table, weight in zip(tables, weights, strict=True):
        for here, there in paired(middle, table, apart):
            if NONE not in (here, there):
                facing[here].append((table[there], weight))
    kept = [seen for seen in facing if more_than_half(sum(weight for _, weight in seen), weights)]
    return [mixed([row for row, _ in seen], [weight for _, weight in seen]) for seen in kept]
