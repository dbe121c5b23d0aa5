"""Ask about what stands for many items, or for what no label stands for yet. No model is needed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundswell.assist.active.geometry import (
    Singles,
    centred,
    clusters,
    distance_blocks,
    distances_to,
    nearest,
    squared_lengths,
)
from groundswell.assist.active.pool import Indices, Pool
from groundswell.assist.coverage import cover

MOST_CLUSTERS = 500
"""Clusters at most, as in the code of the authors."""

NEIGHBOURS = 20
"""Neighbours that say how typical an item is, as in the code of the authors."""

MOST_COMPARED = 2000
"""Members of a cluster that are compared with each other; of more, a sample."""


def coreset(pool: Pool, n: int, rng: np.random.Generator) -> Indices:
    """Choose the item that is farthest from every label, again and again: greedy k-centers.

    Reaches every corner, outliers first: for features without noise, and budgets that are not small.
    Without any label it starts from a random item. Ties go to the item with the lower index.

    Source:
        Sener and Savarese (2018), arXiv:1708.00489, the greedy form.
    """
    every = centred(pool.features)
    points = every[pool.open]
    lengths, chosen = squared_lengths(points), np.zeros(min(n, len(points)), np.intp)
    _, apart = nearest(points, every[pool.seen])
    for turn in range(len(chosen)):
        far = int(apart.argmax()) if np.isfinite(apart).any() else int(rng.integers(len(apart)))
        chosen[turn] = far
        apart = np.minimum(apart, distances_to(points, lengths, far))
        apart[chosen[: turn + 1]] = -1
    return pool.open[chosen]


def typical(pool: Pool, n: int, rng: np.random.Generator) -> Indices:
    """Choose the most typical item of each cluster without a label, largest cluster first: for the cold start.

    There are as many clusters as labels there will be. An item is the more typical the nearer its nearest
    neighbours in the cluster are.

    Source:
        TypiClust: Hacohen, Dekel and Weinshall (2022), arXiv:2202.02794.
    """
    wanted = min(n, len(pool.open))
    if not wanted:
        return np.zeros(0, np.intp)
    points = centred(pool.features)
    k = min(len(pool.seen) + wanted, MOST_CLUSTERS)
    cluster = clusters(points, k, rng)
    turns = _turns(np.bincount(cluster, minlength=k), np.bincount(cluster[pool.seen], minlength=k), wanted)
    waiting = {
        one: iter(_by_typicality(points, members, rng))
        for one, members in _groups(cluster, pool, set(turns)).items()
    }
    return np.array([next(waiting[one]) for one in turns], np.intp)


def covering(pool: Pool, n: int, rng: np.random.Generator) -> Indices:
    """Choose items that together are near as much of the doubt as possible, away from the labels: `cover`.

    Doubt is 1 less the largest probability, the same for all items at the cold start; an item that is near a label
    counts less.
    """
    points = centred(pool.features)
    worth = 1 - _likeness(points[pool.open], points[pool.seen], rng)
    if pool.probability is not None:
        worth *= 1 - pool.probability.max(axis=1)[pool.open]
    return pool.open[cover(points[pool.open], worth, n, rng)]


def _likeness(points: Singles, seen: Singles, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return how near each point is to one of `seen`, 0 to 1, on the scale of `cover`."""
    some = points[rng.choice(len(points), min(len(points), 500), replace=False)]
    apart = np.concatenate(
        [block.ravel() for _, block in distance_blocks(some, some)] or [np.ones(1, np.float32)]
    )
    scale = float(np.median(apart)) / 3 or 1.0
    return np.exp(-nearest(points, seen)[1].astype(np.float64) / scale)


def _turns(sizes: Indices, visited: Indices, n: int) -> list[int]:
    """Return which cluster is asked about at each of n turns: the least visited, then the largest, while it lasts."""
    visits, left, turns = visited.copy(), sizes - visited, []
    for _ in range(n):
        ranked = np.lexsort((-sizes, np.where(left > 0, visits, np.iinfo(np.intp).max)))
        turns.append(int(ranked[0]))
        visits[ranked[0]] += 1
        left[ranked[0]] -= 1
    return turns


def _groups(cluster: Indices, pool: Pool, wanted: set[int]) -> dict[int, tuple[Indices, Indices]]:
    """Return all members of each wanted cluster, and those of them that are open."""
    is_open = np.zeros(len(pool), bool)
    is_open[pool.open] = True
    order = np.argsort(cluster, kind="stable")
    starts = np.searchsorted(cluster[order], np.arange(cluster.max() + 2))
    members = {one: order[starts[one] : starts[one + 1]] for one in wanted}
    return {one: (all_of, all_of[is_open[all_of]]) for one, all_of in members.items()}


def _by_typicality(points: Singles, members: tuple[Indices, Indices], rng: np.random.Generator) -> Indices:
    """Return the open members of a cluster, those with the nearest neighbours first."""
    everyone, candidates = members
    if len(everyone) > MOST_COMPARED:
        everyone = rng.choice(everyone, MOST_COMPARED, replace=False)
    count = min(NEIGHBOURS + 1, len(everyone))  # an item is its own nearest neighbour
    spread = np.zeros(len(candidates))
    for rows, apart in distance_blocks(points[candidates], points[everyone]):
        spread[rows] = np.sqrt(np.partition(apart, count - 1, axis=1)[:, :count]).mean(axis=1)
    return candidates[np.argsort(spread, kind="stable")]
