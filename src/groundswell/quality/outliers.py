"""Outliers: items that are far from all others, whatever their label. They may belong to no class at all."""

from __future__ import annotations

from typing import Any

import numpy as np

from groundswell.errors import InputError
from groundswell.quality.result import Floats

BLOCK_CELLS = 2**21
"""Distances worked on together: 16 MiB of float64."""


def outlier_scores(features: Any, *, neighbours: int = 10) -> Floats:
    """Return how far each item is from the items nearest to it: the larger, the odder.

    The mean distance to the nearest `neighbours`. It needs no model of the data, only features in which near
    means alike, such as embeddings. Exact: time grows with the square of the items, memory only with the
    items. Few neighbours miss small groups of odd items that are like each other.

    Args:
        features: `[n_items, n_features]`. Scale them where their units differ; divide rows by their length
            for cosine distance. A row with a NaN or an infinity is left out.
        neighbours: how many to average over, at least 1; where there are fewer other items, all of them.

    Returns:
        Scores `[n_items]`, 0 or more, in units of the features; NaN for a row that is left out, and for an
        item that has no other beside it. `np.argsort(-scores)` ranks the oddest first.

    Raises:
        InputError: features are not a table, or `neighbours` is below 1.

    Source:
        Angiulli and Pizzuti (2002), PKDD, doi:10.1007/3-540-45681-3_2, who sum where we average.
    """
    given = np.asarray(features, np.float64)
    if given.ndim != 2:
        raise InputError(f"features must be [n_items, n_features], not {list(given.shape)}")
    if neighbours < 1:
        raise InputError(f"neighbours must be 1 or more, not {neighbours}")
    scores = np.full(len(given), np.nan)
    usable = np.flatnonzero(np.isfinite(given).all(axis=1))
    if len(usable) < 2:
        return scores
    points = given[usable] - given[usable].mean(axis=0)  # centred: fewer digits are lost in the subtraction
    step = max(1, BLOCK_CELLS // len(points))
    for start in range(0, len(points), step):
        scores[usable[start : start + step]] = _mean_distance(points, start, step, neighbours)
    return scores


def _mean_distance(points: Floats, start: int, step: int, neighbours: int) -> Floats:
    """Return the mean distance of some points to their nearest ones among all, themselves excepted."""
    some, length = points[start : start + step], (points**2).sum(axis=1)
    square = length[start : start + step, None] + length - 2 * some @ points.T
    each = np.arange(len(some))
    square[each, start + each] = np.inf
    count = min(neighbours, len(points) - 1)
    nearest = np.partition(square, count - 1, axis=1)[:, :count]
    mean: Floats = np.sqrt(np.maximum(nearest, 0)).mean(axis=1)
    return mean
