"""Running tasks in processes of our own, within a memory limit, whatever happens to any of them."""

import os
import tempfile
from collections import deque
from collections.abc import Iterable, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from groundswell.clean.job.child import Child
from groundswell.clean.job.errand import Errand
from groundswell.clean.job.memory import MB, held_by, machine_memory
from groundswell.clean.job.work import Entry, OnDone, Place, Task
from groundswell.errors import GroundswellError, InputError

DRIVER_BYTES = 192 * MB
"""What the process that starts the others takes: its libraries, and the batches that it hands on."""

WORKER_BYTES = 128 * MB
"""What the libraries take in each other process."""

LEAST_TASK_BYTES = 96 * MB

LEAST_BYTES = DRIVER_BYTES + WORKER_BYTES + LEAST_TASK_BYTES

STALL_SECONDS = 600.0
"""A process that has been at the same rows for so long is taken for hung, and ended."""

_LOOK_EVERY_SECONDS = 0.2


class Processes:
    """Runs tasks in processes of its own: a process that dies is replaced, and its task tried again.

    What kills a process again and again is narrowed down to the row, which is set aside.

    Args:
        workers: the most processes at once; as many as there are processors if None.
        memory_bytes: what all of them and this process may hold together; None: three quarters of what
            the machine has. What this process held before, such as the arrays of a notebook, is not counted.
        stall_seconds: how long a process may be at the same rows.

    Raises:
        InputError: the memory is too little for one process.
    """

    def __init__(
        self,
        workers: int | None = None,
        *,
        memory_bytes: int | None = None,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self.memory_bytes = memory_bytes or machine_memory() * 3 // 4
        if self.memory_bytes < LEAST_BYTES:
            raise InputError(
                f"a memory of {self.memory_bytes // 10**6:,} MB is too little to work in; "
                f"the least is {LEAST_BYTES // 10**6 + 1:,} MB"
            )
        fitting = (self.memory_bytes - DRIVER_BYTES) // (WORKER_BYTES + LEAST_TASK_BYTES)
        self.workers = max(1, min(workers or os.cpu_count() or 1, fitting))
        self.stall_seconds = stall_seconds
        self._held_before = max(0, held_by(os.getpid()) - DRIVER_BYTES)
        self._watches = tempfile.TemporaryDirectory(prefix="groundswell-")
        self._idle: list[Child] = []
        self._started = 0

    def task_memory(self) -> int:
        """Return what is left for each task."""
        return (self.memory_bytes - DRIVER_BYTES) // self.workers - WORKER_BYTES

    def run(self, tasks: Sequence[Task], place: Place, on_done: OnDone) -> None:
        """Run all tasks; the entries come in the order in which they end.

        Raises:
            GroundswellError: a task raised it.
            InputError: a task kills whatever process it runs in.
            RuntimeError: a task raised something that no operator can raise: an error of ours.
        """
        waiting = deque(Errand(task) for task in tasks)
        running: dict[Connection, Child] = {}
        try:
            while waiting or running:
                while waiting and len(running) < self.workers:
                    child = self._idle.pop() if self._idle else self._start()
                    child.give(waiting.popleft(), place)
                    running[child.connection] = child
                for connection in wait(list(running), timeout=_LOOK_EVERY_SECONDS):
                    self._take(running.pop(connection), waiting, on_done)  # type: ignore[call-overload]
                self._end_some(running.values())
        finally:
            for child in running.values():
                child.end()

    def close(self) -> None:
        """End the processes."""
        while self._idle:
            self._idle.pop().end()
        self._watches.cleanup()

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _start(self) -> Child:
        self._started += 1
        return Child(Path(self._watches.name) / str(self._started))

    def _take(self, child: Child, waiting: deque[Errand], on_done: OnDone) -> None:
        """Take what a process answers; put its errand back if there is no answer."""
        answer = child.answer()
        kind, told = answer or ("death", child.spot())
        if kind in ("death", "no memory"):  # without memory the process lives, but nobody knows in what state
            cause = child.cause() if kind == "death" else "it asked for more than a task's memory"
            child.end()
            waiting.appendleft(child.errand.after_death(told, cause))
            return
        self._idle.append(child)
        on_done(child.errand.task, _entry(child.errand.task, kind, told))

    def _end_some(self, children: Iterable[Child]) -> None:
        """End processes that hang, and the largest one if all together hold too much."""
        for child in children:
            if child.seconds_at_one_spot() > self.stall_seconds:
                child.end_for(f"it was at the same rows for {self.stall_seconds:,.0f} seconds")
        held = {child: held_by(child.process.pid) for child in children}
        ours = max(0, held_by(os.getpid()) - self._held_before)
        together = ours + sum(held.values())
        if held and together > self.memory_bytes:
            largest = max(held, key=lambda child: held[child])
            largest.end_for(f"all together held {together // 10**6:,} of {self.memory_bytes // 10**6:,} MB")


def _entry(task: Task, kind: str, told: Any) -> Entry:
    if kind == "done":
        return told  # type: ignore[no-any-return]
    if isinstance(told, GroundswellError):
        raise told
    raise RuntimeError(f"task {task.name} failed:\n{told}")
