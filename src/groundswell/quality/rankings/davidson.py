"""Bradley-Terry with ties: the probability that an item wins, ties or loses, from two scores."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.rankings.comparisons import LEFT, RIGHT, TIE, Comparisons
from groundswell.quality.rankings.newton import Slope
from groundswell.quality.rankings.uncertainty import Edges
from groundswell.quality.result import Floats

TIE_SPREAD = 2.0
"""Standard deviation of the log of the tie parameter before any comparison: 1 in 20 to 19 in 20 of even pairs."""


@dataclass(frozen=True, eq=False)
class Davidson:
    """The log-likelihood of comparisons, with normal priors: concave in scores and the log of the tie parameter.

    P(left) : P(tie) : P(right) is `exp(d / 2) : ties : exp(-d / 2)`, where `d` is the left's score less the right's.
    The parameters are the scores, and last the log of `ties` where there is a tie among the comparisons.

    Attributes:
        comparisons: what was said.
        spread: standard deviation of the scores' prior, whose mean is 0. It bounds the score of an item that
            never lost, and makes the scores of each connected set sum to 0.
    """

    comparisons: Comparisons
    spread: float

    @cached_property
    def has_ties(self) -> bool:
        """Whether any comparison is a tie."""
        return bool((self.comparisons.outcome == TIE).any())

    @cached_property
    def sign(self) -> Floats:
        """What the score difference is multiplied by, for the outcome of each comparison, `[n]`."""
        by_outcome = np.zeros(3)
        by_outcome[[LEFT, RIGHT]] = 0.5, -0.5
        return by_outcome[self.comparisons.outcome]

    @cached_property
    def start(self) -> Floats:
        """Equal scores."""
        return np.zeros(self.comparisons.n_items + self.has_ties)

    def ties(self, at: Floats) -> float:
        """Return the tie parameter; an even pair ties with probability `ties / (2 + ties)`."""
        return float(np.exp(at[-1])) if self.has_ties else 0.0

    def log_likelihood(self, at: Floats) -> Floats:
        """Return the log-probability of each answer as said, and of the answer turned round, `[2, n]`."""
        gap = self._gap(at)
        rest = -_log_total(gap, self.ties(at))
        if self.has_ties:
            rest = rest + at[-1] * (self.comparisons.outcome == TIE)
        return np.stack([rest + self.sign * gap, rest - self.sign * gap])

    def log_prior(self, at: Floats) -> float:
        """Return the log-prior up to a constant."""
        return float(-0.5 * (self._precision * at**2).sum())

    def slope(self, at: Floats, weight: Floats) -> Slope:
        """Return the derivatives of the log-likelihood of answers of weight `[2, n]` plus the log-prior."""
        lead, tie = _moments(self._gap(at), self.ties(at))
        both = weight.sum(axis=0)
        bend = 0.25 * both * (1 - tie - lead**2)
        pull = self.sign * (weight[0] - weight[1]) - 0.5 * both * lead
        gradient = self._spread_out(pull, (both * ((self.comparisons.outcome == TIE) - tie)).sum())
        touched = np.bincount(self.comparisons.left, bend, self.comparisons.n_items)
        touched += np.bincount(self.comparisons.right, bend, self.comparisons.n_items)
        tie_bend = float((both * tie * (1 - tie)).sum())
        cross = -0.5 * both * lead * tie
        diagonal = np.append(touched, tie_bend) if self.has_ties else touched

        def curvature(way: Floats) -> Floats:
            gap = self._gap(way)
            if not self.has_ties:
                return self._spread_out(bend * gap, 0.0) + self._precision * way
            last = float(cross @ gap) + tie_bend * way[-1]
            return self._spread_out(bend * gap + cross * way[-1], last) + self._precision * way

        return Slope(gradient - self._precision * at, curvature, diagonal + self._precision)

    def edges(self, at: Floats, weight: Floats) -> Edges:
        """Return what each comparison of weight `[n]` tells of the difference of two scores."""
        lead, tie = _moments(self._gap(at), self.ties(at))
        bend = 0.25 * weight * (1 - tie - lead**2)
        return Edges(self.comparisons.left, self.comparisons.right, bend)

    @cached_property
    def _precision(self) -> Floats:
        precision = np.full(len(self.start), self.spread**-2.0)
        if self.has_ties:
            precision[-1] = TIE_SPREAD**-2.0
        return precision

    def _gap(self, at: Floats) -> Floats:
        gap: Floats = at[self.comparisons.left] - at[self.comparisons.right]
        return gap

    def _spread_out(self, pull: Floats, last: float) -> Floats:
        """Return what pulls at each item: plus on the left, minus on the right; `last` is the tie parameter's."""
        items: NDArray[Any] = np.bincount(self.comparisons.left, pull, self.comparisons.n_items)
        items -= np.bincount(self.comparisons.right, pull, self.comparisons.n_items)
        out: Floats = np.append(items, last) if self.has_ties else items
        return out


def _log_total(gap: Floats, ties: float) -> Floats:
    """Return the log of what the three odds sum to; nothing overflows, however wide the gap."""
    half = 0.5 * np.abs(gap)
    small = np.exp(-half)
    out: Floats = half + np.log1p(small * (small + ties))
    return out


def _moments(gap: Floats, ties: float) -> tuple[Floats, Floats]:
    """Return P(left) - P(right), and P(tie)."""
    small = np.exp(-0.5 * np.abs(gap))
    total = 1 + small * (small + ties)
    return np.copysign((1 - small * small) / total, gap), ties * small / total


def outcome_chances(gap: Floats, ties: float) -> Floats:
    """Return the probabilities that the first wins, ties and loses, `[..., 3]`, for a score difference."""
    lead, tie = _moments(gap, ties)
    return np.stack([(1 - tie + lead) / 2, tie, (1 - tie - lead) / 2], axis=-1)
