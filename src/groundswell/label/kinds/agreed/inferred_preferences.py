"""Which of two responses is better in every task of a project, from all that was said. Pure."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from groundswell.label.kinds.agreed.preferences import completed, level_of, merge_main
from groundswell.label.kinds.inference import PULL, Learnt, Said, by_task, weight
from groundswell.label.kinds.kind import Ontology
from groundswell.quality.rankings import consensus_of_preferences
from groundswell.quality.rankings.habits import WorkerReliability

FIRST, TIED, SECOND = 0, 1, 2
"""Columns of the posterior."""


def learn_preferences(said: Sequence[Said], ontology: Ontology) -> Learnt:
    """Learn the better of two responses, and how far each worker can be relied on; see `consensus_of_preferences`.

    How much better it is, where that was asked, is the median of those who say the same; ratings and justifications
    are merged with the trust in each worker.

    Args:
        said: at least one answer, all about two responses.
        ontology: of the project.
    """
    found = consensus_of_preferences([(one.task, one.worker, level_of(one.answer)) for one in said])
    skill = {_number(one.worker): _right(one) for one in found.workers}
    error = {
        _number(one.worker): float(np.sqrt(_right(one) * (1 - _right(one)) / (PULL + one.answers)))
        for one in found.workers
    }
    place = {_number(name): at for at, name in enumerate(found.task_names)}
    labels = {
        task: _label(found.posterior[place[task]], heard, skill, ontology)
        for task, heard in by_task(said).items()
    }
    return Learnt(labels, skill, error)


def _number(name: Any) -> int:
    """Return the number of a task or a worker, which is its name in the table."""
    return int(name)


def _right(worker: WorkerReliability) -> float:
    """Return the share of a worker's answers that are expected to be right: half of those that say nothing are."""
    return min(max((1 + worker.reliability) / 2, 0.0), 1.0)


def _label(
    posterior: Any, heard: Sequence[Said], skill: dict[int, float], ontology: Ontology
) -> dict[str, Any]:
    """Return what a task's answers come to."""
    answers = [one.answer for one in heard]
    weights = [weight(skill[one.worker]) for one in heard]
    merged = merge_main(answers, weights, ontology)
    best = int(posterior.argmax())
    sign = best - TIED
    if abs(posterior[FIRST] - posterior[SECOND]) > 1e-9 and np.sign(level_of(merged) or 0) != sign:
        merged = _of_sign(sign, answers, weights, ontology)
    return completed(merged, answers, weights, ontology)


def _of_sign(
    sign: int, answers: Sequence[Any], weights: Sequence[float], ontology: Ontology
) -> dict[str, Any]:
    """Return an answer of the side that is probably right, as those put it who say so."""
    same = [
        (answer, weight)
        for answer, weight in zip(answers, weights, strict=True)
        if np.sign(level_of(answer) or 0) == sign
    ]
    if same:
        return merge_main([answer for answer, _ in same], [weight for _, weight in same], ontology)
    if "grade" in answers[0]:
        return {"grade": sign}
    first, second = sorted(name for group in answers[0]["ranking"] for name in group)
    return {
        "ranking": [[first], [second]] if sign < 0 else [[second], [first]] if sign else [[first, second]]
    }
