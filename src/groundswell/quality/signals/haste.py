"""Too fast and less often right than others: either alone says nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from groundswell.quality.result import Floats
from groundswell.quality.signals.judged import Judged, Tested
from groundswell.quality.signals.tails import group_medians, student_lower_tail, upper_tail

LEAST_ANSWERS = 10
"""Timed answers, and judged ones, that it takes to say anything of a worker."""

LEAST_CROWD = 10
"""Workers that it takes to know what pace is usual."""

ITEM_ANSWERS = 5
"""Timed answers from which on an item's own typical time is used instead of the project's."""

FLOOR_SECONDS = 1.0
"""Answers under this are counted as evidence; few tasks can be read in less."""

NORMAL = 1.4826
"""Standard deviations in a median absolute deviation of normal values."""

MAD_EFFICIENCY = 0.37
"""What a median absolute deviation knows of a normal scale, compared with the standard deviation."""


def haste(judged: Judged) -> Tested:
    """Test each worker for being both faster and less often right than the crowd allows for.

    A worker's pace is the median, over their answers, of the log of the seconds against the typical seconds
    for that item. It is compared with the paces of the crowd by robust location and scale, and their wrong
    answers with how often the crowd is wrong where the same classes are true. The p-value is the larger of
    the two, so that a fast worker who is as right as others is never reported.

    Source:
        The larger p-value is an intersection-union test: Berger (1982), Technometrics 24(4):295-300.
    """
    nobody = Tested(np.empty(0, np.int64), np.empty(0), {})
    timed = None if judged.seconds is None else np.nan_to_num(judged.seconds, nan=0.0) > 0
    if judged.seconds is None or timed is None or not timed.any():
        return nobody
    seconds, worker = judged.seconds[timed], judged.votes.worker[timed]
    slower = np.log(seconds) - _typical(judged.votes.item[timed], np.log(seconds), judged.votes.n_items)
    pace, answers = group_medians(worker, slower, judged.votes.n_workers)
    known = np.flatnonzero((answers >= LEAST_ANSWERS) & (judged.n_judged >= LEAST_ANSWERS))
    if len(known) < LEAST_CROWD:
        return nobody
    own_spread = NORMAL * np.median(np.abs(slower - pace[worker]))
    p_fast = _unusually_fast(pace[known], answers[known], own_spread)
    right, usual = _agreement(judged)
    total = judged.n_judged[known]
    p_wrong = upper_tail(total - right[known], total, 1 - usual[known])
    numbers = {
        "answers": answers[known],
        "median_seconds": group_medians(worker, seconds, judged.votes.n_workers)[0][known],
        "times_faster": np.exp(np.median(pace[known]) - pace[known]),
        "share_under_a_second": _share(worker, seconds < FLOOR_SECONDS, answers)[known],
        "agreement": right[known] / total,
        "usual_agreement": usual[known],
    }
    return Tested(known, np.maximum(p_fast, p_wrong), numbers)


def words(numbers: dict[str, Any]) -> str:
    """Say what was found of a worker."""
    return (
        f"half of the answers took under {numbers['median_seconds']:.1f} s: {numbers['times_faster']:.1f} times "
        f"faster than usual on the same tasks, {numbers['share_under_a_second']:.0%} in under a second; "
        f"{numbers['agreement']:.0%} of them were right where the crowd is right {numbers['usual_agreement']:.0%}"
    )


def _typical(item: Any, log_seconds: Floats, n_items: int) -> Floats:
    """Return the median log seconds of the others on each answer's item; of the project where they are few.

    Of the others: with their own time among five, every fifth answer would be its own yardstick.
    """
    order = np.lexsort((log_seconds, item))
    sizes = np.bincount(item, minlength=n_items)
    first, others = (np.cumsum(sizes) - sizes)[item[order]], sizes[item[order]] - 1
    rank = np.arange(len(order)) - first
    middle = [np.maximum(place, 0) for place in ((others - 1) // 2, others // 2)]
    low, high = (log_seconds[order][np.minimum(first + at + (at >= rank), len(order) - 1)] for at in middle)
    typical = np.empty(len(order))
    typical[order] = np.where(others >= ITEM_ANSWERS - 1, (low + high) / 2, np.median(log_seconds))
    return typical


def _unusually_fast(pace: Floats, answers: Any, own_spread: float) -> Floats:
    """Return the chance of so fast a pace: paces differ between people, and are known the worse the fewer answers."""
    noise = np.pi / 2 * own_spread**2 / answers
    centre = np.median(pace)
    between = max((NORMAL * np.median(np.abs(pace - centre))) ** 2 - np.median(noise), 0.0)
    scale = np.sqrt(np.maximum(between + noise, 1e-6))
    return student_lower_tail((pace - centre) / scale, MAD_EFFICIENCY * (len(pace) - 1))


def _agreement(judged: Judged) -> tuple[Any, Floats]:
    """Return how many answers of each worker were right, and the share that is usual for the same truths."""
    at = judged.at[judged.is_judged]
    usual = np.bincount(
        judged.votes.worker[judged.is_judged], judged.crowd_rate(at, at), judged.votes.n_workers
    )
    return judged.count(judged.is_right), usual / np.maximum(judged.n_judged, 1)


def _share(worker: Any, which: Any, answers: Any) -> Floats:
    share: Floats = np.bincount(worker, which, len(answers)) / np.maximum(answers, 1)
    return share
