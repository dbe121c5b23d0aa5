"""The two sums that every confusion model is made of: soft counts, and log-likelihoods of votes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.result import Floats
from groundswell.quality.votes import Votes


@dataclass(frozen=True)
class Tally:
    """Soft counts of what workers said, given a guess at the truth.

    Attributes:
        said: float64 `[n_pairs, truth]`: how often the worker said the pair's label when this was true.
        seen: float64 `[n_workers, truth]`: how often the worker met this truth at all.
        right: float64 `[n_workers, truth]`: how often they were right about it.
        pooled: float64 `[truth, said]`: `said` summed over workers.
    """

    said: Floats
    seen: Floats
    right: Floats
    pooled: Floats


def tally(votes: Votes, truth: Floats, history: Floats | None = None) -> Tally:
    """Count what workers said for each truth, an item counting by its probabilities.

    Args:
        votes: the votes.
        truth: `[n_items, n_classes]`; a row that sums to less than 1 counts for less.
        history: `[n_workers, truth, said]` counts from before, added.
    """
    pairs = votes.pairs
    said = sum_rows(truth[votes.item], pairs.of_vote, len(pairs.worker))
    seen = sum_rows(said, pairs.worker, votes.n_workers)
    pooled = sum_rows(said, pairs.label, votes.n_classes).T
    right = np.zeros_like(seen)
    right[pairs.worker, pairs.label] = np.take_along_axis(said, pairs.label[:, None].astype(np.intp), 1)[:, 0]
    if history is not None:
        said = said + history[pairs.worker, :, pairs.label]
        seen = seen + history.sum(axis=2)
        right = right + np.einsum("wtt->wt", history)
        pooled = pooled + history.sum(axis=0)
    return Tally(said, seen, right, pooled)


def log_likelihood(votes: Votes, confusion: Floats) -> Floats:
    """Return the log-probability of each item's votes for each truth, `[n_items, n_classes]`.

    Args:
        votes: the votes.
        confusion: `[n_pairs, truth]`, the probability that the pair's worker says the pair's label.
    """
    return sum_rows(np.log(confusion)[votes.pairs.of_vote], votes.item, votes.n_items)


def normalised(log_weight: Floats) -> Floats:
    """Return rows of log-weights as probabilities that sum to 1."""
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    out: Floats = weight / weight.sum(axis=1, keepdims=True)
    return out


def sum_rows(rows: Floats, group: NDArray[np.int32], n_groups: int) -> Floats:
    """Add up the rows of each group: `[n, k]` to `[n_groups, k]`.

    One pass a column: `np.bincount` is several times faster here than `np.add.at`.
    """
    out = np.empty((n_groups, rows.shape[1]))
    for column in range(rows.shape[1]):
        out[:, column] = np.bincount(group, rows[:, column], n_groups)
    return out
