"""Choose items that stand for many others: typical first, then different ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundswell.assist.model import Features, squared_distances
from groundswell.quality.result import Floats

MOST_CONSIDERED = 2000
"""Candidates looked at; of more, a draw in proportion to their worth. Keeps similarities within 16 MB."""


def cover(features: Features, worth: Floats, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return `n` items, in order, that together are near as much of the worth as possible.

    Each choice is the item that adds most of `sum over j of worth[j] * similarity(j, nearest chosen)`: in the
    middle of a crowd first, then of another crowd, outliers late. Prefer it at the cold start, where a
    model has nothing to be unsure about.

    Args:
        features: `[n_items, d]`.
        worth: `[n_items]`, what it is worth to be near each item, at least 0.
        n: how many to choose; all items where there are fewer.
        rng: draws the candidates where there are more than `MOST_CONSIDERED`.

    Returns:
        Indices, most useful first.

    Source:
        Greedy maximisation of facility location, within 1 - 1/e of the best: Nemhauser, Wolsey and Fisher
        (1978), doi:10.1007/BF01588971. That typical items help most when labels are few: Hacohen, Dekel and
        Weinshall (2022), arXiv:2202.02794.
    """
    if not len(features):
        return np.zeros(0, np.intp)
    pool = np.arange(len(features))
    if len(pool) > max(MOST_CONSIDERED, n):
        chance = worth + 1e-9
        pool = np.sort(rng.choice(pool, max(MOST_CONSIDERED, n), replace=False, p=chance / chance.sum()))
    near = _similarities(features[pool])
    value, covered = worth[pool].astype(np.float32), np.zeros(len(pool), np.float32)
    chosen = np.zeros(min(n, len(pool)), np.intp)
    free = np.ones(len(pool), bool)
    for turn in range(len(chosen)):
        gain = np.maximum(near - covered, 0) @ value
        chosen[turn] = np.where(free, gain, -1).argmax()
        free[chosen[turn]] = False
        covered = np.maximum(covered, near[chosen[turn]])
    return pool[chosen]


def _similarities(features: Features) -> NDArray[np.float32]:
    """Similarity from 0 to 1, falling off within a third of the median distance."""
    apart = squared_distances(features, features)
    scale = np.median(apart) / 3 or 1.0
    return np.exp(-apart / scale).astype(np.float32)
