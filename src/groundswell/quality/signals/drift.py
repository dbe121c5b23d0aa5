"""A worker who was right, and from some answer on no longer is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.result import Floats
from groundswell.quality.signals.judged import Judged, Tested

LEAST_ANSWERS = 30
"""Judged answers that it takes to say anything of a worker."""

LEAST_PART = 5
"""Answers that must lie before the change, and after it."""

LEAST_FALL = 0.1
"""A fall of the share of right answers by less than this is of no interest, however certain."""

CROWD_WEIGHT = 2.0
"""Votes that the crowd's accuracy on a class weighs, when an item is taken for easier or harder than others."""


def drift(judged: Judged) -> Tested:
    """Test each worker for a moment from which on they are right less often, beyond what the tasks explain.

    Each answer counts by how much more or less right it is than could be expected of that item, from how
    many others are right about it, and of this worker with this class: neither a batch that is hard for all
    nor one of the class that a worker does not know moves anybody. The sums of these differences over time,
    which begin and end at 0, are compared with a Brownian bridge, which is what they become when nothing
    changes (and less, where classes come one after the other). Only falls are tested: a rise is learning.

    Source:
        Cumulative sums of zeros and ones for a change point: Pettitt (1980), Biometrika 67(1):79-84. There
        the differences are from the worker's own mean; from the item's expectation is ours. The chance that
        a bridge rises above x is exp(-2 x ** 2): Smirnov's one-sided limit.
    """
    if judged.when is None:
        return Tested(np.empty(0, np.int64), np.empty(0), {})
    vote, starts, lengths = _in_time(judged)
    expected = _expected(judged, vote)
    left = _without_habits(judged, vote, judged.is_right[vote] - expected, expected * (1 - expected))
    rise, variance = _running(left, starts, lengths), _sums(left**2, starts)
    place = np.arange(len(vote)) - starts.repeat(lengths) + 1
    early = (place >= LEAST_PART) & (lengths.repeat(lengths) - place >= LEAST_PART)
    top, split = _highest(np.where(early, rise, -np.inf), starts)
    p_value = np.exp(-2 * np.maximum(top, 0) ** 2 / np.maximum(variance, 1e-12))
    before, after = _shares(judged.is_right[vote], starts, lengths, split)
    p_value[before - after < LEAST_FALL] = 1.0
    numbers = {
        "answers": lengths,
        "change_after": split,
        "share_before": before,
        "share_after": after,
        "task_after": judged.votes.item[vote[starts + split]] if len(starts) else np.empty(0, np.int64),
    }
    return Tested(judged.votes.worker[vote[starts]].astype(np.int64), p_value, numbers)


def words(numbers: dict[str, Any]) -> str:
    """Say what was found of a worker."""
    return (
        f"{numbers['share_before']:.0%} of the first {numbers['change_after']} judged answers were right, "
        f"{numbers['share_after']:.0%} of the {numbers['answers'] - numbers['change_after']} after them; how hard "
        "the tasks were does not explain it"
    )


def _in_time(judged: Judged) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the judged votes of workers with enough of them by worker and time, and each one's start and count."""
    assert judged.when is not None
    worker = judged.votes.worker
    known = np.flatnonzero(judged.is_judged & (judged.n_judged >= LEAST_ANSWERS)[worker])
    order = known[np.lexsort((judged.votes.item[known], judged.when[known], worker[known]))]
    lengths = judged.n_judged[judged.n_judged >= LEAST_ANSWERS]
    return order, np.cumsum(lengths) - lengths, lengths


def _expected(judged: Judged, vote: NDArray[np.int64]) -> Floats:
    """Return the chance that somebody is right about each vote's item, from the crowd and the others there."""
    item, at = judged.votes.item, judged.at
    right = np.bincount(item[judged.is_right], minlength=judged.votes.n_items)[item[vote]]
    others = judged.votes.votes_per_item[item[vote]] - 1
    usual = CROWD_WEIGHT * judged.crowd_rate(at[vote], at[vote])
    return (usual + right - judged.is_right[vote]) / (CROWD_WEIGHT + others)


def _without_habits(judged: Judged, vote: NDArray[np.int64], gain: Floats, weight: Floats) -> Floats:
    """Return gains without what each worker gains or loses on each class over all time, `[n]`.

    Who is good at one class and bad at another has not changed when the classes come one after the other.
    Somebody better or worse than others gains or loses most where the outcome is open: in proportion to the
    variance of the outcome, as in logistic regression.
    """
    met = judged.votes.worker[vote] * np.int64(judged.votes.n_classes) + judged.at[vote]
    _, habit = np.unique(met, return_inverse=True)
    total, weights = np.bincount(habit, gain), np.bincount(habit, weight)
    left: Floats = gain - weight * (total / weights)[habit]
    return left


def _running(values: Floats, starts: Any, lengths: Any) -> Floats:
    running = np.cumsum(values)
    before = running[starts] - values[starts]
    within: Floats = running - before.repeat(lengths)
    return within


def _sums(values: Floats, starts: Any) -> Floats:
    return np.add.reduceat(values, starts) if len(starts) else np.empty(0)


def _highest(rise: Floats, starts: Any) -> tuple[Floats, NDArray[np.int64]]:
    """Return each worker's highest point, and how many answers lie up to it."""
    if not len(starts):
        return np.empty(0), np.empty(0, np.int64)
    top = np.maximum.reduceat(rise, starts)
    worker = np.searchsorted(starts, np.arange(len(rise)), side="right") - 1
    at_top = np.flatnonzero(rise == top[worker])
    first = at_top[np.unique(worker[at_top], return_index=True)[1]]
    return top, first - starts + 1


def _shares(right: Any, starts: Any, lengths: Any, split: Any) -> tuple[Floats, Floats]:
    """Return the share of right answers up to each worker's split, and after it."""
    running = _running(right.astype(np.float64), starts, lengths)
    before = running[starts + split - 1]
    total = running[starts + lengths - 1]
    return before / split, (total - before) / np.maximum(lengths - split, 1)
