"""Where a project stands: the rows of its tasks, answers, leases and skips as arrays. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.label.learning.rules import MAX_SKIPS, SMALL_TEAM, counted
from groundswell.label.projects.model import Project
from groundswell.quality import Votes


@dataclass(frozen=True)
class TaskRow:
    """A task, as learning reads it."""

    id: int
    position: int
    item_id: str
    state: str
    is_audit: bool
    gold: str | None


@dataclass(frozen=True)
class VoteRow:
    """The newest answer of a worker to a task."""

    task_id: int
    worker_id: int
    said: str
    late: bool = False


@dataclass(frozen=True)
class SkipRow:
    """A worker could not answer a task."""

    task_id: int
    worker_id: int


@dataclass(frozen=True)
class OpinionRow:
    """What a model of others states of a task, in the order of the classes."""

    task_id: int
    predictor: str
    probabilities: list[float]


@dataclass(frozen=True)
class ReviewedTask:
    """A task that is or was in review, or has a final label: `verdict` is its class, None while there is none.

    `in_review` is false for one that a manager judged without a review, such as a task of the audit share: nothing
    may treat these otherwise than others.
    """

    task_id: int
    verdict: str | None
    in_review: bool


@dataclass(frozen=True)
class Situation:
    """A project as arrays, aligned with its tasks in the order of the items.

    Attributes:
        state: str `[n]`, the state of each task.
        gold: int32 `[n]`, known class or -1.
        outstanding: int64 `[n]`, answers leased out now.
        received: int64 `[n]`, answers stored, those that do not count included.
        skips: int64 `[n]`, people who could not answer.
        votes: what people said, as far as it counts; items are tasks, workers are `worker_ids`.
        worker_ids: worker of each worker code.
        met: of a small team, which tasks each worker has answered or skipped, bool `[n]` each; else none.
        in_review: bool `[n]`, tasks that are or were in review.
        audits: place and verdict (a class) of each reviewed task of the audit share, in the order of time.
    """

    state: NDArray[np.str_]
    gold: NDArray[np.int32]
    outstanding: NDArray[np.int64]
    received: NDArray[np.int64]
    skips: NDArray[np.int64]
    votes: Votes
    worker_ids: list[int]
    met: list[NDArray[np.bool_]]
    in_review: NDArray[np.bool_]
    audits: list[tuple[int, int]]

    @property
    def set_aside(self) -> NDArray[np.bool_]:
        """Which tasks so many people could not answer that nobody is asked again, bool `[n]`."""
        return self.skips >= MAX_SKIPS


def situation(
    project: Project,
    tasks: Sequence[TaskRow],
    votes: Sequence[VoteRow],
    leases: Mapping[int, int],
    skips: Sequence[SkipRow] = (),
    reviewed: Sequence[ReviewedTask] = (),
) -> Situation:
    """Turn the rows of a project into arrays.

    Answers of classes that no longer exist do not count, nor do late ones to a task that has enough
    without them; they are kept, and seen as received. `reviewed` is in the order of time.
    """
    place = {task.id: i for i, task in enumerate(tasks)}
    code = {name: i for i, name in enumerate(project.classes)}
    votes = [vote for vote in votes if vote.task_id in place]
    return Situation(
        state=np.array([task.state for task in tasks], np.str_),
        gold=np.array([code.get(task.gold, -1) if task.gold else -1 for task in tasks], np.int32),
        outstanding=np.array([leases.get(task.id, 0) for task in tasks], np.int64),
        received=_tally(place, [vote for vote in votes if vote.said]),
        skips=_tally(place, skips),
        met=_met(place, [*votes, *skips]),
        in_review=_tally(place, [row for row in reviewed if row.in_review]) > 0,
        audits=[
            (place[row.task_id], code[row.verdict])
            for row in reviewed
            if row.verdict in code and row.task_id in place and tasks[place[row.task_id]].is_audit
        ],
        **_counted_votes(project, place, code, votes),
    )


def opinions_of(
    project: Project, tasks: Sequence[TaskRow], rows: Sequence[OpinionRow]
) -> list[NDArray[np.float64]]:
    """Return what each model of others states, `[n, K]` with rows of NaN where it says nothing, by its name."""
    place = {task.id: at for at, task in enumerate(tasks)}
    shape = (len(tasks), len(project.classes))
    stated = {name: np.full(shape, np.nan) for name in sorted({row.predictor for row in rows})}
    for row in rows:
        if row.task_id in place and len(row.probabilities) == shape[1]:
            shares = np.array(row.probabilities, np.float64)
            stated[row.predictor][place[row.task_id]] = shares / shares.sum()
    return list(stated.values())


def _counted_votes(
    project: Project, place: Mapping[int, int], code: Mapping[str, int], votes: Sequence[VoteRow]
) -> dict[str, Any]:
    known = [vote for vote in votes if vote.said in code]
    kept = counted([vote.task_id for vote in known], [vote.late for vote in known], project.most_answers)
    known = [vote for vote, counts in zip(known, kept.tolist(), strict=True) if counts]
    worker_ids = sorted({vote.worker_id for vote in known})
    worker = {worker_id: i for i, worker_id in enumerate(worker_ids)}
    coded = Votes(
        item=np.array([place[vote.task_id] for vote in known], np.int32),
        worker=np.array([worker[vote.worker_id] for vote in known], np.int32),
        label=np.array([code[vote.said] for vote in known], np.int32),
        n_items=len(place),
        n_workers=len(worker_ids),
        n_classes=len(code),
    )
    return {"votes": coded, "worker_ids": worker_ids}


def _tally(place: Mapping[int, int], rows: Sequence[VoteRow | SkipRow | ReviewedTask]) -> NDArray[np.int64]:
    places = [place[row.task_id] for row in rows if row.task_id in place]
    return np.bincount(np.array(places, np.int64), minlength=len(place)).astype(np.int64)


def _met(place: Mapping[int, int], rows: Sequence[VoteRow | SkipRow]) -> list[NDArray[np.bool_]]:
    workers = sorted({row.worker_id for row in rows})
    if len(workers) > SMALL_TEAM:
        return []
    met = {worker: np.zeros(len(place), bool) for worker in workers}
    for row in rows:
        if row.task_id in place:
            met[row.worker_id][place[row.task_id]] = True
    return list(met.values())
