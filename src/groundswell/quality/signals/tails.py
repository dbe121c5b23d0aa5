"""Tail probabilities of counts and of bridges, and what may be believed when many are looked at together."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.result import Floats

SMALLEST_RATE = 1e-9
"""No rate is taken to be nearer to 0 or 1 than this: what never happened yet is not impossible."""


VARIETIES = (0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 1.8, 2.5, 3.5)
"""How far people may differ, as the variance of their log-odds: from hardly to all but anything goes."""

LEAST_COUNTS, ASSUMED_VARIETY = 10, 0.8
"""Below so many counts nothing is estimated, and this assumed: eleven real crowds had 0.2 to 1.8, most 0.5."""

STRANGE = (0.01, 0.03, 0.1, 0.3)
"""Shares of counts that may come from anywhere."""


def upper_tail(found: Any, total: Any, rate: Any, spread: Any = 0.0) -> Floats:
    """Return the chance of at least `found` successes in `total` trials, for many counts at once, `[n]`.

    The trials of one count share a success rate that is drawn from a Beta distribution, so that people (or
    pairs of people) who legitimately differ are not taken for one and the same. Exact up to rounding.

    Args:
        found: int `[n]`, 0 to `total`.
        total: int `[n]`; with 0 trials the chance is 1.
        rate: float `[n]`, the mean of the rate.
        spread: correlation of two trials of one count, 0 (binomial) to below 1 (all or nothing); a number or `[n]`.
    """
    return _sum_where(lambda k, wanted: k >= wanted, found, total, rate, spread)


def chance_of(found: Any, total: Any, rate: Any, spread: Any = 0.0) -> Floats:
    """Return the chance of exactly `found` successes, `[n]`; arguments as of `upper_tail`."""
    return _sum_where(lambda k, wanted: k == wanted, found, total, rate, spread)


def _sum_where(holds: Callable[[Any, Any], Any], found: Any, total: Any, rate: Any, spread: Any) -> Floats:
    """Add up the beta-binomial chances of the numbers of successes for which a condition holds, `[n]`."""
    found, total = np.asarray(found, np.int64), np.asarray(total, np.int64)
    if not len(total):
        return np.empty(0)
    own = np.clip(np.broadcast_to(rate, total.shape), SMALLEST_RATE, 1 - SMALLEST_RATE).repeat(total + 1)
    spread = np.broadcast_to(spread, total.shape).repeat(total + 1)
    trials = total.repeat(total + 1)
    starts = np.cumsum(total + 1) - (total + 1)
    k = np.arange(len(trials)) - starts.repeat(total + 1)
    one_on = np.maximum(k, 1)
    step = np.log(np.maximum(trials - one_on + 1, 1) / one_on * (own * (1 - spread) + (one_on - 1) * spread))
    step -= np.log((1 - own) * (1 - spread) + np.maximum(trials - one_on, 0) * spread)
    step[starts] = 0.0
    log_weight = np.cumsum(step)
    log_weight -= np.maximum.reduceat(log_weight, starts).repeat(total + 1)
    weight = np.exp(log_weight)
    inside = np.add.reduceat(np.where(holds(k, found.repeat(total + 1)), weight, 0.0), starts)
    chance: Floats = inside / np.add.reduceat(weight, starts)
    return chance


def student_lower_tail(t: Any, degrees: float) -> Floats:
    """Return the chance that a Student t variable is below `t`, `[n]`.

    Within 2 % of the exact chance from 8 degrees of freedom on, down to chances of 1e-6.

    Source:
        Wallace's approximation by a normal variable (1959), Annals of Mathematical Statistics
        30(4):1121-1130; its form and error were checked against an exact implementation.
    """
    values = np.asarray(t, np.float64)
    shrink = (8 * degrees + 1) / (8 * degrees + 3)
    normal = np.sign(values) * shrink * np.sqrt(degrees * np.log1p(values**2 / degrees))
    return np.array([0.5 * math.erfc(-z / math.sqrt(2)) for z in normal.tolist()], np.float64)


def false_discovery_rates(p_value: Floats, n_tests: int | None = None) -> Floats:
    """Return, for each p-value, the false discovery rate of the list that ends with it, `[n]`.

    Keeping what is at most q makes a list of which at most a share q is false on average.

    Args:
        p_value: `[n]`, each at least as large as chance would have it.
        n_tests: how many tests were made, where only the smallest p-values were kept; at least n.

    Source:
        Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57(1):289-300. It holds
        under positive dependence too: Benjamini and Yekutieli (2001), Annals of Statistics 29:1165-1188.
    """
    order = np.argsort(p_value, kind="stable")
    scaled = p_value[order] * max(len(p_value), n_tests or 0) / np.arange(1, len(p_value) + 1)
    rates = np.empty(len(p_value))
    rates[order] = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    return rates


def spread_of(rate: Floats, variety: float) -> Floats:
    """Return the correlation of trials, for `upper_tail`, where people differ in log-odds by `variety`, `[n]`.

    People who differ by the same odds differ less in share where something is rare: to first order the
    variance of the share is that of the log-odds times the square of rate * (1 - rate).
    """
    return np.minimum(variety * rate * (1 - rate), 0.9)


def usual_variety(found: Any, total: Any, rate: Any) -> float:
    """Return how far people usually differ: the variance of log-odds under which most counts are most likely.

    A share of the counts, estimated too, may come from anywhere (every number equally likely), so that a
    minority of spammers does not pass for the variety of honest people.

    Args:
        found: int `[n]`.
        total: int `[n]`.
        rate: float `[n]`.

    Returns:
        One of `VARIETIES`; `ASSUMED_VARIETY` where there are too few counts.

    Source:
        Maximum likelihood under gross errors is Huber's idea (1964), Annals of Mathematical Statistics
        35(1):73-101, there for a location.
    """
    if len(total) < LEAST_COUNTS:
        return ASSUMED_VARIETY
    best, likelihood = VARIETIES[0], -np.inf
    anywhere = 1 / (np.asarray(total) + 1)
    for variety in VARIETIES:
        chance = chance_of(found, total, rate, spread_of(rate, variety))
        for strange in STRANGE:
            log_likelihood = float(np.log((1 - strange) * chance + strange * anywhere).sum())
            if log_likelihood > likelihood + 1e-9:
                best, likelihood = variety, log_likelihood
    return best


def group_medians(group: NDArray[Any], value: Floats, n_groups: int) -> tuple[Floats, NDArray[np.int64]]:
    """Return the lower median of each group (NaN where it is empty) and its size, each `[n_groups]`."""
    order = np.lexsort((value, group))
    sizes = np.bincount(group, minlength=n_groups).astype(np.int64)
    middle = np.cumsum(sizes) - sizes + np.maximum(sizes - 1, 0) // 2
    medians = np.full(n_groups, np.nan)
    medians[sizes > 0] = value[order][middle[sizes > 0]]
    return medians, sizes


def ragged(starts: NDArray[Any], lengths: NDArray[Any]) -> NDArray[np.int64]:
    """Return the places of many runs one after the other: each from its start, as long as it is."""
    before = np.cumsum(lengths) - lengths
    places: NDArray[np.int64] = np.arange(int(lengths.sum())) + (starts - before).repeat(lengths)
    return places
