"""Scales: how far answers are apart, on items and by chance, for classes and numbers, without looking at pairs.

Krippendorff's alpha is 1 - observed / expected disagreement. Observed is the mean over answers of how far each is
from the others on its item (`apart`); expected is the mean over all pairs of answers, wherever they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from groundswell.quality.agreement.answers import Compared
from groundswell.quality.agreement.within import Places, sums_at
from groundswell.quality.pairs import pairs_of
from groundswell.quality.result import Floats

STEPS = 64
"""Up to so many classes an ordinal scale is ranked anew in every resample; above it the ranks are kept."""

CELLS = 2**24
"""Cells of the tables that resampling works on at a time."""


class Sums(Protocol):
    """What disagreement is a function of, added up over groups of items."""

    def disagreement(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return observed and expected disagreement `[n]`, where group g counts `weights[n, g]` times."""
        ...


class Scale(Protocol):
    """Distances between the answers that can be compared."""

    @property
    def compared(self) -> Compared:
        """The answers."""
        ...

    @property
    def apart(self) -> Floats:
        """Mean distance of each answer to the others on its item, `[n]`."""
        ...

    @property
    def expected(self) -> float:
        """Mean distance of all pairs of answers."""
        ...

    @property
    def expected_error(self) -> float:
        """Standard error of `expected` where a sample of the pairs was taken, 0 otherwise."""
        ...

    def distance(self, left: Places, right: Places) -> Floats:
        """Return how far pairs of answers are apart, in the units of a reader (not always the metric's)."""
        ...

    def sums(self, group: Places, n_groups: int) -> Sums:
        """Return what disagreement is a function of, where item i is in `group[i]`."""
        ...


@dataclass(frozen=True, eq=False)
class Nominal:
    """Classes without an order: answers are the same, or not."""

    compared: Compared
    n_classes: int
    expected_error: float = 0.0

    @cached_property
    def apart(self) -> Floats:
        """Share of the others on its item that say something else, `[n]`."""
        given = self.compared
        cells = pairs_of(given.item, given.code, len(given.size), self.n_classes)
        cell = cells.of(given.item, given.code)
        same, size = np.bincount(cell)[cell], given.size[given.item]
        out: Floats = (size - same) / (size - 1)
        return out

    @cached_property
    def expected(self) -> float:
        """Share of all pairs that differ."""
        totals, size = np.bincount(self.compared.code).astype(np.float64), len(self.compared)
        return float(size**2 - totals @ totals) / (size * (size - 1))

    def distance(self, left: Places, right: Places) -> Floats:
        """Return 0 for the same class, 1 for another."""
        differ: Floats = (self.compared.code[left] != self.compared.code[right]).astype(np.float64)
        return differ

    def sums(self, group: Places, n_groups: int) -> NominalSums:
        """Return disagreement and class counts by group."""
        of = group[self.compared.item]
        used = np.bincount(self.compared.code) > 0
        code = (np.cumsum(used) - 1)[self.compared.code]
        apart = sums_at(of, self.apart, n_groups)
        return NominalSums(np.bincount(of, minlength=n_groups), apart, of, code, int(used.sum()))


