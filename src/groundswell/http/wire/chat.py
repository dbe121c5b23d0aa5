"""Wire types of conversations with models."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from groundswell.http.wire.common import Id
from groundswell.ids import TaskId, WorkerId
from groundswell.label.conversations.model import LoggedReply, Offers
from groundswell.label.kinds.chat import MOST_CHARACTERS, MOST_TURNS


class MessageBody(Struct, forbid_unknown_fields=True):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: Annotated[str, Meta(min_length=1, max_length=MOST_CHARACTERS)]


class ChatBody(Struct, forbid_unknown_fields=True):
    """A conversation that a model is to go on with, and the task that it is of.

    `messages` are those after the item's own, up to the user's last word; a system message that was changed comes
    before them. The same `idempotency_key` again is answered as before, and asks nobody.
    """

    task_id: Id
    idempotency_key: UUID
    messages: Annotated[list[MessageBody], Meta(max_length=2 * MOST_TURNS + 1)] = []

    def said(self) -> list[dict[str, str]]:
        """Return the messages as the service takes them."""
        return [{"role": one.role, "content": one.content} for one in self.messages]


class OfferOut(Struct):
    """A model's reply. `cut` says that it ends at a limit. Nothing in `content` is to be trusted."""

    content: str
    cut: bool


class ChatOut(Struct):
    """What models said next, one reply of each; `left` is how often the caller may still ask within the day."""

    replies: list[OfferOut]
    left: int | None

    @classmethod
    def of(cls, offers: Offers) -> "ChatOut":
        """Shape what was offered."""
        return cls([OfferOut(one.content, one.cut) for one in offers.replies], offers.left)


class ReplyOut(Struct):
    """One reply as managers see it. Without `content` there is none, or none yet; `error` says why."""

    id: int
    task_id: TaskId
    worker_id: WorkerId
    predictor: str
    model: str
    messages: list[dict[str, Any]]
    content: str | None
    cut: bool
    error: str | None
    tokens_in: int
    tokens_out: int
    cents: float
    asked_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, reply: LoggedReply) -> "ReplyOut":
        """Shape a reply."""
        return cls(**{name: getattr(reply, name) for name in cls.__struct_fields__})


class ReplyPage(Struct):
    """Replies of a project, the newest first."""

    items: list[ReplyOut]
    next_cursor: str | None
