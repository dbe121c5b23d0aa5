"""Standard errors of scores, from what each answer tells of the difference of two of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.rankings.components import components
from groundswell.quality.result import Floats
from groundswell.quality.votes import Codes

MOST_DENSE = 2000
"""Items of one connected set up to which its matrix is inverted (2,000: a second or two, 32 MB)."""

MOST_CELLS = 2**24
"""Cells of matrices that are inverted together (128 MiB)."""


@dataclass(frozen=True, eq=False)
class Edges:
    """Information on score differences: the negative Hessian is the Laplacian of this graph.

    Attributes:
        left: int32 `[n_edges]`, an item.
        right: int32 `[n_edges]`, another.
        information: `[n_edges]`, 0 or above; a pair may occur repeatedly.
    """

    left: Codes
    right: Codes
    information: Floats


def standard_errors(n_items: int, edges: Edges, spread: float) -> tuple[Floats, Codes, bool]:
    """Return the standard error of each score, its connected set, and whether all errors are exact.

    A score is measured from the mean of its connected set, so that mean has no error. Of an item that was never
    compared only the prior is known: `spread`. In a set over `MOST_DENSE` items the error is what it would be if
    all other scores were known: close where items have many comparisons, too small in long chains.
    """
    part = components(n_items, edges.left, edges.right)
    size = np.bincount(part, minlength=int(part.max()) + 1)
    told = np.bincount(edges.left, edges.information, n_items)
    told += np.bincount(edges.right, edges.information, n_items)
    variance: Floats = 1 / (told + spread**-2.0)
    for count in np.unique(size[(size > 1) & (size <= MOST_DENSE)]).tolist():
        alike, together = np.flatnonzero(size == count), max(MOST_CELLS // count**2, 1)
        for start in range(0, len(alike), together):
            chosen = np.zeros(len(size), bool)
            chosen[alike[start : start + together]] = True
            _invert(variance, edges, part, chosen, spread)
    variance[size[part] == 1] = spread**2
    return np.sqrt(np.maximum(variance, 0)), part, bool(size.max() <= MOST_DENSE)


def _invert(variance: Floats, edges: Edges, part: Codes, chosen: NDArray[np.bool_], spread: float) -> None:
    """Write the variances of all sets of one size, by inverting their matrices together."""
    items = np.flatnonzero(chosen[part])
    items = items[np.argsort(part[items], kind="stable")]
    count = int(len(items) / chosen.sum())
    place = np.zeros(len(part), np.int64)
    place[items] = np.arange(len(items))
    within = chosen[part[edges.left]]
    one, other, told = place[edges.left[within]], place[edges.right[within]], edges.information[within]
    cells = [(one, one, told), (other, other, told), (one, other, -told), (other, one, -told)]
    matrix = sum(
        np.bincount(row * count + column % count, value, len(items) * count) for row, column, value in cells
    )
    blocks = np.reshape(matrix, (-1, count, count)) + np.eye(count) / spread**2
    diagonal = np.diagonal(np.linalg.inv(blocks), axis1=1, axis2=2)
    variance[items] = diagonal.ravel() - spread**2 / count
