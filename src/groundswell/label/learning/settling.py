"""What an answer settles at once: the label of its task so far, and whether the task asks on. Pure."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.ids import WorkerId
from groundswell.label.kinds import Answer
from groundswell.label.learning.by_answers import HeardAnswers
from groundswell.label.learning.by_votes import HeardVotes
from groundswell.label.learning.heard import Answered, CountedVote, Heard, Mark, UnsettledTask
from groundswell.label.learning.rules import MAX_SKIPS
from groundswell.label.projects.model import Project
from groundswell.workforce.evidence import Evidence, Source


@dataclass(frozen=True)
class Settled:
    """What follows for the tasks that something came in for, aligned with them.

    Attributes:
        state: str `[n]`, the state that each task comes to.
        label: the most probable answer to each task, None where there is none.
        probability: float64 `[n]`, that `label` is right.
        answers: int64 `[n]`, answers that count.
        undecided: bool `[n]`, completed without agreement: the budget of answers is spent.
        wanted: int64 `[n]`, answers that each task is to have in all, as far as is known now.
        evidence: what tasks that are completed now teach about those who answered them.
    """

    state: NDArray[np.str_]
    label: list[Answer | None]
    probability: NDArray[np.float64]
    answers: NDArray[np.int64]
    undecided: NDArray[np.bool_]
    wanted: NDArray[np.int64]
    evidence: list[Evidence]


def settle_tasks(
    project: Project, tasks: Sequence[UnsettledTask], votes: Sequence[CountedVote], new: Set[Answered]
) -> Settled:
    """Infer labels from the answers of now, and decide which tasks ask on.

    Without a target, a task has enough with the project's number of answers; if not even half of them agree, it
    ends undecided. With one it stops as soon as its
    label is probable enough, asks one more person while it is in doubt, and ends undecided with the most answers
    that it may have. Answers that came late count only where there are not enough without them. A task of known
    answer wants its number of answers, too, and no more; it tests those who give them.

    Args:
        votes: all answers to these tasks, in the order in which they came.
        new: which of them have just come in.
    """
    hear = HeardVotes if project.schema.chooses_class else HeardAnswers
    heard: Heard = hear(project, tasks, votes)
    known = np.array([task.gold is not None for task in tasks], bool)
    certain, spent = _enough(project, heard, known)
    set_aside = np.array([task.skips >= MAX_SKIPS for task in tasks], bool)
    before = np.array([task.state for task in tasks], np.str_)
    pending = before == "pending"
    ends = pending & (certain | spent)
    in_doubt = pending & ~ends & ~set_aside
    return Settled(
        state=np.where(ends, "completed", np.where(pending & set_aside, "error", before)),
        label=heard.label,
        probability=heard.probability,
        answers=heard.answers,
        undecided=ends & ~certain,
        wanted=np.where(in_doubt, np.maximum(heard.answers + 1, project.answers), 0),
        evidence=[
            *_evidence(project, heard.beside_gold(new), "gold"),
            *_evidence(project, heard.beside_others(ends & ~known), "consensus"),
        ],
    )


def _enough(
    project: Project, heard: Heard, known: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which tasks are certain enough, and which have spent their answers; what is known is never in doubt.

    Without a target, more than half of what was said must be the same.
    """
    full = heard.answers >= project.answers
    if project.target_probability is None:
        return full & (known | heard.agreed), full
    certain = full & (known | (heard.probability >= project.target_probability))
    return certain, heard.answers >= project.max_answers


def _evidence(project: Project, marks: Sequence[Mark], source: Source) -> list[Evidence]:
    return [
        Evidence(WorkerId(mark.vote.worker_id), project.id, source, mark.total, mark.correct)
        for mark in marks
    ]
