"""Labels of any kind from several answers each: weigh workers by how near they come to the others. Pure."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Answer = Mapping[str, Any]

ROUNDS = 3
"""How often workers and labels are estimated in turn; weights hardly move after that."""

ASSUMED_SKILL = 0.75
"""Taken for a crowd of which nothing is known: no task has two answers."""

PULL = 4.0
"""Imagined answers of a worker, as good as the crowd's: how many real ones it takes to be known for one's own."""

LEAST_WEIGHT = 0.05


@dataclass(frozen=True)
class Said:
    """One worker's answer to one task."""

    task: int
    worker: int
    answer: Answer


@dataclass(frozen=True)
class Inferred:
    """What is known after all answers of a project were seen together.

    Attributes:
        answers: the label of each task that has an answer.
        probability: 0 to 1 for each of them: how much of the label a good worker is expected to say, too
            (1 minus the expected distance).
        skill: 0 to 1 for each worker: how much of an answer is expected to be right.
        skill_error: its standard error.
    """

    answers: Mapping[int, Answer]
    probability: Mapping[int, float]
    skill: Mapping[int, float]
    skill_error: Mapping[int, float]


@dataclass(frozen=True)
class Learnt:
    """What a model of workers learnt from all answers of a project; see `LabelKind.concluded`.

    Attributes:
        labels: of those tasks that the model can say something of; not yet checked.
        skill: 0 to 1 for each worker: how near an answer is expected to come to the truth.
        skill_error: its standard error.
    """

    labels: Mapping[int, Answer]
    skill: Mapping[int, float]
    skill_error: Mapping[int, float]


Distance = Callable[[Answer, Answer], float]
Merge = Callable[[Sequence[Answer], Sequence[float]], Answer]


def infer_by_merging(said: Sequence[Said], *, distance: Distance, merge: Merge) -> Inferred:
    """Infer labels and skills in turn: a label is merged with its workers' weights, a skill is nearness to labels.

    Nobody testifies for himself: an answer is compared with what the others of its task came to. A worker's
    skill leans on the crowd's by `PULL` answers, so that one who said little is taken for one of the crowd.

    Args:
        said: the newest answer of each worker to each task.
        distance: how far two answers differ, 0 to 1.
        merge: the answer that several stand for.

    Source:
        Weighing by agreement with the leave-one-out consensus is ours; weighing in turns is that of Li et al.
        (2014), "Resolving conflicts in heterogeneous data by truth discovery", doi:10.1145/2588555.2610509.
    """
    tasks = by_task(said)
    skill: dict[int, float] = dict.fromkeys(sorted({one.worker for one in said}), ASSUMED_SKILL)
    near: dict[int, list[float]] = {}
    for _ in range(ROUNDS):
        near = _nearness(tasks, skill, distance, merge)
        skill = _skills(near, skill)
    crowd = _mean([value for values in near.values() for value in values], ASSUMED_SKILL)
    labels = {task: merged(answers, skill, merge) for task, answers in tasks.items()}
    return Inferred(
        answers=labels,
        probability={
            task: expected_nearness(answers, labels[task], skill, distance, crowd)
            for task, answers in tasks.items()
        },
        skill=skill,
        skill_error={
            worker: (skill[worker] * (1 - skill[worker]) / (PULL + len(near.get(worker, ())))) ** 0.5
            for worker in skill
        },
    )


def merged(answers: Sequence[Said], skill: Mapping[int, float], merge: Merge) -> Answer:
    """Merge the answers of one task, each with the weight of its worker's skill."""
    return merge([one.answer for one in answers], [weight(skill[one.worker]) for one in answers])


def weight(skill: float) -> float:
    """Return the weight of an answer: the odds that it is right, bounded, so that nobody outvotes everybody."""
    bounded = min(max(skill, LEAST_WEIGHT), 0.98)
    return bounded / (1 - bounded)


def expected_nearness(
    answers: Sequence[Said], label: Answer, skill: Mapping[int, float], distance: Distance, crowd: float
) -> float:
    """Return how much of a label a good worker is expected to say, too, 0 to 1.

    One answer is worth its worker's skill. Of several, each says by how much it is the label, weighed by its
    worker's skill, beside one imagined answer that is as near as the crowd's usually are.

    Args:
        crowd: how near answers of this crowd usually are to labels.
    """
    if len(answers) == 1:
        return skill[answers[0].worker]
    weights = [weight(skill[one.worker]) for one in answers]
    near = [1.0 - distance(one.answer, label) for one in answers]
    usual = weight(crowd)
    agreed = sum(w * n for w, n in zip(weights, near, strict=True)) + usual * crowd
    return min(1.0, max(0.0, agreed / (sum(weights) + usual)))


def others_said(
    answers: Sequence[Said], skill: Mapping[int, float], distance: Distance, merge: Merge
) -> list[float]:
    """Return how near each answer of one task comes to what the others came to; [] where there are no others."""
    if len(answers) < 2:
        return []
    near = []
    for place, one in enumerate(answers):
        rest = [*answers[:place], *answers[place + 1 :]]
        near.append(1.0 - distance(one.answer, merged(rest, skill, merge)))
    return near


def by_task(said: Sequence[Said]) -> dict[int, list[Said]]:
    """Return what was said of each task."""
    tasks: dict[int, list[Said]] = defaultdict(list)
    for one in said:
        tasks[one.task].append(one)
    return dict(tasks)


def _nearness(
    tasks: Mapping[int, Sequence[Said]], skill: Mapping[int, float], distance: Distance, merge: Merge
) -> dict[int, list[float]]:
    near: dict[int, list[float]] = defaultdict(list)
    for answers in tasks.values():
        for one, value in zip(answers, others_said(answers, skill, distance, merge), strict=False):
            near[one.worker].append(value)
    return dict(near)


def _skills(near: Mapping[int, Sequence[float]], before: Mapping[int, float]) -> dict[int, float]:
    crowd = _mean([value for values in near.values() for value in values], ASSUMED_SKILL)
    return {
        worker: (PULL * crowd + sum(near.get(worker, ()))) / (PULL + len(near.get(worker, ())))
        for worker in before
    }


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
