"""How firmly to hold a worker to the crowd, learnt from how much workers differ."""

from __future__ import annotations

import numpy as np

UNLIKE = 1 / 11
"""How far workers differ before there is a sign of it, as 1 / (1 + pseudo-votes): ten votes undo it."""

UNLIKE_WEIGHT = 50.0
"""Weight of `UNLIKE`, in the units of `pseudo_votes`: about four workers with ten votes each."""


def pseudo_votes(spread: float, possible: float, least: float = 1.0, most: float = 1000.0) -> float:
    """Return the strength of a Dirichlet (or Beta) prior by the method of moments.

    Counts of `n` draws spread by `n(n-1)m(1-m) / (strength + 1)` more than chance allows, summed over cells.
    The ratio leans on `UNLIKE`, which decides where there is little to learn from.

    Args:
        spread: squared deviation from the mean beyond that of chance, summed.
        possible: `n(n-1)m(1-m)`, summed: the spread if every worker were wholly one way or the other.
        least: lower bound of the result.
        most: upper bound.
    """
    share = (spread + UNLIKE * UNLIKE_WEIGHT) / (possible + UNLIKE_WEIGHT)
    return float(1 / np.clip(share, 1 / (1 + most), 1 / (1 + least)) - 1)
