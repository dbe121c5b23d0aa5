"""All pairs of entries that belong to the same item, and sums over what belongs together."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import TooLarge
from groundswell.quality.result import Floats

Places = NDArray[np.intp]

MOST_PAIRS = 2**25
"""Pairs of answers to the same item that are held at a time (about 1 GiB with what is computed of them)."""


def pairs_within(size: NDArray[np.int64]) -> Iterator[tuple[Places, Places]]:
    """Yield all pairs of places (left before right) of the same item, for items that stand one after another.

    Args:
        size: entries of each item, `[n_items]`, 1 or more.
    """
    starts = np.cumsum(size) - size
    left_over = np.repeat(size, size) - (np.arange(int(size.sum())) - np.repeat(starts, size)) - 1
    left = np.flatnonzero(left_over > 0)
    step = 1
    while len(left):
        yield left, left + step
        step += 1
        left = left[left_over[left] >= step]


def all_pairs_within(size: NDArray[np.int64]) -> tuple[Places, Places]:
    """Return all such pairs at once.

    Raises:
        TooLarge: they are more than `MOST_PAIRS`.
    """
    count = int((size * (size - 1) // 2).sum())
    if count > MOST_PAIRS:
        raise TooLarge(
            f"the answers make {count:,} pairs on the same task, over {MOST_PAIRS:,}; "
            "compare fewer answers a task, or leave pairs of workers out with by_pair=False"
        )
    parts = list(pairs_within(size))
    if not parts:
        return np.empty(0, np.intp), np.empty(0, np.intp)
    return np.concatenate([left for left, _ in parts]), np.concatenate([right for _, right in parts])


def sums_at(place: NDArray[Any], values: NDArray[Any], n: int) -> Floats:
    """Return the sum of the values at each place below `n`, `[n]`."""
    out: Floats = np.bincount(place, weights=values, minlength=n).astype(np.float64, copy=False)
    return out
