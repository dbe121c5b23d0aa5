"""The nouns of conversations with models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from groundswell.ids import ProjectId, TaskId, WorkerId
from groundswell.tenancy.model import Scope


@dataclass(frozen=True)
class Turn:
    """A worker's word in a conversation that models are to go on with.

    Attributes:
        messages: what was said after the item's own messages, the worker's last word included; a system message that
            was changed comes before them.
        key: the same call again is answered as before, and asks nobody.
    """

    scope: Scope
    project_id: ProjectId
    worker_id: WorkerId
    task_id: TaskId
    messages: Sequence[Mapping[str, str]]
    key: UUID


@dataclass(frozen=True)
class Offer:
    """A model's reply as a worker sees it; which model said it is not told.

    Attributes:
        cut: whether it ends at a limit, not where the model wanted.
    """

    content: str
    cut: bool


@dataclass(frozen=True)
class Offers:
    """What models said next.

    Attributes:
        replies: one of each model that answered, in an order that does not say which is which.
        left: calls that this worker may still make within the day; None where no model limits them.
    """

    replies: list[Offer]
    left: int | None


@dataclass(frozen=True)
class LoggedReply:
    """One reply as managers see it: who asked what of which model, what it said and what that cost.

    Attributes:
        messages: what was said after the item's own messages.
        content: None where there is no reply, or none yet; `error` says why.
    """

    id: int
    task_id: TaskId
    worker_id: WorkerId
    predictor: str
    model: str
    messages: list[dict[str, Any]] = field(repr=False)
    content: str | None = field(repr=False)
    cut: bool
    error: str | None
    tokens_in: int
    tokens_out: int
    cents: float
    asked_at: datetime
    ended_at: datetime | None
