"""The real service under load: `groundswell up` as a process of its own, and what it costs in time and memory."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from groundswell.store import running_dsn
from groundswell.store.processes import Account, processes_in, spawn

START_SECONDS = 120.0
STOP_SECONDS = 60.0
TICKS = os.sysconf("SC_CLK_TCK")
DURABLE = ["synchronous_commit", "fsync", "full_page_writes"]


@dataclass(frozen=True)
class Cpu:
    """Seconds of processor used so far.

    Attributes:
        service: by the thread that serves requests.
        background: by the service's other threads and the processes that it started: learning.
        postgres: by the database, all of its processes.
        machine: by everything on the machine, whoever else uses it, too.
    """

    service: float
    background: float
    postgres: float
    machine: float

    def __sub__(self, before: Cpu) -> Cpu:
        return Cpu(
            self.service - before.service,
            self.background - before.background,
            self.postgres - before.postgres,
            self.machine - before.machine,
        )


class Service:
    """A running `groundswell up`."""

    def __init__(self, home: Path, port: int, pid: int, dsn: str) -> None:
        self.home, self.port, self.pid, self.dsn = home, port, pid, dsn
        self.postgres_peak_mb = 0.0

    def cpu(self) -> Cpu:
        """Return what was used until now; a process that ended counts with the one that waited for it."""
        own, waited = _cpu_seconds(Path(f"/proc/{self.pid}"))
        serving, _ = _cpu_seconds(Path(f"/proc/{self.pid}/task/{self.pid}"))
        helpers = sum(sum(_cpu_seconds(Path(f"/proc/{pid}"))) for pid in self._helpers())
        postgres = sum(sum(_cpu_seconds(Path(f"/proc/{pid}"))) for pid in self._postgres())
        return Cpu(serving, max(0.0, own - serving) + waited + helpers, postgres, _machine_seconds())

    def weigh(self) -> None:
        """Note the memory of the database now: each page by its share of those who map it (PSS)."""
        mb = sum(_memory_mb(Path(f"/proc/{pid}/smaps_rollup"), "Pss") for pid in self._postgres())
        self.postgres_peak_mb = max(self.postgres_peak_mb, mb)

    def service_peak_mb(self) -> float:
        """Return the peak memory of the service and of the processes that it started and still has."""
        return sum(_memory_mb(Path(f"/proc/{pid}/status"), "VmHWM") for pid in (self.pid, *self._helpers()))

    def _postgres(self) -> list[int]:
        return processes_in(self.home / "postgres")

    def _helpers(self) -> list[int]:
        family, postgres = {self.pid}, set(self._postgres())
        parents = {int(p.parent.name): _parent(p) for p in Path("/proc").glob("[0-9]*/stat")}
        while more := {pid for pid, parent in parents.items() if parent in family} - family - postgres:
            family |= more
        return sorted(family - {self.pid})


@contextlib.contextmanager
def serving(home: Path) -> Iterator[Service]:
    """Run `groundswell up` on a free port while the context lasts; it dies with us, however we end.

    Raises:
        SystemExit: it did not start; its words are in `service.log` of the home.
    """
    port = _free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GROUNDSWELL_")}
    env = {**kept, "GROUNDSWELL_HOME": str(home), "GROUNDSWELL_PORT": str(port)}
    command = [sys.executable, "-m", "groundswell.cli.main", "up"]
    us = Account(os.geteuid(), os.getegid())
    with (home / "service.log").open("ab") as log:
        process = spawn(command, cwd=Path.cwd(), account=us, output=log, env=env)
    try:
        _wait_until_healthy(process, port, home)
        dsn = running_dsn(home)
        assert dsn is not None
        yield Service(home, port, process.pid, dsn)
    finally:
        _stop(process)


def durability(dsn: str) -> dict[str, str]:
    """Return the settings that make an acknowledged answer survive a power cut.

    Raises:
        SystemExit: one of them is off.
    """
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("select name, setting from pg_settings where name = any(%s)", [DURABLE])
        found: dict[str, str] = dict(rows.fetchall())
    if set(found.values()) != {"on"}:
        raise SystemExit(f"commits are not durable: {found}")
    return found


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_until_healthy(process: subprocess.Popen[bytes], port: int, home: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, urllib.error.URLError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
            return
        time.sleep(0.1)
    raise SystemExit(f"the service did not start; {home / 'service.log'} ends with:\n" + _tail(home))


def _tail(home: Path) -> str:
    return "\n".join((home / "service.log").read_text(errors="replace").splitlines()[-8:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()  # its database is tied to it and ends, too
        process.wait()


def _cpu_seconds(folder: Path) -> tuple[float, float]:
    """Return seconds of a process or thread itself, and of its children that ended."""
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0, 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS, (int(fields[13]) + int(fields[14])) / TICKS


def _machine_seconds() -> float:
    """Return seconds that all processors were busy, or taken from us by the host: all but idle and waiting."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS


def _parent(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _memory_mb(path: Path, name: str) -> float:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith(name + ":")) / 1024
