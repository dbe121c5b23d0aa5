"""Pruning: which items are the wrongly labelled ones, once it is known how many there are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.confident import Belief, ConfidentJoint, Counts, Mask, row_blocks


def likely_wrong(belief: Belief, joint: ConfidentJoint) -> Mask:
    """Mark the least believed items of each given label, as many as the joint says: by class."""
    wrong = np.bincount(joint.given, np.where(joint.given == joint.true, 0, joint.count), joint.n_classes)
    known = np.flatnonzero(belief.known)
    order = known[np.lexsort((belief.own[known], belief.given[known]))]
    first = np.searchsorted(belief.given[order], np.arange(joint.n_classes))
    bar = np.full(joint.n_classes, -1.0)
    some = np.flatnonzero(wrong)
    bar[some] = belief.own[order[first[some] + wrong[some].astype(np.int64) - 1]]
    return belief.doubted & (belief.own <= bar[belief.given])


def likely_swapped(belief: Belief, probabilities: NDArray[Any], joint: ConfidentJoint) -> Mask:
    """Mark, for each given label and each other class, as many items as the joint says: by noise rate.

    They are those with the largest margin, the probability of the other class minus that of the given label;
    equal margins share a fate. An item for which the model prefers the given label is never marked.
    """
    doubted = np.flatnonzero(belief.doubted)
    doubted = doubted[belief.given[doubted].argsort(kind="stable")]
    wrong = np.flatnonzero(joint.given != joint.true)
    labels = np.unique(joint.given[wrong])
    between = np.stack([labels, labels + 1], axis=1)
    cells_of = np.searchsorted(joint.given[wrong], between)
    rows_of = np.searchsorted(belief.given[doubted], between)
    marked = np.zeros(len(belief.given), bool)
    for (low, high), (first, last) in zip(cells_of, rows_of, strict=True):
        cells, rows = wrong[low:high], doubted[first:last]
        for part in row_blocks(len(cells), len(rows)):
            marked[rows] |= _in_margin(belief, probabilities, joint, cells[part], rows)
    return marked


def _in_margin(
    belief: Belief, probabilities: NDArray[Any], joint: ConfidentJoint, cells: Counts, rows: Counts
) -> Mask:
    """Mark which of the doubted rows of one label are within the count of any of its cells, `[n_rows]`."""
    if not len(rows):
        return np.zeros(0, bool)
    true, count = joint.true[cells], joint.count[cells]
    margin = np.ascontiguousarray(probabilities[np.ix_(rows, true)].T) - belief.own[rows]
    bar = _nth_largest(margin, np.minimum(count, len(rows)))
    for cell in np.flatnonzero(count > (margin > 0).sum(axis=1)):  # items that are not doubted rank too
        every = np.flatnonzero(belief.known & (belief.given == belief.given[rows[0]]))
        all_margins = probabilities[every, true[cell]] - belief.own[every]
        bar[cell] = _nth_largest(all_margins[None], count[[cell]])[0]
    marked: Mask = (margin >= bar[:, None]).any(axis=0)
    return marked


def _nth_largest(values: NDArray[Any], n: Counts) -> NDArray[Any]:
    """Return the n-th largest of each row, n from 1 to the length of rows."""
    place = values.shape[1] - n
    found: NDArray[Any] = np.partition(values, np.unique(place), axis=1)[np.arange(len(n)), place]
    return found
