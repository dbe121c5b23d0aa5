"""Routing: which items are settled, which get one more question, which need a review. Pure decisions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.assist.coverage import cover
from groundswell.assist.learning import ModelReport
from groundswell.assist.model import Features
from groundswell.errors import InputError
from groundswell.quality.result import Floats

Mask = NDArray[np.bool_]
Counts = NDArray[np.integer]
Indices = NDArray[np.intp]

MOST_SURE = 0.999
"""The level never asks for more than this: no finite number of answers gives certainty."""

LEAST_GAIN = 0.0005
"""An answer that raises the expected number of right labels by less than this is not asked for."""

MOST_SPREAD = 200
"""Questions of one plan that are spread by features; those after them go by doubt alone, which is cheap."""


@dataclass(frozen=True, eq=False)
class State:
    """What routing looks at; every array has one entry for each item.

    Attributes:
        posterior: `[n, K]`, from people and model together; rows sum to 1.
        answers: people's answers received.
        outstanding: questions asked and not yet answered (open leases).
        audit: a random share that always reaches people: never settled on the model's word alone, it keeps the
            model's calibration honest. For a certificate, draw the sample from the finished labels instead: what
            was treated with more care than the rest says nothing about the rest.
        known: items whose label is known (gold): settled from the start, never asked.
        model_may_settle: whether the model has proven itself (`has_proven_itself`), so that it may settle items
            that nobody has answered.
        gain: `[n]`, what one more answer is expected to add to the chance that the label is right (`weigh`). None:
            doubt decides alone, as if every answer were worth the same.
    """

    posterior: Floats
    answers: Counts
    outstanding: Counts
    audit: Mask
    known: Mask
    model_may_settle: bool = False
    gain: Floats | None = None

    def __post_init__(self) -> None:
        n = len(self.posterior)
        arrays = (self.answers, self.outstanding, self.audit, self.known, self.gain)
        lengths = {len(a) for a in arrays if a is not None}
        if self.posterior.ndim != 2 or lengths != {n}:
            raise InputError(f"routing needs one entry for each of {n} items in every array; found {lengths}")
        if np.isnan(self.posterior).any() or (self.gain is not None and np.isnan(self.gain).any()):
            raise InputError("a posterior or gain is NaN; where nothing is known, a posterior is even")


@dataclass(frozen=True, eq=False)
class Plan:
    """What to do next.

    Attributes:
        settled: bool `[n]`, needs no more answers: deliver the most probable class.
        by_model: bool `[n]`, those of `settled` that no person answered.
        ask: indices of items that get one more question, most useful first.
        review: indices of items whose answers ended in doubt, most doubtful first.
        level: probability that an item needs to be settled, 0 to 1.
        expected_accuracy: share of labels expected to be right if all were delivered now, 0 to 1.
    """

    settled: Mask
    by_model: Mask
    ask: Indices
    review: Indices
    level: float
    expected_accuracy: float


def plan(
    state: State,
    *,
    target: float,
    max_answers: int,
    limit: int,
    rng: np.random.Generator,
    features: Features | None = None,
    every_item: bool = False,
) -> Plan:
    """Decide what is settled, what is asked next and in which order, and what goes to review.

    The target is for the delivered labels as a whole: `mean of the largest posterior >= target`. Answers go
    where doubt is largest, so the plan finds the level to which the doubtful items must be raised for the mean to
    come out (as water fills a basin): items above it are settled, items below get one more question. Easy items
    pay for hard ones, which takes fewer answers than to bring every item to the target.

    Where `state.gain` is known, questions go by what an answer is expected to change, and an item that was answered
    and on which another answer would change next to nothing (`LEAST_GAIN`) is reviewed rather than asked: people
    who contradict each other will go on doing so.

    An item with an open question is not asked again until it is answered. Items of the audit share are asked
    first. The others come in an order that spreads the questions over the doubt (`cover`): from no labels at all,
    that brought models on digits, news and tweets further with as many answers than to ask by doubt alone, and
    was never much worse.

    Args:
        state: where things stand.
        target: wanted share of right labels, above 0 and below 1.
        max_answers: people's answers to one item, at most.
        limit: questions wanted at most.
        rng: breaks ties.
        features: `[n, d]`; without them, questions go by doubt alone, and at random at the cold start.
        every_item: every item must reach the target by itself.

    Returns:
        See `Plan`. Monotone: a higher target never settles more.

    Raises:
        InputError: a number is out of its range.
    """
    _check(target, max_answers, limit)
    sure = np.where(state.known, 1.0, state.posterior.max(axis=1, initial=0.0))
    spent = (state.answers >= max_answers) | _hopeless(state)
    level = target if every_item else _level(sure, state.known | spent, target)
    heard = (state.answers > 0) | (state.model_may_settle & ~state.audit)
    settled = state.known | (heard & (sure >= level))
    full = state.answers + state.outstanding >= max_answers
    askable = np.flatnonzero(~settled & ~spent & ~full & (state.outstanding == 0))
    doubtful = np.flatnonzero(~settled & spent)
    return Plan(
        settled=settled,
        by_model=settled & ~state.known & (state.answers == 0),
        ask=_order(state, askable, limit, rng, features),
        review=doubtful[np.argsort(sure[doubtful], kind="stable")],
        level=level,
        expected_accuracy=float(sure.mean()) if len(sure) else 1.0,
    )


def has_proven_itself(
    report: ModelReport, *, least_gold: int = 50, least_accuracy: float = 0.6, worst_calibration: float = 0.1
) -> bool:
    """Say whether a model may settle items alone: judged on enough gold, right often, and honest about doubt.

    It need not be better than people: calibrated doubt sends what it does not know to them. The bounds are
    loose because few gold items make any model look worse calibrated than it is.

    Args:
        report: from `learn`.
        least_gold: gold items it was judged on, each without its own label.
        least_accuracy: share of them that it must have got right.
        worst_calibration: largest calibration error.
    """
    enough = report.gold >= least_gold and report.trained_on >= least_gold
    return enough and report.gold_accuracy >= least_accuracy and report.calibration_error <= worst_calibration


def _hopeless(state: State) -> Mask:
    """Say which items were answered, and would gain next to nothing from another answer."""
    if state.gain is None:
        return np.zeros(len(state.posterior), bool)
    return (state.answers > 0) & (state.gain < LEAST_GAIN)


def _check(target: float, max_answers: int, limit: int) -> None:
    if not 0 < target < 1:
        raise InputError(f"the target must lie between 0 and 1, for example 0.95; found {target}")
    if max_answers < 1 or limit < 0:
        raise InputError(f"max_answers must be at least 1 and limit at least 0; found {max_answers}, {limit}")


def _level(sure: Floats, fixed: Mask, target: float) -> float:
    """Return the level to which all items below it must rise for the mean to reach the target.

    Fixed items stay where they are. With the free items in ascending order, raising the j lowest to level x
    gives the sum `j * x + (rest)`, which is solved for the least j whose x is not above the next item.
    """
    free = np.sort(sure[~fixed])
    wanted = target * len(sure) - sure[fixed].sum()
    if not len(free) or free.sum() >= wanted:
        return float(free[0]) if len(free) else 0.0
    above = np.append(np.cumsum(free[::-1])[::-1][1:], 0.0)
    levels = (wanted - above) / np.arange(1, len(free) + 1)
    reached = levels <= np.append(free[1:], np.inf)
    return float(min(levels[np.argmax(reached)], MOST_SURE))


def _order(
    state: State, askable: Indices, limit: int, rng: np.random.Generator, features: Features | None
) -> Indices:
    """Order the questions: audit items that nobody answered, then what covers the doubt, then plain doubt."""
    mixed = rng.permutation(askable)
    doubt = 1 - state.posterior[mixed].max(axis=1, initial=0.0)
    worth = doubt if state.gain is None else state.gain[mixed]
    first = state.audit[mixed] & (state.answers[mixed] == 0)
    rank = np.zeros(len(mixed))
    if features is not None and len(mixed) > 1:
        covering = cover(features[mixed], worth, min(limit, MOST_SPREAD), rng)
        rank[covering] = np.arange(len(covering), 0, -1)
    return mixed[np.lexsort((-doubt, -worth, -rank, ~first))][:limit]
