"""The nouns of exposure: a class of content as one worker stands to it, and an organization's limits."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Exposure:
    """How one worker stands to a class of content.

    Attributes:
        consented_at: since when the worker agrees to be shown it; None: it is not shown.
        per_day, per_week: the most answers on it.
        today, this_week: answers given today, and in the seven days that end today (UTC).
    """

    content: str
    consented_at: datetime | None
    per_day: int
    per_week: int
    today: int
    this_week: int


@dataclass(frozen=True)
class Limit:
    """The most answers on a class of content that one worker may give; `own` if the organization has set it."""

    content: str
    per_day: int
    per_week: int
    own: bool
