"""The nouns of delivery: what is known of the label of each task, and the files that labels are read from."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from groundswell.ids import BatchId, CertificateId, ExportId, ProjectId, TaskId, WorkerId
from groundswell.label.projects.model import TaskState


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


@dataclass(frozen=True)
class GivenAnswer:
    """The newest answer of a worker to a task, for those who manage."""

    annotation_id: int
    worker_id: WorkerId
    worker: str
    answer: dict[str, Any] | None
    revision: int
    late: bool
    active_ms: int
    skill: float | None
    proposal: dict[str, Any] | None
    created_at: datetime


@dataclass(frozen=True)
class TaskDetail:
    """A task with its item as workers see it, all that is known of its label, and who said what."""

    label: TaskLabel
    payload: dict[str, Any]
    answers: list[GivenAnswer]
    reviewer: str | None


class ExportState(StrEnum):
    """Where a file is in its life."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class Export:
    """A file of a project's labels; what it holds is known once it is ready, why there is none once it has failed."""

    id: ExportId
    project_id: ProjectId
    format: str
    proposals: bool
    state: str
    dataset: str | None
    version: int | None
    rows: int | None
    bytes: int | None
    sha256: str | None
    error: str | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True)
class IssuedCertificate:
    """A certificate as it was issued; `body` is a `quality.Certificate` and the digest of the labels it speaks of."""

    id: CertificateId
    created_at: datetime
    body: dict[str, Any]


@dataclass(frozen=True)
class AuditPlan:
    """How many audits an interval takes.

    Attributes:
        within: half the length of the interval.
        level: confidence level.
        expected_accuracy: what was assumed.
        population: labels that the certificate would speak of.
        needed: audits, at most `population`.
        drawn: tasks of the audit share: those that are audited.
        reviewed: of these, how many have their verdict.
    """

    within: float
    level: float
    expected_accuracy: float
    population: int
    needed: int
    drawn: int
    reviewed: int


class TaskSort(StrEnum):
    """Orders in which tasks are listed: by their number, the least certain label first, the newest label first."""

    POSITION = "position"
    PROBABILITY = "probability"
    COMPLETED = "completed"


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks of a project are meant: those to which all that is given applies.

    Attributes:
        state: where in its life.
        batch_id: of which batch.
        label: with this class as consensus.
        min_probability, max_probability: with a consensus of at least, at most this probability.
        reviewed: with a review, or without one.
        item_id: of this item.
        worker_id: with an answer of this worker.
    """

    state: TaskState | None = None
    batch_id: BatchId | None = None
    label: str | None = None
    min_probability: float | None = None
    max_probability: float | None = None
    reviewed: bool | None = None
    item_id: str | None = None
    worker_id: WorkerId | None = None


@dataclass(frozen=True)
class ListedTask:
    """A task in a list; `preview` is the beginning of a text, `gold` and `is_audit` are for managers only."""

    id: TaskId
    item_id: str
    position: int
    batch_id: BatchId
    state: str
    kind: str
    preview: str | None
    label: str | None
    probability: float | None
    source: str | None
    annotations: int
    review: str | None
    gold: str | None
    is_audit: bool | None
    completed_at: datetime | None
