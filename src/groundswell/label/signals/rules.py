"""From the rows of a project to its signals. Pure."""

from collections.abc import Mapping, Sequence

import numpy as np

from groundswell.ids import TaskId, WorkerId
from groundswell.label.signals.model import AnswerRow, ProjectSignals, WorkerSignal
from groundswell.quality import Votes
from groundswell.quality.signals.find import SIGNALS, find_signals

LEVEL = 0.05
"""Share of the findings that may be false alarms, on average."""


def look_for_signals(
    classes: Sequence[str], answers: Sequence[AnswerRow], truths: Mapping[int, str], *, level: float = LEVEL
) -> ProjectSignals:
    """Find the workers whose answers deserve a look; names are empty, for the caller to fill in.

    Answers and truths of classes that no longer exist do not count, nor do those of kinds without classes.

    Args:
        classes: the classes of the project.
        answers: one row for each (task, worker).
        truths: what is held to be right, by task.
        level: the false discovery rate to be kept.
    """
    code = {name: i for i, name in enumerate(classes)}
    rows = [row for row in answers if row.said in code]
    if not rows:
        return ProjectSignals((), 0, 0, dict.fromkeys(SIGNALS, 0), level)
    tasks = sorted({row.task_id for row in rows})
    workers = sorted({row.worker_id for row in rows})
    task, worker = ({name: i for i, name in enumerate(names)} for names in (tasks, workers))
    votes = Votes(
        item=np.array([task[row.task_id] for row in rows], np.int32),
        worker=np.array([worker[row.worker_id] for row in rows], np.int32),
        label=np.array([code[str(row.said)] for row in rows], np.int32),
        n_items=len(tasks),
        n_workers=len(workers),
        n_classes=len(classes),
        class_names=tuple(classes),
        worker_names=tuple(workers),
    )
    found = find_signals(
        votes,
        truth=np.array([code.get(truths.get(name, ""), -1) for name in tasks], np.int32),
        seconds=[row.active_ms / 1000 for row in rows],
        when=[row.id for row in rows],
        level=level,
    )
    findings = tuple(
        WorkerSignal(
            WorkerId(workers[worker[finding.worker]]),  # type: ignore[index]
            "",
            finding.signal,
            finding.p_value,
            finding.false_discovery_rate,
            finding.words,
            finding.numbers,
            tuple(TaskId(tasks[item]) for item in finding.examples),
            tuple(WorkerId(workers[worker[other]]) for other in finding.others),  # type: ignore[index]
        )
        for finding in found.findings
    )
    return ProjectSignals(
        findings, len(rows), found.judged, {str(signal): n for signal, n in found.tested.items()}, found.level
    )
