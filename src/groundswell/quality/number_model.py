"""The model behind `consensus_of_numbers`: a value for each task, a bias and a spread for each worker."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.expectation import group_sums
from groundswell.quality.number_spread import ASSUMED_NOISE, LEAST_NOISE, NOISE_ANSWERS, worker_spread
from groundswell.quality.number_table import Numbers, medians
from groundswell.quality.result import Floats

PULLS = (64.0, 16.0, 4.0)
"""Imagined answers that hold a worker's spread to the crowd's, tried beside all weighing the same."""

TAIL = 4.0
"""Degrees of freedom of the robust tail: an answer five spreads off counts about a sixth of what it would."""

UNEVEN = 0.98
"""Workers are weighed differently only if that lowers the squared error of predicting left-out answers to this share.

Where all are equal, it is lowered to 0.986 at three answers a task, because left-out answers had a say in the weights.
"""

ROBUST = 0.8
"""The same for counting far-off answers less: 0.89 where there are none, 0.6 where one in a hundred is absurd."""

ASSUMED_BIAS = 0.05
"""Variance of biases, in units, that one imagined worker stands for."""


@dataclass(frozen=True, eq=False)
class NumberFit:
    """What the model learnt, in the unit of the answers that it was given.

    Attributes:
        value: `[n_items]`.
        error: `[n_items]`, standard errors.
        bias: `[n_workers]`.
        bias_error: `[n_workers]`.
        spread: `[n_workers]`, standard deviation of a worker's answers around value and bias.
        spread_error: `[n_workers]`.
        weight: `[n_answers]`, precision with which each answer entered.
        pull: which of `PULLS` was taken; infinite where all weigh the same.
        robust: whether far-off answers were counted for less.
        rounds: how many were run.
        converged: whether no value moved any more.
    """

    value: Floats
    error: Floats
    bias: Floats
    bias_error: Floats
    spread: Floats
    spread_error: Floats
    weight: Floats
    pull: float
    robust: bool
    rounds: int
    converged: bool


@dataclass(eq=False)
class _State:
    """Present estimates. Variances of values and biases are those given everything else."""

    value: Floats
    value_variance: Floats
    bias: Floats
    bias_variance: Floats
    precision: Floats
    weight: Floats
    noise: float = ASSUMED_NOISE
    mean: float = 0.0
    tasks: float = 1.0
    biases: float = ASSUMED_BIAS
    pull: float = inf
    robust: bool = False
    rounds: int = 0
    converged: bool = False


def fit_numbers(answers: Numbers, gold: Floats, *, tol: float = 1e-5, max_iter: int = 100) -> NumberFit:
    """Fit the model with several weighings, and return the one that predicts left-out answers best.

    How far workers differ and how much it pays to weigh by it are two questions. Where most answers are the same
    (nobody feels anger at most headlines), those who always say so agree with each other; likelihood takes them for
    precise, and the consensus becomes theirs. Squared error of predicting left-out answers does not.

    Args:
        answers: in a unit of about 1.
        gold: `[n_items]`, NaN where unknown, in the same unit.
        tol: stop when no value moves by more than this.
        max_iter: upper bound on rounds, for each weighing.
    """
    even = _settled(answers, gold, _start(answers, gold), tol, max_iter)
    robust = _settled(answers, gold, replace(even, robust=True), tol, max_iter)
    if _missed(answers, robust) < ROBUST * _missed(answers, even):
        even = robust
    uneven = [_settled(answers, gold, replace(even, pull=pull), tol, max_iter) for pull in PULLS]
    best = min(uneven, key=lambda state: _missed(answers, state))
    better = _missed(answers, best) < UNEVEN * _missed(answers, even)
    return _dressed(answers, gold, best if better else even)


def _settled(answers: Numbers, gold: Floats, start: _State, tol: float, max_iter: int) -> _State:
    """Iterate from a start, with its way of weighing, until values stand still."""
    state = replace(start, rounds=0)
    moved = inf
    while state.rounds < max_iter and moved >= tol:
        squared = _squared_errors(answers, state)
        if state.robust:
            state.weight = (TAIL + 1) / (TAIL + squared * state.precision[answers.worker])
        _learn_precision(answers, state, squared)
        before = state.value
        _learn_values(answers, state, gold)
        _learn_biases(answers, state)
        _shift(answers, state, gold)
        _learn_tasks(answers, state, gold)
        moved = float(np.abs(state.value - before).max())
        state.rounds += 1
    state.converged = moved < tol
    return state


def _dressed(answers: Numbers, gold: Floats, state: _State) -> NumberFit:
    """Return the state with its standard errors."""
    spread, spread_error = _spread(answers, state)
    return NumberFit(
        value=state.value,
        error=np.sqrt(_value_variance(answers, state, gold)),
        bias=state.bias,
        bias_error=np.sqrt(_bias_variance(answers, state, gold)),
        spread=spread,
        spread_error=spread_error,
        weight=_answer_precision(answers, state),
        pull=state.pull,
        robust=state.robust,
        rounds=state.rounds,
        converged=state.converged,
    )


def _start(answers: Numbers, gold: Floats) -> _State:
    """Return medians as values, no bias, and everybody equal."""
    known = ~np.isnan(gold)
    value = np.where(known, gold, medians(answers))
    counts = np.maximum(answers.answers_per_item, 1)
    n_workers = answers.n_workers
    none, same = np.zeros(n_workers), np.full(n_workers, 1 / ASSUMED_NOISE)
    variance = np.where(known, 0.0, ASSUMED_NOISE / counts)
    state = _State(value, variance, none, none, same, np.ones(len(answers)))
    state.mean = float(value[_seen(answers, gold)].mean())
    return state


def _learn_precision(answers: Numbers, state: _State, squared: Floats) -> None:
    """Estimate each worker's precision, held to the crowd's by `pull` imagined answers."""
    pull = state.pull
    summed = group_sums(answers.worker, state.weight * squared, answers.n_workers)
    summed = np.append(summed, NOISE_ANSWERS * ASSUMED_NOISE)
    counts = np.append(answers.answers_per_worker, NOISE_ANSWERS)
    if pull == inf:
        state.noise = max(float(summed.sum() / counts.sum()), LEAST_NOISE)
        state.precision = np.full(answers.n_workers, 1 / state.noise)
        return
    precision = (pull + counts) / (pull * state.noise + summed)
    state.noise = max(1 / float(precision.mean()), LEAST_NOISE)
    state.precision = ((pull + counts) / (pull * state.noise + summed))[:-1]


def _learn_values(answers: Numbers, state: _State, gold: Floats) -> None:
    """Weigh the answers of each task, biases taken off, with what tasks are like in general."""
    precision = _answer_precision(answers, state)
    off = answers.value - state.bias[answers.worker] - state.mean
    total = 1 / state.tasks + group_sums(answers.item, precision, answers.n_items)
    value = state.mean + group_sums(answers.item, precision * off, answers.n_items) / total
    state.value = np.where(np.isnan(gold), value, gold)
    state.value_variance = np.where(np.isnan(gold), 1 / total, 0.0)


def _learn_biases(answers: Numbers, state: _State) -> None:
    """Weigh each worker's deviations with what biases are like in general: around none."""
    precision = _answer_precision(answers, state)
    off = answers.value - state.value[answers.item]
    total = 1 / state.biases + group_sums(answers.worker, precision, answers.n_workers)
    state.bias = group_sums(answers.worker, precision * off, answers.n_workers) / total
    state.bias_variance = 1 / total
    summed = (state.bias**2 + state.bias_variance).sum()
    state.biases = float(summed + ASSUMED_BIAS) / (answers.n_workers + 1)


