"""Confusion matrices that lean on a centre: what a worker is expected to say before they said much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from groundswell.quality.expectation import Tally
from groundswell.quality.pairs import Pairs
from groundswell.quality.result import Floats
from groundswell.quality.votes import Votes

MOST_CONFUSION_CELLS = 2**25
"""A result holds its workers' confusion matrices up to this many cells (256 MiB), and none above it."""


@dataclass(frozen=True)
class Centre:
    """Expected confusion: how often each worker is right about a truth, and how mistakes spread.

    Row `t` of worker `w` is `hit[w, t]` on the diagonal and `(1 - hit[w, t]) * shape[t]` beside it.

    Attributes:
        hit: float64 `[n_workers, truth]`, or `[1, truth]` for all workers alike; within 0 to 1.
        shape: float64 `[truth, said]`, zero on the diagonal, rows summing to 1.
    """

    hit: Floats
    shape: Floats

    @classmethod
    def uniform(cls, n_classes: int) -> Centre:
        """Return the centre that knows nothing: every label is equally likely."""
        shape = (1 - np.eye(n_classes)) / max(n_classes - 1, 1)
        return cls(np.full((1, n_classes), 1 / n_classes), shape)

    def at(self, pairs: Pairs) -> Floats:
        """Return the expected probability of each pair's label for each truth, `[n_pairs, truth]`."""
        hit = self.hit[pairs.worker if len(self.hit) > 1 else 0]
        hit = np.broadcast_to(hit, (len(pairs.worker), self.hit.shape[1]))
        diagonal = pairs.label[:, None] == np.arange(self.hit.shape[1])
        out: Floats = np.where(diagonal, hit, (1 - hit) * self.shape.T[pairs.label])
        return out

    def squares(self) -> Floats:
        """Return the sum of squared probabilities of each row, `[n_workers, truth]`."""
        out: Floats = self.hit**2 + (1 - self.hit) ** 2 * (self.shape**2).sum(axis=1)
        return out

    def dense(self) -> Floats:
        """Return the whole matrices, `[n_workers, truth, said]`."""
        return self.hit[:, :, None] * np.eye(len(self.shape)) + (1 - self.hit)[:, :, None] * self.shape


def dense_confusion(
    votes: Votes, counts: Tally, centre: Centre, strength: float, dtype: DTypeLike = np.float64
) -> Floats | None:
    """Return every worker's confusion matrix `[n_workers, truth, said]`, or None if too large.

    Args:
        votes: the votes that were counted.
        counts: the counts.
        centre: what a worker without votes is expected to say.
        strength: pseudo-votes for each truth behind the centre.
        dtype: of the result.
    """
    if votes.n_workers * votes.n_classes**2 > MOST_CONFUSION_CELLS:
        return None
    dense = centre.dense().astype(dtype, copy=False)
    out = np.broadcast_to(
        dense * dense.dtype.type(strength), (votes.n_workers, *[votes.n_classes] * 2)
    ).copy()
    for truth in range(votes.n_classes):
        out[votes.pairs.worker, truth, votes.pairs.label] += counts.said[:, truth]
    total = out.sum(axis=2, keepdims=True)
    empty = (total == 0)[:, :, 0]
    np.divide(out, total, out=out, where=total > 0)
    out[empty] = np.broadcast_to(dense, out.shape)[empty]
    return out


def expected_skill(
    votes: Votes,
    counts: Tally,
    prior: Floats,
    centre: Centre,
    strength: float,
    overall: float | None = None,
) -> tuple[Floats, Floats]:
    """Return each worker's expected share of right answers, and its standard error, both `[n_workers]`.

    Args:
        votes: the votes that were counted.
        counts: the counts.
        prior: `[n_classes]`, how common each truth is; skill is for this mix of tasks.
        centre: what a worker without votes is expected to say.
        strength: pseudo-votes for each truth behind the centre.
        overall: pseudo-votes behind a worker's accuracy as a whole; `strength` for each class by default.

    Returns:
        Skill by the shrunk diagonal, and the standard deviation of a Beta distribution with that mean and as
        many votes as the worker has cast, and the centre stands for.
    """
    seen = counts.seen + strength
    hit = np.broadcast_to(centre.hit, seen.shape)
    right = np.divide(counts.right + strength * hit, seen, out=hit.copy(), where=seen > 0)
    skill = np.clip(right @ prior, 0.0, 1.0)
    behind = strength * votes.n_classes if overall is None else overall
    return skill, np.sqrt(skill * (1 - skill) / (counts.seen.sum(axis=1) + behind + 1))
