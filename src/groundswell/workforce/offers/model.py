"""The nouns of offers."""

from dataclasses import dataclass
from typing import Any

from groundswell.ids import ProjectId
from groundswell.workforce.rules import ProjectNeeds, Standing


@dataclass(frozen=True)
class OfferedProject:
    """A project that is active, as its terms are shown before anything is accepted.

    Attributes:
        purpose: production, qualification or training.
        price_cents: what one answer earns; a lease keeps the price at which it was taken.
        content: classes of content that its items may expose people to.
        available: answers that are wanted about now, counted up to a thousand. Some may not be for this worker.
        typical_seconds: the median active time of the newest answers of everybody; None with fewer than twenty.
        opens: of a qualification or training, the names of active projects with work that ask for it.
        mine: answers that this worker gave.
    """

    id: ProjectId
    name: str
    kind: str
    purpose: str
    price_cents: int
    requirements: dict[str, Any]
    content: list[str]
    available: int
    typical_seconds: float | None
    opens: list[str]
    mine: int

    @property
    def needs(self) -> ProjectNeeds:
        """What decides about standing in it."""
        return ProjectNeeds(self.id, self.kind, self.purpose, self.requirements)

    @property
    def hourly_cents(self) -> float | None:
        """What an hour of active work earns at the typical pace, where that is known."""
        return self.price_cents * 3600 / self.typical_seconds if self.typical_seconds else None


@dataclass(frozen=True)
class Offer:
    """A project, and whether this worker may work in it now or why not."""

    project: OfferedProject
    standing: Standing
