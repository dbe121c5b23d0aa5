"""Running tasks one after the other in this process: for small data, where starting others costs more."""

from collections.abc import Sequence

from groundswell.clean.job.work import OnDone, Place, Task

TASK_BYTES = 512 * 2**20


class InProcess:
    """Runs tasks here.

    Args:
        task_bytes: what a task may hold.
    """

    def __init__(self, task_bytes: int = TASK_BYTES) -> None:
        self.task_bytes = task_bytes

    def run(self, tasks: Sequence[Task], place: Place, on_done: OnDone) -> None:
        """Run all tasks in order."""
        for task in tasks:
            on_done(task, task.function(place, *task.arguments))

    def task_memory(self) -> int:
        """Return what a task may hold."""
        return self.task_bytes

    def close(self) -> None:
        """Do nothing."""
