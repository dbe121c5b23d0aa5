"""Precision: how near each worker's shapes come to the truth, from how far those of two workers are apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groundswell.quality.shapes.presence import Codes
from groundswell.quality.shapes.rates import summed
from groundswell.quality.shapes.shape import Floats

ASSUMED_LOSS = 0.15
"""What a shape lacks of a similarity of 1 to the truth, before any two could be compared."""

ASSUMED_WEIGHT = 5.0
"""Pairs that the assumption, and the crowd against one worker, are worth."""

FLOOR = 0.1
"""No worker's squared loss is taken to be below this share of the crowd's: a shape copied from another looks
perfect."""

ROUNDS = 30


@dataclass(frozen=True, eq=False)
class Pairs:
    """Every two shapes of one object, each pair once.

    Attributes:
        first: `[n]` worker.
        second: `[n]` another worker.
        loss: `[n]` one minus the similarity of their shapes.
        weight: `[n]` probability that the object is there.
    """

    first: Codes
    second: Codes
    loss: Floats
    weight: Floats


def find_precision(pairs: Pairs, n_workers: int) -> tuple[Floats, Floats]:
    """Return each worker's loss, and its standard error, `[n_workers]` both.

    The loss is what a worker's shape is expected to lack of a similarity of 1 to the truth. Two workers err
    independently, so the squared loss between their shapes is about the sum of the squares of both; the squares
    are solved for by least squares, leaning on the crowd's mean. No consensus is needed for it, so nobody is
    flattered by having taken part in one.

    Args:
        pairs: pairs of shapes; there may be none.
        n_workers: workers, with or without a pair.
    """
    both, other = np.concatenate([pairs.first, pairs.second]), np.concatenate([pairs.second, pairs.first])
    squared, weight = np.tile(pairs.loss**2, 2), np.tile(pairs.weight, 2)
    prior = ASSUMED_WEIGHT * ASSUMED_LOSS**2
    crowd = (squared @ weight / 2 + prior) / (weight.sum() + ASSUMED_WEIGHT)
    own = np.full(n_workers, crowd)
    seen = summed(both, weight, n_workers) + ASSUMED_WEIGHT
    for _ in range(ROUNDS):
        left = summed(both, weight * (squared - own[other]), n_workers)
        updated = np.maximum((left + ASSUMED_WEIGHT * crowd) / seen, FLOOR * crowd)
        own = (own + updated) / 2  # half-way, or two who only ever meet each other would take turns
    deviation = (squared - own[other] - own[both]) ** 2
    variance = (summed(both, weight * deviation, n_workers) + ASSUMED_WEIGHT * crowd**2) / seen
    loss = np.sqrt(own)
    return loss, np.sqrt(variance / seen) / (2 * loss)
