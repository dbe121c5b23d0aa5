"""The nouns of lineage: who answered what of an item, what rests on somebody's answers, what was retracted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from groundswell.ids import AnnotationId, ExportId, ProjectId, RetractionId, TaskId, WorkerId
from groundswell.organize import Use

EVER = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class AnswerOf:
    """One answer to a task, as lineage shows it.

    Attributes:
        worker, origin: who; the name is for managers only, else None.
        proposal: what the person saw of a model's opinion, where it was shown.
        ontology_version, guideline_version: under which classes and instructions it was given.
        retraction_id: what keeps it from counting, if anything does.
    """

    id: AnnotationId
    task_id: TaskId
    worker_id: WorkerId
    worker: str | None
    origin: str
    revision: int
    answer: Mapping[str, Any]
    proposal: Mapping[str, Any] | None
    late: bool
    active_ms: int
    ontology_version: int
    guideline_version: int
    created_at: datetime
    retraction_id: RetractionId | None


@dataclass(frozen=True)
class TaskOf:
    """A task about an item: the label that it has, and where that comes from.

    Attributes:
        is_audit, gold: for managers only, else None.
        label, probability, source, model_version: the consensus, if there is one.
        review, reviewer: what a reviewer said, which overrules it.
        given: every answer, the oldest first.
    """

    task_id: TaskId
    project_id: ProjectId
    project: str
    kind: str
    state: str
    batch: str
    is_audit: bool | None
    gold: str | None
    label: Mapping[str, Any] | None
    probability: float | None
    source: str | None
    model_version: int | None
    answers: int
    review: Mapping[str, Any] | None
    reviewer: str | None
    given: Sequence[AnswerOf] = ()


@dataclass(frozen=True)
class Delivered:
    """Labels of a project that became a version of its dataset."""

    project_id: ProjectId
    dataset: str
    number: int
    delivered_at: datetime


@dataclass(frozen=True)
class ExportOf:
    """A file of labels of a project."""

    id: ExportId
    project_id: ProjectId
    format: str
    dataset: str
    number: int
    sha256: str
    finished_at: datetime


@dataclass(frozen=True)
class Work:
    """Answers of one worker: in a project, or in all; from a time on, and before another.

    Attributes:
        since: the first instant that counts, aware.
        until: the first that does not, aware.
    """

    worker_id: WorkerId
    project_id: ProjectId | None = None
    since: datetime = EVER
    until: datetime = NEVER


class Fate(StrEnum):
    """What becomes of the label of a task without some worker's answers.

    Unchanged: most of the other answers say the same. In doubt: they do not; it is inferred anew. Withdrawn: there
    is no other answer. Decided: gold or a review says it. Unlabelled: there is no label yet.
    """

    UNCHANGED = "unchanged"
    IN_DOUBT = "in doubt"
    WITHDRAWN = "withdrawn"
    DECIDED = "decided"
    UNLABELLED = "unlabelled"


@dataclass(frozen=True)
class VersionTouched:
    """A version that has labels which rest on some worker's answers.

    Attributes:
        labels: of how many items.
        exports: files of these labels.
        uses: training runs and files that were made of the version.
    """

    dataset: str
    number: int
    labels: int
    exports: Sequence[ExportOf]
    uses: Sequence[Use]


@dataclass(frozen=True)
class ProjectTouched:
    """What rests on some worker's answers in one project.

    Attributes:
        answers, tasks: how many count, and to how many tasks.
        fates: `Fate` to number of tasks.
        items: ids of some of the items, the first ones.
        certificates: that were issued since the first of the answers.
        versions: delivered versions that have such labels.
    """

    project_id: ProjectId
    project: str
    dataset: str
    answers: int
    tasks: int
    first_at: datetime
    last_at: datetime
    fates: Mapping[str, int]
    items: Sequence[str]
    certificates: int
    versions: Sequence[VersionTouched]


@dataclass(frozen=True)
class Touched:
    """All that rests on some worker's answers, the way forward from a person."""

    work: Work
    worker: str
    projects: Sequence[ProjectTouched]


@dataclass(frozen=True)
class Redelivered:
    """What a retraction has changed in the labels of one project.

    Attributes:
        before, after: the versions that were the newest before and after.
        relabelled: items whose label is another now.
        withdrawn: items that had a label and have none now.
    """

    project_id: ProjectId
    dataset: str
    before: int
    after: int
    relabelled: int
    withdrawn: int


@dataclass(frozen=True)
class Retraction:
    """Answers that count no more.

    Attributes:
        answers: how many.
        outcome: `{"delivered": [...]}` with what each of `Redelivered` says; None until that is done.
        undone_at: when they were made to count again, if they were.
    """

    id: RetractionId
    worker_id: WorkerId
    worker: str
    project_id: ProjectId | None
    since: datetime
    until: datetime
    reason: str
    answers: int
    outcome: Mapping[str, Any] | None
    created_at: datetime
    undone_at: datetime | None
    asked_again: int = field(default=0, compare=False)
