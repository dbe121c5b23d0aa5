"""Workers who disagree with everybody, found without any truth."""

from __future__ import annotations

from math import erfc, isnan, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.agreement.alpha import Ruler, alpha_of
from groundswell.quality.agreement.people import by_worker
from groundswell.quality.agreement.scales import Scale
from groundswell.quality.result import Floats
from groundswell.quality.signals.tails import false_discovery_rates

FEW = 0.25
"""Share of the answers up to which the workers who made them are "a few"."""

LEAST_ANSWERS = 5
"""Answers of a worker below which nothing is said of them."""

LEVEL = 0.05
"""False discovery rate of what is named."""

ENOUGH = 0.01
"""What alpha may be below the best that can be had by naming more workers."""


def outlying(scale: Scale, ruler: Ruler, n_workers: int) -> NDArray[np.intp]:
    """Return the codes of the few workers, worst first, who agree with the rest less than half as usual.

    The worse half of them is set aside, and the others are looked at again without those, and so on: who often
    met a worker who is always wrong need not be wrong. Of the steps, the first that is as good as any counts.

    Args:
        scale: the answers; their alpha must be defined.
        ruler: measures a part of them.
        n_workers: workers, with or without an answer.
    """
    everybody, named = scale.compared, np.empty(0, np.intp)
    steps, alphas = [named], [alpha_of(scale).value]
    while not isnan(alphas[-1]):
        found = _furthest(scale, alphas[0] / 2, n_workers)
        named = np.append(named, found[: (len(found) + 1) // 2])
        theirs = np.isin(everybody.worker, named)
        if not len(found) or theirs.mean() > FEW:
            break
        scale = ruler.over(everybody.only(~theirs))
        steps.append(named)
        alphas.append(alpha_of(scale).value)
    return steps[int(np.argmax(np.array(alphas) >= np.nanmax(alphas) - ENOUGH))]


def _furthest(scale: Scale, below: float, n_workers: int) -> NDArray[np.intp]:
    """Return the workers, worst first, whose alpha is low and who are surely further off than their tasks ask."""
    count, beyond, error = by_worker(scale.compared.worker, _beyond_task(scale), n_workers)
    _, apart, _ = by_worker(scale.compared.worker, scale.apart, n_workers)
    value = 1 - apart / scale.expected
    tested = np.flatnonzero((count >= LEAST_ANSWERS) & (error > 0))
    rates = false_discovery_rates(upper_tails(beyond[tested] / error[tested]))
    found = tested[(rates <= LEVEL) & (value[tested] < below)]
    return found[np.lexsort((found, value[found]))]


def _beyond_task(scale: Scale) -> Floats:
    """Return how much further each answer is from the others on its item than those are from each other, `[n]`.

    With two answers on an item the other is alone: the mean over all such items takes the place of the others'.
    """
    apart, item = scale.apart, scale.compared.item
    size = scale.compared.size[item]
    others = (np.bincount(item, weights=apart)[item] - 2 * apart) / np.maximum(size - 2, 1)
    two = size == 2
    usual = apart[two].mean() if two.any() else 0.0
    return np.where(two, apart - usual, apart - others)


def upper_tails(z: Any) -> Floats:
    """Return the chance that a normal variable is above each value, `[n]`."""
    return np.array([0.5 * erfc(one / sqrt(2)) for one in np.asarray(z, np.float64).tolist()], np.float64)
