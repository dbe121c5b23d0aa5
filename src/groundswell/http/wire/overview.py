"""Wire types of a project seen from above, and of one task with all that is known of it."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from groundswell.http.wire.work import ItemOut
from groundswell.ids import TaskId, WorkerId
from groundswell.label.delivery.model import GivenAnswer, TaskDetail
from groundswell.label.overview.model import Hour, Overview


class HourOut(Struct):
    """What happened in an hour: answers, tasks completed, seconds of work, and what they earned."""

    hour: datetime
    answers: int
    completed: int
    seconds: float
    price_cents: int

    @classmethod
    def of(cls, hour: Hour) -> "HourOut":
        """Shape an hour."""
        return cls(**vars(hour))


class ForecastOut(Struct):
    """When the project will be done if the last week repeats itself; null where that cannot be said."""

    per_hour: float
    remaining: int
    working_hours: float | None
    done_at: datetime | None


class SpendOut(Struct):
    """What people and models have cost, and both together for each task that has a label."""

    people_cents: int
    models_cents: float
    seconds: float
    per_label_cents: float | None


class ReviewCountsOut(Struct):
    """How far review is."""

    waiting: int
    leased: int
    accepted: int
    rejected: int
    fixed: int
    returned: int


class ClassCountOut(Struct):
    """How many labels name a class."""

    name: str
    labels: int


class OverviewOut(Struct):
    """A project at a glance: counts a second or two old, and the last two weeks hour by hour.

    `tasks` counts tasks by state, `sources` labels by whom they are from, `doubt` labels by their probability in ten
    equal bins from 0 to 1. `certificate` is the newest, null where none was issued; `flags` counts those that are open.
    """

    tasks: dict[str, int]
    sources: dict[str, int]
    classes: list[ClassCountOut]
    doubt: list[int]
    hours: list[HourOut]
    forecast: ForecastOut
    spend: SpendOut
    review: ReviewCountsOut
    certificate: dict[str, Any] | None
    flags: int

    @classmethod
    def of(cls, found: Overview) -> "OverviewOut":
        """Shape an overview."""
        return cls(
            tasks=dict(found.tasks),
            sources=dict(found.sources),
            classes=[ClassCountOut(name, labels) for name, labels in found.classes],
            doubt=list(found.doubt),
            hours=[HourOut.of(hour) for hour in found.hours],
            forecast=ForecastOut(**vars(found.forecast)),
            spend=SpendOut(**vars(found.spend)),
            review=ReviewCountsOut(**vars(found.review)),
            certificate=found.certificate,
            flags=found.flags,
        )


class GivenAnswerOut(Struct):
    """The newest answer of a worker; `answer` is null where its class is gone, `proposal` what a model had shown."""

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

    @classmethod
    def of(cls, given: GivenAnswer) -> "GivenAnswerOut":
        """Shape an answer."""
        return cls(**vars(given))


class TaskDetailOut(Struct):
    """A task with all that is known of it: the item, the label and who it is from, and who said what."""

    task_id: TaskId
    item_id: str
    position: int
    state: str
    is_audit: bool
    gold: str | None
    item: ItemOut
    label: dict[str, Any] | None
    probability: float | None
    source: str | None
    review: dict[str, Any] | None
    reviewer: str | None
    proposal: dict[str, Any] | None
    proposal_probability: float | None
    answers: list[GivenAnswerOut]

    @classmethod
    def of(cls, found: TaskDetail) -> "TaskDetailOut":
        """Shape a task."""
        label = found.label
        return cls(
            task_id=label.task_id,
            item_id=label.item_id,
            position=label.position,
            state=label.state,
            is_audit=label.is_audit,
            gold=label.gold,
            item=ItemOut.of(label.item_id, found.payload),
            label=label.answer,
            probability=label.probability,
            source=label.source,
            review=label.review,
            reviewer=found.reviewer,
            proposal=label.proposal,
            proposal_probability=label.proposal_probability,
            answers=[GivenAnswerOut.of(one) for one in found.answers],
        )
