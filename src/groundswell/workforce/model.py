"""People who annotate: workers, what is known of their skill, what they earned."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from groundswell.ids import AnnotationId, ProjectId, TaskId, WorkerId
from groundswell.workforce.skill import Estimate


class Origin(StrEnum):
    """What a worker is: a member of the organization, a program, or made up."""

    MEMBER = "member"
    PROGRAM = "program"
    SIMULATED = "simulated"


@dataclass(frozen=True)
class Skill:
    """How well a worker does in a project, with the uncertainty of that; for managers, never for other workers.

    Attributes:
        skill: estimated probability that an answer is right, 0 to 1.
        standard_error: of `skill`; large while few answers stand behind it.
        annotations: answers behind the estimate.
    """

    worker_id: WorkerId
    name: str
    origin: str
    skill: float
    standard_error: float
    annotations: int


@dataclass(frozen=True)
class Earnings:
    """What a worker did and earned in a project: active seconds are paid time."""

    annotations: int
    seconds: float
    price_cents: int


@dataclass(frozen=True)
class Compared:
    """Answers of a worker at one kind of label that were compared with gold, consensus or a reviewer's verdict."""

    source: str
    total: float
    correct: float


@dataclass(frozen=True)
class KindSkill:
    """A worker's skill at one kind of label, with the evidence that it rests on."""

    kind: str
    skill: Estimate
    evidence: list[Compared]


@dataclass(frozen=True)
class Worker:
    """A worker, for managers.

    Attributes:
        annotations: answers given, in all projects.
        restrictions: how many hold now.
    """

    id: WorkerId
    name: str
    origin: str
    created_at: datetime
    annotations: int
    restrictions: int


@dataclass(frozen=True)
class EarnedDay:
    """What a worker did and earned in one project on one day (UTC)."""

    project_id: ProjectId
    project_name: str
    day: date
    annotations: int
    seconds: float
    price_cents: int


@dataclass(frozen=True)
class LedgerLine:
    """One answer with the seconds that were counted for it and the price that was agreed when it was taken."""

    id: int
    at: datetime
    project_id: ProjectId
    project_name: str
    task_id: TaskId
    annotation_id: AnnotationId
    seconds: float
    price_cents: int
