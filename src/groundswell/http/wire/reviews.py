"""Wire types of review, returned work and the customer's audit."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from groundswell.http.task_numbers import TaskNumbers
from groundswell.http.wire.common import Id
from groundswell.http.wire.work import MAX_ACTIVE_MS, ItemOut
from groundswell.ids import AnnotationId, ReviewId, TaskId
from groundswell.label.projects.model import Project, ReviewPolicy
from groundswell.label.review.model import (
    Audit,
    AuditEntry,
    AuditSummary,
    AuditVerdict,
    Decision,
    Edit,
    ReturnedTask,
    Review,
    ReviewerScore,
    Revision,
    Verdict,
    VerdictReceipt,
)

Share = Annotated[float, Meta(ge=0, le=1)]
Note = Annotated[str, Meta(max_length=2000)]


class PolicyBody(Struct, forbid_unknown_fields=True):
    """How much of a project is to be reviewed."""

    levels: Annotated[int, Meta(ge=0, le=3)]
    share: Share = 0.0
    rereview_share: Share = 0.0

    def policy(self) -> ReviewPolicy:
        """Return it as the service takes it."""
        return ReviewPolicy(self.levels, self.share, self.rereview_share)


class PolicyOut(Struct):
    """How much of a project is reviewed; `asked`: reviews of completed tasks that a change has asked for."""

    levels: int
    share: float
    rereview_share: float
    asked: int = 0

    @classmethod
    def of(cls, project: Project, asked: int = 0) -> "PolicyOut":
        """Shape a project's policy."""
        return cls(project.review_levels, project.review_share, project.rereview_share, asked)


class LeaseBody(Struct, forbid_unknown_fields=True):
    """How many reviews a reviewer wants to hold now."""

    want: Annotated[int, Meta(ge=1, le=20)] = 1


class ShownAnswerOut(Struct):
    """An answer under review; whose it is, is not told."""

    annotation_id: int
    answer: dict[str, Any]


class ReviewOut(Struct):
    """A task to review: the label in question, null where there is none, and the answers behind it."""

    review_id: ReviewId
    task_id: TaskId
    level: int
    item: ItemOut
    label: dict[str, Any] | None
    answers: list[ShownAnswerOut]
    lease_expires_at: datetime

    @classmethod
    def of(cls, review: Review) -> "ReviewOut":
        """Shape a review."""
        answers = [ShownAnswerOut(one["annotation_id"], one["answer"]) for one in review.answers]
        item = _item(review.item_id, review.payload)
        return cls(
            review.review_id, review.task_id, review.level, item, review.label, answers, review.expires_at
        )


class ReviewPage(Struct):
    """The reviews that a reviewer holds."""

    items: list[ReviewOut]


class VerdictBody(Struct, forbid_unknown_fields=True):
    """What a reviewer says.

    `accept`: the label is right. `fix`: `answer` is. `reject`: the annotations in `rejected` go back to their
    workers with the `reason` and, where it is known, the right `answer`.
    """

    decision: Literal["accept", "reject", "fix"]
    idempotency_key: UUID
    answer: dict[str, Any] | None = None
    reason: Note = ""
    rejected: Annotated[list[Id], Meta(max_length=100)] = []

    def verdict(self, review_id: int) -> Verdict:
        """Return it as the service takes it."""
        rejected = tuple(AnnotationId(one) for one in self.rejected)
        decision = Decision(self.decision)
        return Verdict(
            ReviewId(review_id), decision, self.idempotency_key, self.answer, self.reason, rejected
        )


class VerdictOut(Struct):
    """The receipt of a verdict."""

    idempotency_key: UUID
    review_id: ReviewId
    decision: str

    @classmethod
    def of(cls, receipt: VerdictReceipt) -> "VerdictOut":
        """Shape a receipt."""
        return cls(receipt.idempotency_key, receipt.review_id, receipt.decision)


class AcceptBody(Struct, forbid_unknown_fields=True):
    """Tasks whose labels are right as they are."""

    task_ids: Annotated[list[Id], Meta(min_length=1, max_length=1_000)]


class AcceptedOut(Struct):
    """How many labels became final; those without a label, and those that were final, are left out."""

    accepted: int


