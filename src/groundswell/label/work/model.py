"""The nouns of the work itself: tasks as they are leased, submits and their receipts."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from groundswell.ids import AnnotationId, TaskId
from groundswell.label.kinds import Answer


class ReceiptStatus(StrEnum):
    """What became of a submitted answer."""

    STORED = "stored"
    LATE = "late"
    REFUSED = "refused"


@dataclass(frozen=True)
class LeasedTask:
    """A task that a worker holds until `expires_at`, with the model's proposal where there is one."""

    task_id: TaskId
    item_id: str
    payload: dict[str, Any]
    expires_at: datetime
    proposal: dict[str, Any] | None
    probability: float | None
    model_version: int | None


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
    """A task given back by its worker, with the reason."""

    task_id: TaskId
    reason: str


@dataclass(frozen=True)
class Receipt:
    """The server's word on a submit: once it says stored or late, the answer is durable."""

    idempotency_key: uuid.UUID
    task_id: TaskId
    status: ReceiptStatus
    annotation_id: AnnotationId | None
    error: str | None = None


@dataclass(frozen=True)
class Progress:
    """What the worker's screen shows of the project."""

    completed: int
    total: int
    mine: int


@dataclass(frozen=True)
class Work:
    """The answer to one round trip of work: receipts for what came, tasks to do next, progress."""

    receipts: list[Receipt]
    tasks: list[LeasedTask]
    progress: Progress
