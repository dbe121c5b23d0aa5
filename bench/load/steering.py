"""Steers the crowd's process through a run, and watches the service meanwhile."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench.load.service import Cpu, Service

WEIGH_EVERY = 6
"""Intervals between two looks at the database's memory, which cost the kernel a walk over its pages."""
WATCHED = "select (select count(*) from ready), (select count(*) from unsettled)"
WORKED = """
select d.xact_commit, d.blks_hit + d.blks_read as buffers, d.blks_read, w.wal_bytes::bigint, a.n_tup_ins
from pg_stat_database d, pg_stat_wal w, pg_stat_user_tables a
where d.datname = current_database() and a.relname = 'annotations'
"""
"""What the database counted until now; the background's share is in it."""


@dataclass(frozen=True)
class Measured:
    """One measured stretch of load.

    Attributes:
        rate: turns that were due, a second.
        cycles_per_s: answers stored and acknowledged before its end, a second.
        p50_ms, p99_ms, max_ms: from when a turn was due to its receipt, of every cycle that was due in it.
        waiting: turns that queued at its end, because the service was behind.
        counts: the crowd's own counts, see `Tally`.
        cpu: what the service used meanwhile.
        crowd_cpu_seconds, requests: of the crowd's process.
        worked: what the database did meanwhile: commits, buffers, reads, WAL bytes and answers.
    """

    rate: float
    seconds: float
    cycles_per_s: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    waiting: int
    counts: dict[str, Any]
    cpu: Cpu
    crowd_cpu_seconds: float
    requests: int
    worked: tuple[int, ...]

    @property
    def lasting(self) -> bool:
        """Whether the service kept up: nothing failed, and nothing piled up."""
        return (
            self.counts["failed"] == self.counts["unanswered"] == 0 and self.cycles_per_s > 0.95 * self.rate
        )


class Steering:
    """Gives commands to the crowd's process and follows what it says until each is done."""

    def __init__(self, process: subprocess.Popen[str], service: Service, say: Callable[[str], None]) -> None:
        self._process, self._service, self._say = process, service, say
        self._watch = psycopg.connect(service.dsn, autocommit=True)
        self._intervals = 0

    def close(self) -> None:
        """Close the connection to the database."""
        self._watch.close()

    def do(self, command: str, **given: Any) -> dict[str, Any]:
        """Carry out a command and return the event that ends it."""
        return self._follow(command, given)[command]

    def measure(self, rate: float, seconds: float) -> Measured:
        """Work at a rate for some seconds, after a ramp."""
        seen = self._follow("work", {"rate": rate, "seconds": seconds})
        done, end = seen["work"], seen["end"]
        return Measured(
            rate=rate,
            seconds=seconds,
            cycles_per_s=done["in_time"] / seconds,
            **{name: done[name] or float("inf") for name in ("p50_ms", "p99_ms", "max_ms")},
            waiting=end["waiting"],
            counts=done,
            cpu=end["cpu"] - seen["start"]["cpu"],
            crowd_cpu_seconds=end["cpu_seconds"],
            requests=end["requests"],
            worked=tuple(b - a for a, b in zip(seen["start"]["worked"], end["worked"], strict=True)),
        )

    def _follow(self, command: str, given: dict[str, Any]) -> dict[str, dict[str, Any]]:
        self._write({"do": command, **given})
        seen: dict[str, dict[str, Any]] = {}
        while command not in seen:
            event = self._read()
            if event["event"] in ("start", "end"):
                event["cpu"], event["worked"] = self._service.cpu(), self._watch.execute(WORKED).fetchone()
            if event["event"] == "end":
                self._service.weigh()
            if event["event"] == "interval":
                self._show(event)
            seen[event["event"]] = event
        return seen

    def _write(self, line: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        event: dict[str, Any] = json.loads(line) if line else {"event": "error", "error": "it ended"}
        if event["event"] == "error":
            raise SystemExit(f"the crowd's process failed: {event['error']}")
        return event

    def _show(self, event: dict[str, Any]) -> None:
        ready, unsettled = self._watch.execute(WATCHED).fetchone() or (0, 0)
        self._intervals += 1
        if self._intervals % WEIGH_EVERY == 0:
            self._service.weigh()
        self._say(
            f"{event['done'] / event['seconds']:7,.0f} cycles/s  p50 {event['p50_ms'] or 0:6.1f}  "
            f"p99 {event['p99_ms'] or 0:6.1f} ms  waiting {event['waiting']:,}  "
            f"ready {ready:,}  unsettled {unsettled:,}"
        )


@contextlib.contextmanager
def steering(
    home: Path, service: Service, *, people: int, connections: int, say: Callable[[str], None]
) -> Iterator[Steering]:
    """Start the crowd's process; it ends with the context, or with us."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.load.crowd"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is ours; it ends when its stdin does
    )
    steered = Steering(process, service, say)
    try:
        given = {"home": str(home), "port": service.port, "people": people, "connections": connections}
        steered._write(given)
        steered._read()
        yield steered
    finally:
        steered.close()
        process.kill()
        process.communicate()
