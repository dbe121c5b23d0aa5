"""The nouns of the work itself: tasks as they are leased, submits and their receipts."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from groundswell.ids import AnnotationId, ProjectId, TaskId, WorkerId
from groundswell.label.kinds import Answer
from groundswell.tenancy.model import Scope


class ReceiptStatus(StrEnum):
    """What became of a submitted answer."""

    STORED = "stored"
    LATE = "late"
    REFUSED = "refused"


@dataclass(frozen=True)
class LeasedTask:
    """A task that a worker holds until `expires_at`, with the model's proposal where there is one.

    Attributes:
        price_cents: what its answer earns; fixed when the task was taken.
        content: what the item may expose its worker to, who has agreed to that; None for nothing.
    """

    task_id: TaskId
    item_id: str
    batch_id: int
    payload: dict[str, Any]
    expires_at: datetime
    price_cents: int
    proposal: dict[str, Any] | None
    probability: float | None
    model_version: int | None
    content: str | None = None


@dataclass(frozen=True)
class Submit:
    """One answer on its way in.

    Attributes:
        idempotency_key: made by the client; the same key always gets the same receipt.
        active_ms: milliseconds of active work, bounded by the time since the lease.
        proposal_seen: whether a model's proposal was shown; it is kept with the answer as evidence.
    """

    task_id: TaskId
    answer: Answer
    active_ms: int
    idempotency_key: uuid.UUID
    proposal_seen: bool = False


@dataclass(frozen=True)
class Skip:
    """A task given back by its worker, with the reason; it is never offered to the same worker again."""

    task_id: TaskId
    reason: str


@dataclass(frozen=True)
class Round:
    """All that one worker brings to a project and wants from it, in one round trip.

    Attributes:
        submits, skips: what was done with tasks that the worker held.
        releases: tasks given back untouched, as on signing out; they may be offered again.
        holding: tasks that the client holds and goes on holding: their leases are extended, and they are
            not sent again. Other open leases of this worker are sent first, so that a page that was loaded
            again goes on where it was.
        want: how many tasks the worker wants to be given now.
    """

    scope: Scope
    project_id: ProjectId
    worker_id: WorkerId
    submits: Sequence[Submit] = ()
    skips: Sequence[Skip] = ()
    releases: Sequence[TaskId] = ()
    holding: Sequence[TaskId] = ()
    want: int = 0


@dataclass(frozen=True)
class Receipt:
    """The server's word on a submit: once it says stored or late, the answer is durable.

    Attributes:
        feedback: in a training project, what is right.
    """

    idempotency_key: uuid.UUID
    task_id: TaskId
    status: ReceiptStatus
    annotation_id: AnnotationId | None
    error: str | None = None
    feedback: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Progress:
    """What the worker's screen shows of the project."""

    completed: int
    total: int
    mine: int


@dataclass(frozen=True)
class Queue:
    """How the queue of a project is.

    Attributes:
        open_slots, leased: answers that may be given out now, and that are.
        unsettled: answers and skips that came in and were not looked at yet.
        asked, hungry: within the last hour, requests for a task by people who may work there, and those that got none.
        longest_wait: seconds, within the last hour, the longest that anybody who got a task had been without.
    """

    open_slots: int
    leased: int
    unsettled: int
    asked: int
    hungry: int
    longest_wait: float

    @property
    def starvation(self) -> float:
        """The share of requests for a task that got none, 0 to 1."""
        return self.hungry / self.asked if self.asked else 0.0


@dataclass(frozen=True)
class Work:
    """The answer to one round of work.

    Attributes:
        notice: why there are no tasks for this worker, where there is more to say than "none at present".
    """

    receipts: list[Receipt]
    tasks: list[LeasedTask]
    progress: Progress
    notice: str | None = None
