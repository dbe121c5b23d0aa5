"""Ask about items whose labels would move the model most, each in another direction."""

from __future__ import annotations

import numpy as np

from groundswell.assist.active.doubt import random
from groundswell.assist.active.geometry import Singles, drawn_by, squared_lengths
from groundswell.assist.active.pool import Indices, Pool
from groundswell.quality.result import Floats

MOST_DIRECTIONS = 64
"""Classes above which the class side of a gradient is projected to so many random directions."""

_BLOCK = 8192


def badge(pool: Pool, n: int, rng: np.random.Generator) -> Indices:
    """Draw items by k-means++ on the gradients that their most probable labels would give: BADGE.

    The gradient of the last layer is `(probability - one of the most probable class) x features`. Its length is doubt,
    its direction is diversity. The two sides are kept apart, so that n items take `n * (K + d)` numbers rather than
    `n * K * d`; beyond `MOST_DIRECTIONS` classes the class side is projected at random, which keeps distances to
    about a tenth (Johnson-Lindenstrauss). The first item is drawn by the length of its gradient, as if
    the labelled items, which have none left, were the first centre. At the cold start, at random.

    Source:
        Ash, Zhang, Krishnamurthy, Langford and Agarwal (2020), arXiv:1906.03671.
    """
    if pool.probability is None:
        return random(pool, n, rng)
    said = _class_side(pool.probability, pool.open, rng)
    points = _with_constant(pool.features[pool.open])
    lengths = squared_lengths(said) * squared_lengths(points)
    apart, chosen = lengths.copy(), np.zeros(min(n, len(pool.open)), np.intp)
    free = np.ones(len(pool.open), bool)
    for turn in range(len(chosen)):
        one = drawn_by(np.where(free, apart, 0) if (apart[free] > 0).any() else free.astype(np.float32), rng)
        chosen[turn], free[one] = one, False
        together = (said @ said[one]) * (points @ points[one])
        apart = np.minimum(apart, np.maximum(lengths + lengths[one] - 2 * together, 0))
    return pool.open[chosen]


def _class_side(probability: Floats, items: Indices, rng: np.random.Generator) -> Singles:
    """Return probability less one at the most probable class, projected where there are many classes."""
    k, onto = probability.shape[1], None
    if k > MOST_DIRECTIONS:
        onto = (rng.standard_normal((k, MOST_DIRECTIONS)) / MOST_DIRECTIONS**0.5).astype(np.float32)
    side = np.empty((len(items), min(k, MOST_DIRECTIONS)), np.float32)
    for start in range(0, len(items), _BLOCK):
        said = probability[items[start : start + _BLOCK]].astype(np.float32)
        said[np.arange(len(said)), said.argmax(axis=1)] -= 1
        side[start : start + len(said)] = said if onto is None else said @ onto
    return side


def _with_constant(features: Singles) -> Singles:
    """Return features and a column of ones, for the bias."""
    return np.hstack([features, np.ones((len(features), 1))]).astype(np.float32)
