"""One preference for each task from several workers: A, a tie or B, without the workers' leaning to a place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.rankings.crowd import TOL
from groundswell.quality.rankings.habits import CARELESS, FOLLOWS, TURNS, Habits, WorkerReliability
from groundswell.quality.rankings.preference_table import Preferences
from groundswell.quality.result import TIE, Floats
from groundswell.quality.votes import Name

A, B, EVEN = 0, 1, 2
"""Truths of a task; `EVEN` is left out where nobody ever said that two answers are equally good."""

SEEN = 10.0
"""Pseudo-answers, for each truth, behind what careful workers are taken to say before any was seen."""

TASKS = 2.0
"""Imaginary tasks of each truth."""


@dataclass(frozen=True, eq=False)
class PreferenceConsensus:
    """Which answer of each task is better, and how sure that is.

    Attributes:
        posterior: float64 `[n_tasks, 3]`: probability of A, of a tie, of B. A tie that nobody ever said has 0.
        workers: reliability and position bias of every worker.
        position_bias: the crowd's, weighed by answers: how much more of the answers went to the first place
            than to the second, whatever stood there. It is not in `posterior`.
        order_varied: whether both orders were shown. False: a leaning that all workers share cannot be told
            from one answer being better, and stays in `posterior`; show the answers in random order.
        votes: int64 `[n_tasks]`, preferences for each task.
        task_names: names of tasks.
        names: what A, a tie and B are called.
        iterations: rounds that were run.
        converged: whether the last round gained less than the tolerance.
        objective: log-posterior before each round, up to a constant; it never falls.
        skipped: rows without a preference.
    """

    posterior: Floats
    workers: tuple[WorkerReliability, ...]
    position_bias: float
    order_varied: bool
    votes: NDArray[np.int64]
    task_names: tuple[Name, ...]
    names: tuple[Name, Name, Name]
    iterations: int
    converged: bool
    objective: tuple[float, ...]
    skipped: int = 0

    @cached_property
    def label(self) -> NDArray[np.intp]:
        """The most probable column of `posterior`, `[n_tasks]`; a tie where A and B are equally probable.

        The probability of that label is a tie's own: 0 where nobody ever said one.
        """
        chosen: NDArray[np.intp] = self.posterior.argmax(axis=1)
        balanced = np.abs(self.posterior[:, 0] - self.posterior[:, 2]) < TIE
        chosen[balanced] = 1
        return chosen

    @cached_property
    def labels(self) -> dict[Name, Name]:
        """The label of each task, by name."""
        return dict(zip(self.task_names, (self.names[code] for code in self.label.tolist()), strict=True))

    @cached_property
    def probability(self) -> dict[Name, float]:
        """The probability of each task's label, by name."""
        chosen = np.take_along_axis(self.posterior, self.label[:, None], 1)[:, 0]
        return dict(zip(self.task_names, chosen.tolist(), strict=True))

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row a task: `task`, `label`, `probability`, the three probabilities by name, `votes`."""
        columns = (
            self.labels.items(),
            self.probability.values(),
            self.posterior.tolist(),
            self.votes.tolist(),
        )
        return [
            {"task": task, "label": label, "probability": probability}
            | {str(name): value for name, value in zip(self.names, row, strict=True)}
            | {"votes": votes}
            for (task, label), probability, row, votes in zip(*columns, strict=True)
        ]

    def __repr__(self) -> str:
        stopped = "" if self.converged else ", not converged"
        fixed = "" if self.order_varied else " (one order shown: cannot be removed)"
        size = f"{len(self.votes):,} tasks from {int(self.votes.sum()):,} answers of {len(self.workers):,} workers"
        return (
            f"PreferenceConsensus({size}; {self.iterations} rounds{stopped}; "
            f"position bias {self.position_bias:+.3f}{fixed})"
        )


def consensus_of_preferences(
    preferences: Any,
    *,
    task: str = "task",
    worker: str = "worker",
    preference: str = "preference",
    first: str | None = None,
    names: tuple[Name, Name] = ("A", "B"),
    tie: Name = "tie",
    tol: float = TOL,
    max_iter: int = 200,
) -> PreferenceConsensus:
    """Infer which of a task's two answers is better, from several workers' preferences.

    A worker's answer either follows the truth, as careful workers of this crowd do (how often they miss, and
    which grades they use, is learnt), turns it round, or is careless: given without looking, with the worker's own
    leaning to the first place, the second or a tie. Careful answers are taken to treat both places alike, so a
    leaning to a place is carelessness, and careless answers say nothing of the truth.

    Args:
        preferences: (task, worker, preference) tuples, with the first answer last where `first` is given; or
            dicts, a dict of columns, a `pyarrow.Table`, a data frame. Where a worker answered a task in one order
            repeatedly, the last counts; the same task shown in the other order is another answer.
        task: name of the task column.
        worker: name of the worker column.
        preference: name of the column of preferences: a name, `tie`, or a whole grade, below 0 for the first of
            `names` and above 0 for the second (-3 to 3). None and NaN are left out.
        first: name of the column that says which answer stood first (left); None: always the first of `names`.
        names: what the two answers are called.
        tie: what the preference column says where neither is better.
        tol: gain of a round, in nats for each answer, below which the rounds stop.
        max_iter: upper bound on rounds; each is O(answers).

    Returns:
        A `PreferenceConsensus`: `.labels`, `.probability`, `.position_bias`, `.workers`, `.to_rows()`. A task without
        a preference has the shares of all tasks.

    Raises:
        NoVotes: there is no preference.
        InputError: the table cannot be used; the message says why.

    Source:
        Careless workers with a leaning of their own: Hovy, Berg-Kirkpatrick, Vaswani and Hovy (2013), NAACL,
        https://aclanthology.org/N13-1132 (MACE). Workers who turn answers round: Chen et al. (2013), WSDM,
        doi:10.1145/2433396.2433420. The mirrored answers of careful workers, by which a leaning to a place is
        told from a preference, and the shrinkage of workers to a crowd are ours.

    Example:
        >>> from groundswell.quality.rankings import consensus_of_preferences
        >>> rows = [("t1", "ann", "A"), ("t1", "bob", "A"), ("t1", "eve", "B"), ("t2", "ann", "B"), ("t2", "bob", "B")]
        >>> consensus_of_preferences(rows).labels
        {'t1': 'A', 't2': 'B'}
    """
    said = Preferences.from_table(preferences, (task, worker, preference), first, names, tie)
    model = _Model.of(said)
    state, objective, converged = _fit(model, tol, max_iter)
    bias = state.habits.rows(said.worker_names, said.worker, model.leaning)
    posterior = np.zeros((len(said.task_names), 3))
    posterior[:, [0, 2, 1][: len(state.prior)]] = state.posterior.T
    return PreferenceConsensus(
        posterior=posterior,
        workers=bias,
        position_bias=sum(one.position_bias * one.answers for one in bias) / len(said.level),
        order_varied=bool(said.swapped.any() and not said.swapped.all()),
        votes=np.bincount(said.task, minlength=len(said.task_names)),
        task_names=said.task_names,
        names=(names[0], tie, names[1]),
        iterations=len(objective),
        converged=converged,
        objective=tuple(objective),
        skipped=said.skipped,
    )


@dataclass(frozen=True, eq=False)
class _Model:
    """The preferences as levels of a scale `0 .. 2 * m`, and what is assumed of careful workers.

    Attributes:
        said: the preferences.
        level: `[n]`, by content: 0 is the most for A.
        shown: `[n]`, by place: 0 is the most for the first.
        usual: `[n_truths, n_levels]`, what careful workers are taken to say; each row sums to 1.
        leaning: `[n_levels]`, 1 for levels of the first place, -1 of the second, 0 for the middle.
    """

    said: Preferences
    level: NDArray[np.int32]
    shown: NDArray[np.int32]
    usual: Floats
    leaning: Floats

    @classmethod
    def of(cls, said: Preferences) -> _Model:
        most = max(int(np.abs(said.level).max()), 1)
        grade = np.arange(-most, most + 1)
        has_even = bool((said.level == 0).any())
        even = (0.15 if has_even else 1e-9) * (grade == 0)
        for_a = 0.75 * (grade < 0) / most + 0.10 * (grade > 0) / most + even
        truths = [for_a, for_a[::-1]]
        if has_even:
            truths.append(np.where(grade == 0, 0.6, 0.2 / most))
        usual = np.stack(truths)
        shown = np.where(said.swapped, -said.level, said.level) + most
        level, leaning = said.level + np.int32(most), -np.sign(grade).astype(np.float64)
        return cls(said, level, shown.astype(np.int32), usual / usual.sum(axis=1, keepdims=True), leaning)


@dataclass(frozen=True, eq=False)
class _State:
    """What is believed after a round.

    Attributes:
        posterior: `[n_truths, n_tasks]`.
        prior: `[n_truths]`.
        careful: `[n_truths, n_levels]`, what careful workers say.
        habits: of the workers.
    """

    posterior: Floats
    prior: Floats
    careful: Floats
    habits: Habits


def _fit(model: _Model, tol: float, max_iter: int) -> tuple[_State, list[float], bool]:
    """Return the state after expectation-maximisation, the objective before each round, and whether it settled."""
    n_truths = len(model.usual)
    prior, careful = np.full(n_truths, 1 / n_truths), model.usual
    habits = Habits.start(len(model.said.worker_names), _careless(model))
    objective = list[float]()
    for _ in range(max_iter):
        posterior, share, value = _expect(model, prior, careful, habits)
        value += habits.log_prior() + _log_prior(model, prior, careful)
        settled = bool(objective) and value - objective[-1] < tol * len(model.level)
        objective.append(value)
        if settled:
            break
        prior = (posterior.sum(axis=1) + TASKS) / (posterior.shape[1] + TASKS * n_truths)
        careful = _careful(model, share)
        habits = habits.learnt(model.said.worker, model.shown, share.sum(axis=0))
    posterior, _, _ = _expect(model, prior, careful, habits)
    return _State(posterior, prior, careful, habits), objective, settled


def _expect(model: _Model, prior: Floats, careful: Floats, habits: Habits) -> tuple[Floats, Floats, float]:
    """Return the posterior `[n_truths, n_tasks]`, shares `[n_truths, 3, n]` and the log-likelihood."""
    said, modes = model.said, habits.modes.each[model.said.worker].T
    joint = np.empty((len(prior), 3, len(said.level)))
    joint[:, FOLLOWS] = modes[FOLLOWS] * careful[:, model.level]
    joint[:, TURNS] = modes[TURNS] * careful[:, ::-1][:, model.level]
    joint[:, CARELESS] = modes[CARELESS] * habits.careless.each[said.worker, model.shown]
    total = joint.sum(axis=1)
    log_joint = np.stack([np.bincount(said.task, row, len(said.task_names)) for row in np.log(total)])
    log_joint += np.log(prior)[:, None]
    highest = log_joint.max(axis=0)
    posterior = np.exp(log_joint - highest)
    whole = posterior.sum(axis=0)
    posterior /= whole
    return (
        posterior,
        joint * (posterior[:, said.task] / total)[:, None],
        float((np.log(whole) + highest).sum()),
    )


def _careful(model: _Model, share: Floats) -> Floats:
    """Return what careful workers say for each truth: A's levels are B's the other way round, the tie's mirrored."""
    n_levels = model.usual.shape[1]
    follows = np.stack([np.bincount(model.level, row, n_levels) for row in share[:, FOLLOWS]])
    turns = np.stack([np.bincount(model.level, row, n_levels) for row in share[:, TURNS]])
    said = follows + turns[:, ::-1]
    for_a = said[A] + said[B][::-1] + SEEN * model.usual[A]
    rows = [for_a, for_a[::-1]]
    if len(said) > EVEN:
        rows.append(said[EVEN] + said[EVEN][::-1] + 2 * SEEN * model.usual[EVEN])
    counts = np.stack(rows)
    out: Floats = counts / counts.sum(axis=1, keepdims=True)
    return out


def _log_prior(model: _Model, prior: Floats, careful: Floats) -> float:
    """Return the log-prior of the shares of truths and of what careful workers say, up to a constant."""
    held = SEEN * (model.usual * np.log(careful))
    return float(TASKS * np.log(prior).sum() + held[A].sum() + held[EVEN:].sum())


def _careless(model: _Model) -> Floats:
    """Return what a careless worker is expected to say: each place alike, otherwise the levels that are used."""
    used = np.bincount(model.level, minlength=model.usual.shape[1]) + 0.5
    both: Floats = (used + used[::-1]) / (2 * used.sum())
    return both
