"""Wire types of batches."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from groundswell.http.wire.common import Id
from groundswell.label.projects.model import Batch, BatchSpec

ItemId = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class BatchBody(Struct, forbid_unknown_fields=True):
    """A batch to be: of the newest version of the project's dataset, or of the one of a number.

    Without `items` it takes every item that is no task yet and whose own `content` is missing or that of the batch.
    """

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    items: Annotated[list[ItemId], Meta(min_length=1, max_length=10_000)] | None = None
    dataset_version: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    priority: Annotated[int, Meta(ge=-1000, le=1000)] = 0
    content: Annotated[str, Meta(max_length=40)] | None = None
    gold: Annotated[dict[ItemId, str | dict[str, Any]], Meta(max_length=10_000)] = field(default_factory=dict)

    def spec(self) -> BatchSpec:
        """Shape as the stage takes it."""
        return BatchSpec(self.name, self.items, self.priority, self.content, self.gold)


class BatchStateBody(Struct, forbid_unknown_fields=True):
    """The state that a batch is to have: `in_progress` finalizes or resumes it."""

    state: Literal["in_progress", "paused", "completed", "cancelled"]


class BatchOut(Struct):
    """A batch, with the number of its tasks in each state."""

    id: Id
    name: str
    state: str
    priority: int
    content: str | None
    created_at: datetime
    pending: int
    completed: int
    canceled: int
    error: int

    @classmethod
    def of(cls, batch: Batch) -> "BatchOut":
        """Shape a batch."""
        return cls(
            batch.id,
            batch.name,
            batch.state,
            batch.priority,
            batch.content,
            batch.created_at,
            batch.pending,
            batch.completed,
            batch.canceled,
            batch.error,
        )


class BatchPage(Struct):
    """One page of batches, the oldest first; `next_cursor` fetches the next."""

    items: list[BatchOut]
    next_cursor: str | None
