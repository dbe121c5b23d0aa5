"""What a manager sees of a project at a glance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Hour:
    """What happened in a project in an hour: answers, tasks completed, seconds of work, and what they earned."""

    hour: datetime
    answers: int
    completed: int
    seconds: float
    price_cents: int


@dataclass(frozen=True)
class Forecast:
    """When a project will be done if it goes on as it did.

    Attributes:
        per_hour: tasks completed an hour, over the hours of the last week in which people worked.
        remaining: tasks that still ask.
        working_hours: hours of such work that are left; None where nothing was completed lately.
        done_at: when that is, at as many working hours a day as in the last week; None where that cannot be said.
    """

    per_hour: float
    remaining: int
    working_hours: float | None
    done_at: datetime | None


@dataclass(frozen=True)
class Spend:
    """What a project has cost: people's answers and models' calls, in cents.

    Attributes:
        seconds: of people's active work.
        per_label_cents: both together for each task that has a label; None where none has.
    """

    people_cents: int
    models_cents: float
    seconds: float
    per_label_cents: float | None


@dataclass(frozen=True)
class ReviewCounts:
    """How far review is: what waits, what is being looked at, and what was decided how."""

    waiting: int
    leased: int
    accepted: int
    rejected: int
    fixed: int
    returned: int


@dataclass(frozen=True)
class Overview:
    """A project at a glance.

    Attributes:
        tasks: how many are in each state.
        sources: labels by whom they are from: people, model, people and model, gold, review.
        classes: labels by class, the most frequent first; empty where answers are not classes.
        doubt: labels by their probability: ten equal bins from 0 to 1.
        hours: the last two weeks, the oldest first; hours in which nothing happened are left out.
        certificate: the newest, as JSON; None where none was issued.
        flags: open flags on tasks.
    """

    tasks: Mapping[str, int]
    sources: Mapping[str, int]
    classes: Sequence[tuple[str, int]]
    doubt: Sequence[int]
    hours: Sequence[Hour]
    forecast: Forecast
    spend: Spend
    review: ReviewCounts
    certificate: dict[str, Any] | None
    flags: int
