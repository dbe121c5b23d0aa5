"""The model behind `choose_text`: answers at exponential distances from the truth, which is one of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.result import Floats
from groundswell.quality.shrinkage import pseudo_votes
from groundswell.quality.texts.shrinkage import totals

NEAREST = 0.02
"""No worker is taken to be nearer to the truth, on average, than this: a word in fifty."""

MOST_ROUNDS = 100
MOVED = 1e-5


@dataclass(frozen=True, eq=False)
class Batch:
    """Tasks with equally many answers, so that they are computed at once.

    Attributes:
        task: codes of the tasks, `[t]`.
        worker: codes of the authors, `[t, n]`.
        apart: distances between the answers of a task, `[t, n, n]`.
        same: which answers are the same text, `[t, n, n]`.
    """

    task: NDArray[np.intp]
    worker: NDArray[np.intp]
    apart: Floats
    same: NDArray[np.bool_]

    def posterior(self, mean: Floats) -> Floats:
        """Return the probability that each answer's text is the true one, `[t, n]`.

        Answers of the same text each carry the whole text's probability.

        Args:
            mean: each worker's mean distance to the truth.
        """
        out: Floats = (self.same @ self.shares(mean)[:, :, None])[:, :, 0]
        return out

    def shares(self, mean: Floats) -> Floats:
        """Return the same, with answers of the same text sharing its probability: those of a task sum to 1."""
        cost = (self.apart @ (1 / mean[self.worker])[:, :, None])[:, :, 0]
        return _softmax(-cost - np.log(self.same.sum(axis=2)))

    def expected_distance(self, mean: Floats) -> Floats:
        """Return each answer's expected distance to the truth as the other answers have it, `[t, n]`."""
        weight = (1 / mean[self.worker])[:, None, :]
        cost = (self.apart * weight).sum(axis=2, keepdims=True) - self.apart * weight
        alike = self.same.sum(axis=2, keepdims=True) - self.same
        own = np.eye(self.worker.shape[1], dtype=bool)
        score = np.where(own, -np.inf, -cost - np.log(np.maximum(alike, 1)))
        out: Floats = (_softmax(score.swapaxes(1, 2)) * self.apart.swapaxes(1, 2)).sum(axis=2)
        return out


@dataclass(frozen=True, eq=False)
class Spread:
    """How far each worker's answers are from the truth.

    Attributes:
        mean: `[n_workers]`, expected distance, leaning on the crowd's.
        error: `[n_workers]`, its standard error.
        rounds: rounds that were run.
        converged: whether the means stopped moving.
    """

    mean: Floats
    error: Floats
    rounds: int
    converged: bool


def learn_spread(batches: list[Batch], n_workers: int) -> Spread:
    """Estimate the workers' mean distances and the truths in turn.

    Tasks with one answer teach nothing. Where no task has two, nothing is known: one half, give or take as much.
    """
    told = [batch for batch in batches if batch.worker.shape[1] > 1]
    if not told:
        return Spread(np.full(n_workers, 0.5), np.full(n_workers, 0.5), 0, True)
    worker = np.concatenate([batch.worker.ravel() for batch in told])
    seen = totals(np.ones(len(worker)), worker, n_workers)
    mean = np.ones(n_workers)
    error, rounds, moved = mean, 0, np.inf
    while rounds < MOST_ROUNDS and moved > MOVED:
        parts = [batch.expected_distance(mean).ravel() for batch in told]
        far = totals(np.concatenate(parts), worker, n_workers)
        updated, error = _shrunk(far, seen)
        moved = float(np.abs(updated - mean).max(initial=0.0))
        mean, rounds = updated, rounds + 1
    return Spread(mean, error, rounds, moved <= MOVED)


def _shrunk(far: Floats, seen: Floats) -> tuple[Floats, Floats]:
    """Return each worker's mean of `seen` exponential distances that sum to `far`, and its error."""
    crowd = max(float(far.sum() / max(seen.sum(), 1.0)), NEAREST)
    spread = float((((far - seen * crowd) / crowd) ** 2 - seen).sum())
    strength = pseudo_votes(spread, float((seen * np.maximum(seen - 1, 0)).sum()))
    mean = np.maximum((far + strength * crowd) / (seen + strength), NEAREST)
    return mean, mean / np.sqrt(seen + strength)


def _softmax(score: Floats) -> Floats:
    """Return probabilities over the last axis."""
    raised = np.exp(score - score.max(axis=-1, keepdims=True))
    out: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return out
