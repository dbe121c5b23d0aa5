"""Wire types of the work itself: validated while they are decoded."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from groundswell.http.wire.common import Id
from groundswell.ids import TaskId
from groundswell.label.work.model import LeasedTask, Receipt, Skip, Submit, Work

MAX_ACTIVE_MS = 24 * 60 * 60 * 1000


class SubmitBody(Struct, forbid_unknown_fields=True):
    """One answer."""

    task_id: Id
    answer: dict[str, Any]
    idempotency_key: UUID
    active_ms: Annotated[int, Meta(ge=0, le=MAX_ACTIVE_MS)] = 0
    proposal_seen: bool = False

    def submit(self) -> Submit:
        """Return it as the service takes it."""
        return Submit(
            TaskId(self.task_id), self.answer, self.active_ms, self.idempotency_key, self.proposal_seen
        )


class SkipBody(Struct, forbid_unknown_fields=True):
    """A task given back."""

    task_id: Id
    reason: Annotated[str, Meta(max_length=500)] = ""

    def skip(self) -> Skip:
        """Return it as the service takes it."""
        return Skip(TaskId(self.task_id), self.reason)


class WorkBody(Struct, forbid_unknown_fields=True):
    """One round trip of work: answers in, tasks out.

    `holding` names the tasks that the client still has, so that it is not given them again.
    """

    submit: Annotated[list[SubmitBody], Meta(max_length=100)] = []
    skip: Annotated[list[SkipBody], Meta(max_length=100)] = []
    want: Annotated[int, Meta(ge=0, le=8)] = 0
    holding: Annotated[list[Id], Meta(max_length=100)] = []


class ItemOut(Struct):
    """What the worker is shown."""

    kind: str
    text: str | None
    url: str | None
    meta: dict[str, Any]


class ProposalOut(Struct):
    """A model's proposal, to be shown as such."""

    choice: str
    probability: float
    model_version: int


class TaskOut(Struct):
    """A leased task."""

    task_id: TaskId
    item: ItemOut
    lease_expires_at: datetime
    proposal: ProposalOut | None

    @classmethod
    def of(cls, task: LeasedTask) -> "TaskOut":
        """Shape a leased task."""
        shown = task.payload
        url = None if shown["kind"] == "text" else f"/api/v1/blobs/{task.item_id}"
        proposal = None
        if task.proposal is not None and task.probability is not None and task.model_version is not None:
            proposal = ProposalOut(task.proposal["choice"], task.probability, task.model_version)
        item = ItemOut(shown["kind"], shown["text"], url, shown["meta"])
        return cls(task.task_id, item, task.expires_at, proposal)


class ReceiptOut(Struct):
    """What became of an answer."""

    idempotency_key: UUID
    task_id: TaskId
    status: str
    annotation_id: int | None
    error: str | None

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptOut":
        """Shape a receipt."""
        return cls(
            receipt.idempotency_key, receipt.task_id, receipt.status, receipt.annotation_id, receipt.error
        )


class ProgressOut(Struct):
    """How far the project is, and how much of it this worker did."""

    completed: int
    total: int
    mine: int


class WorkOut(Struct):
    """The answer to one round trip of work."""

    receipts: list[ReceiptOut]
    tasks: list[TaskOut]
    progress: ProgressOut

    @classmethod
    def of(cls, work: Work) -> "WorkOut":
        """Shape the work."""
        return cls(
            [ReceiptOut.of(receipt) for receipt in work.receipts],
            [TaskOut.of(task) for task in work.tasks],
            ProgressOut(work.progress.completed, work.progress.total, work.progress.mine),
        )
