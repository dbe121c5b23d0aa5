"""Consensus of ratings: answers on levels with an order, such as 1 to 5 stars, or none, mild and severe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np

from groundswell.errors import InputError
from groundswell.quality.known import evidence_rows, gold_codes, widened
from groundswell.quality.ordinal_model import RatingFit, fit_ratings
from groundswell.quality.result import Floats, most_probable, names_or_codes
from groundswell.quality.votes import Codes, Name, Votes


@dataclass(frozen=True)
class RatingWorker:
    """How one worker rates, as far as the answers tell.

    Attributes:
        worker: the worker's name.
        bias: how many levels too high they rate, apart from guesses.
        bias_error: standard error of `bias`.
        spread: standard deviation of what they perceive around that, in levels.
        spread_error: standard error of `spread`.
        guesses: share of their ratings, 0 to 1, that have nothing to do with the task.
        guesses_error: standard error of `guesses`.
        answers: how many answers stand behind it.
    """

    worker: Name
    bias: float
    bias_error: float
    spread: float
    spread_error: float
    guesses: float
    guesses_error: float
    answers: int


@dataclass(frozen=True, eq=False)
class RatingConsensus:
    """The inferred level of every task, with probabilities, and what is known of the workers.

    Attributes:
        votes: what it was inferred from; its classes are the levels, in their order.
        posterior: float64 `[n_items, n_levels]`; rows sum to 1. A task without answers has the prior.
        label: int32 `[n_items]`, the most probable level.
        points: float64 `[n_levels]`: the levels themselves where all are numbers, otherwise 0, 1, 2, ...
        prior: float64 `[n_levels]`, the share of each level that was learnt.
        workers: every worker, in the order of their codes.
        iterations: rounds that were run.
        converged: whether probabilities stood still. False is usual: the rounds are few on purpose.
    """

    votes: Votes
    posterior: Floats
    label: Codes
    points: Floats
    prior: Floats
    workers: tuple[RatingWorker, ...]
    iterations: int
    converged: bool

    @cached_property
    def expected(self) -> Floats:
        """The expected rating of each task, in `points`, `[n_items]`: the best guess for the squared error."""
        mean: Floats = self.posterior @ self.points
        return mean

    @cached_property
    def error(self) -> Floats:
        """The standard deviation of each task's rating, in `points`, `[n_items]`."""
        off = (self.points[None, :] - self.expected[:, None]) ** 2
        deviation: Floats = np.sqrt((self.posterior * off).sum(axis=1))
        return deviation

    @cached_property
    def confidence(self) -> Floats:
        """Probability that each task's level is right, `[n_items]`."""
        return np.asarray(self.posterior.max(axis=1))

    @cached_property
    def labels(self) -> dict[Name, Name]:
        """The most probable level of each task, by name."""
        levels = names_or_codes(self.votes.class_names, self.votes.n_classes)
        return dict(zip(self._tasks, (levels[code] for code in self.label.tolist()), strict=True))

    @cached_property
    def ratings(self) -> dict[Name, float]:
        """The expected rating of each task, by name."""
        return dict(zip(self._tasks, self.expected.tolist(), strict=True))

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row for each task: `task`, `label`, `probability`, `expected`, `error`, `answers`."""
        columns = (self.confidence, self.expected, self.error, self.votes.votes_per_item)
        names = ("task", "label", "probability", "expected", "error", "answers")
        rows = zip(self.labels.items(), *(column.tolist() for column in columns), strict=True)
        return [dict(zip(names, (*label, *row), strict=True)) for label, *row in rows]

    def __repr__(self) -> str:
        votes = self.votes
        size = f"{votes.n_items:,} tasks from {len(votes):,} ratings of {votes.n_workers:,} workers"
        doubt = int((self.confidence < 0.9).sum())
        return (
            f"RatingConsensus({size}; {votes.n_classes} levels, {self.iterations} rounds; "
            f"mean probability {self.confidence.mean():.3f}, {doubt:,} tasks below 0.9)"
        )

    @property
    def _tasks(self) -> tuple[Name, ...]:
        return names_or_codes(self.votes.item_names, self.votes.n_items)


def consensus_of_ratings(
    answers: Any,
    *,
    levels: Sequence[Name],
    task: str = "task",
    worker: str = "worker",
    rating: str = "rating",
    evidence: Any = None,
    gold: Any = None,
) -> RatingConsensus:
    """Infer the level of every task, its probability and the expected rating.

    Each worker has three traits: how many levels too high they rate, how precisely they perceive, and how often they
    rate without looking (then as popular as each level is). How common every combination is, is learnt from all
    workers, so that one with few answers is taken for a usual one. Three traits need fewer answers than a confusion
    matrix: prefer it to `consensus` where levels have an order and a wrong rating is mostly near the right one.

    Args:
        answers: any table of task, worker and rating (see `Votes.from_table`), or `Votes` whose classes are the levels.
        levels: all levels, lowest first. They are taken to be equally far apart.
        task: name of the task column.
        worker: name of the worker column.
        rating: name of the column of ratings.
        evidence: calibrated model probabilities, as for `consensus`.
        gold: known levels: an int array `[n_items]` with -1 for unknown, or a dict of task to level.

    Returns:
        A `RatingConsensus`: `.labels`, `.ratings`, `.workers`, `.to_rows()`.

    Raises:
        NoVotes: there is not one rating.
        InputError: the table, levels, evidence or gold cannot be used; the message says why.
        TooLarge: workers times levels do not fit.

    Source:
        The task is that of Lakshminarayanan and Teh (2013), "Inferring ground truth from multi-annotator ordinal data:
        a probabilistic approach", arXiv:1305.0015, who model expertise and difficulty by variational inference. How
        common types are is a nonparametric maximum likelihood estimate of a mixing distribution: Laird (1978), on a
        fixed grid. The traits, the first guess at how common types are, and the few rounds are ours.

    Example:
        >>> from groundswell.quality.ordinal import consensus_of_ratings
        >>> rows = [("t1", "ann", 4), ("t1", "bob", 5), ("t1", "eve", 4), ("t2", "ann", 1), ("t2", "bob", 1)]
        >>> consensus_of_ratings(rows, levels=[1, 2, 3, 4, 5]).labels
        {'t1': 4, 't2': 1}
    """
    if not len(levels):
        raise InputError("levels are empty; give all levels, lowest first")
    votes = answers
    if not isinstance(answers, Votes):
        votes = Votes.from_table(answers, task=task, worker=worker, label=rating, classes=levels)
    elif votes.class_names not in (None, tuple(levels)):
        raise InputError(f"the votes' classes {votes.class_names} are not the levels {tuple(levels)}")
    votes = widened(votes, evidence, gold, may_add_classes=False)
    fit = fit_ratings(votes, evidence=evidence_rows(votes, evidence), gold=gold_codes(votes, gold))
    return RatingConsensus(
        *(votes, fit.posterior, most_probable(fit.posterior), _points(levels), fit.prior),
        *(_workers(votes, fit), fit.rounds, fit.converged),
    )


def _workers(votes: Votes, fit: RatingFit) -> tuple[RatingWorker, ...]:
    """Return mean and standard deviation of each worker's traits over the types that they may be of."""
    columns: list[list[float]] = []
    for trait in (fit.types.shift, fit.types.spread, fit.types.guesses):
        mean = fit.type_of @ trait
        error = np.sqrt(np.maximum(fit.type_of @ trait**2 - mean**2, 0.0))
        columns += [mean.tolist(), error.tolist()]
    names = names_or_codes(votes.worker_names, votes.n_workers)
    rows = zip(names, *columns, votes.votes_per_worker.tolist(), strict=True)
    return tuple(RatingWorker(*row) for row in rows)


def _points(levels: Sequence[Name]) -> Floats:
    """Return the numbers that levels stand for: themselves, or their places."""
    numbers = [float(level) for level in levels if isinstance(level, int | float) and isfinite(level)]
    return np.array(numbers) if len(numbers) == len(levels) else np.arange(len(levels), dtype=np.float64)
