"""The model behind `consensus_of_ratings`: workers of a few hundred types, by shift, spread and guessing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from groundswell.errors import TooLarge
from groundswell.quality.evidence import (
    EVEN_ITEMS,
    checked_evidence,
    checked_gold,
    clamp,
    has_opinion,
    log_prior,
    vote_shares,
)
from groundswell.quality.expectation import log_likelihood, normalised, tally
from groundswell.quality.result import Floats
from groundswell.quality.votes import MOST_CELLS, Votes, require_votes

SHIFTS = {-1.5: 0.02, -1.0: 0.05, -0.5: 0.13, 0.0: 0.6, 0.5: 0.13, 1.0: 0.05, 1.5: 0.02}
"""How many levels too high a worker rates (of five levels; in proportion for more), and how common that is at first."""

SPREADS = {0.15: 0.25, 0.3: 0.3, 0.5: 0.2, 0.8: 0.1, 1.3: 0.1, 2.5: 0.05}
"""Logistic scale of a worker's imprecision, in the same levels, and how common it is at first."""

GUESSES = {0.0: 0.5, 0.25: 0.2, 0.5: 0.1, 0.75: 0.1, 1.0: 0.1}
"""Share of ratings that a worker gives without looking, and how common that is at first."""

SLIPS = 0.005
"""Share of ratings that even the best worker gives by mistake, so that no rating is impossible."""

CROWD_WORKERS = 10.0
"""Imagined workers behind how common each type is assumed to be at first."""

MIXING_ROUNDS = 30
"""Rounds of expectation-maximisation for how common types are, within one round of the whole."""


@dataclass(frozen=True, eq=False)
class Types:
    """All types of workers, as arrays of one length `[n_types]`.

    Attributes:
        shift: in levels; above 0 rates too high.
        spread: standard deviation of what is perceived, in levels.
        guesses: share of guessed ratings.
        common: how common each is at first, summing to 1.
        confusion: `[n_types, truth, said]`, rows sum to 1.
    """

    shift: Floats
    spread: Floats
    guesses: Floats
    common: Floats
    confusion: Floats


@dataclass(frozen=True, eq=False)
class RatingFit:
    """What the model learnt.

    Attributes:
        posterior: `[n_items, n_classes]`.
        prior: `[n_classes]`.
        types: the types of workers.
        type_of: `[n_workers, n_types]`, the probability that a worker is of a type; rows sum to 1.
        rounds: how many were run.
        converged: whether no probability moved by more than a thousandth in the last.
    """

    posterior: Floats
    prior: Floats
    types: Types
    type_of: Floats
    rounds: int
    converged: bool


def worker_types(popular: Floats) -> Types:
    """Return the types of workers for `n_classes` levels, guessing as `popular` `[n_classes]` says.

    A worker perceives the true level, shifted, with logistic noise, and says the level nearest to that.
    """
    n_classes = len(popular)
    step = max(1.0, (n_classes - 1) / 4)
    grid = [list(axis.items()) for axis in (SHIFTS, SPREADS, GUESSES)]
    rows = [[value for value, _ in cell] for cell in product(*grid)]
    common = np.array([np.prod([share for _, share in cell]) for cell in product(*grid)])
    shift, spread, guesses = np.array(rows).T
    shift, spread = shift * step, spread * step
    perceived = np.arange(n_classes)[None, :, None] + shift[:, None, None]
    between = np.arange(n_classes - 1)[None, None, :] + 0.5
    below = 1 / (1 + np.exp(np.clip((perceived - between) / spread[:, None, None], -60, 60)))
    looked = np.diff(below, axis=2, prepend=0.0, append=1.0)
    blind = (SLIPS + (1 - SLIPS) * guesses)[:, None, None]
    confusion = (1 - blind) * looked + blind * popular
    return Types(shift, spread * np.pi / np.sqrt(3), guesses, common / common.sum(), confusion)


def fit_ratings(votes: Votes, *, evidence: Any, gold: Any, tol: float = 1e-3, max_iter: int = 5) -> RatingFit:
    """Estimate levels, worker types and how common both are, in turn."""
    require_votes(votes)
    opinion, known = checked_evidence(votes, evidence), checked_gold(votes, gold)
    posterior, first = vote_shares(votes, opinion, known)
    popular = (votes.counts.sum(axis=0) + 1 / votes.n_classes) / (len(votes) + 1)
    types = worker_types(popular)
    if votes.n_workers * max(len(types.shift), votes.n_classes**2) > MOST_CELLS:
        found = f"{votes.n_workers:,} workers and {votes.n_classes:,} levels"
        raise TooLarge(f"{found} do not fit in {MOST_CELLS:,} cells; split the answers or merge levels")
    # What only one person saw says nothing about them.
    teaches = (votes.votes_per_item > 1) | has_opinion(votes, opinion) | (known >= 0)
    if not teaches.any():  # nothing says that an uncommon level is a mistake
        first = np.full(votes.n_classes, 1 / votes.n_classes)
    prior, rounds, moved = first, 0, 1.0
    while rounds < max_iter and moved >= tol:
        type_of = _type_of(votes, posterior * teaches[:, None], types)
        said = np.tensordot(type_of, types.confusion, axes=1)
        pairs = votes.pairs
        likelihood = log_likelihood(votes, said[pairs.worker, :, pairs.label])
        updated = clamp(normalised(likelihood + log_prior(prior, opinion)), known)
        prior = _prior(updated[teaches], first)
        moved, posterior, rounds = float(np.abs(updated - posterior).max()), updated, rounds + 1
    return RatingFit(posterior, prior, types, type_of, rounds, moved < tol)


def _type_of(votes: Votes, truth: Floats, types: Types) -> Floats:
    """Return the probability of each type for each worker, having learnt how common types are."""
    counts = np.zeros((votes.n_workers, votes.n_classes, votes.n_classes))
    counts[votes.pairs.worker, :, votes.pairs.label] = tally(votes, truth).said
    flat = np.log(types.confusion).reshape(len(types.shift), -1)
    fits = counts.reshape(votes.n_workers, -1) @ flat.T
    common = types.common
    for _ in range(MIXING_ROUNDS):
        type_of = normalised(fits + np.log(common))
        common = (type_of.sum(axis=0) + CROWD_WORKERS * types.common) / (votes.n_workers + CROWD_WORKERS)
    return normalised(fits + np.log(common))


def _prior(judged: Floats, first: Floats) -> Floats:
    """Return how common each level is among the items that can be judged; at first it was the share of ratings."""
    prior: Floats = (judged.sum(axis=0) + EVEN_ITEMS * first) / (len(judged) + EVEN_ITEMS)
    return prior
