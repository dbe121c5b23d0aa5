"""Pairs: the distinct (worker, label) pairs of a table of votes, the only confusion cells that a vote touches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]

MOST_CELLS_A_VOTE = 4
"""Cells (workers times classes) for each vote up to which cells are counted; above it, votes are sorted."""

BLOCK = 2**17
"""Codes that are widened to 64 bits at a time: small enough for a processor's cache, large enough for numpy."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """The distinct (worker, label) pairs that occur, in the order of worker, then label.

    A table of `n_workers * K * K` cells does not fit for many workers and classes; one of `n_pairs * K` does,
    because there are never more pairs than votes.

    Attributes:
        worker: int32 `[n_pairs]`, ascending.
        label: int32 `[n_pairs]`.
        n_classes: possible labels.
        of_cell: intp `[n_workers * n_classes]`, the pair of each cell; None where there are too many cells.
    """

    worker: Codes
    label: Codes
    n_classes: int
    of_cell: NDArray[np.intp] | None

    def of(self, worker: Codes, label: Codes) -> NDArray[np.intp]:
        """Return the pair of each vote; every vote must be one of those that the pairs were made of."""
        cell = self._cell(worker, label)
        if self.of_cell is not None:
            return self.of_cell.take(cell)
        return np.searchsorted(self._cell(self.worker, self.label), cell)

    def _cell(self, worker: Codes, label: Codes) -> NDArray[np.int64]:
        cell: NDArray[np.int64] = worker * np.int64(self.n_classes) + label
        return cell


def pairs_of(worker: Codes, label: Codes, n_workers: int, n_classes: int) -> Pairs:
    """Return the pairs of a table of votes: by counting cells where those are few, by sorting otherwise."""
    n_cells = n_workers * n_classes
    if n_cells > MOST_CELLS_A_VOTE * len(worker):
        cells = np.unique(worker * np.int64(n_classes) + label)
        return Pairs(*_split(cells, n_classes), n_classes, None)
    used = np.zeros(n_cells, bool)
    for start in range(0, len(worker), BLOCK):
        part = slice(start, start + BLOCK)
        used[worker[part] * np.int64(n_classes) + label[part]] = True
    of_cell = np.cumsum(used, dtype=np.intp) - 1
    return Pairs(*_split(np.flatnonzero(used), n_classes), n_classes, of_cell)


def count_codes(codes: Codes, n: int) -> NDArray[np.int64]:
    """Return how often each code below `n` occurs, like `np.bincount` but without a 64-bit copy of `codes`."""
    counts = np.zeros(n, np.int64)
    for start in range(0, len(codes), BLOCK):
        add_ones(counts, codes[start : start + BLOCK].astype(np.intp))
    return counts


def add_ones(counts: NDArray[Any], places: NDArray[np.intp]) -> None:
    """Add 1 at each place, in place. With ones of the counts' own type, numpy's fast path is taken."""
    np.add.at(counts, places, np.ones(len(places), counts.dtype))


def is_sorted(codes: Codes) -> bool:
    """Say whether codes never fall; stops at the first block where they do."""
    starts = range(0, len(codes), BLOCK)
    parts = (codes[start : start + BLOCK + 1] for start in starts)
    return all(bool((part[1:] >= part[:-1]).all()) for part in parts)


def _split(cells: NDArray[Any], n_classes: int) -> tuple[Codes, Codes]:
    """Return worker and label of each cell."""
    worker, label = np.divmod(cells, n_classes)
    return worker.astype(np.int32), label.astype(np.int32)
