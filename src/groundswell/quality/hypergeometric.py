"""The exact mathematics of an audit: what a sample without replacement says of a finite population."""

from __future__ import annotations

from collections.abc import Callable
from math import lgamma

import numpy as np

from groundswell.quality.result import Floats

SEARCH_POINTS = 256
"""Candidates examined between two limits; where the population is finer, the limit is rounded outwards."""

SAME = 1e-7
"""Relative difference under which two tail probabilities count as equal: their rounding error is below it."""


def probabilities(population: int, right: int, drawn: int) -> Floats:
    """Return the chance of finding 0, 1, ... `drawn` right items in a sample, `[drawn + 1]`.

    Args:
        population: items in all.
        right: items of the population that are right.
        drawn: items sampled, without replacement.
    """
    out = np.zeros(drawn + 1)
    least, most = max(0, drawn - (population - right)), min(drawn, right)
    found = np.arange(least, most, dtype=np.float64)
    up = np.log(right - found) + np.log(drawn - found)
    down = np.log(found + 1) + np.log(population - right - drawn + found + 1)
    first = _log_choose(right, least) + _log_choose(population - right, drawn - least)
    logs = first - _log_choose(population, drawn) + np.concatenate(([0.0], np.cumsum(up - down)))
    out[least : most + 1] = np.exp(logs)
    return out


def upper_tail(population: int, right: int, drawn: int, found: int) -> float:
    """Return the chance of finding `found` or more right items; it grows with `right`."""
    return float(probabilities(population, right, drawn)[found:].sum())


def acceptability(population: int, right: int, drawn: int, found: int) -> float:
    """Return how well a population with `right` right items agrees with the finding: Blaker's function.

    The chance of the tail that the finding is in, plus that of the largest opposite tail which is no more
    likely. A population is in the interval of a level when this is above 1 - level.

    Source:
        Blaker (2000), Canadian Journal of Statistics 28(4):783-798, doi:10.2307/3315916.
    """
    chance = probabilities(population, right, drawn)
    below, above = np.cumsum(chance), np.cumsum(chance[::-1])[::-1]
    own = min(below[found], above[found])
    opposite = above if below[found] < above[found] else below
    no_likelier = opposite[opposite <= own * (1 + SAME)]
    return float(min(1.0, own + no_likelier.max(initial=0.0)))


def interval(population: int, drawn: int, found: int, level: float) -> tuple[int, int]:
    """Return the least and the most right items that the population may hold: an exact interval.

    It covers the truth with probability `level` or more, for every population and sample size: nothing is
    approximated by a normal distribution. It lies within the Clopper–Pearson interval.
    """
    low = _low_limit(population, drawn, found, level)
    high = population - _low_limit(population, drawn, drawn - found, level)
    return low, high


def clopper_pearson(population: int, drawn: int, found: int, level: float) -> tuple[int, int]:
    """Return the interval that leaves (1 - level) / 2 to each tail: wider than `interval`, and quicker."""
    tail = (1 - level) / 2
    low = _tail_limit(population, drawn, found, tail)
    return low, population - _tail_limit(population, drawn, drawn - found, tail)


def _low_limit(population: int, drawn: int, found: int, level: float) -> int:
    """Return the least acceptable number of right items.

    Acceptability is at most twice the upper tail and at least the upper tail, which brackets the limit.
    Between the two it has jumps, so candidates are tried from below and the last refused one decides.
    """
    least = _tail_limit(population, drawn, found, (1 - level) / 2)
    most = _tail_limit(population, drawn, found, 1 - level)
    step = max(1, -(-(most - least) // SEARCH_POINTS))
    for candidate in range(least, most, step):
        if acceptability(population, candidate, drawn, found) > 1 - level:
            return max(least, candidate - step + 1)
    return max(least, most - step + 1)


def _tail_limit(population: int, drawn: int, found: int, tail: float) -> int:
    """Return the least number of right items for which finding so many is likelier than `tail`."""
    most = population - (drawn - found)
    return _first(lambda right: upper_tail(population, right, drawn, found) > tail, found, most)


def _first(holds: Callable[[int], bool], low: int, high: int) -> int:
    """Return the first integer in `[low, high]` from which on a condition holds (it holds at `high`)."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _log_choose(total: int, chosen: int) -> float:
    return lgamma(total + 1) - lgamma(chosen + 1) - lgamma(total - chosen + 1)
