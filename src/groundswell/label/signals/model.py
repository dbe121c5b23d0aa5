"""What a manager is shown of a project's signals."""

from collections.abc import Mapping
from dataclasses import dataclass

from groundswell.ids import TaskId, WorkerId


@dataclass(frozen=True)
class AnswerRow:
    """The newest answer of a worker to a task; `id` grows with time."""

    id: int
    task_id: int
    worker_id: int
    said: str | None
    active_ms: int


@dataclass(frozen=True)
class WorkerSignal:
    """What is remarkable in one worker's answers, for a manager to look at.

    Attributes:
        signal: `haste`, `constancy`, `copying` or `drift`.
        p_value: the chance that an honest, independent worker of this crowd looks like this, or worse.
        false_discovery_rate: of all findings of this signal at least as strong, the share that is expected to
            be false alarms.
        words: the evidence as a sentence.
        numbers: the evidence as numbers.
        task_ids: tasks to look at first.
        others: for copying, the workers who share the mistakes.
    """

    worker_id: WorkerId
    name: str
    signal: str
    p_value: float
    false_discovery_rate: float
    words: str
    numbers: Mapping[str, float]
    task_ids: tuple[TaskId, ...]
    others: tuple[WorkerId, ...]


@dataclass(frozen=True)
class ProjectSignals:
    """The signals of a project.

    Attributes:
        findings: the strongest first within each signal.
        answers: answers that were looked at: the newest of each worker to each task.
        judged: of these, answers to tasks of which the truth is held to be known.
        tested: how many workers (for copying: pairs) each signal could be looked for in; 0 says that the
            answers do not tell.
        level: the share of the findings that may be false alarms, on average.
    """

    findings: tuple[WorkerSignal, ...]
    answers: int
    judged: int
    tested: Mapping[str, int]
    level: float
