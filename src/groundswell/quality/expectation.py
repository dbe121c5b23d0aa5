"""The two sums that every confusion model is made of: soft counts, and log-likelihoods of votes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.pairs import BLOCK
from groundswell.quality.result import Floats
from groundswell.quality.votes import Votes

BLOCK_CELLS = 2**18
"""Votes times classes that are worked on at a time: small enough for a processor's cache."""

COUNTED_CELLS = 2**20
"""The same for soft counts, where a block of votes is counted into a table of all pairs: the fewer, the better."""

MOST_PAIRS_A_VOTE = 4
"""Pairs for each vote of a block up to which the block is counted into a table of its own: twice as fast as adding
each vote in its place, as long as the table is not much larger than the block."""

FEW_COLUMNS = 16
"""Up to this many columns, a loop over columns is faster than numpy's reduction of each row."""


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
    said = _said(votes, truth)
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
    out = np.zeros((votes.n_items, votes.n_classes))
    for items, rows in item_log_likelihoods(votes, np.log(confusion)):
        out[items] = rows
    return out


def label_sums(votes: Votes, weight: Floats) -> Floats:
    """Add up the weights `[n_votes]` of the votes for each class of each item, `[n_items, n_classes]`.

    The votes' own weights, where they have any, are multiplied in.
    """
    if votes.weight is not None:
        weight = weight * votes.weight
    cells = votes.item * np.int64(votes.n_classes) + votes.label
    return group_sums(cells, weight, votes.n_items * votes.n_classes).reshape(votes.n_items, votes.n_classes)


def group_sums(group: NDArray[Any], weight: Floats, n_groups: int) -> Floats:
    """Add up the weights of each group, `[n]` to `[n_groups]`."""
    out: NDArray[Any] = np.bincount(group, weight, n_groups)
    return out


def item_log_likelihoods(votes: Votes, log_confusion: Floats) -> Iterator[tuple[NDArray[np.int32], Floats]]:
    """Yield the log-probability of items' votes for each truth, some items at a time.

    Prefer it to `log_likelihood` where there are many items: only one block of votes is held in memory.

    Args:
        votes: the votes.
        log_confusion: C-ordered `[n_pairs, truth]`; its dtype is that of the sums.

    Yields:
        Distinct item codes `[m]`, and their rows `[m, n_classes]`. Items without a vote do not occur.
    """
    ordered = votes.by_item
    for part in _blocks(ordered):
        item = ordered.item[part]
        starts = np.concatenate(([0], np.flatnonzero(item[1:] != item[:-1]) + 1))
        rows = log_confusion.take(ordered.pair_of(part), axis=0)
        if ordered.weight is not None:
            rows *= ordered.weight[part, None]
        yield item[starts], np.add.reduceat(rows, starts, axis=0)


def without_votes(votes: Votes) -> NDArray[np.bool_]:
    """Say which items have no vote, `[n_items]`."""
    out = np.ones(votes.n_items, bool)
    for start in range(0, len(votes), BLOCK):
        out[votes.item[start : start + BLOCK]] = False
    return out


def _said(votes: Votes, truth: Floats) -> Floats:
    """Return the soft count of each pair for each truth, `[n_pairs, truth]`."""
    n_pairs = len(votes.pairs.worker)
    said = np.zeros((votes.n_classes, n_pairs))
    ordered = votes.by_item
    for part in _blocks(ordered, COUNTED_CELLS):
        pair = ordered.pair_of(part)
        rows = truth.take(ordered.item[part], axis=0)
        for truth_class in range(votes.n_classes):
            if n_pairs <= MOST_PAIRS_A_VOTE * len(pair):
                said[truth_class] += np.bincount(pair, rows[:, truth_class], n_pairs)
            else:
                np.add.at(said[truth_class], pair, rows[:, truth_class].astype(np.float64, copy=False))
    return said.T


def _blocks(ordered: Votes, cells: int = BLOCK_CELLS) -> Iterator[slice]:
    """Yield consecutive parts of votes that stand in the order of items, no item in two parts."""
    size, start = max(1, cells // ordered.n_classes), 0
    while start < len(ordered):
        last = min(start + size, len(ordered)) - 1
        stop = int(np.searchsorted(ordered.item, ordered.item[last], side="right"))
        yield slice(start, stop)
        start = stop


def normalised(log_weight: Floats) -> Floats:
    """Return rows of log-weights as probabilities that sum to 1."""
    weight = np.exp(log_weight - across(np.maximum, log_weight)[:, None])
    weight /= across(np.add, weight)[:, None]
    return weight


def across(reduce: np.ufunc, rows: Floats) -> Floats:
    """Reduce each row to one number, `[n, k]` to `[n]`.

    Column by column where columns are few: numpy's own `reduce` then pays its overhead for every row.
    """
    if rows.shape[1] > FEW_COLUMNS:
        return np.asarray(reduce.reduce(rows, axis=1))
    out = rows[:, 0].copy()
    for column in range(1, rows.shape[1]):
        reduce(out, rows[:, column], out=out)
    return out


def column_sums(rows: Floats) -> Floats:
    """Return float64 sums of the columns, `[n, k]` to `[k]`, without a float64 copy of all rows."""
    total = np.zeros(rows.shape[1])
    for start in range(0, len(rows), BLOCK):
        part = rows[start : start + BLOCK]
        total += [part[:, column].sum(dtype=np.float64) for column in range(rows.shape[1])]
    return total


def sum_rows(rows: Floats, group: NDArray[np.int32], n_groups: int) -> Floats:
    """Add up the rows of each group: `[n, k]` to `[n_groups, k]`.

    One pass a column: `np.bincount` is several times faster here than `np.add.at`.
    """
    out = np.empty((n_groups, rows.shape[1]))
    for column in range(rows.shape[1]):
        out[:, column] = np.bincount(group, rows[:, column], n_groups)
    return out
