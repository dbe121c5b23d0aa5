"""Hanging up on a PostgreSQL that says nothing: one that is frozen, or beyond a network that is gone."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Iterator
from typing import Any

import psycopg


@contextlib.contextmanager
def at_most(
    connection: psycopg.AsyncConnection[Any], seconds: float, on_silence: Callable[[], None]
) -> Iterator[None]:
    """Break the connection if what is done within the context takes longer: it then fails as if the server had died.

    The server's own limits do not bind a server that is stopped, and cancelling a statement means asking the server.

    Args:
        on_silence: called when the connection is broken.
    """

    def hang_up() -> None:
        on_silence()
        with (
            contextlib.suppress(OSError, psycopg.Error),
            socket.socket(fileno=os.dup(connection.fileno())) as line,
        ):
            line.shutdown(socket.SHUT_RDWR)

    timer = asyncio.get_running_loop().call_later(seconds, hang_up)
    try:
        yield
    finally:
        timer.cancel()
