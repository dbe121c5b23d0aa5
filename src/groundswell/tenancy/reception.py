"""Who calls: keys and sessions that were seen lately are remembered, and forgotten as soon as they end anywhere."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from groundswell.clock import now as clock_now
from groundswell.errors import NotSignedIn
from groundswell.store import Database, load_queries
from groundswell.store.batcher import Batcher
from groundswell.store.recent import Recent
from groundswell.tenancy.model import Member
from groundswell.tenancy.service import hash_secret

SQL = load_queries(__package__)

REMEMBERED = 200_000
"""Callers that are remembered, the last ones; about 100 MB if all are."""

REMEMBERED_SECONDS = 900.0
"""How long before a caller is looked up again: names change without an end of access."""

OVERLAP = timedelta(minutes=2)

LOOK_SECONDS = 1.0
"""How soon every process forgets a key or session that ended in another."""

UNKNOWN_KEY = "this API key is unknown or revoked; create one with `groundswell keys create`"
NO_SESSION = "your session has ended; sign in again with the link that `groundswell up` prints"


@dataclass(frozen=True)
class Known:
    """A caller, and when the session ends; None for a key."""

    member: Member
    expires_at: datetime | None


class Reception:
    """Says who calls. Asking again costs nothing; callers who come at the same time are looked up together.

    What ends a key, a session or a membership is written to `access_ended` by the transaction that ends it, and looked
    for each second. While the database does not answer, nobody is let in on memory alone for longer than that.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, db: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._clock = clock
        self._known: Recent[bytes, Known] = Recent(REMEMBERED, seconds=REMEMBERED_SECONDS, clock=clock)
        self._lookup: Batcher[bytes, Known | None] = Batcher(self._look_up)
        self._looked_at: float | None = None
        self._since = clock_now()
        self._look: asyncio.Task[None] | None = None

    async def member_of_key(self, key: str) -> Member:
        """Return who an API key belongs to.

        Raises:
            NotSignedIn: no such key, or it was revoked.
        """
        known = await self._caller(hash_secret(key))
        if known is None or known.expires_at is not None:
            raise NotSignedIn(UNKNOWN_KEY)
        return known.member

    async def member_of_session(self, session: str) -> Member:
        """Return who a session cookie belongs to.

        Raises:
            NotSignedIn: no such session, or it has expired.
        """
        known = await self._caller(hash_secret(session))
        if known is None or known.expires_at is None or known.expires_at <= clock_now():
            raise NotSignedIn(NO_SESSION)
        return known.member

    async def _caller(self, secret: bytes) -> Known | None:
        await self._forget_who_left()
        known = self._known.get(secret)
        return known if known is not None else await self._lookup.do(secret)

    async def _look_up(self, secrets: Sequence[bytes]) -> list[Known | None]:
        async with self._db.system_transaction(brief=True) as tx:
            rows = await tx.fetch_all(SQL["callers"], dict[str, Any], secrets=list(set(secrets)))
        for row in rows:
            secret, expires_at = row.pop("secret"), row.pop("expires_at")
            self._known.put(secret, Known(Member(**row), expires_at))
        return [self._known.get(secret) for secret in secrets]

    async def _forget_who_left(self) -> None:
        """Forget whose access has ended, once a second, before anybody is let in.

        All who come meanwhile share one look, and its error: each by itself, they would wait one after the other.
        """
        came = self._clock()
        while self._looked_at is None or came - self._looked_at >= LOOK_SECONDS:
            if self._look is None:
                self._look = asyncio.create_task(self._look_who_left())
                self._look.add_done_callback(self._end_look)
            await asyncio.shield(self._look)

    async def _look_who_left(self) -> None:
        at = self._clock()
        async with self._db.system_transaction(brief=True) as tx:
            # Not missed if it was written long before it was committed: transactions are shorter than this.
            rows = await tx.fetch_all(SQL["access_ended"], dict[str, Any], since=self._since - OVERLAP)
            since = await tx.fetch_value(SQL["database_time"])
        for row in rows:
            self._known.forget(row["secret"])
        self._since, self._looked_at = since, at

    def _end_look(self, look: asyncio.Task[None]) -> None:
        self._look = None
        if not look.cancelled():
            look.exception()  # whoever waited has it; nobody may be left
