"""Decisions of labelling: pure functions of values."""

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError, InvalidName
from groundswell.label.model import ProjectSpec, ProjectState

TRANSITIONS: dict[ProjectState, list[str]] = {
    ProjectState.ACTIVE: ["draft", "paused", "done"],
    ProjectState.PAUSED: ["active"],
    ProjectState.DONE: ["active", "paused"],
}
"""For each state, the states from which a project may reach it."""


def check_spec(spec: ProjectSpec) -> None:
    """Refuse a project spec that is out of range, with the remedy.

    Raises:
        InvalidName: the name is empty or over 200 characters.
        InputError: a number is out of its range, or a gold label is not a class.
    """
    if not spec.name.strip() or len(spec.name) > 200:
        raise InvalidName(f"a project name has 1 to 200 characters; got {len(spec.name)}")
    if not 1 <= spec.answers <= 100 or not 1 <= spec.max_answers <= 100:
        raise InputError(f"answers for each task must be 1 to 100; got {spec.answers} to {spec.max_answers}")
    if spec.target_probability is not None and not 0.5 < spec.target_probability < 1:
        raise InputError(f"the target must lie between 0.5 and 1, exclusive; got {spec.target_probability}")
    if not 0 <= spec.audit_share <= 1:
        raise InputError(f"the audit share must lie between 0 and 1; got {spec.audit_share}")
    unknown = set(spec.gold.values()) - set(spec.classes)
    if unknown:
        raise InputError(f"gold label {min(unknown)!r} is not one of the classes {', '.join(spec.classes)}")


def slots_for_fixed_redundancy(
    votes: NDArray[np.int64],
    outstanding: NDArray[np.int64],
    pending: NDArray[np.bool_],
    urgency: NDArray[np.float64],
    *,
    answers: int,
    window: int,
) -> NDArray[np.int64]:
    """Choose the slots to open where each task gets the same number of answers.

    Breadth first: every task gets its first answer before any gets its second, so that redundancy
    arrives evenly and a worker rarely meets a task again. Among equals, the most urgent first.

    Args:
        votes: answers that each task has, `[n]`.
        outstanding: answers that are leased out now, `[n]`.
        pending: tasks that still ask, `[n]`.
        urgency: which of equals comes first, `[n]`; the greatest wins.
        answers: that each task is to get.
        window: slots to open at most.

    Returns:
        Task places in the order of work; a place comes as often as answers are missing.
    """
    have = votes + outstanding
    missing = np.where(pending, np.maximum(answers - have, 0), 0)
    place = np.repeat(np.arange(len(missing)), missing)
    nth = np.arange(len(place)) - np.repeat(np.cumsum(missing) - missing, missing) + have[place]
    order = np.lexsort((-urgency[place], nth))
    return place[order][:window]
