"""People who annotate: workers, what is known of their skill, what they earned."""

from dataclasses import dataclass
from enum import StrEnum

from groundswell.ids import WorkerId


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
