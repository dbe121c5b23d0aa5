"""Kappa and its relatives, for comparing with published figures: Cohen, weighted Cohen, Fleiss, Gwet."""

from __future__ import annotations

from math import nan
from typing import Any

import numpy as np

from groundswell.errors import InputError, TooLarge
from groundswell.quality.agreement.result import Agreement
from groundswell.quality.agreement.within import pairs_within, sums_at
from groundswell.quality.result import Floats
from groundswell.quality.votes import MOST_CELLS, Votes

ONE_CLASS = "every comparable vote is for the same class"


def fleiss_kappa(votes: Votes) -> Agreement:
    """Measure agreement of a fixed number of votes an item, from any workers: Fleiss' kappa.

    Prefer `krippendorff_alpha`; this is for comparing with published figures.

    Returns:
        Kappa; NaN with a reason where items have different numbers of votes, fewer than two, or one class.

    Source:
        Fleiss (1971), Psychological Bulletin 76(5):378-382, doi:10.1037/h0031619.
    """
    each = votes.votes_per_item[votes.votes_per_item > 0]
    if not len(each):
        return Agreement(nan, reason="no item has a vote")
    if (each != each[0]).any() or each[0] < 2:
        return Agreement(nan, items=len(each), reason="items need equally many votes, two or more")
    shares = np.bincount(votes.label, minlength=votes.n_classes) / len(votes)
    return _beyond(_mean_disagreement(votes, None), 1 - float(shares @ shares), len(each))


def cohen_kappa(votes: Votes, first: int, second: int, *, weights: Any = None) -> Agreement:
    """Measure agreement of two workers on the items that both answered: Cohen's kappa, plain or weighted.

    Args:
        votes: the votes.
        first: code of a worker.
        second: code of another worker.
        weights: how grave each disagreement is: None, any is as grave as any other; `linear` or `quadratic`,
            by the steps between classes in the order of their codes; or an array `[n_classes, n_classes]`,
            0 or more, with the first worker's class in rows.

    Returns:
        Kappa; NaN with a reason where they share no item, or both used one and the same class only.

    Raises:
        InputError: weights that are unknown, of another shape, negative or not finite.
        TooLarge: weights for more pairs of classes than fit in memory.

    Source:
        Cohen (1960), Educational and Psychological Measurement 20(1):37-46, doi:10.1177/001316446002000104;
        with weights Cohen (1968), Psychological Bulletin 70(4):213-220, doi:10.1037/h0026256.
    """
    weight = _disagreement_weights(weights, votes.n_classes)
    one, other = votes.worker == first, votes.worker == second
    _, left, right = np.intersect1d(votes.item[one], votes.item[other], return_indices=True)
    said, answered = votes.label[one][left], votes.label[other][right]
    if not len(said):
        return Agreement(nan, reason="the two workers share no item")
    shares = [np.bincount(side, minlength=votes.n_classes) / len(said) for side in (said, answered)]
    if weight is None:
        return _beyond(float((said != answered).mean()), 1 - float(shares[0] @ shares[1]), len(said))
    observed = float(weight[said, answered].mean())
    return _beyond(observed, float(shares[0] @ weight @ shares[1]), len(said))


def gwet_ac(votes: Votes, *, weights: Any = None) -> Agreement:
    """Measure agreement where one class is nearly all there is: Gwet's AC1, or AC2 with weights.

    Kappa and alpha fall towards 0 where almost every answer is the same, because chance then explains almost
    every agreement. AC1 takes chance to be guessing on the items that are hard. Read it beside alpha.

    Args:
        votes: the votes; an item may have any number. Items with one count for how common classes are.
        weights: as of `cohen_kappa`: None for AC1, otherwise AC2.

    Returns:
        The coefficient; NaN with a reason where no item has two votes, or there is one class only. Classes
        that nobody used count: a guess could have been one of them.

    Raises:
        InputError: as of `cohen_kappa`; weights must be symmetric here.

    Source:
        Gwet (2008), British Journal of Mathematical and Statistical Psychology 61(1):29-48,
        doi:10.1348/000711006X126600; AC2 and missing answers as in its author's R package, irrCAC.
    """
    weight = _disagreement_weights(weights, votes.n_classes)
    if weight is not None and (weight != weight.T).any():
        raise InputError("weights must be symmetric: between any two workers, neither is the first")
    size = votes.votes_per_item
    items = int((size > 1).sum())
    if not items or votes.n_classes < 2:
        return Agreement(nan, items=items, reason=ONE_CLASS if items else "no item has two votes")
    common = sums_at(votes.label, 1 / size[votes.item], votes.n_classes) / (size > 0).sum()
    partly = 0.0 if weight is None else float((1 - weight / weight.max()).sum()) - votes.n_classes
    alike = (1 + partly / votes.n_classes) / (votes.n_classes - 1)
    chance = alike * float((common * (1 - common)).sum())
    return _beyond(_mean_disagreement(votes, weight), 1 - chance, items)


def _disagreement_weights(weights: Any, n_classes: int) -> Floats | None:
    """Return how grave it is to say one class against another, `[n_classes, n_classes]`; None for all alike."""
    if weights is None:
        return None
    if n_classes**2 > MOST_CELLS:
        raise TooLarge(
            f"{n_classes:,} classes have too many pairs to weigh; merge rare classes, or weigh none"
        )
    if isinstance(weights, str):
        if weights not in ("linear", "quadratic"):
            raise InputError(f"no weights {weights!r}; there are linear, quadratic, or an array")
        steps = np.abs(np.subtract.outer(np.arange(n_classes), np.arange(n_classes))).astype(np.float64)
        return steps if weights == "linear" else steps**2
    given = np.asarray(weights, np.float64)
    if given.shape != (n_classes, n_classes):
        raise InputError(f"weights must be [{n_classes}, {n_classes}], a cell for each pair of classes")
    if not (np.isfinite(given).all() and (given >= 0).all() and given.any()):
        raise InputError(
            "weights must be 0 or more, finite, and not all 0: they say how grave a disagreement is"
        )
    return given


def _mean_disagreement(votes: Votes, weight: Floats | None) -> float:
    """Return the mean over items with two votes or more of the mean weight, 0 to 1, of their pairs of votes."""
    cell, count = np.unique(votes.item * np.int64(votes.n_classes) + votes.label, return_counts=True)
    item, code = np.divmod(cell, votes.n_classes)
    size = votes.votes_per_item
    total = 0.0
    for left, right in pairs_within(np.bincount(item)):
        pairs = 2 * count[left] * count[right] / (size[item[left]] * (size[item[left]] - 1))
        total += float(
            pairs.sum() if weight is None else pairs @ weight[code[left], code[right]] / weight.max()
        )
    return total / int((size > 1).sum())


def _beyond(observed: float, expected: float, items: int) -> Agreement:
    """Return agreement beyond chance: 1 - observed / expected disagreement."""
    if expected <= 1e-15:
        return Agreement(nan, items=items, reason=ONE_CLASS)
    return Agreement(1 - observed / expected, items=items)
