"""Consensus of numbers: a table of numeric answers in, a value with its standard error for every task out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf, nan, pi, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np

from groundswell.errors import InputError
from groundswell.quality.expectation import group_sums
from groundswell.quality.number_model import NumberFit, fit_numbers
from groundswell.quality.number_table import Numbers, finite_number, medians, unit_of
from groundswell.quality.result import Floats
from groundswell.quality.votes import Name

METHODS = ("weighed", "mean", "median")


@dataclass(frozen=True)
class NumberWorker:
    """What one worker's numbers are like, as far as the answers tell.

    Attributes:
        worker: the worker's name.
        bias: how much higher than the consensus they answer on average.
        bias_error: standard error of `bias`.
        spread: standard deviation of their answers around consensus and bias.
        spread_error: its rough standard error; too small where precise workers answered beside noisy ones.
        answers: how many answers stand behind it.
    """

    worker: Name
    bias: float
    bias_error: float
    spread: float
    spread_error: float
    answers: int


@dataclass(frozen=True, eq=False)
class NumberConsensus:
    """The inferred value of every task, how far off it may be, and what is known of the workers.

    Attributes:
        answers: what it was inferred from.
        value: float64 `[n_items]`; a task without answers has the mean of all tasks.
        error: float64 `[n_items]`, standard error; 0 for gold; NaN where nothing can be said, because no two answers
            differ (or, for `mean` and `median`, no task has two answers).
        method: name of the method.
        weight: float64 `[n_answers]`, the share of each answer in its task's value; sums to 1 over a task. None for
            `median`.
        bias: float64 `[n_workers]`, see `NumberWorker`; None where the method has none, as the next three.
        bias_error: float64 `[n_workers]`.
        spread: float64 `[n_workers]`.
        spread_error: float64 `[n_workers]`.
        pull: imagined answers that held a worker's spread to the crowd's in weighing; infinite: all weighed the same.
        robust: whether answers far off were counted for less.
        iterations: rounds that were run.
        converged: whether the values stood still. False: it ran out of rounds, and the values are still usable.
    """

    answers: Numbers
    value: Floats
    error: Floats
    method: str
    weight: Floats | None = None
    bias: Floats | None = None
    bias_error: Floats | None = None
    spread: Floats | None = None
    spread_error: Floats | None = None
    pull: float = inf
    robust: bool = False
    iterations: int = 0
    converged: bool = True

    @cached_property
    def values(self) -> dict[Name, float]:
        """The value of each task, by name."""
        return dict(zip(self.answers.item_names, self.value.tolist(), strict=True))

    @cached_property
    def workers(self) -> tuple[NumberWorker, ...]:
        """Every worker with bias and spread; empty where the method has none."""
        columns = (self.bias, self.bias_error, self.spread, self.spread_error)
        given = [column.tolist() for column in columns if column is not None]
        if len(given) < len(columns):
            return ()
        counts = self.answers.answers_per_worker.tolist()
        rows = zip(self.answers.worker_names, *given, counts, strict=True)
        return tuple(NumberWorker(*row) for row in rows)

    def interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Return the ends of an interval for each value, `[n_items]` each, from the normal distribution.

        It is about what such a crowd would say in the end. What the whole crowd gets wrong, only gold can show.

        Raises:
            InputError: `level` is not between 0 and 1.
        """
        if not 0 < level < 1:
            raise InputError(f"level must be between 0 and 1, such as 0.95, not {level!r}")
        reach = NormalDist().inv_cdf((1 + level) / 2) * self.error
        return self.value - reach, self.value + reach

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row for each task: `task`, `value`, `error`, `low` and `high` (95 %), `answers`."""
        columns = (self.value, self.error, *self.interval(), self.answers.answers_per_item)
        names = ("task", "value", "error", "low", "high", "answers")
        rows = zip(self.answers.item_names, *(column.tolist() for column in columns), strict=True)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def __repr__(self) -> str:
        answers = self.answers
        size = f"{answers.n_items:,} tasks from {len(answers):,} answers of {answers.n_workers:,} workers"
        stopped = "" if self.converged else ", not converged"
        typical = f"values {self.value.min():.4g} to {self.value.max():.4g}, median error "
        return (
            f"NumberConsensus({size}; method {self.method!r}, {self.iterations} rounds{stopped}; "
            f"{typical}{np.median(self.error):.3g})"
        )


def consensus_of_numbers(
    answers: Any,
    *,
    task: str = "task",
    worker: str = "worker",
    value: str = "value",
    gold: Any = None,
    method: str = "weighed",
) -> NumberConsensus:
    """Infer one number, with its standard error, for every task that several workers answered.

    `weighed` takes an answer for the task's value, plus the worker's bias, plus noise. Values lean on the mean of all
    tasks, biases on none, spreads on the crowd's, each as far as the answers themselves say; so it works with two
    answers a task and with workers who gave one. Whether precise workers count for more, and whether answers far off
    count for less, is decided by how well the answers left out are predicted; where it does not help, everybody counts
    the same. Without gold, a bias that all workers share cannot be seen.

    Prefer `mean` to explain a value in one sentence, and `median` where a few answers are absurd and nothing else may
    be assumed. A model's estimate can take part as one more worker.

    Args:
        answers: any table of task, worker and number (see `Numbers.from_table`), or `Numbers`.
        task: name of the task column.
        worker: name of the worker column.
        value: name of the column of numbers.
        gold: known values: a dict of task to number, or a float array `[n_items]` with NaN for unknown. They are
            returned as they are, and teach about the workers (`weighed` only).
        method: `weighed`, `mean` or `median`.

    Returns:
        A `NumberConsensus`: `.values`, `.interval()`, `.workers`, `.to_rows()`.

    Raises:
        NoVotes: there is not one number.
        InputError: the table or the gold cannot be used, or there is no such method; the message says why.

    Source:
        Bias and inconsistency of each worker: Li, Bampis, Janowski and Katsavounidis (2020), "A Simple Model for
        Subject Behavior in Subjective Experiments", Electronic Imaging, doi:10.2352/ISSN.2470-1173.2020.11.HVEI-131,
        who maximise likelihood. The priors, here learnt, the choice by left-out answers and gold are ours. Robust
        weights are those of expectation–maximisation for the t distribution: Liu and Rubin (1995), Statistica Sinica
        5:19-39.

    Example:
        >>> from groundswell.quality.numbers import consensus_of_numbers
        >>> rows = [("t1", "ann", 7), ("t1", "bob", 9), ("t2", "ann", 2), ("t2", "bob", 4)]
        >>> consensus_of_numbers(rows, method="mean").values
        {'t1': 8.0, 't2': 3.0}
    """
    if method not in METHODS:
        raise InputError(f"no method {method!r}; there are {', '.join(METHODS)}")
    numbers = answers
    if not isinstance(answers, Numbers):
        numbers = Numbers.from_table(answers, task=task, worker=worker, value=value)
    numbers, known = _with_gold(numbers, gold)
    return _weighed(numbers, known) if method == "weighed" else _plain(numbers, known, method)


def _weighed(answers: Numbers, gold: Floats) -> NumberConsensus:
    """Fit the model in a unit that fits the answers, and translate back."""
    centre = float(np.median(answers.value))
    unit = unit_of(np.append(answers.value, gold[~np.isnan(gold)]))
    if not unit:
        return _undecided(answers, gold, centre)
    fit = fit_numbers(replace(answers, value=(answers.value - centre) / unit), (gold - centre) / unit)
    return NumberConsensus(
        answers,
        np.where(np.isnan(gold), centre + unit * fit.value, gold),
        unit * fit.error,
        "weighed",
        weight=_shares(answers, fit),
        bias=unit * fit.bias,
        bias_error=unit * fit.bias_error,
        spread=unit * fit.spread,
        spread_error=unit * fit.spread_error,
        pull=fit.pull,
        robust=fit.robust,
        iterations=fit.rounds,
        converged=fit.converged,
    )


def _undecided(answers: Numbers, gold: Floats, value: float) -> NumberConsensus:
    """Return the only value there is; nothing says how far off it may be."""
    none, unknown = np.zeros(answers.n_workers), np.full(answers.n_workers, nan)
    error = np.where(np.isnan(gold), nan, 0.0)
    values = np.where(np.isnan(gold), value, gold)
    weight = 1 / answers.answers_per_item[answers.item]
    return NumberConsensus(answers, values, error, "weighed", weight, none, unknown, none, unknown)


def _plain(answers: Numbers, gold: Floats, method: str) -> NumberConsensus:
    """Return means or medians, with errors from how far answers to the same task lie apart, over all tasks.

    A median of three answers or more is taken to vary like that of a large normal sample.
    """
    counts = answers.answers_per_item
    each = np.maximum(counts, 1)
    mean = group_sums(answers.item, answers.value, answers.n_items) / each
    mean[counts == 0] = mean[counts > 0].mean()
    apart = ((answers.value - mean[answers.item]) ** 2).sum()
    freedom = len(answers) - int((counts > 0).sum())
    error = (sqrt(apart / freedom) if freedom and apart else nan) / np.sqrt(each)
    error[counts == 0] = nan
    is_mean = method == "mean"
    found = mean if is_mean else medians(answers)
    weight = 1 / each[answers.item] if is_mean else None
    error = error if is_mean else np.where(counts > 2, sqrt(pi / 2), 1.0) * error
    known = ~np.isnan(gold)
    return NumberConsensus(answers, np.where(known, gold, found), np.where(known, 0.0, error), method, weight)


def _shares(answers: Numbers, fit: NumberFit) -> Floats:
    """Return the share of each answer in what the answers to its task say together."""
    total = group_sums(answers.item, fit.weight, answers.n_items)
    shares: Floats = fit.weight / total[answers.item]
    return shares


def _with_gold(answers: Numbers, gold: Any) -> tuple[Numbers, Floats]:
    """Return the answers, with tasks that only gold names, and gold as float64 `[n_items]`, NaN where unknown.

    Raises:
        InputError: gold has the wrong shape, or a value that is no finite number.
    """
    if gold is None:
        return answers, np.full(answers.n_items, nan)
    if isinstance(gold, Mapping):
        names = tuple(dict.fromkeys([*answers.item_names, *gold]))
        known = [finite_number(gold[name], f"gold of {name!r}") if name in gold else nan for name in names]
        return replace(answers, item_names=names), np.array(known)
    given = np.asarray(gold)
    if (
        given.shape != (answers.n_items,)
        or not np.issubdtype(given.dtype, np.number)
        or np.isinf(given).any()
    ):
        raise InputError(
            f"gold must be one finite number an item ({answers.n_items}), NaN where it is unknown"
        )
    return answers, given.astype(np.float64)
