"""A process that runs tasks for this one, as seen from here."""

import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import cloudpickle

from groundswell.clean.job.care import Spot, look, prepare
from groundswell.clean.job.errand import Errand
from groundswell.clean.job.work import Place

_MODULE = "groundswell.clean.job.worker"

_ENVIRONMENT = {
    **dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"), "1"
    ),
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
}
"""One thread each, since there is a process for each processor; and memory that a limit can be set on: Arrow's
other allocators reserve more than they use."""


class Child:
    """A process that runs one errand at a time.

    Args:
        watched: a path for the file in which it says where it is.
    """

    errand: Errand

    def __init__(self, watched: Path) -> None:
        self.watched = watched
        prepare(watched)
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", _MODULE, str(theirs.fileno()), str(os.getpid()), str(watched)]
        with theirs:
            self.process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={**os.environ, **_ENVIRONMENT, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                start_new_session=True,  # Ctrl-C is for this process, which ends the others
            )
        self.ended_for: str | None = None
        self.connection = Connection(ours.detach())
        self.connection.send(sys.path)
        self._marks, self._since = -1, time.monotonic()

    def give(self, errand: Errand, place: Place) -> None:
        """Have an errand run."""
        self.errand = errand
        self._marks, self._since = -1, time.monotonic()
        message = cloudpickle.dumps((errand.task, replace(place, care=errand.care)))
        with suppress(ConnectionError):  # it is dead: there will be no answer
            self.connection.send_bytes(message)

    def answer(self) -> tuple[str, Any] | None:
        """Return the answer to the errand, or None if the process died."""
        try:
            return self.connection.recv()  # type: ignore[no-any-return]
        except (EOFError, OSError):
            return None

    def spot(self) -> Spot | None:
        """Return where it is, or was when it died."""
        return look(self.watched)[1]

    def seconds_at_one_spot(self) -> float:
        """Return for how long it has been at the same rows; 0 where it does not say."""
        marks, spot = look(self.watched)
        if spot is None or marks != self._marks:
            self._marks, self._since = marks, time.monotonic()
        return time.monotonic() - self._since

    def end_for(self, cause: str) -> None:
        """End it for a reason that people are told; whoever waits for its answer takes note of its death."""
        self.ended_for = cause
        self.process.kill()

    def cause(self) -> str:
        """Return what it died of."""
        if self.ended_for:
            return self.ended_for
        with suppress(subprocess.TimeoutExpired):  # it lives, and let go of the connection
            return f"it ended with status {self.process.wait(1.0)}"
        return "it does not answer"

    def end(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.wait()
        self.connection.close()
        self.watched.unlink(missing_ok=True)
