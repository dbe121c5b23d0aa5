"""Ratings of all items of a project from all that was said: who rates high, and who exactly. Pure."""

from collections.abc import Mapping, Sequence
from math import erf, exp, isfinite, pi, sqrt
from typing import Any, NamedTuple

import numpy as np

from groundswell.label.kinds.fields.criteria import Criterion, merge_justifications
from groundswell.label.kinds.inference import Learnt, Said, by_task, weight
from groundswell.quality.numbers import NumberWorker, consensus_of_numbers
from groundswell.quality.result import Floats

UNKNOWN_SPREAD, UNKNOWN_ERROR = 0.3, 0.1
"""How exactly somebody rates, and how well that is known, as shares of the scale, where no two ratings of anything
can be compared."""


class _Rated(NamedTuple):
    """What is known of one criterion.

    Attributes:
        label: the step of each task.
        skill: 0 to 1 for each worker: 1 minus how far a rating is expected to be off, as a share of the scale.
        error: its standard error.
    """

    label: Mapping[int, int]
    skill: Mapping[int, float]
    error: Mapping[int, float]


def learn_ratings(said: Sequence[Said], criteria: Sequence[Criterion]) -> Learnt:
    """Learn the ratings of every item, and how near each worker comes to them; see `consensus_of_numbers`.

    Steps are taken for numbers: on real ratings that came nearer to the truth than `consensus_of_ratings`, in which
    each step has a probability of its own, in 5 steps as in 101 (`python -m bench.answers.kinds`).

    Args:
        said: at least one answer.
        criteria: of the project; skills are means over them, by their weights.
    """
    rated = [_rated(said, criterion) for criterion in criteria]
    share = np.array([criterion.get("weight", 1.0) for criterion in criteria])
    share /= share.sum()
    skill = {worker: _mean([one.skill[worker] for one in rated], share) for worker in rated[0].skill}
    labels = {}
    for task, heard in by_task(said).items():
        weights = [weight(skill[one.worker]) for one in heard]
        ratings = {each["name"]: one.label[task] for each, one in zip(criteria, rated, strict=True)}
        labels[task] = {"ratings": ratings, **merge_justifications([one.answer for one in heard], weights)}
    return Learnt(
        labels, skill, {worker: _root([one.error[worker] for one in rated], share) for worker in skill}
    )


def _mean(values: Sequence[float], share: Floats) -> float:
    return float(np.clip(share @ np.array(values), 0.0, 1.0))


def _root(errors: Sequence[float], share: Floats) -> float:
    return float(np.sqrt((share**2) @ np.square(errors)))


def _rated(said: Sequence[Said], criterion: Criterion) -> _Rated:
    low, high = criterion["low"], criterion["high"]
    found = consensus_of_numbers(
        [(one.task, one.worker, one.answer["ratings"][criterion["name"]]) for one in said]
    )
    label = {
        _number(task): int(np.clip(np.floor(value + 0.5), low, high)) for task, value in found.values.items()
    }
    near = {_number(one.worker): _nearness(one, high - low) for one in found.workers}
    return _Rated(
        label,
        {who: value for who, (value, _) in near.items()},
        {who: error for who, (_, error) in near.items()},
    )


def _number(name: Any) -> int:
    """Return the number of a task or a worker, which is its name in the table."""
    return int(name)


def _nearness(worker: NumberWorker, reach: int) -> tuple[float, float]:
    """Return how near a worker's ratings are expected to come to the truth, 0 to 1, and the standard error of that.

    Args:
        worker: with bias and spread in steps.
        reach: steps from one end of the scale to the other.
    """

    def near(bias: float, spread: float) -> float:
        return 1 - min(_apart(bias, spread) / reach, 1.0)

    spread = worker.spread if isfinite(worker.spread) else UNKNOWN_SPREAD * reach
    spread_error = worker.spread_error if isfinite(worker.spread_error) else UNKNOWN_ERROR * reach
    bias_error = worker.bias_error if isfinite(worker.bias_error) else UNKNOWN_ERROR * reach
    value = near(worker.bias, spread)
    moved = near(worker.bias + bias_error, spread) - value, near(worker.bias, spread + spread_error) - value
    return value, sqrt(moved[0] ** 2 + moved[1] ** 2)


def _apart(bias: float, spread: float) -> float:
    """Return the mean size of a normal deviate: `E|N(bias, spread)|`."""
    if spread <= 0:
        return abs(bias)
    ratio = bias / spread
    return spread * sqrt(2 / pi) * exp(-(ratio**2) / 2) + bias * erf(ratio / sqrt(2))
