"""What workers do next: the probability of each step, given the truth and where the worker stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import TooLarge
from groundswell.quality.expectation import group_sums
from groundswell.quality.result import Floats
from groundswell.quality.shrunk import CROWD_VOTES, KNOWN
from groundswell.quality.spans.shrinkage import strength, worth
from groundswell.quality.spans.tagged import Tagged
from groundswell.quality.votes import MOST_CELLS


@dataclass(frozen=True, eq=False)
class Steps:
    """What one round learnt about the workers.

    Attributes:
        counts: float64 `[n_workers, truth, places, steps]`, expected counts.
        crowd: float64 `[truth, places, steps]`, the crowd's probabilities.
        worker: float64 `[n_workers, truth, places, steps]`, each worker's, shrunk to the crowd's.
    """

    counts: Floats
    crowd: Floats
    worker: Floats

    def log_likelihood(self, tagged: Tagged) -> Floats:
        """Return the log-probability of each token's tags for each truth, `[n_tokens, truth]` by row."""
        worker, before, tag = _parts(tagged)
        scheme = tagged.scheme
        truth = np.arange(len(scheme.tags))
        chance = self.worker[worker[:, None], truth, scheme.place[before], scheme.step[before, tag][:, None]]
        which = tagged.kinds[1]
        each = [group_sums(tagged.row, column[which], tagged.n_tokens) for column in np.log(chance).T]
        return np.stack(each, axis=1) * worth(tagged.answers_per_row)[:, None]


def learn_steps(tagged: Tagged, posterior: Floats) -> Steps:
    """Estimate every worker's steps from a guess at the truth.

    Args:
        tagged: the answers.
        posterior: `[n_tokens, truth]` by row; rows of zeros teach nothing.
    """
    counts = _counted(tagged, posterior)
    pooled = counts.sum(axis=0)
    assumed = _assumed(tagged)
    crowd = pooled + CROWD_VOTES * assumed
    crowd /= crowd.sum(axis=-1, keepdims=True)
    held = np.array([strength(counts[:, truth], crowd[truth]) for truth in range(len(crowd))])[:, None, None]
    worker = counts + held * crowd
    return Steps(counts, crowd, worker / worker.sum(axis=-1, keepdims=True))


def _counted(tagged: Tagged, posterior: Floats) -> Floats:
    """Return how often each worker took each step, `[n_workers, truth, places, steps]`."""
    scheme = tagged.scheme
    shape = (len(tagged.workers), len(scheme.tags), scheme.n_places, scheme.n_steps)
    if np.prod(shape, dtype=np.int64) > MOST_CELLS:
        raise TooLarge(f"{shape[0]:,} workers and {shape[1]:,} tags are too many; merge rare labels")
    worker, before, tag = _parts(tagged)
    which = tagged.kinds[1]
    said = np.stack([group_sums(which, column[tagged.row], len(worker)) for column in posterior.T], axis=1)
    place, step = scheme.place[before].astype(np.int64), scheme.step[before, tag]
    cell = ((worker[:, None] * shape[1] + np.arange(shape[1])) * shape[2] + place) * shape[3] + step[:, None]
    return group_sums(cell.ravel(), said.ravel(), int(np.prod(shape))).reshape(shape)


def _parts(tagged: Tagged) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return worker, tag before and tag of each distinct kind."""
    size = len(tagged.scheme.tags)
    rest, tag = np.divmod(tagged.kinds[0], size)
    worker, before = np.divmod(rest, size + 1)
    return worker, before, tag


def _assumed(tagged: Tagged) -> Floats:
    """Return what is assumed of a crowd, `[truth, places, steps]`: it knows some steps, and guesses the others.

    Guesses are as common as steps are from outside a span, or within one, as in `quality.shrunk`.
    """
    scheme = tagged.scheme
    size = len(scheme.tags)
    outside = np.append(np.zeros(size, bool), True)
    if scheme.outside >= 0:
        outside[scheme.outside] = True
    step = scheme.step[tagged.before, tagged.tag]
    out = np.empty((size, scheme.n_places, scheme.n_steps))
    for place in range(scheme.n_places):
        here = outside[tagged.before] == (place == 0) if scheme.n_places > 1 else np.ones(len(step), bool)
        popular = np.bincount(step[here], minlength=scheme.n_steps) + 1 / scheme.n_steps
        out[:, place] = (1 - KNOWN) * popular / popular.sum()
        out[np.arange(size), place, scheme.right_step[:, place]] += KNOWN
    return out
