"""Wire types of comments on tasks."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from groundswell.http.task_numbers import TaskNumbers
from groundswell.ids import TaskId
from groundswell.label.comments.model import Comment


class CommentBody(Struct, forbid_unknown_fields=True):
    """What somebody says of a task; with `flag` it asks somebody to look."""

    body: Annotated[str, Meta(min_length=1, max_length=4_000)]
    flag: bool = False


class CommentOut(Struct):
    """A comment. `author` is null for other labelers, of whom one does not learn; `mine`: whether it is one's own."""

    id: int
    task_id: TaskId
    author: str | None
    mine: bool
    body: str
    flag: bool
    resolved_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, one: Comment, numbers: TaskNumbers, user_id: object) -> "CommentOut":
        """Shape a comment."""
        return cls(
            one.id,
            numbers.shown(one.task_id),
            one.author,
            one.user_id == user_id,
            one.body,
            one.is_flag,
            one.resolved_at,
            one.created_at,
        )


class Thread(Struct):
    """What was said of a task, the oldest first."""

    items: list[CommentOut]


class CommentPage(Struct):
    """One page of comments, the newest first; `next_cursor` fetches the next."""

    items: list[CommentOut]
    next_cursor: str | None
