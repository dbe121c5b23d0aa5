"""Wire types of the workforce: skills, workers, restrictions, limits, tests of known answer."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from groundswell.clock import now
from groundswell.http.wire.common import Id
from groundswell.ids import ProjectId, WorkerId, new_uuid
from groundswell.tenancy.model import Organization
from groundswell.workforce.content.model import Limit
from groundswell.workforce.gold.rules import GoldItem
from groundswell.workforce.model import Compared, KindSkill, Worker
from groundswell.workforce.restrictions.model import NewRestriction, Reason, Restriction

Count = Annotated[int, Meta(ge=0, le=1_000_000)]


class ComparedOut(Struct):
    """Answers that were compared with gold, consensus or a reviewer's verdict, and how many were right."""

    source: str
    total: float
    correct: float

    @classmethod
    def of(cls, compared: Compared) -> "ComparedOut":
        """Shape evidence."""
        return cls(compared.source, round(compared.total, 3), round(compared.correct, 3))


class KindSkillOut(Struct):
    """Skill at one kind of label, as a share of right answers with its 95 % interval, and what it rests on."""

    kind: str
    mean: float
    standard_error: float
    low: float
    high: float
    answers: float
    evidence: list[ComparedOut]

    @classmethod
    def of(cls, skill: KindSkill) -> "KindSkillOut":
        """Shape a skill."""
        found = skill.skill
        evidence = [ComparedOut.of(each) for each in skill.evidence]
        return cls(
            skill.kind,
            found.mean,
            found.standard_error,
            found.low,
            found.high,
            round(found.answers, 3),
            evidence,
        )


class WorkerOut(Struct):
    """A worker, for managers; `restrictions` counts those that hold now."""

    id: WorkerId
    name: str
    origin: str
    created_at: datetime
    annotations: int
    restrictions: int
    skills: list[KindSkillOut]

    @classmethod
    def of(cls, worker: Worker, skills: list[KindSkill]) -> "WorkerOut":
        """Shape a worker."""
        shaped = [KindSkillOut.of(skill) for skill in skills]
        return cls(
            worker.id,
            worker.name,
            worker.origin,
            worker.created_at,
            worker.annotations,
            worker.restrictions,
            shaped,
        )


class WorkerPage(Struct):
    """One page of workers; `next_cursor` fetches the next."""

    items: list[WorkerOut]
    next_cursor: str | None


class RestrictionBody(Struct, forbid_unknown_fields=True):
    """A decision to keep a worker from work: in one project, or in all (null). It starts now unless given; the
    same `idempotency_key` restricts once.

    `evidence` is an object that the worker will read; `appeal_to` says whom to turn to.
    """

    worker_id: Id
    reason: Reason
    evidence: dict[str, Any]
    appeal_to: Annotated[str, Meta(min_length=1, max_length=500)]
    ends_at: Annotated[datetime, Meta(tz=True)]
    starts_at: Annotated[datetime, Meta(tz=True)] | None = None
    project_id: Id | None = None
    idempotency_key: UUID | None = None

    def restriction(self) -> NewRestriction:
        """Return it as the service takes it."""
        return NewRestriction(
            WorkerId(self.worker_id),
            None if self.project_id is None else ProjectId(self.project_id),
            self.reason,
            self.evidence,
            self.appeal_to,
            self.starts_at or now(),
            self.ends_at,
            self.idempotency_key or new_uuid(),
        )


class RestrictionOut(Struct):
    """A restriction; it holds from `starts_at` to `ends_at` unless it was lifted."""

    id: int
    worker_id: WorkerId
    worker_name: str
    project_id: ProjectId | None
    project_name: str | None
    reason: str
    evidence: dict[str, Any]
    appeal_to: str
    starts_at: datetime
    ends_at: datetime
    lifted_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, restriction: Restriction) -> "RestrictionOut":
        """Shape a restriction. Who decided is in the audit log, not here: the worker reads this."""
        return cls(
            restriction.id,
            restriction.worker_id,
            restriction.worker_name,
            restriction.project_id,
            restriction.project_name,
            restriction.reason_code,
            restriction.evidence,
            restriction.appeal_to,
            restriction.starts_at,
            restriction.ends_at,
            restriction.lifted_at,
            restriction.created_at,
        )


class RestrictionPage(Struct):
    """One page of restrictions, the newest first; `next_cursor` fetches the next."""

    items: list[RestrictionOut]
    next_cursor: str | None


class RestrictedOut(Struct):
    """The restriction that was written."""

    id: int


class LimitBody(Struct, forbid_unknown_fields=True):
    """The most answers on a class of content that one worker may give."""

    per_day: Count
    per_week: Count


class LimitOut(Struct):
    """The most answers on a class of content that one worker may give; `own`: set by the organization."""

    content: str
    per_day: int
    per_week: int
    own: bool

    @classmethod
    def of(cls, limit: Limit) -> "LimitOut":
        """Shape a limit."""
        return cls(limit.content, limit.per_day, limit.per_week, limit.own)


class LimitList(Struct):
    """The limits on every class of content there is."""

    items: list[LimitOut]


class GoldBody(Struct, forbid_unknown_fields=True):
    """What becomes of a test: whether it is suspended, and its key where that is to be corrected."""

    suspended: bool
    gold: Annotated[str, Meta(min_length=1, max_length=200)] | None = None


class GoldOut(Struct):
    """A test, and how workers with a skill above the crowd's median did on it.

    `skill` is the mean of their skills without this answer; `said` how often they said each class.
    """

    task_id: int
    gold: str
    suspended: bool
    answers: int
    right: int
    skill: float
    said: dict[str, int]

    @property
    def id(self) -> int:
        """By which pages are cut."""
        return self.task_id

    @classmethod
    def of(cls, item: GoldItem) -> "GoldOut":
        """Shape a test."""
        return cls(item.task_id, item.gold, item.suspended, item.answers, item.right, item.skill, item.said)


class GoldPage(Struct):
    """One page of tests; `next_cursor` fetches the next."""

    items: list[GoldOut]
    next_cursor: str | None


class AppearanceBody(Struct, forbid_unknown_fields=True):
    """What those who label see of the organization: its name if `show_name`, and the pseudonym if not."""

    pseudonym: Annotated[str, Meta(min_length=1, max_length=200)]
    show_name: bool = False


class OrganizationOut(Struct):
    """The organization, with what those who label see of it."""

    id: UUID
    name: str
    pseudonym: str
    show_name: bool

    @classmethod
    def of(cls, organization: Organization) -> "OrganizationOut":
        """Shape an organization."""
        return cls(organization.id, organization.name, organization.pseudonym, organization.show_name)
