"""The nouns of labelling: projects, tasks as they are leased, submits and their receipts."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from groundswell.ids import AnnotationId, ProjectId, TaskId
from groundswell.label.kinds import Answer, Ontology


class ProjectState(StrEnum):
    """Where a project is in its life."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    DONE = "done"


class ReceiptStatus(StrEnum):
    """What became of a submitted answer."""

    STORED = "stored"
    LATE = "late"
    REFUSED = "refused"


@dataclass(frozen=True)
class ProjectSpec:
    """What a new labelling project is to be.

    Attributes:
        name: unique in the organization, 1 to 200 characters.
        kind: a label kind, for example `image_choice`.
        classes: the classes that may be chosen, in order.
        dataset, dataset_version: what is to be labelled.
        instructions: Markdown that the worker reads; the first guideline version.
        answers: answers that each task gets at least, from different workers. With a target, tasks
            start with none: planning asks where an answer is worth most.
        max_answers: answers that a task gets at most.
        target_probability: adaptive redundancy: stop asking once the expected accuracy of the labels
            reaches this (0.5 to 1, exclusive), with models helping. None: exactly `answers` each,
            people only decide, the model merely proposes.
        audit_share: share of the tasks, drawn at random, that a reviewer verifies for the certificate.
        gold: known answers by item id (class names); they anchor workers and models.
        lease_seconds: how long a leased task is held for its worker.
        price_cents: what one answer earns.
    """

    name: str
    kind: str
    classes: Sequence[str]
    dataset: str
    dataset_version: int
    instructions: str = ""
    answers: int = 1
    max_answers: int = 7
    target_probability: float | None = None
    audit_share: float = 0.0
    gold: Mapping[str, str] = field(default_factory=dict)
    lease_seconds: int = 900
    price_cents: int = 0


@dataclass(frozen=True)
class Project:
    """A labelling project with the newest versions of its ontology and instructions."""

    id: ProjectId
    name: str
    kind: str
    state: str
    dataset: str
    dataset_version: int
    ontology_version: int
    guideline_version: int
    answers: int
    max_answers: int
    target_probability: float | None
    lease_seconds: int
    price_cents: int
    created_at: datetime
    classes: list[str]
    instructions: str

    @property
    def ontology(self) -> Ontology:
        """The classes that may be chosen."""
        return Ontology(tuple(self.classes))


@dataclass(frozen=True)
class ProjectCounts:
    """How far a project is, as last counted in the background."""

    project_id: ProjectId
    tasks_total: int
    tasks_completed: int
    annotations: int
    workers: int
    model_version: int | None
    model_accuracy: float | None
    agreement: float | None


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


@dataclass(frozen=True)
class TaskLabel:
    """A task with all that is known of its label; `answer` is the consensus, `review` overrules it."""

    task_id: TaskId
    item_id: str
    position: int
    state: str
    is_audit: bool
    gold: str | None
    answer: dict[str, Any] | None
    probability: float | None
    annotations: int | None
    source: str | None
    review: dict[str, Any] | None
    proposal: dict[str, Any] | None
    proposal_probability: float | None
    model_version: int | None
