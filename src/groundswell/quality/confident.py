"""Confident learning: how often each class is labelled as each other one, estimated from a model's probabilities.

The estimate is sparse: never more cells than items and classes, so that many classes cost no table of
`n_classes ** 2`. Probabilities are read in blocks of rows, and nothing of their size is ever made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError, TooLarge
from groundswell.quality.result import Floats
from groundswell.quality.votes import MOST_CELLS, Codes

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]

BLOCK_CELLS = 2**18
"""Probabilities looked at together: 1 MiB of float32, which stays in a processor's cache."""

SLACK = 1e-6
"""A probability this far below a threshold still reaches it: rounding to float32 must not decide."""


@dataclass(frozen=True, eq=False)
class Belief:
    """What a model thinks of each item's given label; the part of its probabilities that is kept.

    Attributes:
        given: int32 `[n_items]`, the label under test; -1 where there is none.
        best: int32 `[n_items]`, the most probable class; of equals the given label, or else the lowest code;
            -1 where the model has no opinion.
        own: `[n_items]`, probability of the given label, in the precision of the probabilities; NaN where
            either is missing.
        top: `[n_items]`, probability of `best`; NaN where the model has no opinion.
        n_classes: classes that the model knows.
    """

    given: Codes
    best: Codes
    own: NDArray[Any]
    top: NDArray[Any]
    n_classes: int

    @property
    def known(self) -> Mask:
        """Items that have both a given label and an opinion of the model, `[n_items]`."""
        known: Mask = ~np.isnan(self.own)
        return known

    @property
    def doubted(self) -> Mask:
        """Items for which the model prefers another class to the given one, `[n_items]`; a tie is no doubt."""
        return self.own < self.top


@dataclass(frozen=True, eq=False)
class ConfidentJoint:
    """How many items with each given label truly are of each class, as estimated; whole numbers.

    Cells are sorted by given label, then by true class; those that are not there are 0. The cells of a given
    label sum to the number of items that have it.

    Attributes:
        given: int32 `[n_cells]`.
        true: int32 `[n_cells]`.
        count: int64 `[n_cells]`, 1 or more.
        n_classes: classes.
    """

    given: Codes
    true: Codes
    count: Counts
    n_classes: int

    def matrix(self) -> Counts:
        """Return the table `[given, true]`.

        Raises:
            TooLarge: it would not fit in `MOST_CELLS`.
        """
        if self.n_classes**2 > MOST_CELLS:
            raise TooLarge(
                f"a table of {self.n_classes:,} by {self.n_classes:,} classes is over {MOST_CELLS:,} cells"
            )
        table = np.zeros((self.n_classes, self.n_classes), np.int64)
        table[self.given, self.true] = self.count
        return table


