"""Serve an opened `App` on an address, until asked to stop."""

import asyncio
import contextlib
import gc
import resource
import signal
import socket
from collections.abc import AsyncIterator

import uvicorn

from groundswell.app import App
from groundswell.background import background, background_process
from groundswell.errors import PortInUse
from groundswell.http.patience import PatientProtocol, cutting_off
from groundswell.http.server import create_server

GRACE_SECONDS = 5


def bind(host: str, port: int) -> socket.socket:
    """Take the address at once, before anything slow is started. Port 0 takes any free one.

    Raises:
        PortInUse: another process listens there, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # an answer in two parts never waits 40 ms
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise PortInUse(
            f"cannot listen on {host}:{port} ({error.strerror}); stop what runs there, or choose another "
            "with --port or GROUNDSWELL_PORT"
        ) from None
    return listener


def address_of(listener: socket.socket) -> str:
    """Return the URL of a bound address, as this machine's browser reaches it."""
    return f"http://{_host_of(listener)}:{listener.getsockname()[1]}"


def _host_of(listener: socket.socket) -> str:
    """Return the address as it stands in a URL and in the Host header: of IPv6, in brackets."""
    host: str = listener.getsockname()[0]
    return f"[{host}]" if ":" in host else host


def _allow_many_connections() -> None:
    """Raise the limit on open files, which shells set low for the sake of old programs, to what we may have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # some systems say "any number" and mean another
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _collect_seldom() -> None:
    """Let the garbage collector look seldom: a full look at all that is remembered of 100,000 people takes a while.

    Almost everything here is freed without it, as nothing points in circles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 5, 100)


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn's handlers would end the process before the database is closed."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]
        yield


@contextlib.asynccontextmanager
async def serving(
    app: App, listener: socket.socket, *, in_process: bool = False
) -> AsyncIterator[asyncio.Event]:
    """Serve and work in the background while the context lasts; yields an event that asks to stop.

    SIGINT and SIGTERM set the event. At the end, requests under way are finished first.

    Args:
        in_process: do background work here rather than in a process of its own: at once, for a notebook.
    """
    config = uvicorn.Config(
        create_server(app, hosts=[_host_of(listener)]),
        http=PatientProtocol,
        ws="none",
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    _allow_many_connections()
    _collect_seldom()
    server, stop = _Server(config), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(ValueError, RuntimeError):  # only the main thread may listen to signals
            loop.add_signal_handler(number, stop.set)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    task.add_done_callback(lambda _: stop.set())
    try:
        async with (
            background(app) if in_process else background_process(app),
            cutting_off(server.server_state.connections),
        ):
            yield stop
    finally:
        server.should_exit = True
        await task
