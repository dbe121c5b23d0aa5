"""Wire types of tasks, for those who manage them."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from groundswell.http.wire.common import Id
from groundswell.label.delivery.model import ListedTask


class TasksBody(Struct, forbid_unknown_fields=True):
    """Tasks that are to come to another state, and why; the reason is kept."""

    task_ids: Annotated[list[Id], Meta(min_length=1, max_length=1_000)]
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class TaskOut(Struct):
    """A task in a list: the item, where the task is in its life, and what is known of its label.

    `label`, `probability` and `source` are the consensus; `review` overrules it. `gold` and `is_audit` are null for
    everybody below a manager.
    """

    id: Id
    item_id: str
    position: int
    batch_id: Id
    state: str
    kind: str
    preview: str | None
    label: str | None
    probability: float | None
    source: str | None
    annotations: int
    review: str | None
    gold: str | None
    is_audit: bool | None
    completed_at: datetime | None

    @classmethod
    def of(cls, task: ListedTask) -> "TaskOut":
        """Shape a task."""
        return cls(**vars(task))


class TaskPage(Struct):
    """One page of tasks. It may be shorter than asked for, or empty, while `next_cursor` leads on to more."""

    items: list[TaskOut]
    next_cursor: str | None
