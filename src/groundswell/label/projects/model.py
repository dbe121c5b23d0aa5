"""The nouns of projects: what is to be labelled, how, and how far it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from groundswell.ids import BatchId, ProjectId
from groundswell.label.kinds import Answer, Ontology, Schema, label_kind


class ProjectState(StrEnum):
    """Where a project is in its life."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    DONE = "done"


class BatchState(StrEnum):
    """Where a batch of tasks is in its life; only tasks of batches in progress are given to workers."""

    STAGING = "staging"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    PAUSED = "paused"
    CANCELLED = "cancelled"


class TaskState(StrEnum):
    """Where a task is in its life; `error` is one that several people could not answer."""

    PENDING = "pending"
    COMPLETED = "completed"
    CANCELED = "canceled"
    ERROR = "error"


@dataclass(frozen=True)
class ProjectSpec:
    """What a new labelling project is to be.

    Attributes:
        name: unique in the organization, 1 to 200 characters.
        kind: a label kind, for example `image_choice`.
        classes: the names that may be given, in order; () for kinds that have none.
        options: what else the kind lets a project decide; see its page.
        dataset, dataset_version: what is to be labelled.
        instructions: Markdown that the worker reads; the first guideline version.
        answers: answers that each task gets at least, from different workers. With a target, tasks
            start with none: planning asks where an answer is worth most.
        max_answers: answers that a task gets at most.
        target_probability: adaptive redundancy: stop asking once the expected accuracy of the labels
            reaches this (0.5 to 1, exclusive), with models helping. None: exactly `answers` each,
            people only decide, the model merely proposes.
        audit_share: share of the tasks, drawn at random, that a reviewer verifies for the certificate.
        gold: known answers by item id: class names, or whole answers; they anchor workers and models.
        lease_seconds: how long a leased task is held for its worker.
        price_cents: what one answer earns.
        review_levels: verdicts that a task in review gets, each by another person, 0 to 3; 0 is no review.
        review_share: share of the completed tasks that are drawn into review, 0 to 1. Tasks that ended without
            agreement are always reviewed.
        rereview_share: share of the verdicts that a second reviewer repeats blindly, 0 to 1.
        priority: of the project among those that want workers; lower comes first.
        models: what models may do: "decide" where they have proven themselves, only "propose", or "none".
            None: "decide" with a target, else "propose"; "none" where people are tested or taught.
        purpose: "production" makes labels; "qualification" tests and "training" teaches workers, with
            tasks of known answer.
        requirements: who may work here, as `workforce` reads it; {} is everybody.
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
    gold: Mapping[str, str | Answer] = field(default_factory=dict)
    lease_seconds: int = 900
    price_cents: int = 0
    review_levels: int = 0
    review_share: float = 0.0
    rereview_share: float = 0.0
    priority: int = 0
    models: str | None = None
    purpose: str = "production"
    requirements: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


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
    priority: int
    models: str
    purpose: str
    requirements: Mapping[str, Any]
    created_at: datetime
    classes: list[str]
    options: dict[str, Any]
    instructions: str
    review_levels: int = 0
    review_share: float = 0.0
    rereview_share: float = 0.0

    @property
    def most_answers(self) -> int:
        """How many answers to a task count: all that it may have."""
        return self.answers if self.target_probability is None else self.max_answers

    @property
    def schema(self) -> Schema:
        """What may be said in it."""
        return Schema(label_kind(self.kind), Ontology(tuple(self.classes), self.options))


class ReviewReason(StrEnum):
    """Why a task may be reviewed: it is completed, or its answers ended without agreement."""

    COMPLETED = "completed"
    DISAGREEMENT = "disagreement"


@dataclass(frozen=True)
class ReviewPolicy:
    """How much of a project is reviewed.

    Attributes:
        levels: verdicts that a task in review gets, each by another person, 0 to 3; 0 is no review.
        share: share of the completed tasks that are drawn into review, 0 to 1. Tasks whose answers ended
            without agreement are always reviewed.
        rereview_share: share of the verdicts that a second reviewer repeats blindly, 0 to 1.
    """

    levels: int
    share: float = 0.0
    rereview_share: float = 0.0


@dataclass(frozen=True)
class BatchSpec:
    """What a new batch of tasks is to be.

    Attributes:
        name: unique in the project, 1 to 200 characters.
        items: ids of items of the dataset version; None for all that are not tasks yet and whose own field
            `content` is missing or that of the batch.
        priority: among the batches of the project; lower comes first.
        content: what the items may expose people to, such as "violence"; None where nobody need consent.
        gold: known answers by item id: class names, or whole answers.
    """

    name: str
    items: Sequence[str] | None = None
    priority: int = 0
    content: str | None = None
    gold: Mapping[str, str | Answer] = field(default_factory=dict)


@dataclass(frozen=True)
class Batch:
    """A group of the tasks of a project, and how many are in which state."""

    id: BatchId
    project_id: ProjectId
    name: str
    state: str
    priority: int
    content: str | None
    created_at: datetime
    pending: int
    completed: int
    canceled: int
    error: int


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
    model_paused: str | None
    agreement: float | None
