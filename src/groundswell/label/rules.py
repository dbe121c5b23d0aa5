"""Decisions of labelling: pure functions of values."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError, InvalidName
from groundswell.label.kinds import ontology_of
from groundswell.label.model import ProjectSpec, ProjectState
from groundswell.tenancy.model import RANK, Role

TRANSITIONS: dict[ProjectState, list[str]] = {
    ProjectState.ACTIVE: ["draft", "paused", "done"],
    ProjectState.PAUSED: ["active"],
    ProjectState.DONE: ["active", "paused"],
}
"""For each state, the states from which a project may reach it."""

MAX_SKIPS = 3
"""People who may skip a task before it is set aside: it is not the people then."""

SMALL_TEAM = 32
"""Workers up to which planning looks after each by name; in a larger crowd somebody always fits."""

MAX_INSTRUCTIONS = 100_000
MAX_LEASE_SECONDS = 30 * 24 * 60 * 60
MAX_PRICE_CENTS = 1_000_000


def listed_states(role: Role) -> list[str]:
    """Return the states of the projects that are listed for a role: who only labels is shown what wants labels."""
    return [ProjectState.ACTIVE.value] if RANK[role] < RANK[Role.MEMBER] else list(ProjectState)


def may_see(role: Role, state: str) -> bool:
    """Say whether a role may see a project: a draft concerns those who make it, not those who will label."""
    return state != ProjectState.DRAFT or RANK[role] >= RANK[Role.MEMBER]


def check_spec(spec: ProjectSpec) -> None:
    """Refuse a project spec that is out of range, with the remedy.

    Raises:
        InvalidName: the name or a class is empty, too long or not printable.
        InputError: a number is out of its range, the instructions cannot be kept, or a gold label is no class.
    """
    if not spec.name.strip() or len(spec.name) > 200 or not spec.name.isprintable():
        raise InvalidName(f"a project name has 1 to 200 printable characters; got {spec.name[:200]!r}")
    if len(spec.instructions) > MAX_INSTRUCTIONS or "\x00" in spec.instructions:
        raise InputError(f"instructions have at most {MAX_INSTRUCTIONS:,} characters, none of them NUL")
    for name, value, low, high in (
        ("answers", spec.answers, 1, 100),
        ("max_answers", spec.max_answers, 1, 100),
        ("lease_seconds", spec.lease_seconds, 1, MAX_LEASE_SECONDS),
        ("price_cents", spec.price_cents, 0, MAX_PRICE_CENTS),
        ("audit_share", spec.audit_share, 0, 1),
    ):
        if not low <= value <= high:
            raise InputError(f"{name} must be {low} to {high}; got {value}")
    if spec.target_probability is not None and not 0.5 < spec.target_probability < 1:
        raise InputError(f"the target must lie between 0.5 and 1, exclusive; got {spec.target_probability}")
    classes = ontology_of(spec.classes).classes
    unknown = set(spec.gold.values()) - set(classes)
    if unknown:
        raise InputError(f"gold label {min(unknown)!r} is not one of the classes {', '.join(classes)}")


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


def slots_for_fixed_redundancy(
    votes: NDArray[np.int64],
    outstanding: NDArray[np.int64],
    pending: NDArray[np.bool_],
    urgency: NDArray[np.float64],
    *,
    answers: int,
) -> NDArray[np.int64]:
    """Order the slots to open where each task gets the same number of answers.

    Breadth first: every task gets its first answer before any gets its second, so that redundancy
    arrives evenly and a worker rarely meets a task again. Among equals, the most urgent first.

    Args:
        votes: answers that each task has, `[n]`.
        outstanding: answers that are leased out now, `[n]`.
        pending: tasks that still ask, `[n]`.
        urgency: which of equals comes first, `[n]`; the greatest wins.
        answers: that each task is to get.

    Returns:
        Task places in the order of work; a place comes as often as answers are missing.
    """
    have = votes + outstanding
    missing = np.where(pending, np.maximum(answers - have, 0), 0)
    place = np.repeat(np.arange(len(missing)), missing)
    nth = np.arange(len(place)) - np.repeat(np.cumsum(missing) - missing, missing) + have[place]
    order = np.lexsort((-urgency[place], nth))
    return np.asarray(place[order], np.int64)
