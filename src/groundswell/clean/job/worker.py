"""A process that runs tasks for another: `python -m groundswell.clean.job.worker HANDLE PARENT WATCH`."""

import ctypes
import os
import pickle
import resource
import signal
import sys
import traceback
from dataclasses import replace
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from groundswell.clean.job.care import Watch
from groundswell.clean.job.memory import private_bytes
from groundswell.clean.job.work import Place, Task
from groundswell.errors import GroundswellError

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Run the tasks that come over a connection until it ends."""
    handle, parent, watched = sys.argv[1:]
    _die_with(int(parent))
    watch = Watch(Path(watched))
    with Connection(int(handle)) as connection:
        try:
            sys.path[:] = connection.recv()
            while True:
                connection.send(_answer(connection.recv_bytes(), watch))
        except (EOFError, ConnectionError):
            return


def _answer(message: bytes, watch: Watch) -> tuple[str, Any]:
    """Run one task; return its entry, or why there is none."""
    try:
        task, place = pickle.loads(message)
        _limit_memory(place)
        return "done", _run(task, replace(place, watch=watch))
    except MemoryError:
        return "no memory", watch.spot
    except GroundswellError as error:
        return "error", error
    except Exception:
        return "broken", traceback.format_exc()
    finally:
        watch.mark(None)


def _run(task: Task, place: Place) -> Any:
    return task.function(place, *task.arguments)


def _limit_memory(place: Place) -> None:
    """Make what would take more than the task's memory raise `MemoryError`."""
    held = _held_at_start()
    if held is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (held + place.memory_bytes, resource.RLIM_INFINITY))


@cache
def _held_at_start() -> int | None:
    return private_bytes()


def _die_with(parent: int) -> None:
    """End when the parent does, however it ends; it may have done so already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit()


if __name__ == "__main__":
    main()
