"""A comment on a task."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from groundswell.ids import ProjectId, TaskId


@dataclass(frozen=True)
class Comment:
    """What somebody said of a task.

    Attributes:
        author: how the person is called; None where it is not to be told.
        is_flag: it asks somebody to look; `resolved_at` says when somebody had.
    """

    id: int
    project_id: ProjectId
    task_id: TaskId
    user_id: UUID
    author: str | None
    body: str
    is_flag: bool
    resolved_at: datetime | None
    created_at: datetime
