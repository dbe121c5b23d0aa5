"""One answer to everything: said where the crowd says otherwise, far more often than its members do."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.result import Floats
from groundswell.quality.signals.judged import Judged, Tested
from groundswell.quality.signals.tails import ragged, spread_of, upper_tail, usual_variety
from groundswell.quality.votes import Codes

LEAST_ANSWERS = 10
"""Judged answers that it takes to say anything of a worker."""

LEAST_FAVOUR = 0.25
"""A favourite is at least this share of a worker's answers: so nobody has more than four."""

LEAST_SHARE = 0.5
"""An answer is constant if it is given to at least this share of the tasks where something else is true."""


def constancy(judged: Judged) -> Tested:
    """Test each worker for giving their favourite answer whatever the truth is.

    What counts is how often they give it to tasks of which something else is true. Saying "cat" to 95 of a
    hundred tasks is no sign where 95 are cats: only the other five count. The number is compared with how
    often the crowd says the same for the same truths; people's habits are allowed to differ as much as the
    middle of this crowd does. The p-value is multiplied by the number of classes, because the favourite was
    chosen by looking.
    """
    worker, label = _favourites(judged, judged.votes.label)
    found, total, rate = _where_untrue(judged, worker, label)
    # From the class that is most often true, not most often said: nobody's favourite was chosen by looking.
    variety = usual_variety(*_where_untrue(judged, *_favourites(judged, judged.at)))
    chance = upper_tail(found, total, rate, spread_of(rate, variety))
    p_value = np.minimum(1.0, chance * judged.votes.n_classes)
    p_value[found < LEAST_SHARE * total] = 1.0
    # The strongest of equal favourites; the answers themselves, not their codes, decide between them.
    order = np.lexsort((label, p_value, worker))
    best = order[np.diff(worker[order], prepend=-1) > 0]
    answers = judged.n_judged[worker[best]]
    numbers = {
        "label": label[best],
        "answers": answers,
        "right": judged.count(judged.is_right)[worker[best]],
        "untrue_tasks": total[best],
        "said_though_untrue": found[best],
        "usual_share": rate[best],
        "longest_run": _longest_run(judged, worker[best], label[best]),
        "entropy_bits": _entropy(judged)[worker[best]],
    }
    return Tested(
        worker[best].astype(np.int64), p_value[best], numbers, int((judged.n_judged >= LEAST_ANSWERS).sum())
    )


def words(numbers: dict[str, Any], label: object) -> str:
    """Say what was found of a worker; `label` is the name of the favourite answer."""
    run = f", {numbers['longest_run']} times in a row" if numbers["longest_run"] > 1 else ""
    return (
        f"said {label} to {numbers['said_though_untrue']} of {numbers['untrue_tasks']} tasks of which something else "
        f"is held to be true{run}; the crowd does so with {numbers['usual_share']:.0%} of such tasks"
    )


def _favourites(judged: Judged, of: Codes) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the class that each worker met most in `of` (several where they are equal), worker and class `[n]`."""
    votes = judged.votes
    known = judged.is_judged & (judged.n_judged >= LEAST_ANSWERS)[votes.worker]
    cells, said = np.unique(
        votes.worker[known] * np.int64(votes.n_classes) + votes.label[known], return_counts=True
    )
    worker, label = np.divmod(cells, votes.n_classes)
    most = np.zeros(votes.n_workers, np.int64)
    np.maximum.at(most, worker, said)
    favourite = (said == most[worker]) & (said >= LEAST_FAVOUR * judged.n_judged[worker])
    return worker[favourite], label[favourite]


def _where_untrue(judged: Judged, worker: Any, label: Any) -> tuple[Any, Any, Floats]:
    """Count, of each favourite, tasks of another truth that got it and all of them; and the crowd's share."""
    order, starts = _by_worker(judged)
    lengths = judged.n_judged[worker]
    vote = order[ragged(starts[worker], lengths)]
    which = np.arange(len(worker)).repeat(lengths)
    other = judged.at[vote] != label[which]
    vote, which = vote[other], which[other]
    hit = judged.votes.label[vote] == label[which]
    usual = np.bincount(which, judged.crowd_rate(judged.at[vote], label[which]), len(worker))
    total = np.bincount(which, minlength=len(worker))
    return np.bincount(which[hit], minlength=len(worker)), total, usual / np.maximum(total, 1)


def _by_worker(judged: Judged) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return judged votes in the order of worker, then time, and where each worker's begin."""
    known = np.flatnonzero(judged.is_judged)
    item, worker = judged.votes.item[known], judged.votes.worker[known]
    keys = (item, worker) if judged.when is None else (item, judged.when[known], worker)
    return known[np.lexsort(keys)], np.cumsum(judged.n_judged) - judged.n_judged


def _longest_run(judged: Judged, worker: Any, label: Any) -> NDArray[np.int64]:
    """Return how often each worker said their favourite in a row, by time; 0 where times are unknown."""
    longest = np.zeros(judged.votes.n_workers, np.int64)
    if judged.when is None or not len(worker):
        return np.asarray(longest[worker])
    favourite = np.full(judged.votes.n_workers, -1, np.int64)
    favourite[worker] = label
    order, _ = _by_worker(judged)
    who = judged.votes.worker[order]
    same = judged.votes.label[order] == favourite[who]
    at = np.arange(len(order))
    first = np.diff(who, prepend=-1) != 0
    before_run = np.maximum.accumulate(np.where(~same, at, np.where(first, at - 1, -1)))
    np.maximum.at(longest, who, at - before_run)
    return np.asarray(longest[worker])


def _entropy(judged: Judged) -> Floats:
    """Return the entropy of each worker's judged labels in bits, `[n_workers]`."""
    votes = judged.votes
    cells, said = np.unique(
        votes.worker[judged.is_judged] * np.int64(votes.n_classes) + votes.label[judged.is_judged],
        return_counts=True,
    )
    worker = cells // votes.n_classes
    share = said / judged.n_judged[worker]
    return np.asarray(np.bincount(worker, -share * np.log2(share), votes.n_workers), np.float64)
