"""How far to believe a worker's own figures, and how far the crowd's: learnt from how much workers differ."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.result import Floats
from groundswell.quality.shrinkage import pseudo_votes


def shrunk_shares(right: Floats, seen: Floats, mean: Floats) -> tuple[Floats, float]:
    """Return each one's share of `right` among `seen`, leaning on `mean`, and the strength of the leaning.

    A beta prior whose strength is learnt: 1 (they differ as much as can be) to 1,000 pseudo-answers.

    Args:
        right: `[n]`, may be fractions.
        seen: `[n]`; where 0, the result is the mean.
        mean: `[n]`, what is expected of each.
    """
    chance = mean * (1 - mean)
    spread = float(((right - seen * mean) ** 2 - seen * chance).sum())
    strength = pseudo_votes(spread, float((seen * np.maximum(seen - 1, 0) * chance).sum()))
    out: Floats = (right + strength * mean) / (seen + strength)
    return out, strength


def totals(values: Floats, code: NDArray[np.intp], count: int) -> Floats:
    """Return the sum of values for each code, `[count]`."""
    return np.bincount(code, weights=values, minlength=count).astype(np.float64)
