"""Running tasks on a Ray cluster: the same tasks, with the same files, in a folder that all of its machines see."""

import os
import pickle
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cloudpickle

from groundswell.clean.job.care import Watch, look, prepare
from groundswell.clean.job.errand import Errand
from groundswell.clean.job.files import RunFolder
from groundswell.clean.job.memory import MB
from groundswell.clean.job.work import OnDone, Place, Task
from groundswell.errors import GroundswellError, InputError, MissingExtra

TASK_BYTES = 1024 * MB
_PER_WORKER = 2
"""Tasks that are given to the cluster at once for each of its processors: one at work, one to follow."""


class OnRay:
    """Runs tasks on a Ray cluster: that at an address, or one that is started here for as long as this runs.

    Ray's own retries are off: a task whose process or machine dies is given out again from here, with what is
    known of where it died, as `Processes` does.

    Args:
        where: `ray` to start one here, `ray://host:10001` or `ray:auto` to use one that is there.
        workers: the most tasks at once; as many as the cluster has processors if None.
        memory_bytes: what all tasks together may hold, if they run on one machine.

    Raises:
        InputError: `where` is no such place, or nobody answers there.
        MissingExtra: Ray is not installed.
    """

    def __init__(self, where: str, *, workers: int | None = None, memory_bytes: int | None = None) -> None:
        if where != "ray" and not where.startswith("ray:"):
            raise InputError(f"{where!r} is no place to run; write ray, ray:auto or ray://host:10001")
        self._ray = _library()
        _connect(self._ray, where)
        self.workers = workers or max(int(self._ray.cluster_resources().get("CPU", 1)), 1)
        self.memory_bytes = memory_bytes
        self._run = self._ray.remote(num_cpus=1, max_retries=0)(run_errand)

    def task_memory(self) -> int:
        """Return what a task may hold."""
        return (
            TASK_BYTES if self.memory_bytes is None else max(self.memory_bytes // (2 * self.workers), 16 * MB)
        )

    def run(self, tasks: Sequence[Task], place: Place, on_done: OnDone) -> None:
        """Run all tasks; the entries come in the order in which they end.

        Raises:
            GroundswellError: a task raised it.
            InputError: a task kills whatever process it runs in.
        """
        waiting = deque(Errand(task) for task in tasks)
        running: dict[Any, Errand] = {}
        most = self.workers * _PER_WORKER
        try:
            while waiting or running:
                while waiting and len(running) < most:
                    errand = waiting.popleft()
                    running[self._give(errand, place)] = errand
                (ended, *_), _ = self._ray.wait(list(running), num_returns=1)
                errand = running.pop(ended)
                entry = self._taken(ended, errand, place)
                if isinstance(entry, Errand):
                    waiting.appendleft(entry)
                else:
                    on_done(errand.task, entry)
        finally:
            for reference in running:
                self._ray.cancel(reference, force=True)

    def close(self) -> None:
        """Leave the cluster; end it if it was started here."""
        self._ray.shutdown()

    def _give(self, errand: Errand, place: Place) -> Any:
        prepare(_watched(place.folder, errand.task))
        message = cloudpickle.dumps((errand.task, replace(place, care=errand.care)))
        return self._run.remote(message)

    def _taken(self, reference: Any, errand: Errand, place: Place) -> Any:
        """Return the entry of a task that has ended, or its errand once more if it died."""
        watched = _watched(place.folder, errand.task)
        try:
            return self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            raise _cause(error) from None
        except self._ray.exceptions.RayError as error:  # the process or the machine died
            return errand.after_death(look(watched)[1], f"Ray lost it ({type(error).__name__})")
        finally:
            watched.unlink(missing_ok=True)


def run_errand(message: bytes) -> Any:
    """Run one task, in a process of the cluster."""
    task, place = pickle.loads(message)
    watch = Watch(_watched(place.folder, task))
    return task.function(replace(place, watch=watch), *task.arguments)


def _watched(folder: RunFolder, task: Task) -> Path:
    return folder.path(f".watch-{task.name}")


def _cause(error: Any) -> Exception:
    cause = error.cause
    return cause if isinstance(cause, GroundswellError) else RuntimeError(f"a task failed:\n{error}")


def _connect(ray: Any, where: str) -> None:
    """Connect, or start a cluster here."""
    if ray.is_initialized():
        return
    try:
        if where == "ray":
            ray.init(
                address="local", include_dashboard=False, log_to_driver=False, _node_ip_address="127.0.0.1"
            )
            return
        address = where if where.startswith("ray://") else where.removeprefix("ray:")
        ray.init(address=address, log_to_driver=False)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise InputError(f"no Ray cluster answers at {where!r}: {error}") from error


def _library() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing phones home
    try:
        import ray
    except ImportError as error:
        raise MissingExtra("running on Ray needs ray: pip install 'groundswell[ray]'") from error
    return ray
