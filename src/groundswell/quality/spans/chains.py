"""Hidden chains: the most probable and the expected path of many sequences at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.result import Floats

LEAST_LOG = -500.0
"""Log-likelihoods this far below a token's best count as this: products of a few stay above zero."""


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the tokens of many sequences stand: step by step, the longest sequence first in each step.

    Step `t` holds token `t` of every sequence that is longer than `t`, and the first rows of a step are the
    same sequences as those of the next. So one loop over steps works on all sequences, without padding.

    Attributes:
        lengths: int64 `[n_sequences]`, tokens of each; 0 is allowed.
    """

    lengths: NDArray[np.int64]

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """Sequences from the longest to the shortest."""
        return np.argsort(-self.lengths, kind="stable")

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """How many sequences reach each step, `[longest]`; falling."""
        longest = int(self.lengths.max(initial=0))
        return np.searchsorted(-self.lengths[self.order], -np.arange(1, longest + 1), side="right")

    @cached_property
    def row(self) -> NDArray[np.intp]:
        """The row of each token, where tokens stand sequence by sequence, `[n_tokens]`."""
        starts = np.append(0, np.cumsum(self.sizes)[:-1]) if len(self.sizes) else np.zeros(0, np.int64)
        rank = np.empty(len(self.lengths), np.intp)
        rank[self.order] = np.arange(len(self.lengths))
        total = int(self.lengths.sum())
        step = np.arange(total) - np.repeat(np.cumsum(self.lengths) - self.lengths, self.lengths)
        rows: NDArray[np.intp] = starts[step] + np.repeat(rank, self.lengths)
        return rows

    @cached_property
    def steps(self) -> list[slice]:
        """The rows of each step."""
        ends = np.cumsum(self.sizes).tolist()
        return [slice(end - size, end) for end, size in zip(ends, self.sizes.tolist(), strict=True)]


@dataclass(frozen=True, eq=False)
class Paths:
    """What a chain expects of its sequences; rows as in the `Layout`.

    Attributes:
        posterior: float64 `[n_tokens, states]`, the probability of each state at each token.
        pairs: float64 `[states, states]`, expected number of transitions.
        first: float64 `[states]`, expected number of sequences that begin in a state.
        onward: float64 `[n_tokens, states]`, the weight of all that follows a token, up to a factor a row.
    """

    posterior: Floats
    pairs: Floats
    first: Floats
    onward: Floats


def expected_paths(layout: Layout, log_likelihood: Floats, start: Floats, transition: Floats) -> Paths:
    """Run the forward-backward algorithm over all sequences.

    Args:
        layout: where tokens stand.
        log_likelihood: `[n_tokens, states]`, of what was seen at each token, by row of the layout.
        start: `[states]`, probability of the first state.
        transition: `[states, states]`, probability of the next; rows sum to 1.

    Source:
        Rabiner (1989), Proceedings of the IEEE 77(2):257-286.
    """
    seen = scaled(log_likelihood)
    forward, onward = np.empty_like(seen), np.ones_like(seen)
    pairs = np.zeros_like(transition)
    steps = layout.steps
    for t, rows in enumerate(steps):
        came = start if t == 0 else forward[steps[t - 1]][: len(seen[rows])] @ transition
        forward[rows] = _shares(came * seen[rows])
    for t in range(len(steps) - 2, -1, -1):
        after = seen[steps[t + 1]] * onward[steps[t + 1]]
        here = slice(steps[t].start, steps[t].start + len(after))
        ahead = after @ transition.T
        pairs += forward[here].T @ (after / (forward[here] * ahead).sum(axis=1, keepdims=True))
        onward[here] = _shares(ahead)
    posterior = _shares(forward * onward)
    first = posterior[steps[0]].sum(axis=0) if steps else np.zeros(len(start))
    return Paths(posterior, pairs * transition, first, onward)


def best_paths(layout: Layout, log_likelihood: Floats, start: Floats, transition: Floats) -> NDArray[np.intp]:
    """Return the most probable sequence of states, `[n_tokens]` by row: the Viterbi algorithm.

    Arguments are those of `expected_paths`. What has probability 0 is never chosen.
    """
    with np.errstate(divide="ignore"):
        log_start, log_move = np.log(start), np.log(transition)
    best = np.empty_like(log_likelihood)
    came_from = np.zeros(log_likelihood.shape, np.intp)
    steps = layout.steps
    for t, rows in enumerate(steps):
        if t == 0:
            best[rows] = log_start + log_likelihood[rows]
            continue
        ways = best[steps[t - 1]][: rows.stop - rows.start, :, None] + log_move
        came_from[rows] = ways.argmax(axis=1)
        best[rows] = ways.max(axis=1) + log_likelihood[rows]
    path = np.empty(len(best), np.intp)
    for t in range(len(steps) - 1, -1, -1):
        rows = steps[t]
        path[rows] = best[rows].argmax(axis=1)
        if t + 1 < len(steps):
            later = steps[t + 1]
            going_on = slice(rows.start, rows.start + later.stop - later.start)
            path[going_on] = came_from[later][np.arange(later.stop - later.start), path[later]]
    return path


def scaled(log_likelihood: Floats) -> Floats:
    """Return likelihoods up to a factor for each row, the largest 1 and none quite 0."""
    kept = np.maximum(log_likelihood - log_likelihood.max(axis=1, keepdims=True), LEAST_LOG)
    out: Floats = np.exp(kept)
    return out


def _shares(rows: Floats) -> Floats:
    """Return rows that sum to 1."""
    out: Floats = rows / rows.sum(axis=1, keepdims=True)
    return out