class LabelBody(Struct, forbid_unknown_fields=True):
    """What is right of a task, by the word of a manager."""

    answer: dict[str, Any]


class ReviewerOut(Struct):
    """How a reviewer does: `score` is how often a blind second verdict agreed, null where there was none."""

    user_id: UUID
    name: str
    accepted: int
    rejected: int
    fixed: int
    compared: int
    agreed: int
    score: float | None
    low: float
    high: float

    @classmethod
    def of(cls, score: ReviewerScore) -> "ReviewerOut":
        """Shape a score."""
        return cls(**vars(score))


class ReviewerPage(Struct):
    """The reviewers of a project."""

    items: list[ReviewerOut]


class EditBody(Struct, forbid_unknown_fields=True):
    """A new answer to a task that was answered before."""

    answer: dict[str, Any]
    idempotency_key: UUID
    active_ms: Annotated[int, Meta(ge=0, le=MAX_ACTIVE_MS)] = 0

    def edit(self) -> Edit:
        """Return it as the service takes it."""
        return Edit(self.answer, self.idempotency_key, self.active_ms)


class ReturnedOut(Struct):
    """A task whose answer was rejected: what was said, why it was rejected, and what it should have been."""

    return_id: int
    project_id: int
    task_id: TaskId
    item: ItemOut
    annotation_id: int
    answer: dict[str, Any]
    reason: str
    should_be: dict[str, Any] | None
    created_at: datetime

    @classmethod
    def of(cls, returned: ReturnedTask, numbers: TaskNumbers) -> "ReturnedOut":
        """Shape a returned task."""
        return cls(
            returned.return_id,
            returned.project_id,
            numbers.shown(returned.task_id),
            _item(returned.item_id, returned.payload),
            returned.annotation_id,
            returned.answer,
            returned.reason,
            returned.evidence["should_be"],
            returned.created_at,
        )


class ReturnedPage(Struct):
    """One page of returned tasks; `next_cursor` fetches the next."""

    items: list[ReturnedOut]
    next_cursor: str | None


class RevisionOut(Struct):
    """One revision of one worker's answer."""

    annotation_id: int
    worker_id: int
    revision: int
    answer: dict[str, Any]
    late: bool
    active_ms: int
    created_at: datetime

    @classmethod
    def of(cls, revision: Revision) -> "RevisionOut":
        """Shape a revision."""
        return cls(**vars(revision))


class HistoryOut(Struct):
    """Every revision of the answers to a task."""

    items: list[RevisionOut]


class AuditEntryBody(Struct, forbid_unknown_fields=True):
    """What the customer says of one delivered label."""

    task_id: Id
    verdict: Literal["approve", "reject"]
    comment: Note = ""

    def entry(self) -> AuditEntry:
        """Return it as the service takes it."""
        return AuditEntry(TaskId(self.task_id), AuditVerdict(self.verdict), self.comment)


class AuditBody(Struct, forbid_unknown_fields=True):
    """What the customer says of labels of a delivered version."""

    dataset_version: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    verdicts: Annotated[list[AuditEntryBody], Meta(min_length=1, max_length=100)]


class AuditOut(Struct):
    """A customer's verdict."""

    audit_id: int
    task_id: TaskId
    item_id: str
    dataset_version: int
    verdict: str
    comment: str
    user_id: UUID
    created_at: datetime

    @classmethod
    def of(cls, audit: Audit) -> "AuditOut":
        """Shape a verdict."""
        return cls(**vars(audit))


class AuditSummaryOut(Struct):
    """The share of audited labels that was approved, with its 95 % interval if they were drawn at random."""

    dataset_version: int | None
    audited: int
    approved: int
    share: float | None
    low: float
    high: float

    @classmethod
    def of(cls, summary: AuditSummary) -> "AuditSummaryOut":
        """Shape a summary."""
        return cls(**vars(summary))


class AuditPage(Struct):
    """One page of the customer's verdicts, and a summary of all of them."""

    items: list[AuditOut]
    summary: AuditSummaryOut
    next_cursor: str | None


def _item(item_id: str, payload: dict[str, Any]) -> ItemOut:
    return ItemOut.of(item_id, payload)
