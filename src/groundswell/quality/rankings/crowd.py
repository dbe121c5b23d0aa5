"""Scores of items and habits of workers, estimated in turn: each round raises one objective."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from groundswell.quality.rankings.habits import CARELESS, Habits
from groundswell.quality.rankings.newton import Concave, Place, climb, newton_step
from groundswell.quality.rankings.uncertainty import Edges
from groundswell.quality.result import Floats
from groundswell.quality.votes import Codes

TOL = 3e-5
"""Gain of a round in log-posterior, in nats for each answer, below which rounds stop. Of 1e-4, 3e-5 and 1e-5 the
last two ranked simulated crowds equally well; the last took twice the rounds."""

FIRST_STEPS = 5
"""Newton steps taken with everybody trusted, to start from scores that make sense."""


class Scores(Concave, Protocol):
    """What is known of a model of scores beside its value and its derivatives."""

    @property
    def start(self) -> Floats:
        """Where to start."""
        ...

    def edges(self, at: Floats, weight: Floats) -> Edges:
        """Return what the answers tell of score differences; `weight` is `[n_answers]`."""
        ...


@dataclass(frozen=True, eq=False)
class Said:
    """Who said what, as far as careless answers go.

    Attributes:
        worker: int32 `[n_answers]`.
        outcome: int32 `[n_answers]`, what a careless worker has a leaning for.
        usual: `[n_outcomes]`, how often a careless answer is expected to say each.
        log_chance: the log-probability of a careless answer given its outcome, `[n_answers]`, or 0.
        n_workers: workers.
    """

    worker: Codes
    outcome: Codes
    usual: Floats
    log_chance: Floats | float
    n_workers: int


@dataclass(frozen=True, eq=False)
class CrowdFit:
    """Scores and habits after the last round.

    Attributes:
        at: parameters of the model of scores.
        habits: of the workers; None where everybody was trusted alike.
        iterations: rounds.
        converged: whether the last round gained less than the tolerance.
        objective: the log-posterior (up to a constant) at the start of each round; it never falls.
    """

    at: Floats
    habits: Habits | None
    iterations: int
    converged: bool
    objective: tuple[float, ...] = ()


def fit_crowd(scores: Scores, said: Said, tol: float, max_iter: int) -> CrowdFit:
    """Return scores and habits by generalised expectation-maximisation.

    Each round finds the shares of following, turning round and carelessness in each answer, then the habits that
    fit these shares, then takes one Newton step on the scores, which are never worse than before.
    """
    least = tol * len(said.worker)
    place, _, _ = climb(scores, Place.of(scores, scores.start), _everybody(said), least, FIRST_STEPS)
    habits, objective = Habits.start(said.n_workers, said.usual), list[float]()
    for iteration in range(1, max_iter + 1):
        share, value = shares(habits, said, place.log_likelihood)
        objective.append(value + habits.log_prior() + place.log_prior)
        if iteration > 1 and objective[-1] - objective[-2] < least:
            return CrowdFit(place.at, habits, iteration - 1, True, tuple(objective))
        habits = habits.learnt(said.worker, said.outcome, share)
        place = newton_step(scores, place, share[:CARELESS])
    return CrowdFit(place.at, habits, max_iter, False, tuple(objective))


def fit_alike(scores: Scores, said: Said, tol: float, max_iter: int) -> CrowdFit:
    """Return scores where every worker is trusted alike: plain Newton steps to the maximum."""
    start, least = Place.of(scores, scores.start), tol * len(said.worker)
    place, steps, converged = climb(scores, start, _everybody(said), least, max_iter)
    return CrowdFit(place.at, None, steps, converged)


def _everybody(said: Said) -> Floats:
    """Return the weights where every answer is taken as said."""
    weight = np.zeros((2, len(said.worker)))
    weight[0] = 1
    return weight


def shares(habits: Habits, said: Said, log_likelihood: Floats) -> tuple[Floats, float]:
    """Return the share of each mode in each answer, `[3, n_answers]`, and the log-likelihood of all answers."""
    highest = np.maximum(log_likelihood.max(axis=0), said.log_chance)
    joint = habits.modes.each.T[:, said.worker]
    joint[:CARELESS] *= np.exp(log_likelihood - highest)
    joint[CARELESS] *= habits.careless.each[said.worker, said.outcome] * np.exp(said.log_chance - highest)
    total = joint.sum(axis=0)
    joint /= total
    return joint, float(np.log(total).sum() + highest.sum())
