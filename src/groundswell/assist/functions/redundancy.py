"""Redundancy: how far functions say the same because they are alike, and not because it is true."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.expectation import Tally
from groundswell.quality.result import Floats
from groundswell.quality.votes import Codes, Votes

_BLOCK_CELLS = 2**22
"""Items times functions that are worked on at a time."""

_ERRORS = 2.0
"""Standard errors by which functions must say the same more often than expected, to be called alike."""


def shared_votes(votes: Votes) -> tuple[Floats, Floats]:
    """Count what each two functions have in common; the diagonal counts a function's own votes.

    Args:
        votes: at most one vote of a function on an item.

    Returns:
        Two float64 arrays `[n_workers, n_workers]`: items of which both say the same class, and items of which both
        say anything.
    """
    same = np.zeros((votes.n_workers, votes.n_workers))
    both = np.zeros_like(same)
    for _, said in _blocks(votes):
        for one in range(votes.n_classes):
            this = (said == one).astype(np.float32)
            same += this.T @ this
        voted = (said >= 0).astype(np.float32)
        both += voted.T @ voted
    return same, both


def jaccard(same: Floats, both: Floats) -> Floats:
    """Return the share of all that two functions say which both say, `[n_workers, n_workers]`, 0 to 1; diagonal 1.

    Args:
        same: from `shared_votes`.
        both: from `shared_votes`.
    """
    given = np.diag(both)
    either = given[:, None] + given - both
    share: Floats = np.divide(same, either, out=np.zeros_like(same), where=either > 0)
    np.fill_diagonal(share, 1.0)
    return share


def redundancy(votes: Votes, same: Floats, counts: Tally, mass: Floats) -> Floats:
    """Return how far each two functions are copies of each other, `[n_workers, n_workers]`, 0 to 1.

    Two independent functions say the same of an item as often as their precision explains. What they share beyond
    that, less two standard errors, is set against the most that they could share: 0 is independence given the truth,
    1 is a copy (or a part) of the other. The diagonal is 1.

    Args:
        votes: the functions' votes.
        same: from `shared_votes`.
        counts: what each function said for each truth.
        mass: `[n_classes]`, expected number of items of each class; above 0.
    """
    pairs = votes.pairs
    expected, most = np.zeros_like(same), np.zeros_like(same)
    for label in range(votes.n_classes):
        of_label = pairs.label == label
        said = np.zeros((votes.n_workers, votes.n_classes))
        said[pairs.worker[of_label]] = counts.said[of_label]
        expected += (said / mass) @ said.T
        times = said.sum(axis=1)
        most += np.minimum(times[:, None], times)
    expected = np.minimum(expected, most)
    chance = expected * (1 - np.divide(expected, most, out=np.ones_like(most), where=most > 0))
    margin = _ERRORS * np.sqrt(chance + 1)
    room = most - expected - margin
    out: Floats = np.divide(same - expected - margin, room, out=np.zeros_like(room), where=room > 0)
    np.fill_diagonal(out, 1.0)
    return np.clip(out, 0.0, 1.0)


def vote_weights(votes: Votes, alike: Floats) -> Floats:
    """Return how much each vote counts, `[n_votes]`, above 0 and at most 1.

    A vote shares its weight with those that say the same of the same item: with `r` copies beside it, it counts
    1 / (1 + r). So a function is held back only where others like it speak.

    Args:
        votes: at most one vote of a function on an item.
        alike: from `redundancy`.
    """
    weight = np.ones(len(votes))
    order = np.argsort(votes.item, kind="stable")
    for part, said in _blocks(votes, order):
        chosen = order[part]
        row = votes.item[chosen] - votes.item[chosen[0]]
        for label in range(votes.n_classes):
            here = votes.label[chosen] == label
            company = (said == label).astype(np.float64) @ alike
            weight[chosen[here]] = 1 / company[row[here], votes.worker[chosen[here]]]
    return weight


def _blocks(votes: Votes, order: NDArray[np.intp] | None = None) -> Iterator[tuple[slice, Codes]]:
    """Yield parts of the votes in the order of items, and what each function says there, -1 where nothing.

    The matrix `[items, n_workers]` starts at the part's first item.
    """
    if order is None:
        order = np.argsort(votes.item, kind="stable")
    item = votes.item[order]
    rows = max(1, _BLOCK_CELLS // max(votes.n_workers, 1))
    start = 0
    while start < len(item):
        first = int(item[start])
        stop = int(np.searchsorted(item, first + rows))
        chosen = order[start:stop]
        said = np.full((int(item[stop - 1]) - first + 1, votes.n_workers), -1, np.int32)
        said[votes.item[chosen] - first, votes.worker[chosen]] = votes.label[chosen]
        yield slice(start, stop), said
        start = stop
