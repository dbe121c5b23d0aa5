"""Wire types of lineage through people's work: an item with all behind it, a person forward, retractions."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from groundswell.http.wire.common import Id
from groundswell.http.wire.items import ItemOut, TraceOut, UseOut
from groundswell.label.lineage.model import (
    EVER,
    NEVER,
    AnswerOf,
    Delivered,
    ExportOf,
    ProjectTouched,
    Retraction,
    TaskOf,
    Touched,
    VersionTouched,
)
from groundswell.label.lineage.service import Labelled


class AnswerOut(Struct):
    """One answer to a task; `worker` is for managers. With a `retraction_id` it counts no more."""

    id: int
    worker_id: int
    worker: str | None
    origin: str
    revision: int
    answer: dict[str, Any]
    proposal: dict[str, Any] | None
    late: bool
    active_ms: int
    ontology_version: int
    guideline_version: int
    created_at: datetime
    retraction_id: int | None

    @classmethod
    def of(cls, answer: AnswerOf) -> "AnswerOut":
        """Shape an answer."""
        return cls(**{name: getattr(answer, name) for name in cls.__struct_fields__})


class TaskTraceOut(Struct):
    """A task about an item: its label with the probability, and every answer behind it."""

    task_id: int
    project_id: int
    project: str
    kind: str
    state: str
    batch: str
    is_audit: bool | None
    gold: str | None
    label: dict[str, Any] | None
    probability: float | None
    source: str | None
    model_version: int | None
    review: dict[str, Any] | None
    reviewer: str | None
    answers: list[AnswerOut]

    @classmethod
    def of(cls, task: TaskOf) -> "TaskTraceOut":
        """Shape a task."""
        plain = {name: getattr(task, name) for name in cls.__struct_fields__ if name != "answers"}
        return cls(**plain, answers=[AnswerOut.of(answer) for answer in task.given])


class DeliveredOut(Struct):
    """Labels of a project that became a version."""

    project_id: int
    dataset: str
    version: int
    delivered_at: datetime

    @classmethod
    def of(cls, one: Delivered) -> "DeliveredOut":
        """Shape a delivery."""
        return cls(one.project_id, one.dataset, one.number, one.delivered_at)


class ExportedOut(Struct):
    """A file of labels."""

    id: int
    project_id: int
    format: str
    dataset: str
    version: int
    sha256: str
    finished_at: datetime

    @classmethod
    def of(cls, one: ExportOf) -> "ExportedOut":
        """Shape an export."""
        return cls(one.id, one.project_id, one.format, one.dataset, one.number, one.sha256, one.finished_at)


class ItemDetailOut(Struct):
    """An item of a version with everything behind it and everything that it went into."""

    item: ItemOut
    trace: TraceOut
    tasks: list[TaskTraceOut]
    deliveries: list[DeliveredOut]
    exports: list[ExportedOut]

    @classmethod
    def of(cls, item: ItemOut, trace: TraceOut, labelled: Labelled) -> "ItemDetailOut":
        """Shape an item."""
        return cls(
            item=item,
            trace=trace,
            tasks=[TaskTraceOut.of(task) for task in labelled.tasks],
            deliveries=[DeliveredOut.of(one) for one in labelled.deliveries],
            exports=[ExportedOut.of(one) for one in labelled.exports],
        )


# ── people ──


class VersionTouchedOut(Struct):
    """A version with labels that rest on somebody's answers, and what was made of it."""

    dataset: str
    version: int
    labels: int
    exports: list[ExportedOut]
    uses: list[UseOut]

    @classmethod
    def of(cls, one: VersionTouched) -> "VersionTouchedOut":
        """Shape a version."""
        exports = [ExportedOut.of(each) for each in one.exports]
        return cls(
            one.dataset, one.number, one.labels, exports, [UseOut.of(one.dataset, use) for use in one.uses]
        )


class ProjectTouchedOut(Struct):
    """What rests on somebody's answers in one project; `fates` says what labels would become without them."""

    project_id: int
    project: str
    dataset: str
    answers: int
    tasks: int
    first_at: datetime
    last_at: datetime
    fates: dict[str, int]
    items: list[str]
    certificates: int
    versions: list[VersionTouchedOut]

    @classmethod
    def of(cls, one: ProjectTouched) -> "ProjectTouchedOut":
        """Shape a project."""
        plain = {name: getattr(one, name) for name in cls.__struct_fields__ if name != "versions"}
        plain |= {"fates": dict(one.fates), "items": list(one.items)}
        return cls(**plain, versions=[VersionTouchedOut.of(each) for each in one.versions])


class TouchedOut(Struct):
    """All that rests on somebody's answers: the dry run of a retraction."""

    worker_id: int
    worker: str
    projects: list[ProjectTouchedOut]

    @classmethod
    def of(cls, one: Touched) -> "TouchedOut":
        """Shape what a person's work went into."""
        return cls(one.work.worker_id, one.worker, [ProjectTouchedOut.of(each) for each in one.projects])


Instant = Annotated[datetime, Meta(tz=True)]


class RetractionBody(Struct, forbid_unknown_fields=True):
    """Whose answers are to count no more, of which project and time; null is all."""

    worker_id: Id
    reason: Annotated[str, Meta(min_length=1, max_length=2_000)]
    project_id: Id | None = None
    since: Instant | None = None
    until: Instant | None = None
    ask_again: bool = False


class RetractionOut(Struct):
    """A retraction; `outcome` says what became of delivered labels, once new versions are made."""

    id: int
    worker_id: int
    worker: str
    project_id: int | None
    since: datetime | None
    until: datetime | None
    reason: str
    answers: int
    asked_again: int
    outcome: dict[str, Any] | None
    created_at: datetime
    undone_at: datetime | None

    @classmethod
    def of(cls, one: Retraction) -> "RetractionOut":
        """Shape a retraction."""
        plain = {name: getattr(one, name) for name in cls.__struct_fields__}
        plain["since"] = None if one.since == EVER else one.since
        plain["until"] = None if one.until == NEVER else one.until
        plain["outcome"] = None if one.outcome is None else dict(one.outcome)
        return cls(**plain)


class RetractionPage(Struct):
    """One page of retractions, the newest first; `next_cursor` fetches the next."""

    items: list[RetractionOut]
    next_cursor: str | None