def row_blocks(n_rows: int, n_columns: int) -> Iterator[slice]:
    """Cut rows into slices of about `BLOCK_CELLS` cells, at least one row each."""
    step = max(1, BLOCK_CELLS // max(1, n_columns))
    return (slice(start, min(start + step, n_rows)) for start in range(0, n_rows, step))


def read_belief(labels: Codes, probabilities: NDArray[Any]) -> Belief:
    """Read the probabilities once, and keep what the model thinks of each given label.

    Args:
        labels: int32 `[n_items]`, -1 for unlabelled.
        probabilities: floating `[n_items, n_classes]`. A row with a NaN is no opinion.

    Raises:
        InputError: an entry is negative or above 1.
    """
    n_items, n_classes = probabilities.shape
    best = np.full(n_items, -1, np.int32)
    own, top = (np.full(n_items, np.nan, probabilities.dtype) for _ in range(2))
    for rows in row_blocks(n_items, n_classes):
        block = probabilities[rows]
        if (block < 0).any():
            raise InputError("probabilities must not be negative; are these scores before the softmax?")
        best[rows], top[rows], own[rows] = _most_probable(block, labels[rows])
    if (top > 1 + 1e-3).any():
        raise InputError(f"probabilities must not be above 1; found {np.nanmax(top)}")
    silent = np.isnan(top)
    best[silent] = -1
    own[silent | (labels < 0)] = np.nan
    return Belief(labels, best, own, top, n_classes)


def _most_probable(block: NDArray[Any], given: Codes) -> tuple[Codes, NDArray[Any], NDArray[Any]]:
    """Return each row's best class, its probability, and that of the given label; of equals, the given label.

    The probability is NaN where the row has a NaN anywhere.
    """
    each = np.arange(len(block))
    best = block.argmax(axis=1).astype(np.int32)
    top, own = block[each, best], block[each, given]
    even = (own == top) & (given >= 0)
    best[even] = given[even]
    return best, top, own


def class_thresholds(belief: Belief) -> Floats:
    """Return how sure the model is of a class on the items that are labelled so: the mean, `[n_classes]`.

    Infinite for a class that nobody used: nothing says what being sure of it would look like.
    """
    known = belief.known
    given = belief.given[known]
    total = np.bincount(given, belief.own[known], belief.n_classes)
    count = np.bincount(given, minlength=belief.n_classes)
    mean: Floats = np.divide(total, count, out=np.full(belief.n_classes, np.inf), where=count > 0)
    return mean


def confident_classes(belief: Belief, probabilities: NDArray[Any], thresholds: Floats) -> Codes:
    """Return the most probable of the classes that reach their threshold, int32 `[n_items]`; -1 for none.

    Where the most probable class of all reaches its own, that is it; only the other rows are read again.
    """
    bar = np.maximum(thresholds - SLACK, np.finfo(probabilities.dtype).tiny).astype(probabilities.dtype)
    found = belief.best.copy()
    rest = np.flatnonzero(belief.top < bar[belief.best])
    for part in row_blocks(len(rest), belief.n_classes):
        block = probabilities[rest[part]]
        block *= block >= bar
        best, top, _ = _most_probable(block, belief.given[rest[part]])
        found[rest[part]] = np.where(top > 0, best, -1)
    return found


def calibrated_joint(belief: Belief, confident: Codes) -> ConfidentJoint:
    """Count confident classes by given label, scaled up to all the items of each label, in whole numbers.

    A used label that is never confident counts once for itself, so that no class is thought to be all wrong.

    Args:
        belief: of `n_items`; only those with a label and an opinion take part.
        confident: int32 `[n_items]`, see `confident_classes`.
    """
    given, known = belief.given, belief.known
    used = np.bincount(given[known], minlength=belief.n_classes)
    sure = known & (confident >= 0)
    right = np.bincount(given[sure & (confident == given)], minlength=belief.n_classes)
    itself = np.flatnonzero(used)
    wrong = np.flatnonzero(sure & (confident != given))
    keys = given[wrong].astype(np.int64) * belief.n_classes + confident[wrong]
    order = keys.argsort(kind="stable")
    cells, start, count = np.unique(keys[order], return_index=True, return_counts=True)
    doubt = np.minimum.reduceat(belief.own[wrong[order]], start) if len(cells) else np.empty(0)
    row, column = np.divmod(cells, belief.n_classes)
    row, column = np.append(itself, row), np.append(itself, column)
    scale = np.append(np.maximum(right[itself], 1), count)
    whole = _apportioned(row, scale, used, np.append(np.zeros(len(itself)), doubt), row == column)
    order = np.lexsort((column, row))
    order = order[whole[order] > 0]
    codes = (row[order].astype(np.int32), column[order].astype(np.int32))
    return ConfidentJoint(*codes, whole[order], belief.n_classes)


def _apportioned(row: Counts, count: Counts, total: Counts, doubt: Floats, itself: Mask) -> Counts:
    """Scale each row of counts to its total, in whole numbers: the largest remainders are rounded up.

    Exact, in integers. The diagonal gets at least 1. Of equal remainders the diagonal is first, then the cell
    with the least believed given label (`doubt`, its probability): no choice depends on the order of classes.
    """
    within = np.bincount(row, count, len(total)).astype(np.int64)
    whole, remainder = np.divmod(count * total[row], within[row])
    remainder[itself & (whole == 0)] = np.iinfo(np.int64).max
    left = total - np.bincount(row, whole, len(total)).astype(np.int64)
    order = np.lexsort((doubt, ~itself, -remainder, row))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    start = np.cumsum(np.bincount(row, minlength=len(total))) - np.bincount(row, minlength=len(total))
    return whole + (place - start[row] < left[row])
