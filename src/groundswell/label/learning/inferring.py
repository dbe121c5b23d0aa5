"""What a project as a whole teaches where answers are more than a class: labels, skills and agreement. Pure."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

from groundswell.label.kinds import Answer, Said, Schema
from groundswell.label.learning.rules import counted
from groundswell.label.learning.situation import TaskRow
from groundswell.label.projects.model import Project
from groundswell.quality import Votes, krippendorff_alpha

COMPARED = 250
"""Answers to the last tasks among which agreement is measured: each pair of them costs a look at both."""


@dataclass(frozen=True)
class AnswerRow:
    """The newest answer of a worker to a task."""

    task_id: int
    worker_id: int
    answer: dict[str, Any]
    late: bool


@dataclass(frozen=True)
class Taught:
    """What is to be written of a project.

    Attributes:
        labels: of each task that has a label: the answer, its probability, the answers behind it, who it is from.
        workers: of each worker: skill, its standard error, answers.
        agreement: Krippendorff's alpha by the kind's own distance, None where nothing can be compared.
    """

    labels: Mapping[int, tuple[Answer, float, int, str]]
    workers: Mapping[int, tuple[float, float, int]]
    agreement: float | None


def infer(project: Project, tasks: Sequence[TaskRow], rows: Sequence[AnswerRow]) -> Taught:
    """Infer the label of every task and the skill of every worker from all answers that count.

    A known answer is the label of its task; what workers said of it still tells of their skill.

    Args:
        rows: in the order in which they came.
    """
    schema = project.schema
    known = {task.id: schema.read(task.gold) for task in tasks if task.gold is not None}
    kept = counted([row.task_id for row in rows], [row.late for row in rows], project.most_answers)
    said = [
        Said(row.task_id, row.worker_id, row.answer)
        for row, counts in zip(rows, kept.tolist(), strict=True)
        if counts or row.task_id in known
    ]
    found = schema.infer(said)
    answers = Counter(one.task for one in said)
    given = Counter(one.worker for one in said)
    labels = {
        task: (answer, found.probability[task], answers[task], "people")
        for task, answer in found.answers.items()
    }
    labels |= {task: (answer, 1.0, answers[task], "gold") for task, answer in known.items()}
    workers = {
        worker: (found.skill[worker], found.skill_error[worker], given[worker]) for worker in found.skill
    }
    return Taught(labels, workers, agreement_of(schema, said))


def agreement_of(schema: Schema, said: Sequence[Said]) -> float | None:
    """Return Krippendorff's alpha of the newest answers, by the kind's own distance; None where there is none."""
    rows = [
        (one.task, one.worker, json.dumps(one.answer, sort_keys=True))
        for one in sorted(said, key=lambda one: one.task)[-COMPARED:]
    ]
    if len({task for task, _, _ in rows}) == len(rows):
        return None
    read = {text: json.loads(text) for _, _, text in rows}
    apart = krippendorff_alpha(
        Votes.from_table(rows), metric=lambda one, other: schema.distance(read[one], read[other])
    )
    return None if isnan(apart.value) else apart.value
