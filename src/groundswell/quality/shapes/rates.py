"""Rates of workers from few observations each, leaning on the crowd as far as the crowd is of one kind."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.shapes.shape import Floats

LEAST, MOST = 2.0, 100.0
"""Bounds on how many observations the crowd's rate weighs against a worker's own."""

UNSURE = 20.0
"""Weight of a spread of one part in eleven (ten observations), before any spread was seen."""


def summed(codes: NDArray[np.int64], values: NDArray[Any], count: int) -> Floats:
    """Return the sum of the values under each code below `count`; 0 where there are none."""
    return np.bincount(codes, values, count).astype(np.float64)


def shrunk_rates(hits: Floats, seen: Floats, assumed: float, assumed_weight: float) -> tuple[Floats, Floats]:
    """Return each worker's rate and its standard error, `[n_workers]` both.

    A Beta prior around the crowd's rate; its strength is learnt from how much the workers' rates spread beyond
    chance (method of moments).

    Args:
        hits: `[n_workers]` how often it happened (may be expected counts).
        seen: `[n_workers]` how often it could have.
        assumed: the crowd's rate before anything was seen.
        assumed_weight: observations that the assumption is worth.
    """
    crowd = (hits.sum() + assumed * assumed_weight) / (seen.sum() + assumed_weight)
    chance = crowd * (1 - crowd)
    spread = ((hits - seen * crowd) ** 2).sum() - seen.sum() * chance
    possible = (seen * np.maximum(seen - 1, 0)).sum() * chance
    share = (spread + UNSURE / 11) / (possible + UNSURE)
    strength = 1 / np.clip(share, 1 / (1 + MOST), 1 / (1 + LEAST)) - 1
    rate = (hits + strength * crowd) / (seen + strength)
    error: Floats = np.sqrt(rate * (1 - rate) / (seen + strength + 1))
    return rate, error
