"""What was said of the tasks that something came in for. Pure."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from groundswell.label.kinds import Answer
from groundswell.label.learning.rules import counted
from groundswell.label.projects.model import Project

UNKNOWN_SKILL = 0.75
"""Taken for a worker of whom nothing is known yet, in a crowd of which nothing is known either."""

Answered = tuple[int, int]
"""A task, and a worker who answered it."""


@dataclass(frozen=True)
class UnsettledTask:
    """A task that something came in for."""

    id: int
    state: str
    gold: str | None
    skips: int


@dataclass(frozen=True)
class CountedVote:
    """The newest answer of a worker to a task, and the worker's skill where one was estimated."""

    id: int
    task_id: int
    worker_id: int
    said: str
    answer: dict[str, Any]
    late: bool
    skill: float | None


@dataclass(frozen=True)
class Mark:
    """How an answer compares with something: it counts as `total` answers, `correct` of them right."""

    vote: CountedVote
    total: float
    correct: float


class Heard(Protocol):
    """What the answers to some tasks come to, aligned with the tasks.

    Attributes:
        label: the most probable answer to each task, None where there is none.
        probability: float64 `[n]`, that it is right; where answers are not classes, how much of it is expected to be.
        answers: int64 `[n]`, answers that count.
        agreed: bool `[n]`, whether more than half of what was said is the same.
    """

    label: list[Answer | None]
    probability: NDArray[np.float64]
    answers: NDArray[np.int64]
    agreed: NDArray[np.bool_]

    def beside_gold(self, new: Set[Answered]) -> list[Mark]:
        """Compare each new answer to a task of known answer with that."""
        ...

    def beside_others(self, ends: NDArray[np.bool_]) -> list[Mark]:
        """Compare each answer to the tasks that end with what the others came to."""
        ...


def that_count(
    project: Project, tasks: Sequence[UnsettledTask], votes: Sequence[CountedVote]
) -> list[CountedVote]:
    """Return the answers to these tasks that count: as many as a task may have, those in time first.

    Tests with a task of known answer are given to many: all of them count.

    Args:
        votes: in the order in which they came.
    """
    place = {task.id for task in tasks}
    known = [vote for vote in votes if vote.task_id in place]
    tested = {task.id for task in tasks if task.gold is not None}
    kept = counted([vote.task_id for vote in known], [vote.late for vote in known], project.most_answers)
    return [
        vote for vote, counts in zip(known, kept.tolist(), strict=True) if counts or vote.task_id in tested
    ]


def skills_of(cast: Sequence[CountedVote]) -> dict[int, float]:
    """Return each worker's skill; who is not known is taken for one of this crowd."""
    known = {vote.worker_id: vote.skill for vote in cast if vote.skill is not None}
    usual = float(np.mean(list(known.values()))) if known else UNKNOWN_SKILL
    return {vote.worker_id: known.get(vote.worker_id, usual) for vote in cast}