def _shift(answers: Numbers, state: _State, gold: Floats) -> None:
    """Move all biases up and all values down by what fits best: only gold and the biases' prior can tell."""
    precision = np.where(np.isnan(gold[answers.item]), 0.0, _answer_precision(answers, state))
    off = answers.value - state.value[answers.item] - state.bias[answers.worker]
    pulled = (precision * off).sum() - state.bias.sum() / state.biases
    by = float(pulled) / _shift_precision(answers, state, gold)
    state.bias = state.bias + by
    state.value = np.where(np.isnan(gold), state.value - by, gold)


def _learn_tasks(answers: Numbers, state: _State, gold: Floats) -> None:
    """Estimate mean and variance of values; the uncertainty of the mean counts, as in restricted likelihood."""
    seen = _seen(answers, gold)
    state.mean = float(state.value[seen].mean())
    to_mean, of_mean = _leaning(answers, state, gold)
    varied = (state.value - state.mean) ** 2 + state.value_variance + (1 - to_mean) ** 2 * of_mean
    state.tasks = float(varied[seen].sum() + 1.0) / (int(seen.sum()) + 1)


def _leaning(answers: Numbers, state: _State, gold: Floats) -> tuple[Floats, float]:
    """Return how far each value leans on the mean of all, `[n_items]`, and the variance of that mean."""
    informed = group_sums(answers.item, _answer_precision(answers, state), answers.n_items)
    known = ~np.isnan(gold)
    to_mean = np.where(known, 0.0, 1 / (1 + state.tasks * informed))
    # 1 / (tasks + 1 / informed), for tasks that have neither answer nor gold too.
    each = np.where(known, 1 / state.tasks, informed / (1 + state.tasks * informed))
    return to_mean, 1 / float(each.sum())