@dataclass(frozen=True, eq=False)
class NominalSums:
    """Answers and disagreement `[n_groups]`; group and class of each answer; classes that are used."""

    size: Places
    apart: Floats
    group: Places
    code: Places
    n_classes: int

    def disagreement(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return observed and expected disagreement."""
        size = weights @ self.size
        expected = (size**2 - self._squares(weights)) / (size * (size - 1))
        return weights @ self.apart / size, expected

    def _squares(self, weights: Floats) -> Floats:
        """Return the sum of the squared class counts; one resample at a time where classes are many."""
        n_groups = len(self.size)
        if n_groups * self.n_classes > CELLS:
            each = (np.bincount(self.code, weights=one[self.group]) for one in weights)
            return np.fromiter((counts @ counts for counts in each), np.float64, len(weights))
        cells = self.group * self.n_classes + self.code
        counts = np.bincount(cells, minlength=n_groups * self.n_classes).reshape(n_groups, self.n_classes)
        out: Floats = ((weights @ counts) ** 2).sum(axis=1)
        return out


@dataclass(frozen=True, eq=False)
class Interval:
    """Numbers of which differences mean something: the metric is the squared difference."""

    compared: Compared
    values: Floats
    expected_error: float = 0.0

    @cached_property
    def apart(self) -> Floats:
        """Mean squared difference to the others on its item, `[n]`; from the item's mean, so nothing cancels."""
        item, size = self.compared.item, self.compared.size
        centred = self.values - (sums_at(item, self.values, len(size)) / size)[item]
        spread = sums_at(item, centred**2, len(size))
        out: Floats = ((size[item] * centred**2) + spread[item]) / (size[item] - 1)
        return out

    @cached_property
    def expected(self) -> float:
        """Mean squared difference of all pairs: twice the variance; exactly 0 where all are the same."""
        same = self.values.min() == self.values.max()
        return 0.0 if same else float(2 * np.var(self.values, ddof=1))

    def distance(self, left: Places, right: Places) -> Floats:
        """Return absolute differences."""
        return np.abs(self.values[left] - self.values[right])

    def sums(self, group: Places, n_groups: int) -> IntervalSums:
        """Return disagreement and moments by group."""
        of, centred = group[self.compared.item], self.values - self.values.mean()
        parts = (np.ones(len(of)), self.apart, centred, centred**2)
        return IntervalSums(*(sums_at(of, part, n_groups) for part in parts))


@dataclass(frozen=True, eq=False)
class IntervalSums:
    """Answers, disagreement, sum and sum of squares, each `[n_groups]`."""

    size: Floats
    apart: Floats
    first: Floats
    second: Floats

    def disagreement(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return observed and expected disagreement."""
        size, first, second = weights @ self.size, weights @ self.first, weights @ self.second
        return weights @ self.apart / size, 2 * (size * second - first**2) / (size * (size - 1))


@dataclass(frozen=True, eq=False)
class Ordinal:
    """Classes with an order: the metric is the squared difference of the ranks that the answers have among all."""

    compared: Compared
    n_classes: int
    expected_error: float = 0.0

    @cached_property
    def ranked(self) -> Interval:
        """The answers as midranks."""
        totals = np.bincount(self.compared.code, minlength=self.n_classes)
        return Interval(self.compared, (np.cumsum(totals) - totals / 2)[self.compared.code])

    @property
    def apart(self) -> Floats:
        """Mean squared difference of ranks to the others on its item, `[n]`."""
        return self.ranked.apart

    @property
    def expected(self) -> float:
        """Mean squared difference of ranks of all pairs."""
        return self.ranked.expected

    def distance(self, left: Places, right: Places) -> Floats:
        """Return the steps between classes."""
        code = self.compared.code.astype(np.float64)
        return np.abs(code[left] - code[right])

    def sums(self, group: Places, n_groups: int) -> Sums:
        """Return coincidences of classes by group, or moments of the ranks where classes are many."""
        used, code = np.unique(self.compared.code, return_inverse=True)
        if len(used) > STEPS:
            return self.ranked.sums(group, n_groups)
        return _ordinal_sums(self.compared, code, len(used), group, n_groups)


@dataclass(frozen=True, eq=False)
class OrdinalSums:
    """Class counts `[n_groups, n_classes]` and coincidences `[n_groups, n_classes * n_classes]`."""

    counts: Floats
    coincidences: Floats

    def disagreement(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return observed and expected disagreement, with the ranks that each resample has."""
        totals = weights @ self.counts
        size, n_classes = totals.sum(axis=1), totals.shape[1]
        ranks = np.cumsum(totals, axis=1) - totals / 2 - size[:, None] / 2
        met = (weights @ self.coincidences).reshape(-1, n_classes, n_classes)
        crossed = np.einsum("bk,bkl,bl->b", ranks, met, ranks)
        observed = 2 * ((ranks**2 * met.sum(axis=2)).sum(axis=1) - crossed) / size
        first, second = (totals * ranks).sum(axis=1), (totals * ranks**2).sum(axis=1)
        return observed, 2 * (size * second - first**2) / (size * (size - 1))


def _ordinal_sums(
    compared: Compared, code: Places, n_classes: int, group: Places, n_groups: int
) -> OrdinalSums:
    """Count classes, and how often two classes meet on an item, a group of items at a time."""
    order = np.argsort(group[compared.item], kind="stable")
    item, said = compared.item[order], code[order]
    ends = np.cumsum(np.bincount(group[compared.item], minlength=n_groups))
    counts = np.empty((n_groups, n_classes))
    met = np.empty((n_groups, n_classes * n_classes))
    for number, (start, end) in enumerate(zip(ends - np.diff(ends, prepend=0), ends, strict=True)):
        _, own = np.unique(item[start:end], return_inverse=True)
        cells = np.bincount(own * n_classes + said[start:end], minlength=(own[-1] + 1) * n_classes)
        said_of = cells.reshape(-1, n_classes).astype(np.float64)
        counts[number] = said_of.sum(axis=0)
        share = said_of / (said_of.sum(axis=1, keepdims=True) - 1)
        met[number] = (share.T @ said_of - np.diag(share.sum(axis=0))).ravel()
    return OrdinalSums(counts, met)
