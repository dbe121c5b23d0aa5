"""The nouns of review: what a reviewer is shown and says, what goes back to a worker, how reviewers do."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from groundswell.ids import AnnotationId, ProjectId, ReturnId, ReviewId, TaskId, UserId, WorkerId
from groundswell.label.kinds import Answer


class Decision(StrEnum):
    """What a reviewer may say: the label is right; these answers are wrong; this is right instead."""

    ACCEPT = "accept"
    REJECT = "reject"
    FIX = "fix"


@dataclass(frozen=True)
class Review:
    """A task that a reviewer holds until `expires_at`.

    Nothing tells whose answers they are, what other reviewers said, or whether this is a second, blind look.

    Attributes:
        level: the how-manieth verdict this is, from 1.
        label: the label that is in question, None where there is none yet.
        answers: the newest answer of each worker, as `{"annotation_id": ..., "answer": ...}`.
    """

    review_id: ReviewId
    task_id: TaskId
    item_id: str
    payload: dict[str, Any]
    level: int
    expires_at: datetime
    label: dict[str, Any] | None
    answers: list[dict[str, Any]]


@dataclass(frozen=True)
class Verdict:
    """What a reviewer says of a review that is leased to him.

    Attributes:
        idempotency_key: made by the client; the same key always gets the same receipt.
        answer: with `fix`, the label; with `reject`, what the answer should have been, where that is known.
        reason: with `reject`, what is wrong; the worker reads it.
        rejected: with `reject`, the answers that are sent back, of those that were shown.
    """

    review_id: ReviewId
    decision: Decision
    idempotency_key: uuid.UUID
    answer: Answer | None = None
    reason: str = ""
    rejected: Sequence[AnnotationId] = ()


@dataclass(frozen=True)
class VerdictReceipt:
    """The server's word that a verdict is durable."""

    idempotency_key: uuid.UUID
    review_id: ReviewId
    decision: str


@dataclass(frozen=True)
class HeldReview:
    """A review as its verdict meets it: what was shown, and what is there now.

    Attributes:
        label, annotation_ids: what the reviewer was shown.
        label_now, annotations_now: what would be shown now.
        labelled_it: whether the reviewer has answered the task himself.
        said, said_key: the decision that was made already, and its key.
    """

    review_id: ReviewId
    task_id: TaskId
    round: int
    level: int
    rereview_of: ReviewId | None
    state: str
    reviewer: uuid.UUID | None
    label: dict[str, Any] | None
    annotation_ids: list[int] | None
    label_now: dict[str, Any] | None
    annotations_now: list[int]
    labelled_it: bool
    said: str | None
    said_key: uuid.UUID | None


@dataclass(frozen=True)
class ReturnedTask:
    """A task whose answer was rejected, on its way back to its worker.

    Attributes:
        answer: what the worker had said.
        reason: the reviewer's note.
        evidence: `annotation_id`, the `answer` that is rejected, and `should_be`: the reviewer's, or None.
    """

    return_id: ReturnId
    project_id: ProjectId
    task_id: TaskId
    item_id: str
    payload: dict[str, Any]
    annotation_id: AnnotationId
    answer: dict[str, Any]
    reason: str
    evidence: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True)
class Edit:
    """A worker's new answer to a task that he answered before.

    Attributes:
        idempotency_key: made by the client; the same key always gets the same receipt.
        active_ms: milliseconds of active work; they are written to the ledger.
    """

    answer: Answer
    idempotency_key: uuid.UUID
    active_ms: int = 0


@dataclass(frozen=True)
class Revision:
    """One revision of one worker's answer to a task."""

    annotation_id: AnnotationId
    worker_id: WorkerId
    revision: int
    answer: dict[str, Any]
    late: bool
    active_ms: int
    created_at: datetime


@dataclass(frozen=True)
class ReviewerRow:
    """A reviewer's verdicts in a project, and how often a blind second look agreed with him."""

    user_id: UserId
    name: str
    accepted: int
    rejected: int
    fixed: int


@dataclass(frozen=True)
class ReviewerScore:
    """How a reviewer does in a project; for managers.

    Attributes:
        accepted, rejected, fixed: verdicts, blind second ones included.
        compared: verdicts that a second person repeated blindly, or that were such a repetition.
        agreed: those of `compared` where both came to the same.
        score: share of `compared` that agreed, None where nothing was compared.
        low, high: 95 % interval of that share.
    """

    user_id: UserId
    name: str
    accepted: int
    rejected: int
    fixed: int
    compared: int
    agreed: int
    score: float | None
    low: float
    high: float


@dataclass(frozen=True)
class Opinion:
    """What a verdict comes to, as two of them are compared."""

    user_id: UserId
    decision: str
    answer: dict[str, Any] | None


class AuditVerdict(StrEnum):
    """What the customer says of a delivered label."""

    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True)
class AuditEntry:
    """A customer's verdict on one delivered label, on its way in."""

    task_id: TaskId
    verdict: AuditVerdict
    comment: str = ""


@dataclass(frozen=True)
class Audit:
    """A customer's verdict on one delivered label."""

    audit_id: int
    task_id: TaskId
    item_id: str
    dataset_version: int
    verdict: str
    comment: str
    user_id: UserId
    created_at: datetime


@dataclass(frozen=True)
class AuditSummary:
    """The customer's verdicts on a delivered version.

    Attributes:
        share: share that was approved, None where nothing was audited.
        low, high: 95 % interval of that share, if what was audited was drawn at random.
    """

    dataset_version: int | None
    audited: int
    approved: int
    share: float | None
    low: float
    high: float
