"""Robust averages: of numbers that several workers measured, each as exactly as they could."""

from __future__ import annotations

import numpy as np

from groundswell.quality.shapes.shape import Floats

CUTOFF = 2.0
"""Standard deviations beyond which a value pulls no harder: where errors are normal, all but as exact as the mean.

Source: Huber (1964), "Robust Estimation of a Location Parameter", Annals of Mathematical Statistics 35:73-101.
"""

ROUNDS = 10

PRIOR_VALUES = 4.0
"""Values that the expected spread is worth against the one that is seen."""


def robust_mean(values: Floats, scale: Floats) -> tuple[Floats, Floats]:
    """Average the rows of `values`, each by its precision; a row that is far off in a column hardly counts there.

    Huber's M-estimate with known scales, from the weighted median by reweighting. With two rows it is the mean
    weighted by precision.

    Args:
        values: `[k, d]`, one row a worker, at least one.
        scale: `[k]` or `[k, d]`, the standard deviation expected of each; above 0.

    Returns:
        The average and its standard error, `[d]` both. The error grows and shrinks with how far the values are in
        fact apart, as far as there are enough of them to tell.
    """
    spread = np.broadcast_to(scale if np.ndim(scale) == 2 else np.asarray(scale)[:, None], values.shape)
    centre = weighted_median(values, 1 / spread)
    for _ in range(ROUNDS):
        off = np.abs(values - centre) / spread
        weight = np.minimum(1.0, CUTOFF / np.maximum(off, 1e-12)) / spread**2
        # By steps, so that equal values are their own average to the last digit.
        centre = centre + (weight * (values - centre)).sum(axis=0) / weight.sum(axis=0)
    seen = np.minimum((values - centre) ** 2 / spread**2, CUTOFF * np.abs(values - centre) / spread).sum(
        axis=0
    )
    inflation = (PRIOR_VALUES + seen) / (PRIOR_VALUES + len(values) - 1)
    return centre, np.sqrt(inflation / weight.sum(axis=0))


def weighted_median(values: Floats, weight: Floats) -> Floats:
    """Return the median of each column, where half of the weight is on either side, `[d]`.

    Where a value ends the first half exactly, the median is half-way to the next one.

    Args:
        values: `[k, d]`, k at least 1.
        weight: `[k, d]`, above 0.
    """
    order = np.argsort(values, axis=0, kind="stable")
    ordered = np.take_along_axis(values, order, 0)
    reached = np.cumsum(np.take_along_axis(weight, order, 0), axis=0)
    half = reached[-1] / 2
    low = (reached >= half * (1 - 1e-9)).argmax(axis=0)
    high = (reached > half * (1 + 1e-9)).argmax(axis=0)
    columns = np.arange(values.shape[1])
    out: Floats = (ordered[low, columns] + ordered[high, columns]) / 2
    return out
