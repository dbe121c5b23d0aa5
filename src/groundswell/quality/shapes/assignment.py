"""The assignment problem: who goes with whom, so that the total is best."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.shapes.shape import Floats


def best_pairs(worth: Floats) -> list[tuple[int, int]]:
    """Pair rows with columns, each at most once, so that the sum of their worth is largest.

    Pairs that are worth nothing (0 or less) are left out.

    Args:
        worth: `[n, m]`, finite; either may be 0.

    Returns:
        (row, column) pairs by row. O(n² m) for n ≤ m, by successive shortest paths with potentials.

    Source:
        Kuhn (1955), "The Hungarian method for the assignment problem", Naval Research Logistics Quarterly 2:83-97.
    """
    gain = np.maximum(worth, 0.0)
    if not gain.size or not gain.any():
        return []
    best = gain.argmax(axis=1)
    useful = gain.max(axis=1) > 0
    if len(set(best[useful])) == useful.sum():  # nobody wants what another wants
        return [(int(row), int(best[row])) for row in np.flatnonzero(useful)]
    if len(gain) > len(gain.T):
        return sorted((row, column) for column, row in best_pairs(worth.T))
    columns = _shortest_paths(-gain)
    return [(row, column) for row, column in enumerate(columns) if gain[row, column] > 0]


def _shortest_paths(cost: Floats) -> list[int]:
    """Return the column of each row in the cheapest full assignment of `[n, m]`, n ≤ m."""
    n, m = cost.shape
    row_price, column_price = np.zeros(n), np.zeros(m)
    owner = np.full(m, -1, np.int64)
    for start in range(n):
        reach, came_from, done = np.full(m, np.inf), np.full(m, -1), np.zeros(m, bool)
        row, column = start, -1
        while row >= 0:
            if column >= 0:
                done[column] = True
            through = cost[row] - row_price[row] - column_price + (reach[column] if column >= 0 else 0.0)
            closer = ~done & (through < reach)
            reach[closer], came_from[closer] = through[closer], column
            column = int(np.where(done, np.inf, reach).argmin())
            row = int(owner[column])
        _reprice(row_price, column_price, owner, reach, done, start, reach[column])
        while column >= 0:  # hand each column on the path to the row that reached it
            previous = int(came_from[column])
            owner[column] = start if previous < 0 else owner[previous]
            column = previous
    order = np.argsort(owner, kind="stable")
    return [int(column) for column in order[owner[order] >= 0]]


def _reprice(
    row_price: Floats,
    column_price: Floats,
    owner: NDArray[np.int64],
    reach: Floats,
    done: NDArray[np.bool_],
    start: int,
    length: float,
) -> None:
    """Move the potentials so that the path just found, and all pairs so far, cost nothing."""
    slack = length - reach[done]
    row_price[start] += length
    row_price[owner[done]] += slack
    column_price[done] -= slack
