"""A connection that costs little: one request at a time, HTTP/1.1 by hand, kept open."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any, Protocol

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Waiting(Protocol):
    """Whoever sends requests and is told what became of them."""

    def answered(self, connection: Connection, request: Any, status: int, body: bytes) -> None:
        """A whole answer is there; the connection is free again."""

    def broken(self, connection: Connection, request: Any | None) -> None:
        """The connection was lost, with a request under way or with none."""


class Connection(asyncio.Protocol):
    """One keep-alive connection.

    Attributes:
        request: what was sent and has no answer yet; whatever the sender likes, or None.
        used: when it was last written to, on `time.monotonic`.
    """

    __slots__ = ("_owner", "_part", "_transport", "request", "used")

    def __init__(self, owner: Waiting) -> None:
        self._owner = owner
        self._part = b""
        self._transport: Any = None
        self.request: Any | None = None
        self.used = time.monotonic()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def send(self, request: Any, data: bytes, now: float) -> None:
        self.request, self.used = request, now
        self._transport.write(data)

    def abort(self) -> None:
        """Give the connection up; its request, if any, is reported as broken."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._part:
            data = self._part + data
        head = data.find(b"\r\n\r\n")
        found = LENGTH.search(data, 0, head) if head >= 0 else None
        if found is None or len(data) < head + 4 + int(found[1]):
            self._part = data
            return
        request, self.request, self._part = self.request, None, b""
        self._owner.answered(self, request, int(data[9:12]), data[head + 4 :])

    def connection_lost(self, error: Exception | None) -> None:
        request, self.request = self.request, None
        self._owner.broken(self, request)
