"""Wire types of callbacks."""

from datetime import datetime

from msgspec import Struct

from groundswell.http.wire.common import Id
from groundswell.label.commissions.model import Callback


class CallbackOut(Struct):
    """Something that a customer's server is told: of which task or batch, and how far that is.

    `state` is waiting, delivered or failed: given up after 20 tries. `status` and `error` are of the last try.
    """

    id: Id
    url: str
    event: str
    task: str | None
    batch: str | None
    state: str
    attempts: int
    next_at: datetime
    status: int | None
    error: str | None
    created_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, callback: Callback) -> "CallbackOut":
        """Shape a callback."""
        return cls(**vars(callback))


class CallbackPage(Struct):
    """One page of callbacks, the newest first; `next_cursor` fetches the next."""

    items: list[CallbackOut]
    next_cursor: str | None


class CallbackKeyOut(Struct):
    """What customers' servers know us by: the value of the header `scale-callback-auth`."""

    key: str
