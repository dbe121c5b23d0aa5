"""What agreeing with the others says of a worker: evidence without bias, although the others may be wrong."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def agreement(others: Floats, label: NDArray[np.int32]) -> tuple[Floats, Floats]:
    """Compare answers with what everybody else came to, as evidence of skill.

    Others who are sure with probability q of their best class are wrong now and then. Somebody of skill s agrees with
    them with probability s·q + (1-s)·(1-q)/(K-1) where mistakes spread evenly over K classes, so plain agreement makes
    everybody look average. What is returned takes that out: with w = (K·q - 1)/(K - 1), an answer counts as w² compared
    ones, of which w·(agrees - (1-q)/(K-1)) are right; the expectation of that is s·w². One answer may so come out
    below 0 or above 1: only sums mean something. Others who know nothing (q = 1/K) say nothing.

    Args:
        others: `[n, K]`, the probability of each class by everybody else's answers, as of `quality.by_others`.
        label: `[n]`, what the worker answered.

    Returns:
        `total` and `correct` of `Evidence`, each `[n]`.
    """
    classes = others.shape[1]
    best = others.max(axis=1)
    weight = (classes * best - 1) / (classes - 1)
    agrees = others.argmax(axis=1) == label
    return weight**2, weight * (agrees - (1 - best) / (classes - 1))
