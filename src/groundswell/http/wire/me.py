"""Wire types of what a worker sees of himself: work on offer, skills, content, earnings, restrictions."""

from datetime import date, datetime

from msgspec import Struct

from groundswell.http.task_numbers import TaskNumbers
from groundswell.http.wire.people import KindSkillOut
from groundswell.ids import AnnotationId, ProjectId, TaskId
from groundswell.workforce.content.model import Exposure
from groundswell.workforce.model import EarnedDay, LedgerLine
from groundswell.workforce.offers.model import Offer


class OfferOut(Struct):
    """An active project on its terms, before anything is accepted.

    `why_not` says what is missing where `eligible` is false. `content` names what its items may expose one to, and
    `hidden_content` what of it is not shown: for want of consent, or because the limit is reached. `available` counts
    answers that are wanted, up to a thousand. `opens` names projects with work that a test or training leads to.
    """

    project_id: ProjectId
    name: str
    kind: str
    purpose: str
    eligible: bool
    why_not: str
    at_once: int
    price_cents: int
    typical_seconds: float | None
    hourly_cents: float | None
    content: list[str]
    hidden_content: list[str]
    available: int
    opens: list[str]
    mine: int

    @property
    def id(self) -> int:
        """By which pages are cut."""
        return self.project_id

    @classmethod
    def of(cls, offer: Offer) -> "OfferOut":
        """Shape an offer. The share of hidden tests is not told."""
        project, standing = offer.project, offer.standing
        return cls(
            project_id=project.id,
            name=project.name,
            kind=project.kind,
            purpose=project.purpose,
            eligible=standing.eligible,
            why_not=standing.reason,
            at_once=standing.at_once,
            price_cents=project.price_cents,
            typical_seconds=project.typical_seconds,
            hourly_cents=project.hourly_cents,
            content=project.content,
            hidden_content=sorted(standing.hidden_content),
            available=project.available,
            opens=project.opens,
            mine=project.mine,
        )


class OfferPage(Struct):
    """One page of work on offer; `next_cursor` fetches the next."""

    items: list[OfferOut]
    next_cursor: str | None


class OwnSkills(Struct):
    """One's own skill at each kind of label there is evidence of."""

    items: list[KindSkillOut]


class ExposureOut(Struct):
    """A class of content: whether one agreed to be shown it, the limits, and how many answers were given on it."""

    content: str
    consented_at: datetime | None
    per_day: int
    per_week: int
    today: int
    this_week: int

    @classmethod
    def of(cls, exposure: Exposure) -> "ExposureOut":
        """Shape an exposure."""
        return cls(
            exposure.content,
            exposure.consented_at,
            exposure.per_day,
            exposure.per_week,
            exposure.today,
            exposure.this_week,
        )


class ExposureList(Struct):
    """The classes of content that there is work with, or that one agreed to."""

    items: list[ExposureOut]


class EarnedDayOut(Struct):
    """What one did and earned in a project on a day (UTC)."""

    project_id: ProjectId
    project_name: str
    day: date
    annotations: int
    seconds: float
    price_cents: int

    @classmethod
    def of(cls, earned: EarnedDay) -> "EarnedDayOut":
        """Shape a day."""
        return cls(
            earned.project_id,
            earned.project_name,
            earned.day,
            earned.annotations,
            earned.seconds,
            earned.price_cents,
        )


class EarningsOut(Struct):
    """What one earned in a time, by project and day, and in all; `hourly_cents` is for each hour that was counted."""

    since: date
    until: date
    annotations: int
    seconds: float
    price_cents: int
    hourly_cents: float | None
    days: list[EarnedDayOut]

    @classmethod
    def of(cls, since: date, until: date, days: list[EarnedDay]) -> "EarningsOut":
        """Shape and add up days."""
        seconds, cents = sum(day.seconds for day in days), sum(day.price_cents for day in days)
        return cls(
            since=since,
            until=until,
            annotations=sum(day.annotations for day in days),
            seconds=seconds,
            price_cents=cents,
            hourly_cents=cents * 3600 / seconds if seconds > 0 else None,
            days=[EarnedDayOut.of(day) for day in days],
        )


class LedgerLineOut(Struct):
    """One answer: the seconds that were counted for it, and what it earned."""

    id: int
    at: datetime
    project_id: ProjectId
    project_name: str
    task_id: TaskId
    annotation_id: AnnotationId
    seconds: float
    price_cents: int

    @classmethod
    def of(cls, line: LedgerLine, numbers: TaskNumbers) -> "LedgerLineOut":
        """Shape a line."""
        return cls(
            line.id,
            line.at,
            line.project_id,
            line.project_name,
            numbers.shown(line.task_id),
            line.annotation_id,
            line.seconds,
            line.price_cents,
        )


class LedgerPage(Struct):
    """One page of the ledger, the newest first; `next_cursor` fetches the next."""

    items: list[LedgerLineOut]
    next_cursor: str | None
