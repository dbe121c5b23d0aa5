"""A running `groundswell up` in its own process group, whose processes can be killed or frozen one by one."""

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.acceptance.command import Groundswell, wait_until


@dataclass
class Service:
    """`groundswell up` on one port, started again and again on the same data folder.

    Attributes:
        log: all that it and its background process ever said, in every life.
    """

    groundswell: Groundswell
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = 0

    def __post_init__(self) -> None:
        self.port = self.port or free_port()
        self.log = self.groundswell.here / f"service-{self.port}.log"
        self.process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self) -> None:
        """Start it and wait until it says that it runs."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.groundswell._command(("up", "--port", str(self.port))),
                cwd=self.groundswell.here,
                env=self.groundswell._environment(dict(self.settings)),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        assert self.process.stdout is not None
        assert self.process.stdout.readline().startswith(self.address), self.log.read_text()[-2000:]

    def background(self) -> list[int]:
        """Return its background process, if it lives."""
        return [pid for pid in children(self.pid) if "groundswell.background" in command_line(pid)]

    def kill(self) -> None:
        """Kill the main process; the others are left to themselves."""
        assert self.process is not None
        with self.process:
            self.process.kill()

    def stop(self) -> None:
        """Let it end in peace."""
        assert self.process is not None
        with self.process:
            self.process.send_signal(signal.SIGINT)
            try:
                assert self.process.wait(30) == 0
            finally:
                self.process.kill()

    def complaints(self) -> list[str]:
        """Return what looks like an error that nobody expected in all that was said, each with what follows it."""
        said = self.log.read_text().splitlines()
        return [
            "\n".join(said[place : place + TOLD_LINES])
            for place, line in enumerate(said)
            if re.search(UNEXPECTED, line)
        ]


TOLD_LINES = 40

UNEXPECTED = r"Traceback|unexpected error|Exception in ASGI|never awaited|background work has ended"


@contextmanager
def living(groundswell: Groundswell, **settings: str) -> Iterator[Service]:
    """Yield a service that is started, and see that none of its processes is left in the end."""
    service = Service(groundswell, settings)
    try:
        service.start()
        yield service
        service.stop()
    finally:
        if service.process is not None:
            service.kill()


Victim = Callable[[Service, random.Random], None]


def kill_service(service: Service, _: random.Random) -> None:
    """Kill the service and start it again; what it left behind must not be in its way."""
    service.kill()
    service.start()


def kill_background(service: Service, _: random.Random) -> None:
    wait_until(service.background, "there is a background process", seconds=45)
    for pid in service.background():
        _kill(pid)


def kill_postmaster(service: Service, _: random.Random) -> None:
    """Kill the first of PostgreSQL's processes alone: the others notice by themselves."""
    pid_file = service.groundswell.home / "postgres" / "postmaster.pid"
    with contextlib.suppress(OSError, ValueError):
        _kill(int(pid_file.read_text().split("\n", 1)[0]))


def kill_backend(service: Service, rng: random.Random) -> None:
    """Kill any one of PostgreSQL's processes: it then restarts all, as memory may be damaged."""
    if living := service.groundswell.postgres():
        _kill(rng.choice(living))


def kill_database(service: Service, _: random.Random) -> None:
    """Kill every process of PostgreSQL at once."""
    for pid in service.groundswell.postgres():
        _kill(pid)


VICTIMS: tuple[Victim, ...] = (
    kill_service,
    kill_background,
    kill_postmaster,
    kill_backend,
    kill_database,
)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@contextmanager
def frozen(pids: list[int]) -> Iterator[None]:
    """Stop processes where they are for as long as the context lasts: nothing is closed, and nothing answers."""
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def children(pid: int) -> list[int]:
    """Return the processes that a process started and that live."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = entry.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                found.append(int(entry.parent.name))
    return found


def command_line(pid: int) -> str:
    """Return how a process was started; empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\x00", " ")
    except OSError:
        return ""


def lives(pid: int) -> bool:
    """Say whether a process is there and no zombie."""
    return bool(command_line(pid))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def is_healthy(address: str) -> bool:
    try:
        return httpx.get(address + "/health", timeout=5, trust_env=False).is_success
    except httpx.TransportError:
        return False
