"""Callbacks: what a customer's server is told, at least once, and of each task in the order in which it happened.

What is to be told is a row, written by the transaction in which it happens. Here rows are sent, and tried again with
growing pauses: 20 times within 24 hours.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from groundswell.clock import now
from groundswell.errors import GroundswellError, InputError, NotFound
from groundswell.hosts import PinnedTransport
from groundswell.ids import CallbackId, OrgId
from groundswell.label.commissions.links import links_for, secret_of
from groundswell.label.commissions.model import Callback, Commission, CommissionBatch
from groundswell.label.commissions.projects import SQL
from groundswell.label.commissions.rules import callback_door, pause_after
from groundswell.label.commissions.shape import batch_body, callback_body
from groundswell.store import Database
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit

log = logging.getLogger(__name__)

HEADER = "scale-callback-auth"
AT_ONCE, OF_ONE = 32, 8
"""Callbacks under way at the same time, in all and to one address, so that one that is slow holds nobody up."""

ANSWER_SECONDS = 10.0
CLAIM_SECONDS = 60.0
"""How long one sender has a callback for itself; if it dies meanwhile, another sends it after that."""

PASS_SECONDS = 5.0
"""How long callbacks are begun in one go."""

NEWEST = 2**63 - 1
STATES = ("waiting", "delivered", "failed")


@dataclass(frozen=True)
class Due:
    """A callback whose time has come, for its try of number `attempts`."""

    id: int
    org_id: OrgId
    is_test: bool
    url: str
    event: str
    commission_id: int | None
    commission_batch_id: int | None
    attempts: int


@dataclass(frozen=True)
class Said:
    """What a customer's server answered: its status, or why there was none."""

    status: int | None
    error: str | None

    @property
    def is_taken(self) -> bool:
        """Whether it has taken the callback."""
        return self.status is not None and 200 <= self.status < 300


@dataclass
class CallbackRoom:
    """Where callbacks are sent. Several may run at once; what one has claimed no other sends.

    Attributes:
        private_hosts: of the operator's own network, which may be called, and without https.
        public_url: where programs reach this service, for addresses of files in what they are told.
    """

    db: Database
    private_hosts: Sequence[str] = ()
    public_url: str = ""
    _under_way: dict[asyncio.Task[None], str] = field(default_factory=dict, repr=False)
    _transport: httpx.HTTPTransport = field(default_factory=httpx.HTTPTransport, repr=False)

    async def send_due(self) -> int:
        """Begin to send what is due as there is room, for some seconds at most; returns how many that was."""
        began, until = 0, time.monotonic() + PASS_SECONDS
        while True:
            due = await self._claim()
            for one in due:
                task = asyncio.create_task(self._send(one))
                self._under_way[task] = one.url
                task.add_done_callback(lambda done: self._under_way.pop(done, None))
            began += len(due)
            if not due or time.monotonic() > until:
                return began
            await asyncio.wait(list(self._under_way), return_when=asyncio.FIRST_COMPLETED)

    async def finish(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _claim(self) -> list[Due]:
        room = AT_ONCE - len(self._under_way)
        if room <= 0:
            return []
        of_each = Counter(self._under_way.values())
        busy = [url for url, number in of_each.items() if number >= OF_ONE]
        async with self.db.system_transaction() as tx:
            return await tx.fetch_all(
                SQL["claim_callbacks"], Due, limit=room, of_one=OF_ONE, busy=busy, seconds=CLAIM_SECONDS
            )

    async def _send(self, due: Due) -> None:
        try:
            body, key = await self._body(due), await secret_of(self.db, due.org_id)
            said = await asyncio.to_thread(post, due.url, body, key, self.private_hosts, self._transport)
            await self._note(due, said)
        except Exception as error:  # it is claimed, and will be tried again
            log.warning("callback %d was not sent this time: %s", due.id, error)

    async def _body(self, due: Due) -> dict[str, Any]:
        async with self.db.transaction(due.org_id) as tx:
            if due.commission_id is not None:
                commission = await tx.fetch_one(
                    SQL["commissions"], Commission, ids=[due.commission_id], public_ids=[]
                )
                assert commission is not None, "callbacks go with their commission"
                links = await links_for(self.db, due.org_id, self.public_url, [commission], now())
                return callback_body(commission, is_test=due.is_test, links=links)
            name = await tx.fetch_value(SQL["batch_name"], id=due.commission_batch_id)
            batch = await tx.fetch_one(SQL["commission_batches"], CommissionBatch, names=[name])
            assert batch is not None, "callbacks go with their batch"
            return batch_body(batch)

    async def _note(self, due: Due, said: Said) -> None:
        pause = pause_after(due.attempts)
        async with self.db.transaction(due.org_id) as tx:
            if said.is_taken or pause is None:
                state = "delivered" if said.is_taken else "failed"
                await tx.execute(SQL["end_callback"], id=due.id, state=state, **vars(said))
            else:
                await tx.execute(SQL["put_off_callback"], id=due.id, after=pause, **vars(said))


def post(
    url: str, body: dict[str, Any], key: str, private_hosts: Sequence[str], transport: httpx.HTTPTransport
) -> Said:
    """Tell a customer's server something; redirects are not followed, and what it answers is not read.

    Args:
        key: what it knows us by.
        private_hosts: see `CallbackRoom`.
        transport: what connects; it is not closed.
    """
    headers = {HEADER: key, "Content-Type": "application/json", "User-Agent": "groundswell"}
    try:
        client = httpx.Client(
            transport=PinnedTransport(callback_door(url, private_hosts), transport), timeout=ANSWER_SECONDS
        )
        with client.stream("POST", url, content=msgspec.json.encode(body), headers=headers) as answer:
            status = answer.status_code
        return Said(status, None if 200 <= status < 300 else f"answered {status}")
    except (GroundswellError, httpx.HTTPError) as error:
        return Said(None, f"{type(error).__name__}: {error}"[:500])


# ── for managers ─────────────────────────────────────────────────────────────────────────────────


async def list_callbacks(
    db: Database, scope: Scope, *, state: str | None = None, before: int | None = None, limit: int = 50
) -> list[Callback]:
    """Return what customers' servers are and were told, the newest first; managers and admins only.

    Args:
        state: waiting, delivered or failed; None for all.
        before: only those with a smaller id, for the next page.

    Raises:
        InputError: there is no such state.
    """
    scope.require(Role.MANAGER)
    if state is not None and state not in STATES:
        raise InputError(f"state must be {' or '.join(STATES)}; got {state[:40]!r}")
    async with db.transaction(scope.org_id) as tx:
        return await tx.fetch_all(
            SQL["callbacks"], Callback, state=state, before=before or NEWEST, limit=limit
        )


async def replay_callback(db: Database, scope: Scope, callback_id: CallbackId) -> Callback:
    """Tell a customer's server something anew, as it is now, with all its tries; managers and admins only.

    Raises:
        NotFound: there is no such callback.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        if await tx.fetch_value(SQL["replay_callback"], id=callback_id) is None:
            raise NotFound(f"there is no callback {callback_id}")
        await audit(tx, scope, "callback.replay", str(callback_id))
        found = await tx.fetch_one(SQL["callback"], Callback, id=callback_id)
    assert found is not None
    return found


async def callback_key(db: Database, scope: Scope) -> str:
    """Return what customers' servers know us by: they compare it with the header; managers and admins only."""
    scope.require(Role.MANAGER)
    return await secret_of(db, scope.org_id)
