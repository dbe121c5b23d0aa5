"""Wire types of the work itself: validated while they are decoded."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from groundswell.http.task_numbers import TaskNumbers
from groundswell.http.wire.common import Id
from groundswell.ids import ProjectId, TaskId
from groundswell.items import ItemKind
from groundswell.label.work.model import LeasedTask, Queue, Receipt, Skip, Submit, Work

MAX_ACTIVE_MS = 24 * 60 * 60 * 1000


class SubmitBody(Struct, forbid_unknown_fields=True):
    """One answer."""

    task_id: Id
    answer: dict[str, Any]
    idempotency_key: UUID
    active_ms: Annotated[int, Meta(ge=0, le=MAX_ACTIVE_MS)] = 0
    proposal_seen: bool = False

    def submit(self, numbers: TaskNumbers) -> Submit:
        """Return it as the service takes it."""
        task_id = numbers.meant(self.task_id)
        return Submit(task_id, self.answer, self.active_ms, self.idempotency_key, self.proposal_seen)


class SkipBody(Struct, forbid_unknown_fields=True):
    """A task given back."""

    task_id: Id
    reason: Annotated[str, Meta(max_length=500)] = ""

    def skip(self, numbers: TaskNumbers) -> Skip:
        """Return it as the service takes it."""
        return Skip(numbers.meant(self.task_id), self.reason)


class WorkBody(Struct, forbid_unknown_fields=True):
    """One round trip of work: answers in, tasks out.

    `holding` names the tasks that the client still has: it is not given them again, and their leases are extended.
    `release` gives tasks back untouched, as on signing out; they may be offered again.
    """

    submit: Annotated[list[SubmitBody], Meta(max_length=100)] = []
    skip: Annotated[list[SkipBody], Meta(max_length=100)] = []
    release: Annotated[list[Id], Meta(max_length=100)] = []
    want: Annotated[int, Meta(ge=0, le=8)] = 0
    holding: Annotated[list[Id], Meta(max_length=100)] = []


class ItemOut(Struct):
    """What the worker is shown.

    `beside` it there may be texts and addresses that are not labelled, and on an image `layers`: shapes that are there
    from the start and are not changed.
    """

    kind: str
    text: str | None
    url: str | None
    record: dict[str, Any] | None
    meta: dict[str, Any]
    beside: list[str] = []
    layers: list[dict[str, Any]] = []

    @classmethod
    def of(cls, item_id: str, payload: dict[str, Any]) -> "ItemOut":
        """Shape the payload of a task; media are fetched by their address."""
        url = f"/api/v1/blobs/{item_id}" if ItemKind(payload["kind"]).is_media else None
        return cls(
            payload["kind"],
            payload["text"],
            url,
            payload.get("record"),
            payload["meta"],
            payload.get("beside", []),
            payload.get("layers", []),
        )


class ProposalOut(Struct):
    """A model's proposal, to be shown as such."""

    answer: dict[str, Any]
    probability: float
    model_version: int


class TaskOut(Struct):
    """A leased task; its price holds until it is answered, whatever the project's price becomes.

    `content` names what the item may expose one to, null for nothing; blur it until the person looks.
    """

    task_id: TaskId
    item: ItemOut
    lease_expires_at: datetime
    price_cents: int
    content: str | None
    proposal: ProposalOut | None

    @classmethod
    def of(cls, task: LeasedTask, numbers: TaskNumbers) -> "TaskOut":
        """Shape a leased task."""
        proposal = None
        if task.proposal is not None and task.probability is not None and task.model_version is not None:
            proposal = ProposalOut(task.proposal, task.probability, task.model_version)
        item = ItemOut.of(task.item_id, task.payload)
        return cls(
            numbers.shown(task.task_id), item, task.expires_at, task.price_cents, task.content, proposal
        )


class FeedbackOut(Struct):
    """Whether an answer in a training project was right, and what is."""

    right: bool
    answer: dict[str, Any]


class ReceiptOut(Struct):
    """What became of an answer; in a training project with what is right, at once."""

    idempotency_key: UUID
    task_id: TaskId
    status: str
    annotation_id: int | None
    error: str | None
    feedback: FeedbackOut | None

    @classmethod
    def of(cls, receipt: Receipt, numbers: TaskNumbers) -> "ReceiptOut":
        """Shape a receipt."""
        told = receipt.feedback
        return cls(
            receipt.idempotency_key,
            numbers.shown(receipt.task_id),
            receipt.status,
            receipt.annotation_id,
            receipt.error,
            FeedbackOut(told["right"], dict(told["answer"])) if told else None,
        )


class ProgressOut(Struct):
    """How far the project is, and how much of it this worker did."""

    completed: int
    total: int
    mine: int


class DispatchOut(Struct):
    """The project to work in now; null where there is no work for the caller at present."""

    project_id: ProjectId | None


class QueueOut(Struct):
    """How the queue of a project is; `starvation` is the share of requests for a task within an hour that got none."""

    open_slots: int
    leased: int
    unsettled: int
    asked: int
    hungry: int
    starvation: float
    longest_wait_seconds: float

    @classmethod
    def of(cls, queue: Queue) -> "QueueOut":
        """Shape a queue."""
        return cls(
            queue.open_slots,
            queue.leased,
            queue.unsettled,
            queue.asked,
            queue.hungry,
            queue.starvation,
            queue.longest_wait,
        )


class WorkOut(Struct):
    """The answer to one round trip of work; `notice` says why this worker is given none, where there is a reason."""

    receipts: list[ReceiptOut]
    tasks: list[TaskOut]
    progress: ProgressOut
    notice: str | None

    @classmethod
    def of(cls, work: Work, numbers: TaskNumbers) -> "WorkOut":
        """Shape the work."""
        return cls(
            [ReceiptOut.of(receipt, numbers) for receipt in work.receipts],
            [TaskOut.of(task, numbers) for task in work.tasks],
            ProgressOut(work.progress.completed, work.progress.total, work.progress.mine),
            work.notice,
        )
