"""Krippendorff's alpha: agreement of any number of workers, with answers missing, for any kind of answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import nan

import numpy as np

from groundswell.errors import InputError
from groundswell.quality.agreement.answers import Answers, Compared, answers_of, compare
from groundswell.quality.agreement.paired import Distances, Measured, Paired, Ratios
from groundswell.quality.agreement.result import Agreement, Metric
from groundswell.quality.agreement.scales import Interval, Nominal, Ordinal, Scale
from groundswell.quality.result import Floats
from groundswell.quality.votes import Votes

GROUPS = 1000
"""Items that are resampled one by one; more are put into so many random groups first, and these resampled.

The width of an interval from 1,000 groups differs by about 1 / sqrt(2000), a fiftieth, from that of single items.
"""

METRICS = ("nominal", "ordinal", "interval", "ratio")
"""The metrics that have a name."""


@dataclass(frozen=True, eq=False)
class Ruler:
    """A metric and what it measures: makes the scale of any of the answers.

    Attributes:
        metric: a name in `METRICS`, or a function of two answers.
        answers: says what the codes of answers stand for.
        rng: where pairs are sampled from.
    """

    metric: Metric
    answers: Answers
    rng: np.random.Generator

    @cached_property
    def _distances(self) -> Distances:
        if callable(self.metric):
            return Measured(self.metric, self.answers.choices)
        return Ratios(np.asarray(self.answers.choices, np.float64))

    def over(self, compared: Compared) -> Scale:
        """Return the scale of these answers."""
        if self.metric == "nominal":
            return Nominal(compared, len(self.answers.choices))
        if self.metric == "ordinal":
            return Ordinal(compared, len(self.answers.choices))
        if self.metric == "interval":
            return Interval(compared, np.asarray(self.answers.choices, np.float64)[compared.code])
        return Paired(compared, self._distances, self.rng)


def krippendorff_alpha(
    answers: Votes | Answers,
    *,
    metric: Metric = "nominal",
    rng: np.random.Generator | None = None,
    level: float = 0.95,
    resamples: int = 1000,
) -> Agreement:
    """Measure agreement when items have different numbers of answers: Krippendorff's alpha.

    The general choice: any number of workers, missing answers allowed. Items with one answer do not count.

    Args:
        answers: the votes; an empty or a degenerate table gives NaN with a reason. For `ordinal` the order of
            classes is that of their codes; for `interval` and `ratio` the names of classes are the numbers.
        metric: `nominal` (same or not), `ordinal` (squared difference of ranks), `interval` (squared
            difference), `ratio` (squared relative difference), or a symmetric function of two answers, 0 to 1.
        rng: source of the bootstrap over items, None for no interval; and of the pairs that are sampled where
            there are too many, with a fixed seed for None.
        level: coverage of the interval, between 0 and 1.
        resamples: bootstrap resamples; 1,000 gives the ends to about a twentieth of the interval's width.

    Returns:
        Alpha with a percentile bootstrap interval, which is approximate; under twenty items it is a hint.
        Exact for the first three metrics, in O(n log n). For the others disagreement on items is exact (each
        pair of answers to an item is looked at), and the expected one is exact up to 2,000 distinct numbers or
        400 distinct answers; above it, it is the mean of a million, or 100,000, random pairs of answers, and
        `sampling_error` says what that costs.

    Raises:
        InputError: unknown metric, numbers that cannot be used, a distance below 0 or not finite.
        TooLarge: for `ratio` and functions, over 33 million pairs of answers to the same task.

    Source:
        Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", University of Pennsylvania,
        https://repository.upenn.edu/asc_papers/43. Resampling items is the common simplification of the
        bootstrap given there. For functions as metrics, and how to read the result: Braylan, Alonso and Lease
        (2022), ACM Web Conference, doi:10.1145/3485447.3512242.
    """
    check(metric, level, resamples)
    given = answers_of(answers, metric)
    given = given if rng is None else given.by_name()
    scale = Ruler(metric, given, rng or np.random.default_rng(0)).over(compare(given))
    return alpha_of(scale, rng, level, resamples)


def check(metric: Metric, level: float, resamples: int) -> None:
    """Refuse an unknown metric, a level that is none, and an empty bootstrap."""
    if not callable(metric) and metric not in METRICS:
        raise InputError(
            f"no metric {metric!r}; there are {', '.join(METRICS)}, and functions of two answers"
        )
    if not 0 < level < 1:
        raise InputError(f"level must be above 0 and below 1; got {level}")
    if resamples < 1:
        raise InputError(f"resamples must be 1 or more; got {resamples}")


def alpha_of(
    scale: Scale, rng: np.random.Generator | None = None, level: float = 0.95, resamples: int = 1000
) -> Agreement:
    """Return alpha of a scale, with an interval where there is an `rng`."""
    items = len(scale.compared.size)
    if not items:
        return Agreement(nan, reason="no item has two votes")
    if not scale.expected > 0:
        return Agreement(nan, items=items, reason="every comparable vote is for the same class")
    observed = float(scale.apart.mean())
    value = 1 - observed / scale.expected
    error = observed / scale.expected**2 * scale.expected_error
    low, high = (nan, nan) if rng is None or items < 2 else _bootstrap(scale, rng, level, resamples)
    return Agreement(value, low, high, items, sampling_error=error)


def _bootstrap(scale: Scale, rng: np.random.Generator, level: float, resamples: int) -> tuple[float, float]:
    """Return a percentile interval for alpha over resampled items."""
    items = len(scale.compared.size)
    n_groups = min(items, GROUPS)
    group = np.arange(items) if items <= GROUPS else rng.permutation(items) % GROUPS
    observed, expected = scale.sums(group, n_groups).disagreement(draws(rng, n_groups, resamples))
    told = expected > 1e-12 * scale.expected
    if not told.any():
        return nan, nan
    values = 1 - observed[told] / expected[told]
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def draws(rng: np.random.Generator, n: int, resamples: int) -> Floats:
    """Return how often each of `n` is drawn in each resample, `[resamples, n]`."""
    drawn = rng.integers(0, n, (resamples, n)) + np.arange(resamples)[:, None] * n
    return np.bincount(drawn.ravel(), minlength=resamples * n).reshape(resamples, n).astype(np.float64)