def _value_variance(answers: Numbers, state: _State, gold: Floats) -> Floats:
    """Return the variance of each value: its own, and to first order that of biases, mean and common shift."""
    precision = _answer_precision(answers, state)
    total = 1 / state.tasks + group_sums(answers.item, precision, answers.n_items)
    share = precision / total[answers.item]
    of_biases = group_sums(answers.item, share**2 * state.bias_variance[answers.worker], answers.n_items)
    to_mean, of_mean = _leaning(answers, state, gold)
    of_shift = (1 - to_mean) ** 2 / _shift_precision(answers, state, gold)
    variance: Floats = state.value_variance + of_biases + to_mean**2 * of_mean + of_shift
    return np.where(np.isnan(gold), variance, 0.0)


def _bias_variance(answers: Numbers, state: _State, gold: Floats) -> Floats:
    """Return the variance of each bias: its own, and to first order that of values and common shift."""
    share = _answer_precision(answers, state) * state.bias_variance[answers.worker]
    of_values = group_sums(answers.worker, share**2 * state.value_variance[answers.item], answers.n_workers)
    of_shift = 1 / _shift_precision(answers, state, gold)
    variance: Floats = state.bias_variance + of_values + of_shift
    return variance


def _missed(answers: Numbers, state: _State) -> float:
    """Return the mean squared error of predicting each answer from the others of its task.

    Errors above three times the range of the answers count as that: a typing error decides nothing.
    """
    precision = _answer_precision(answers, state)
    off = answers.value - state.bias[answers.worker] - state.mean
    total = 1 / state.tasks + group_sums(answers.item, precision, answers.n_items)
    summed = group_sums(answers.item, precision * off, answers.n_items)
    predicted = (summed[answers.item] - precision * off) / (total[answers.item] - precision)
    low, high = np.quantile(answers.value, [0.1, 0.9])
    missed = np.minimum(np.abs(off - predicted), max(1.0, 3 * float(high - low)))
    compared = answers.answers_per_item[answers.item] > 1
    return float((missed[compared] ** 2).mean()) if compared.any() else 0.0


def _spread(answers: Numbers, state: _State) -> tuple[Floats, Floats]:
    """Return each worker's spread and its error, answers more than five spreads off left out."""
    kept = state.weight >= (TAIL + 1) / (TAIL + 25)
    precision = _answer_precision(answers, state)
    total = 1 / state.tasks + group_sums(answers.item, precision, answers.n_items)
    off = answers.value - state.value[answers.item] - state.bias[answers.worker]
    own = 1 - precision / total[answers.item]
    freedom = group_sums(answers.worker, kept * own, answers.n_workers)
    return worker_spread(group_sums(answers.worker, kept * off**2, answers.n_workers), freedom)


def _squared_errors(answers: Numbers, state: _State) -> Floats:
    """Return the expected squared deviation of each answer from its task's value and its worker's bias."""
    off = answers.value - state.value[answers.item] - state.bias[answers.worker]
    squared: Floats = off**2 + state.value_variance[answers.item] + state.bias_variance[answers.worker]
    return squared


def _answer_precision(answers: Numbers, state: _State) -> Floats:
    """Return the precision with which each answer enters, `[n_answers]`."""
    precision: Floats = state.weight * state.precision[answers.worker]
    return precision


def _shift_precision(answers: Numbers, state: _State, gold: Floats) -> float:
    """Return how precisely a shift of all biases is known: from the answers on gold and the biases' prior."""
    on_gold = ~np.isnan(gold[answers.item])
    return float(_answer_precision(answers, state)[on_gold].sum() + answers.n_workers / state.biases)


def _seen(answers: Numbers, gold: Floats) -> NDArray[np.bool_]:
    """Say which tasks have an answer or gold, `[n_items]`."""
    seen: NDArray[np.bool_] = (answers.answers_per_item > 0) | ~np.isnan(gold)
    return seen
