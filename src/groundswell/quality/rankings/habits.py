"""What workers do: follow the items' scores, turn them round, or not look. Shares of each, shrunk to the crowd."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.result import Floats, names_or_codes
from groundswell.quality.votes import Codes, Name

FOLLOWS, TURNS, CARELESS = 0, 1, 2

USUAL = np.array([0.90, 0.03, 0.07])
"""Shares of answers that follow, turn round and are careless, before any worker was seen."""

ANSWERS = 4.0
"""Pseudo-answers that hold a worker to the crowd: some four answers of their own weigh as much."""

WORKERS = 5.0
"""Imaginary workers of the usual habits that the crowd is held to, beside `SHARE` of its own number."""

SHARE = 0.1
"""Keeps a habit that nobody shows from vanishing altogether in a large crowd, where it would be 0 in floating point."""


@dataclass(frozen=True)
class WorkerReliability:
    """How far one worker's answers can be relied on.

    Attributes:
        worker: the worker's name (its code, where workers are unnamed).
        reliability: share of answers that follow the scores, less the share that turns them round: 1 is a
            worker like the model's, 0 one whose answers say nothing, below 0 one who has it the wrong way round.
        position_bias: how much more of the answers go to the first place (the left) than to the second,
            whatever stands there: 1 always the first, -1 always the second, 0 no preference for a place.
        answers: how many answers stand behind it.
    """

    worker: Name
    reliability: float
    position_bias: float
    answers: int


@dataclass(frozen=True, eq=False)
class Shares:
    """A distribution for each worker, held to the crowd's, which is held to the usual one.

    Attributes:
        each: `[n_workers, k]`, rows sum to 1.
        crowd: `[k]`.
        usual: `[k]`.
    """

    each: Floats
    crowd: Floats
    usual: Floats

    @classmethod
    def start(cls, n_workers: int, usual: Floats) -> Shares:
        """Return a crowd of usual workers."""
        return cls(np.tile(usual, (n_workers, 1)), usual, usual)

    def log_prior(self) -> float:
        """Return the log-prior up to a constant: how far workers are from the crowd, and it from the usual."""
        strangeness = divergence(self.crowd, self.each).sum()
        return float(-ANSWERS * (strangeness + self._imaginary * divergence(self.crowd, self.usual)))

    def learnt(self, counts: NDArray[Any]) -> Shares:
        """Return shares that raise `sum(counts * log(each)) + log_prior()`, or leave it where it is.

        Given the crowd, a worker's best shares are the counts plus `ANSWERS` pseudo-counts of the crowd's. Given
        the workers, the crowd's are their geometric mean. Each is the exact maximum, so the sum never falls.
        """
        each = (counts + ANSWERS * self.crowd) / (counts.sum(axis=1, keepdims=True) + ANSWERS)
        total = np.log(each).sum(axis=0) + self._imaginary * np.log(self.usual)
        mean = total / (len(each) + self._imaginary)
        crowd = np.exp(mean - mean.max())
        return replace(self, each=each, crowd=crowd / crowd.sum())

    @property
    def _imaginary(self) -> float:
        return WORKERS + SHARE * len(self.each)


@dataclass(frozen=True, eq=False)
class Habits:
    """The crowd's habits.

    Attributes:
        modes: shares of `FOLLOWS`, `TURNS` and `CARELESS`.
        careless: what careless answers say, by outcome.
    """

    modes: Shares
    careless: Shares

    @classmethod
    def start(cls, n_workers: int, outcomes: Floats) -> Habits:
        """Return usual workers; `outcomes` is what a careless one is expected to say."""
        return cls(Shares.start(n_workers, USUAL), Shares.start(n_workers, outcomes))

    def log_prior(self) -> float:
        """Return the log-prior of all shares, up to a constant."""
        return self.modes.log_prior() + self.careless.log_prior()

    def learnt(self, worker: Codes, outcome: Codes, share: Floats) -> Habits:
        """Return habits that fit better the share of each mode in each answer, `[3, n_answers]`."""
        n_workers, n_outcomes = self.careless.each.shape
        modes = np.stack([np.bincount(worker, column, n_workers) for column in share], axis=1)
        cell = worker * np.int64(n_outcomes) + outcome
        said = np.bincount(cell, share[CARELESS], n_workers * n_outcomes).reshape(n_workers, n_outcomes)
        return Habits(self.modes.learnt(modes), self.careless.learnt(said))

    @property
    def reliability(self) -> Floats:
        """Follows less turns round, `[n_workers]`."""
        out: Floats = self.modes.each[:, FOLLOWS] - self.modes.each[:, TURNS]
        return out

    def rows(
        self, names: tuple[Name, ...] | None, worker: Codes, leaning: Floats
    ) -> tuple[WorkerReliability, ...]:
        """Return every worker; `leaning` is 1 for the outcomes of the first place, -1 for the second's, or 0."""
        bias = self.modes.each[:, CARELESS] * (self.careless.each @ leaning)
        count = np.bincount(worker, minlength=len(bias))
        columns = (self.reliability.tolist(), bias.tolist(), count.tolist())
        return tuple(
            WorkerReliability(*row) for row in zip(names_or_codes(names, len(bias)), *columns, strict=True)
        )


def divergence(one: Floats, other: Floats) -> Floats:
    """Return the Kullback-Leibler divergence of `other` from `one`, over the last axis."""
    out: Floats = (one * (np.log(one) - np.log(other))).sum(axis=-1)
    return out
