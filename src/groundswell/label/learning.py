"""What a project has learnt: from rows to arrays, through assist, back to rows. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.assist import Known, Learned, Plan, learn, plan, plan_fixed
from groundswell.label.model import Project
from groundswell.quality import Votes

WINDOW = 512
"""Open slots that planning keeps ready at most: a few minutes of a large crowd, all of a small one."""


@dataclass(frozen=True)
class TaskRow:
    """A task, as learning reads it."""

    id: int
    position: int
    state: str
    is_audit: bool
    gold: str | None


@dataclass(frozen=True)
class VoteRow:
    """The newest answer of a worker to a task."""

    task_id: int
    worker_id: int
    choice: str


@dataclass(frozen=True)
class Situation:
    """A project as arrays, aligned with its tasks in the order of the items.

    Attributes:
        task_ids: int64 `[n]`.
        pending: bool `[n]`, still asking.
        gold: int32 `[n]`, known class or -1.
        outstanding: int64 `[n]`, answers leased out now.
        votes: what people said; items are tasks, workers are `worker_ids`.
        worker_ids: worker of each worker code.
    """

    task_ids: NDArray[np.int64]
    pending: NDArray[np.bool_]
    gold: NDArray[np.int32]
    outstanding: NDArray[np.int64]
    votes: Votes
    worker_ids: list[int]


def situation(
    tasks: Sequence[TaskRow], votes: Sequence[VoteRow], leases: Mapping[int, int], classes: Sequence[str]
) -> Situation:
    """Turn the rows of a project into arrays. Answers of classes that no longer exist are left out."""
    place = {task.id: i for i, task in enumerate(tasks)}
    code = {name: i for i, name in enumerate(classes)}
    kept = [vote for vote in votes if vote.choice in code and vote.task_id in place]
    worker_ids = sorted({vote.worker_id for vote in kept})
    worker = {worker_id: i for i, worker_id in enumerate(worker_ids)}
    return Situation(
        task_ids=np.array([task.id for task in tasks], np.int64),
        pending=np.array([task.state == "pending" for task in tasks], bool),
        gold=np.array([code.get(task.gold, -1) if task.gold else -1 for task in tasks], np.int32),
        outstanding=np.array([leases.get(task.id, 0) for task in tasks], np.int64),
        votes=Votes(
            item=np.array([place[vote.task_id] for vote in kept], np.int32),
            worker=np.array([worker[vote.worker_id] for vote in kept], np.int32),
            label=np.array([code[vote.choice] for vote in kept], np.int32),
            n_items=len(tasks),
            n_workers=len(worker_ids),
            n_classes=len(classes),
        ),
        worker_ids=worker_ids,
    )
