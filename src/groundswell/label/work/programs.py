"""Workers that are programs: functions, models behind a call, or a simulated crowd, through the same door as people."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import numpy as np

from groundswell.errors import InvalidAnswer
from groundswell.ids import ProjectId, WorkerId, new_uuid
from groundswell.label.kinds import Answer
from groundswell.label.work.model import LeasedTask, ReceiptStatus, Skip, Submit
from groundswell.label.work.service import work
from groundswell.store import Database
from groundswell.tenancy.model import Scope


@dataclass(frozen=True)
class Said:
    """What a program answered, a class or a whole answer, and the seconds that it took."""

    answer: str | Answer
    seconds: float = 0.0


Answerer = Callable[[LeasedTask], Awaitable[Said | None] | Said | None]
"""Answers one task, or returns None to skip it."""


async def answer_open_tasks(
    db: Database,
    scope: Scope,
    project_id: ProjectId,
    answerers: Mapping[WorkerId, Answerer],
    *,
    rng: np.random.Generator,
    shares: Mapping[WorkerId, float] | None = None,
    at_once: int = 8,
    on_answer: Callable[[int], None] | None = None,
) -> int:
    """Let programmatic workers lease and answer until no open slot is left for any of them.

    Workers come by turns in random order, each as often as its share says; each leases up to `at_once`
    tasks, answers them and submits together with its next request.

    Args:
        shares: how much of the work each worker does, any positive numbers; equal where not given.
        on_answer: called with the number of answers stored, as they are.

    Returns:
        How many answers were stored.

    Raises:
        InvalidAnswer: an answer was refused, for example because its class does not exist; those before
            it are stored.
    """
    idle: set[WorkerId] = set()
    stored = 0
    workers = list(answerers)
    weight = np.array([(shares or {}).get(worker, 1.0) for worker in workers], np.float64)
    while len(idle) < len(workers):
        awake = np.array([worker not in idle for worker in workers])
        place = int(rng.choice(len(workers), p=weight * awake / (weight * awake).sum()))
        count = await _turn(db, scope, project_id, workers[place], answerers[workers[place]], at_once, rng)
        if count is None:
            idle.add(workers[place])
            continue
        stored += count
        if on_answer is not None:
            on_answer(count)
    return stored


async def _turn(
    db: Database,
    scope: Scope,
    project_id: ProjectId,
    worker_id: WorkerId,
    answer: Answerer,
    at_once: int,
    rng: np.random.Generator,
) -> int | None:
    """Lease, answer and submit once; returns the answers stored, or None if there was nothing to lease."""
    leased = (await work(db, scope, project_id, worker_id, want=at_once, rng=rng)).tasks
    if not leased:
        return None
    submits, skips = [], []
    for task in leased:
        said = answer(task)
        if inspect.isawaitable(said):
            said = await said
        if said is None:
            skips.append(Skip(task.task_id, "the program gave no answer"))
        else:
            given = {"choice": said.answer} if isinstance(said.answer, str) else said.answer
            submits.append(Submit(task.task_id, given, round(said.seconds * 1000), new_uuid()))
    receipts = (await work(db, scope, project_id, worker_id, submits=submits, skips=skips, want=0)).receipts
    for receipt in receipts:
        if receipt.status is ReceiptStatus.REFUSED:  # its lease is still open: asking on would never end
            raise InvalidAnswer(f"worker {worker_id} answered task {receipt.task_id}: {receipt.error}")
    return len(receipts)
