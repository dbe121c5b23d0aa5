"""Ask about what the model is least sure of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from groundswell.assist.active.pool import Indices, Pool
from groundswell.quality.result import Floats

_BLOCK_CELLS = 2_000_000
"""Probabilities looked at in one piece: 16 MB."""


def random(pool: Pool, n: int, rng: np.random.Generator) -> Indices:
    """Choose at random: what every other strategy must beat, and what an unbiased audit needs."""
    return rng.permutation(pool.open)[:n]


def margin(pool: Pool, n: int, rng: np.random.Generator) -> Indices:
    """Choose where the two most probable classes are closest. The safest of the three once a model is any good.

    At the cold start, and among equals, at random. Not diverse: near copies come together; see `adaptive`.

    Source:
        Settles (2009), Active Learning Literature Survey, University of Wisconsin-Madison, with `entropy` and
        `least_confident`.
    """
    return _largest(pool, n, rng, narrowness)


def entropy(pool: Pool, n: int, rng: np.random.Generator) -> Indices:
    """Choose where the entropy over all classes is largest; distracted by improbable classes where there are many.

    At the cold start, and among equals, at random. Source: see `margin`.
    """
    return _largest(pool, n, rng, _entropies)


def least_confident(pool: Pool, n: int, rng: np.random.Generator) -> Indices:
    """Choose where the most probable class is least probable.

    At the cold start, and among equals, at random. Source: see `margin`.
    """
    return _largest(pool, n, rng, lambda probability: 1 - probability.max(axis=1))


def narrowness(probability: Floats) -> Floats:
    """Return 1 less the gap between the two most probable classes, 0 to 1; 0 for a single class."""
    if probability.shape[1] < 2:
        return np.zeros(len(probability))
    two = np.partition(probability, -2, axis=1)[:, -2:]
    return np.asarray(1 - (two[:, 1] - two[:, 0]))


def _entropies(probability: Floats) -> Floats:
    return -np.asarray((probability * np.log(np.maximum(probability, 1e-300))).sum(axis=1))


def _largest(pool: Pool, n: int, rng: np.random.Generator, score: Callable[[Floats], Floats]) -> Indices:
    """Return the open items of largest score, ties in random order."""
    mixed = rng.permutation(pool.open)
    if pool.probability is None:
        return mixed[:n]
    return by_score(pool.probability, mixed, score)[:n]


def by_score(probability: Floats, items: Indices, score: Callable[[Floats], Floats]) -> Indices:
    """Return `items` by falling score of their rows, equals in the order given; rows are looked at in blocks."""
    blocks = np.array_split(items, probability.shape[1] * len(items) // _BLOCK_CELLS + 1)
    scores = np.concatenate([score(probability[block]) for block in blocks])
    return items[np.argsort(-scores, kind="stable")]
