"""Which answers count and which slots to open: pure functions of arrays."""

import json
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

MAX_SKIPS = 3
"""People who may skip a task before it is set aside: it is not the people then."""

SMALL_TEAM = 32
"""Workers up to which planning looks after each by name; in a larger crowd somebody always fits."""


def counted(task: Sequence[int], late: Sequence[bool], limit: int) -> NDArray[np.bool_]:
    """Say which answers count: of each task at most `limit`, those in time before those that came late.

    Args:
        task: the task of each answer, in the order in which they came, `[n]`.
        late: whether it came after its lease had ended, `[n]`.
        limit: answers that a task may have.

    Returns:
        Boolean `[n]`.
    """
    tasks, lateness = np.asarray(task, np.int64), np.asarray(late, bool)
    order = np.lexsort((lateness, tasks))
    start = np.flatnonzero(np.r_[True, np.diff(tasks[order]) != 0][: len(order)])
    nth = np.arange(len(order)) - np.repeat(start, np.diff(np.r_[start, len(order)]))
    kept = np.empty(len(order), bool)
    kept[order] = nth < limit
    return kept


def open_window(
    order: NDArray[np.int64], limit: int, met: Iterable[NDArray[np.bool_]], *, least: int
) -> NDArray[np.int64]:
    """Choose which slots of a plan are opened now: the first ones, and some for each worker who has met those.

    Without the second part, a team whose answers are all in the first slots would find nothing, although
    there is work: one person alone, for example, once tasks in doubt fill the window.

    Args:
        order: task places, the most useful slot first.
        limit: slots to open for everybody.
        met: for each worker, which task places they have answered or skipped, boolean `[n_tasks]`.
        least: slots that each worker is to find, where there are as many.

    Returns:
        Task places, in the same order.
    """
    chosen = np.arange(len(order)) < limit
    for one in met:
        chosen[np.flatnonzero(~one[order])[:least]] = True
    return order[chosen]


def numbered(places: NDArray[np.int64], have: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the how-manieth answer of its task each slot is, given the answers each task has or awaits."""
    seen: dict[int, int] = {}
    numbers = np.zeros(len(places), np.int64)
    for i, place in enumerate(places.tolist()):
        seen[place] = seen.get(place, int(have[place])) + 1
        numbers[i] = seen[place]
    return numbers


def as_answers(classes: Sequence[str], codes: NDArray[np.integer]) -> list[str]:
    """Return class codes as answers of a kind that chooses one class, in JSON."""
    made = [json.dumps({"choice": name}) for name in classes]
    return [made[code] for code in codes]
