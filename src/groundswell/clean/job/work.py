"""What a run is made of: tasks that may run anywhere, any number of times, and whose outcome is one entry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from groundswell.clean.job.care import NO_CARE, Care, Watch
from groundswell.clean.job.files import RunFolder

Entry = Mapping[str, Any]
"""What a task says of its work, JSON-compatible; it exists when all of the task's files do."""


@dataclass(frozen=True)
class Place:
    """Where a task runs.

    Attributes:
        folder: of the run, the same for all tasks.
        memory_bytes: what the task may hold at once, its libraries not counted.
        watch: where the task says which rows it is at.
        care: what is known of rows that killed it before.
    """

    folder: RunFolder
    memory_bytes: int
    watch: Watch = field(default_factory=Watch)
    care: Care = NO_CARE


@dataclass(frozen=True)
class Task:
    """One piece of work: pure, so that it may run again after its process was killed.

    It writes files in the folder of the run, each under a name that no other task uses and appearing
    whole, and returns its entry.

    Attributes:
        name: of this task alone in the run; says what it does for whom, `0-map-00012`.
        function: of a module; is given the place, then the arguments.
        arguments: picklable.
    """

    name: str
    function: Callable[..., Entry]
    arguments: tuple[Any, ...] = ()


OnDone = Callable[[Task, Entry], None]


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes:
        step: the name of the step that it is at.
        done: how many of its tasks are done.
        total: how many it has.
        records: how many records the tasks that are done have read.
    """

    step: str
    done: int
    total: int
    records: int


OnProgress = Callable[[Progress], None]


class Executor(Protocol):
    """Runs tasks: in this process, in processes of its own, or on a cluster. All give the same files."""

    def run(self, tasks: Sequence[Task], place: Place, on_done: OnDone) -> None:
        """Run all tasks, in any order, several at once.

        Args:
            tasks: of one step; none needs the outcome of another.
            place: where.
            on_done: is called in this process for each task that has ended, with its entry.

        Raises:
            GroundswellError: a task raised it; the others are given up.
        """
        ...

    def task_memory(self) -> int:
        """Return how many bytes one task may hold."""
        ...

    def close(self) -> None:
        """End the processes."""
        ...


@dataclass
class Work:
    """What the steps of a run have in common.

    Attributes:
        folder: of the run.
        executor: runs the tasks.
        entries: of the tasks that are done, from this process or one before it that was killed.
        memory_bytes: what each task may hold.
        keep: writes an entry down; see `Ledger`.
        on_progress: is told how far the run is.
    """

    folder: RunFolder
    executor: Executor
    entries: dict[str, Entry]
    memory_bytes: int
    keep: OnDone
    on_progress: OnProgress = field(default=lambda progress: None)

    def each(
        self, step: str, function: Callable[..., Entry], arguments: Mapping[str, tuple[Any, ...]]
    ) -> list[Entry]:
        """Call a function with each of the arguments, on whatever runs this; return the entries in order.

        What was done before, by a run that was killed, is not done again.

        Args:
            step: a name for this, used once in the run.
            function: of a module; is given the place, then the arguments.
            arguments: by name, which must tell arguments apart: the same name, the same work.
        """
        tasks = [Task(f"{step}-{name}", function, each) for name, each in arguments.items()]
        missing = [task for task in tasks if task.name not in self.entries]
        self._tell(step, tasks)

        def note(task: Task, entry: Entry) -> None:
            self.keep(task, entry)
            self.entries[task.name] = entry
            self._tell(step, tasks)

        if missing:
            self.executor.run(missing, Place(self.folder, self.memory_bytes), note)
        return [self.entries[task.name] for task in tasks]

    def _tell(self, step: str, tasks: Sequence[Task]) -> None:
        done = [self.entries[task.name] for task in tasks if task.name in self.entries]
        records = sum(entry.get("read", 0) + entry.get("unread", 0) for entry in done)
        self.on_progress(Progress(step, len(done), len(tasks), records))
