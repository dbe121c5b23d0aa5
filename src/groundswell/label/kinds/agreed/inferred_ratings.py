"""Ratings of all items of a project from all that was said, each criterion by a model of those who rate. Pure."""

from collections.abc import Mapping, Sequence
from math import erf, exp, isfinite, pi, sqrt
from typing import Any, NamedTuple

import numpy as np

from groundswell.label.kinds.fields.criteria import Criterion, merge_justifications
from groundswell.label.kinds.inference import ASSUMED_SKILL, Inferred, Said, by_task, weight
from groundswell.quality.numbers import NumberConsensus, consensus_of_numbers
from groundswell.quality.ordinal import RatingConsensus, consensus_of_ratings
from groundswell.quality.result import Floats

MOST_LEVELS = 11
"""Steps up to which each has a probability of its own; more are taken for a number."""

STRANGE = 1 / 3
"""How far two ratings are apart that have nothing to do with each other, as a share of the scale."""


class _Rated(NamedTuple):
    """What is known of one criterion.

    Attributes:
        label: the step of each task.
        near: 0 to 1 for each task: 1 minus how far the label is expected to be from the truth, as a share of the scale.
        skill: the same for each worker's ratings.
        error: its standard error.
    """

    label: Mapping[int, int]
    near: Mapping[int, float]
    skill: Mapping[int, float]
    error: Mapping[int, float]


def infer_ratings(said: Sequence[Said], criteria: Sequence[Criterion]) -> Inferred:
    """Infer the ratings of every item, and how near each worker comes to them.

    Args:
        said: at least one answer.
        criteria: of the project; skills and probabilities are means over them, by their weights.
    """
    rated = [_rated(said, criterion) for criterion in criteria]
    share = np.array([criterion.get("weight", 1.0) for criterion in criteria])
    share /= share.sum()
    skill = {worker: _mean([one.skill[worker] for one in rated], share) for worker in rated[0].skill}
    answers = {}
    for task, heard in by_task(said).items():
        weights = [weight(skill[one.worker]) for one in heard]
        ratings = {each["name"]: one.label[task] for each, one in zip(criteria, rated, strict=True)}
        answers[task] = {
            "ratings": ratings,
            **merge_justifications([one.answer for one in heard], weights),
        }
    return Inferred(
        answers,
        {task: _mean([one.near[task] for one in rated], share) for task in answers},
        skill,
        {worker: _root([one.error[worker] for one in rated], share) for worker in skill},
    )


def _mean(values: Sequence[float], share: Floats) -> float:
    return float(np.clip(share @ np.array(values), 0.0, 1.0))


def _root(errors: Sequence[float], share: Floats) -> float:
    return float(np.sqrt((share**2) @ np.square(errors)))


def _rated(said: Sequence[Said], criterion: Criterion) -> _Rated:
    rows = [(one.task, one.worker, one.answer["ratings"][criterion["name"]]) for one in said]
    steps = range(criterion["low"], criterion["high"] + 1)
    if len(steps) <= MOST_LEVELS:
        return _by_levels(consensus_of_ratings(rows, levels=list(steps)), criterion)
    return _by_numbers(consensus_of_numbers(rows), criterion)


def _by_levels(found: RatingConsensus, criterion: Criterion) -> _Rated:
    """Return for each task the middle of its posterior: the step that is nearest to the truth on average."""
    reach = criterion["high"] - criterion["low"]
    place = (np.cumsum(found.posterior, axis=1) < 0.5 - 1e-9).sum(axis=1)
    apart = (found.posterior * np.abs(found.points[None, :] - found.points[place][:, None])).sum(axis=1)
    tasks = _numbers(found.votes.item_names)
    skill, error = {}, {}
    for one in found.workers:
        traits = (one.bias, one.spread, one.guesses)
        of_traits = (one.bias_error, one.spread_error, one.guesses_error)
        skill[_number(one.worker)], error[_number(one.worker)] = _nearness(traits, of_traits, reach)
    label = {task: int(found.points[at]) for task, at in zip(tasks, place.tolist(), strict=True)}
    near = dict(zip(tasks, (1 - apart / reach).tolist(), strict=True))
    return _Rated(label, near, skill, error)


def _by_numbers(found: NumberConsensus, criterion: Criterion) -> _Rated:
    low, high = criterion["low"], criterion["high"]
    tasks = _numbers(found.answers.item_names)
    label = {
        task: int(np.clip(np.floor(value + 0.5), low, high))
        for task, value in zip(tasks, found.value.tolist(), strict=True)
    }
    near = {
        task: 1 - _apart(0.0, error) / (high - low) if isfinite(error) else ASSUMED_SKILL
        for task, error in zip(tasks, found.error.tolist(), strict=True)
    }
    skill, error_of = {}, {}
    for one in found.workers:
        traits = (one.bias, _known(one.spread, (high - low) * 0.3), 0.0)
        of_traits = (_known(one.bias_error, 0.0), _known(one.spread_error, (high - low) * 0.1), 0.0)
        skill[_number(one.worker)], error_of[_number(one.worker)] = _nearness(traits, of_traits, high - low)
    return _Rated(label, near, skill, error_of)


def _known(value: float, otherwise: float) -> float:
    return value if isfinite(value) else otherwise


def _numbers(names: Any) -> list[int]:
    return [_number(name) for name in names]


def _number(name: Any) -> int:
    """Return the number of a task or a worker, which is its name in the table."""
    return int(name)


def _nearness(
    traits: tuple[float, float, float], errors: tuple[float, float, float], reach: float
) -> tuple[float, float]:
    """Return how near a worker's ratings are expected to come to the truth, 0 to 1, and the standard error of that.

    Args:
        traits: bias and spread in steps, share of guesses.
        errors: their standard errors.
        reach: steps from one end of the scale to the other.
    """

    def near(bias: float, spread: float, guesses: float) -> float:
        return 1 - (1 - guesses) * min(_apart(bias, spread) / reach, 1.0) - guesses * STRANGE

    value = near(*traits)
    moved = [
        near(
            *(
                trait + error * (place == at)
                for at, (trait, error) in enumerate(zip(traits, errors, strict=True))
            )
        )
        - value
        for place in range(3)
    ]
    return min(max(value, 0.0), 1.0), float(np.sqrt(np.square(moved).sum()))


def _apart(bias: float, spread: float) -> float:
    """Return the mean size of a normal deviate: `E|N(bias, spread)|`."""
    if spread <= 0:
        return abs(bias)
    ratio = bias / spread
    return spread * sqrt(2 / pi) * exp(-(ratio**2) / 2) + bias * erf(ratio / sqrt(2))
