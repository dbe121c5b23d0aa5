"""Who agrees with whom: each worker with the rest, and each pair of workers."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.agreement.answers import Answers, Compared
from groundswell.quality.agreement.result import PairAgreement, WorkerAgreement
from groundswell.quality.agreement.scales import Interval, Nominal, Ordinal, Scale
from groundswell.quality.agreement.within import Places, all_pairs_within
from groundswell.quality.result import Floats

LEAST_SHARED = 10
"""Tasks that two workers must share for their agreement to be listed."""

PRIOR_ANSWERS = 5.0
"""Answers that a worker's variance leans on the crowd's with."""

CELLS = 2**22
"""Cells (pairs of workers, times classes) that are counted at a time."""


def worker_agreements(answers: Answers, scale: Scale) -> tuple[WorkerAgreement, ...]:
    """Return how far each worker agrees with the rest, the lowest first; empty where alpha is not defined."""
    if not len(scale.compared) or not scale.expected > 0:
        return ()
    n_workers = len(answers.worker_names)
    count, mean, error = by_worker(scale.compared.worker, scale.apart, n_workers)
    value = 1 - mean / scale.expected
    present = np.flatnonzero(count)
    order = present[np.lexsort((present, value[present]))]
    columns = (value[order].tolist(), (error[order] / scale.expected).tolist(), count[order].tolist())
    names = (answers.worker_names[code] for code in order.tolist())
    return tuple(WorkerAgreement(*row) for row in zip(names, *columns, strict=True))


def by_worker(worker: Any, values: Floats, n_workers: int) -> tuple[Places, Floats, Floats]:
    """Return count, mean and standard error of the mean of each worker's values, `[n_workers]`.

    The variance of a worker leans on that of all workers, as if by `PRIOR_ANSWERS` more answers.
    """
    count = np.bincount(worker, minlength=n_workers)
    some = np.maximum(count, 1)
    mean = np.bincount(worker, weights=values, minlength=n_workers) / some
    spread = np.bincount(worker, weights=(values - mean[worker]) ** 2, minlength=n_workers)
    pooled = spread.sum() / max(len(values) - int((count > 0).sum()), 1)
    variance = (spread + PRIOR_ANSWERS * pooled) / (some - 1 + PRIOR_ANSWERS)
    return count, mean, np.sqrt(variance / some)


@dataclass(frozen=True, eq=False)
class Shared:
    """Answers of two workers to the same task, for pairs of workers that share `LEAST_SHARED` or more.

    Attributes:
        first: int64 `[n_pairs]`, code of a worker.
        second: int64 `[n_pairs]`, code of another, larger.
        pair: int64 `[n]`, the pair of workers that a shared task belongs to, ascending.
        one: int64 `[n]`, place of the first worker's answer in `Compared`.
        other: int64 `[n]`, place of the second's.
        items: int64 `[n_pairs]`, tasks shared.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    pair: NDArray[np.int64]
    one: Places
    other: Places
    items: NDArray[np.int64]

    def mean(self, values: Floats) -> Floats:
        """Return the mean over shared tasks, `[n_pairs]`."""
        out: Floats = np.bincount(self.pair, weights=values, minlength=len(self.items)) / self.items
        return out


def pair_agreements(answers: Answers, scale: Scale) -> tuple[PairAgreement, ...]:
    """Return how far pairs of workers agree that share enough tasks, the lowest first; undefined ones last.

    Raises:
        TooLarge: there are more pairs of answers to the same task than can be held.
    """
    shared = shared_tasks(scale.compared, len(answers.worker_names))
    if not len(shared.items):
        return ()
    distance = shared.mean(scale.distance(shared.one, shared.other))
    value = _values(scale, shared, distance)
    order = np.lexsort((shared.second, shared.first, value))  # NaN is sorted last
    columns = (shared.first, shared.second, value, distance, shared.items)
    names = answers.worker_names
    return tuple(
        PairAgreement(names[first], names[second], *row)
        for first, second, *row in zip(*(column[order].tolist() for column in columns), strict=True)
    )


def shared_tasks(compared: Compared, n_workers: int) -> Shared:
    """Find the tasks that pairs of workers share, for pairs with `LEAST_SHARED` or more."""
    left, right = all_pairs_within(compared.size)
    one, other = compared.worker[left], compared.worker[right]
    swapped = one > other
    key = np.minimum(one, other) * np.int64(n_workers) + np.maximum(one, other)
    keys, counts = np.unique(key, return_counts=True)
    kept = keys[(counts >= LEAST_SHARED) & (keys // n_workers != keys % n_workers)]
    chosen = np.flatnonzero(np.isin(key, kept))
    pair = np.searchsorted(kept, key[chosen])
    order = np.argsort(pair, kind="stable")
    chosen, pair = chosen[order], pair[order]
    first = np.where(swapped, right, left)[chosen]
    second = np.where(swapped, left, right)[chosen]
    items = np.bincount(pair, minlength=len(kept))
    return Shared(kept // n_workers, kept % n_workers, pair, first, second, items)


def _values(scale: Scale, shared: Shared, distance: Floats) -> Floats:
    """Return the coefficient of each pair of workers."""
    if isinstance(scale, Nominal):
        return _kappas(shared, scale.compared.code, scale.n_classes)
    if isinstance(scale, Ordinal):
        return _quadratic_kappas(shared, scale.compared.code.astype(np.float64))
    if isinstance(scale, Interval):
        return _quadratic_kappas(shared, scale.values)
    out: Floats = 1 - distance / scale.expected if scale.expected > 0 else np.full(len(distance), nan)
    return out


def _kappas(shared: Shared, code: Any, n_classes: int) -> Floats:
    """Return Cohen's kappa of each pair of workers, a block of pairs at a time."""
    said, answered = code[shared.one].astype(np.int64), code[shared.other].astype(np.int64)
    observed = shared.mean((said == answered).astype(np.float64))
    chance = np.empty(len(shared.items))
    block = max(1, CELLS // n_classes)
    for first in range(0, len(chance), block):
        last = min(first + block, len(chance))
        start, stop = np.searchsorted(shared.pair, [first, last])
        cells = (shared.pair[start:stop] - first) * n_classes
        sides = [
            np.bincount(cells + side[start:stop], minlength=(last - first) * n_classes)
            for side in (said, answered)
        ]
        met = (sides[0] * sides[1]).reshape(last - first, n_classes).sum(axis=1)
        chance[first:last] = met / shared.items[first:last] ** 2
    return _beyond(1 - observed, 1 - chance)


def _quadratic_kappas(shared: Shared, values: Floats) -> Floats:
    """Return the weighted kappa of each pair of workers, where disagreement weighs by its square."""
    centred = values - values.mean()
    one, other = centred[shared.one], centred[shared.other]
    expected = shared.mean(one**2) + shared.mean(other**2) - 2 * shared.mean(one) * shared.mean(other)
    return _beyond(shared.mean((one - other) ** 2), expected)


def _beyond(observed: Floats, expected: Floats) -> Floats:
    """Return 1 - observed / expected disagreement; NaN where none is expected."""
    possible = expected > 1e-12
    out: Floats = np.where(possible, 1 - observed / np.where(possible, expected, 1.0), nan)
    return out
