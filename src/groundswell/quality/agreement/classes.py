"""Which classes meet on the same tasks: the coincidences of classes, and the pairs that are confused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.agreement.answers import Answers, Compared
from groundswell.quality.agreement.result import ConfusedClasses
from groundswell.quality.agreement.within import pairs_within, sums_at
from groundswell.quality.result import Floats

MOST_CLASSES = 1000
"""Up to so many classes there is a table of all coincidences."""

MOST_LISTED = 20
"""Pairs of classes that are listed at most."""


@dataclass(frozen=True, eq=False)
class Coincidences:
    """How often classes meet on an item; each answer counts once, shared out over the others on its item.

    Attributes:
        first: int64 `[n]`, a class; each pair of different classes that occurs is there once.
        second: int64 `[n]`, another, larger.
        together: float64 `[n]`, how often an answer `first` meets an answer `second`.
        items: int64 `[n]`, items on which they meet.
        same: float64 `[n_classes]`, how often an answer meets its own class.
        totals: int64 `[n_classes]`, answers.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    together: Floats
    items: NDArray[np.int64]
    same: Floats
    totals: NDArray[np.int64]

    @property
    def share(self) -> Floats:
        """Of all disagreement, the share of each pair of classes, `[n]`."""
        out: Floats = self.together / max(float(self.together.sum()), 1e-300)
        return out

    @property
    def expected_share(self) -> Floats:
        """The share that it would have if disagreement knew nothing of the classes, `[n]`."""
        totals = self.totals.astype(np.float64)
        out: Floats = 2 * totals[self.first] * totals[self.second] / (totals.sum() ** 2 - totals @ totals)
        return out

    def table(self) -> Floats | None:
        """Return the coincidence matrix `[n_classes, n_classes]`; None for over `MOST_CLASSES` classes."""
        if len(self.same) > MOST_CLASSES:
            return None
        table = np.diag(self.same)
        table[self.first, self.second] = table[self.second, self.first] = self.together
        return table


def coincidences(compared: Compared, n_classes: int) -> Coincidences:
    """Count how often classes meet on an item, in O(n log n) and one step for each pair of classes on an item."""
    cell, count = np.unique(compared.item * np.int64(n_classes) + compared.code, return_counts=True)
    item, code = np.divmod(cell, n_classes)
    share = count / (compared.size[item] - 1)
    same = sums_at(code, share * (count - 1), n_classes)
    keys, met = [np.empty(0, np.int64)], [np.empty(0)]
    for left, right in pairs_within(np.bincount(item, minlength=len(compared.size))):
        keys.append(code[left] * n_classes + code[right])
        met.append(share[left] * count[right])
    pair, place, items = np.unique(np.concatenate(keys), return_inverse=True, return_counts=True)
    together = sums_at(place, np.concatenate(met), len(pair))
    totals = np.bincount(compared.code, minlength=n_classes)
    first, second = np.divmod(pair, n_classes)
    return Coincidences(first, second, together, items, same, totals)


def confused_classes(answers: Answers, found: Coincidences) -> tuple[ConfusedClasses, ...]:
    """Return the pairs of classes with the largest shares of disagreement, the largest first."""
    share, expected = found.share, found.expected_share
    order = np.lexsort((found.second, found.first, -share))[:MOST_LISTED]
    columns = [column[order].tolist() for column in (found.first, found.second, share, expected, found.items)]
    return tuple(
        ConfusedClasses(answers.choices[first], answers.choices[second], *row)
        for first, second, *row in zip(*columns, strict=True)
    )
