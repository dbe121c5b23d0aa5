"""How long a client may take to send a request, and how much it may send: who trickles or floods is cut off."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

REQUEST_SECONDS = 30.0
"""From its connection, or the last answer on it, until a client's request is here as a whole."""

LOOK_SECONDS = 1.0

MAX_HEAD_BYTES = 64 * 1024
"""Of a request's line and headers; everything else that a client sends before its body."""

MAX_REQUEST_BYTES = 8 * 1024 * 1024
"""Of a request as it travels: the largest body, each byte of it wrapped as a chunk of its own."""


class PatientProtocol(HttpToolsProtocol):
    """HTTP with limits that the server itself has not: on the time and on the size of a request that is not here yet.

    Attributes:
        waiting_since: when the client's turn began, by the clock of the event loop; None while it is ours.
    """

    waiting_since: float | None = None
    _came = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a first request."""
        super().connection_made(transport)
        self.waiting_since = self.loop.time()

    def data_received(self, data: bytes) -> None:
        """Take in what came, unless it is too much."""
        self._came += len(data)
        super().data_received(data)
        if self._came > MAX_HEAD_BYTES and self._is_too_much() and not self.transport.is_closing():
            self.send_400_response("The request is too large.")

    def on_message_complete(self) -> None:
        """Stop waiting: the request is here. If it was answered before that, the next one is waited for."""
        super().on_message_complete()
        self.waiting_since, self._came = (self.loop.time() if self.cycle.response_complete else None), 0

    def on_response_complete(self) -> None:
        """Wait for the next request, or for the rest of one that was answered before it was here."""
        super().on_response_complete()
        if self.cycle.response_complete or self.cycle.more_body:
            self.waiting_since = self.loop.time()

    def _is_too_much(self) -> bool:
        in_head = self.cycle is None or self.cycle.scope is not self.scope
        return in_head or (not self.cycle.response_complete and self._came > MAX_REQUEST_BYTES)


@contextlib.asynccontextmanager
async def cutting_off(connections: Iterable[object]) -> AsyncIterator[None]:
    """Close connections whose client takes too long, while the context lasts.

    Looking at all of them now and then costs less than a timer for each request.

    Args:
        connections: those that are open; read anew each time.
    """

    async def look() -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            latest = asyncio.get_running_loop().time() - REQUEST_SECONDS
            for one in list(connections):
                if isinstance(one, PatientProtocol) and (one.waiting_since or latest) < latest:
                    one.transport.close()

    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        looking.cancel()
