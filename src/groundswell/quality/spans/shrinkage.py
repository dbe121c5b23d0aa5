"""How firmly to hold workers to their crowd, learnt from how much they differ."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.result import Floats
from groundswell.quality.shrinkage import pseudo_votes

LEAST, MOST = 2.0, 200.0
"""Bounds of the pseudo-answers that hold a worker to the crowd."""

ALIKE_ERRORS = 0.1
"""Correlation that is assumed between the errors of two workers on one text: what misleads one misleads others."""


def worth(answers: NDArray[np.int64]) -> Floats:
    """Return how much each of some answers to one question counts: 1 for a single one, less the more there are.

    `n` answers with correlated errors are worth `n / (1 + (n - 1) * correlation)` independent ones.

    Args:
        answers: how many there are; 0 gives 1 or a little more, which counts nothing.

    Source:
        The design effect of samples in clusters: Kish (1965), Survey Sampling, Wiley.
    """
    out: Floats = 1 / (1 + (answers - 1) * ALIKE_ERRORS)
    return out


def strength(counts: Floats, centre: Floats) -> float:
    """Return the pseudo-answers with which a Dirichlet prior should hold rows of counts to their centres.

    By the method of moments: counts of `n` draws with shares `m` spread by `n(n - 1)m(1 - m) / (strength + 1)`
    more than chance allows. The estimate leans on ten pseudo-answers, as `quality.shrunk` does.

    Args:
        counts: `[..., k]`, what was seen; rows without counts have no say.
        centre: the shares expected, which broadcasts against `counts`; rows sum to 1.
    """
    seen = counts.sum(axis=-1)
    chance = 1 - np.broadcast_to((centre**2).sum(axis=-1), seen.shape)
    spread = ((counts - seen[..., None] * centre) ** 2).sum() - (seen * chance).sum()
    possible = (seen * np.maximum(seen - 1, 0) * chance).sum()
    return pseudo_votes(float(spread), float(possible), LEAST, MOST)


def shrunk_rate(right: Floats, seen: Floats) -> tuple[Floats, Floats]:
    """Return each worker's rate of success, shrunk to the crowd's, and its standard error.

    Args:
        right: `[n_workers]`, expected successes.
        seen: `[n_workers]`, expected trials; a worker without any has the crowd's rate and a wide error.

    Returns:
        Both `[n_workers]`. The crowd's rate itself leans on one success in two trials; the error is the
        standard deviation of a Beta distribution.
    """
    crowd = (right.sum() + 1.0) / (seen.sum() + 2.0)
    behind = strength(np.stack([right, seen - right], axis=-1), np.array([crowd, 1 - crowd]))
    rate = (right + behind * crowd) / (seen + behind)
    return rate, np.sqrt(rate * (1 - rate) / (seen + behind + 1))
