"""What an answer settles at once: the label of its task so far, and whether the task asks on. Pure."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.ids import WorkerId
from groundswell.label.learning.rules import MAX_SKIPS, counted
from groundswell.label.projects.model import Project
from groundswell.quality import Votes
from groundswell.quality.by_skill import by_others, by_skill
from groundswell.workforce.agreement import agreement
from groundswell.workforce.evidence import Evidence, Source

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
    choice: str
    late: bool
    skill: float | None


@dataclass(frozen=True)
class Settled:
    """What follows for the tasks that something came in for, aligned with them.

    Attributes:
        state: str `[n]`, the state that each task comes to.
        label: int32 `[n]`, the most probable class.
        probability: float64 `[n]`, that `label` is right.
        answers: int64 `[n]`, answers that count.
        undecided: bool `[n]`, completed without agreement: the budget of answers is spent.
        wanted: int64 `[n]`, answers that each task is to have in all, as far as is known now.
        evidence: what tasks that are completed now teach about those who answered them.
    """

    state: NDArray[np.str_]
    label: NDArray[np.int32]
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
    coded, cast = _coded(project, tasks, votes)
    skill = _skills(cast, coded)
    gold = _gold(project, tasks)
    posterior = by_skill(coded, skill)
    probability = posterior.max(axis=1, initial=0.0)
    answers = coded.votes_per_item.astype(np.int64)
    known = gold >= 0
    certain, spent = _enough(project, coded, probability, known)
    set_aside = np.array([task.skips >= MAX_SKIPS for task in tasks], bool)
    before = np.array([task.state for task in tasks], np.str_)
    pending = before == "pending"
    ends = pending & (certain | spent)
    state = np.where(ends, "completed", np.where(pending & set_aside, "error", before))
    in_doubt = pending & ~ends & ~set_aside
    return Settled(
        state=state,
        label=posterior.argmax(axis=1).astype(np.int32),
        probability=probability,
        answers=answers,
        undecided=ends & ~certain,
        wanted=np.where(in_doubt, np.maximum(answers + 1, project.answers), 0),
        evidence=[
            *_from_gold(project, coded, cast, gold, new),
            *_from_consensus(project, coded, cast, skill, ends & ~known),
        ],
    )


def _enough(
    project: Project, coded: Votes, probability: NDArray[np.float64], known: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which tasks are certain enough, and which have spent their answers; what is known is never in doubt.

    Without a target, more than half of the answers must agree.
    """
    answers = coded.votes_per_item
    full = answers >= project.answers
    if project.target_probability is None:
        agreed = 2 * coded.counts.max(axis=1, initial=0) > answers
        return full & (known | agreed), full
    return full & (known | (probability >= project.target_probability)), answers >= project.max_answers


def _coded(
    project: Project, tasks: Sequence[UnsettledTask], votes: Sequence[CountedVote]
) -> tuple[Votes, list[CountedVote]]:
    """Return the answers that count as arrays, and as rows in the same order."""
    place = {task.id: i for i, task in enumerate(tasks)}
    code = {name: i for i, name in enumerate(project.classes)}
    known = [vote for vote in votes if vote.task_id in place and vote.choice in code]
    # Tests with a task of known answer are given to many: all of them count.
    tested = {task.id for task in tasks if task.gold is not None}
    kept = counted([vote.task_id for vote in known], [vote.late for vote in known], project.most_answers)
    cast = [
        vote for vote, counts in zip(known, kept.tolist(), strict=True) if counts or vote.task_id in tested
    ]
    workers = {worker_id: i for i, worker_id in enumerate(sorted({vote.worker_id for vote in cast}))}
    coded = Votes(
        item=np.array([place[vote.task_id] for vote in cast], np.int32),
        worker=np.array([workers[vote.worker_id] for vote in cast], np.int32),
        label=np.array([code[vote.choice] for vote in cast], np.int32),
        n_items=len(tasks),
        n_workers=len(workers),
        n_classes=len(code),
    )
    return coded, cast


def _skills(cast: Sequence[CountedVote], coded: Votes) -> NDArray[np.float64]:
    """Return each worker's skill; who is not known is taken for one of this crowd."""
    skill = np.full(coded.n_workers, np.nan)
    for worker, vote in zip(coded.worker.tolist(), cast, strict=True):
        if vote.skill is not None:
            skill[worker] = vote.skill
    known = skill[~np.isnan(skill)]
    return np.where(np.isnan(skill), known.mean() if len(known) else UNKNOWN_SKILL, skill)


def _gold(project: Project, tasks: Sequence[UnsettledTask]) -> NDArray[np.int32]:
    code = {name: i for i, name in enumerate(project.classes)}
    return np.array([code.get(task.gold, -1) if task.gold else -1 for task in tasks], np.int32)


def _from_gold(
    project: Project, coded: Votes, cast: Sequence[CountedVote], gold: NDArray[np.int32], new: Set[Answered]
) -> list[Evidence]:
    """Compare each new answer to a task of known answer with that."""
    tested = np.flatnonzero(gold[coded.item] >= 0).tolist()
    return [
        _evidence(project, cast[i], "gold", 1.0, float(coded.label[i] == gold[coded.item[i]]))
        for i in tested
        if (cast[i].task_id, cast[i].worker_id) in new
    ]


def _from_consensus(
    project: Project,
    coded: Votes,
    cast: Sequence[CountedVote],
    skill: NDArray[np.float64],
    ends: NDArray[np.bool_],
) -> list[Evidence]:
    """Compare each answer to a task that ends with what the others came to; if they are unsure, it says little."""
    told = np.flatnonzero(ends[coded.item] & (coded.votes_per_item[coded.item] > 1))
    if not len(told):
        return []
    others = by_others(coded, skill)[told]
    total, correct = agreement(others, coded.label[told])
    return [
        _evidence(project, cast[i], "consensus", float(total[n]), float(correct[n]))
        for n, i in enumerate(told.tolist())
    ]


def _evidence(project: Project, vote: CountedVote, source: Source, total: float, correct: float) -> Evidence:
    return Evidence(WorkerId(vote.worker_id), project.id, source, total, correct)
