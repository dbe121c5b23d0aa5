"""Agreement: how far workers say the same, beyond what chance would give."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

import numpy as np

from groundswell.quality.result import Floats
from groundswell.quality.votes import Votes


@dataclass(frozen=True)
class Agreement:
    """One coefficient of agreement: 1 is perfect, 0 is chance, below 0 is systematic disagreement.

    Attributes:
        value: the coefficient; NaN where it is not defined.
        low: lower end of the interval; NaN where none was asked for or possible.
        high: upper end of the interval.
        items: items that the coefficient rests on (those with votes that can be compared).
        reason: why `value` is NaN, or empty.
    """

    value: float
    low: float = nan
    high: float = nan
    items: int = 0
    reason: str = ""


def krippendorff_alpha(
    votes: Votes, *, rng: np.random.Generator | None = None, level: float = 0.95, resamples: int = 1000
) -> Agreement:
    """Measure agreement when items have different numbers of votes: nominal Krippendorff's alpha.

    The general choice: any number of workers, missing answers allowed. Items with one vote do not count.

    Args:
        votes: the votes; an empty or a degenerate table gives NaN with a reason.
        rng: source of the bootstrap over items; None for no interval.
        level: coverage of the interval, between 0 and 1.
        resamples: bootstrap resamples; 1,000 gives the ends to about a twentieth of the interval's width.

    Returns:
        Alpha with a percentile bootstrap interval, which is approximate; under twenty items it is a hint.

    Source:
        Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", University of Pennsylvania,
        https://repository.upenn.edu/asc_papers/43. Resampling items is the common simplification of the
        bootstrap given there.
    """
    counts = _comparable(votes)
    if not len(counts):
        return Agreement(nan, reason="no item has two votes")
    value = _alpha(float(_disagreement(counts).sum()), counts.sum(axis=0))
    if isnan(value):
        return Agreement(nan, items=len(counts), reason="every comparable vote is for the same class")
    if rng is None:
        return Agreement(value, items=len(counts))
    low, high = _bootstrap(counts, rng, level, resamples)
    return Agreement(value, low, high, len(counts))


def fleiss_kappa(votes: Votes) -> Agreement:
    """Measure agreement of a fixed number of votes an item, from any workers: Fleiss' kappa.

    Prefer `krippendorff_alpha`; this is for comparing with published figures.

    Returns:
        Kappa; NaN with a reason where items have different numbers of votes, fewer than two, or one class.

    Source:
        Fleiss (1971), Psychological Bulletin 76(5):378-382, doi:10.1037/h0031619.
    """
    counts = votes.counts[votes.votes_per_item > 0].astype(np.float64)
    if not len(counts):
        return Agreement(nan, reason="no item has a vote")
    each = counts.sum(axis=1)
    if (each != each[0]).any() or each[0] < 2:
        return Agreement(nan, items=len(counts), reason="items need equally many votes, two or more")
    observed = ((counts**2).sum(axis=1) - each).mean() / (each[0] * (each[0] - 1))
    shares = counts.sum(axis=0) / counts.sum()
    return _kappa(float(observed), shares, shares, len(counts))


def cohen_kappa(votes: Votes, first: int, second: int) -> Agreement:
    """Measure agreement of two workers on the items that both answered: Cohen's kappa.

    Args:
        votes: the votes.
        first: code of a worker.
        second: code of another worker.

    Returns:
        Kappa; NaN with a reason where they share no item, or both used one and the same class only.

    Source:
        Cohen (1960), Educational and Psychological Measurement 20(1):37-46, doi:10.1177/001316446002000104.
    """
    one, other = votes.worker == first, votes.worker == second
    _, left, right = np.intersect1d(votes.item[one], votes.item[other], return_indices=True)
    said, answered = votes.label[one][left], votes.label[other][right]
    if not len(said):
        return Agreement(nan, reason="the two workers share no item")
    first_shares = np.bincount(said, minlength=votes.n_classes) / len(said)
    second_shares = np.bincount(answered, minlength=votes.n_classes) / len(said)
    return _kappa(float((said == answered).mean()), first_shares, second_shares, len(said))


def _kappa(observed: float, first: Floats, second: Floats, items: int) -> Agreement:
    """Return agreement beyond chance, given both sides' shares of classes."""
    chance = float(first @ second)
    if chance >= 1:
        return Agreement(nan, items=items, reason="every comparable vote is for the same class")
    return Agreement((observed - chance) / (1 - chance), items=items)


def _comparable(votes: Votes) -> Floats:
    """Return the class counts of items with two votes or more, `[n, n_classes]`."""
    return votes.counts[votes.votes_per_item > 1].astype(np.float64)


def _disagreement(counts: Floats) -> Floats:
    """Return each item's disagreeing pairs of votes, each pair weighing 1 / (votes - 1), `[n]`."""
    each = counts.sum(axis=1)
    out: Floats = (each**2 - (counts**2).sum(axis=1)) / (each - 1)
    return out


def _alpha(disagreement: float, totals: Floats) -> float:
    """Return alpha from the items' summed disagreement and the votes for each class; NaN for one class."""
    size = totals.sum()
    expected = (size**2 - (totals**2).sum()) / (size - 1)
    return nan if expected <= 0 else float(1 - disagreement / expected)


def _bootstrap(counts: Floats, rng: np.random.Generator, level: float, resamples: int) -> tuple[float, float]:
    """Return a percentile interval for alpha over resampled items.

    Items with the same counts are interchangeable, so what is drawn is how often each pattern occurs.
    """
    patterns, frequency = np.unique(counts, axis=0, return_counts=True)
    disagreement = _disagreement(patterns)
    values = np.empty(resamples)
    for one in range(resamples):
        drawn = rng.multinomial(len(counts), frequency / len(counts))
        values[one] = _alpha(float(drawn @ disagreement), drawn @ patterns)
    values = values[~np.isnan(values)]
    if not len(values):
        return nan, nan
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
