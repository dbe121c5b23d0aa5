"""Running tasks one after the other in this process: for small data, where starting others costs more."""

from collections.abc import Sequence

from groundswell.clean.job.work import OnDone, Place, Task

_TASK_SHARE = 0.5


class InProcess:
    """Runs tasks here."""

    def run(self, tasks: Sequence[Task], place: Place, on_done: OnDone) -> None:
        """Run all tasks in order."""
        for task in tasks:
            on_done(task, task.function(place, *task.arguments))

    def task_memory(self, memory_bytes: int) -> int:
        """Return half: the rest is for the libraries and for who called."""
        return int(memory_bytes * _TASK_SHARE)

    def close(self) -> None:
        """Do nothing."""
