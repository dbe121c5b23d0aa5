"""The nouns of projects: what is to be labelled, how, and how far it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from groundswell.ids import ProjectId
from groundswell.label.kinds import Ontology


class ProjectState(StrEnum):
    """Where a project is in its life."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    DONE = "done"


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
