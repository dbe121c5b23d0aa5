"""The consensus of a few items when the skill of everybody who answered is known: one step, no fit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from groundswell.errors import InputError
from groundswell.quality.evidence import checked_evidence, checked_gold, clamp, log_prior
from groundswell.quality.expectation import label_sums, normalised
from groundswell.quality.result import Floats
from groundswell.quality.votes import Votes

SURE = 0.99
"""No worker is trusted beyond this: one answer never decides against several."""


def by_skill(votes: Votes, skill: ArrayLike, *, evidence: Any = None, gold: Any = None) -> Floats:
    """Infer the labels of items from their votes and each worker's known accuracy.

    For answers that have just come in, between two full fits: the cost is O(votes). Mistakes are taken to be
    spread evenly over the other classes, every class to be as frequent as any other.

    Args:
        votes: any number for an item, none included.
        skill: `[n_workers]`, the probability that a worker is right. Taken into (1 / n_classes, 0.99): somebody
            worse than guessing says nothing rather than the opposite.
        evidence: `[n_items, n_classes]` calibrated model probabilities.
        gold: `[n_items]` known labels, -1 where unknown.

    Returns:
        Posterior `[n_items, n_classes]`; rows sum to 1.

    Raises:
        InputError: `skill` has another length than there are workers, or is not finite.

    Source:
        The expectation step of the one-coin model; see `one_coin`.
    """
    weight = _weights(votes, skill)
    opinion, right = checked_evidence(votes, evidence), checked_gold(votes, gold)
    prior = np.full(votes.n_classes, 1 / votes.n_classes)
    said = label_sums(votes, weight[votes.worker])
    posterior: Floats = clamp(normalised(said + log_prior(prior, opinion)), right)
    return posterior


def by_others(votes: Votes, skill: ArrayLike) -> Floats:
    """Infer for each vote the label of its item from everybody else's votes: what that vote may be compared with.

    Returns:
        Posterior `[n_votes, n_classes]`; even where nobody else voted.

    Raises:
        InputError: as `by_skill`.
    """
    weight = _weights(votes, skill)[votes.worker]
    others = label_sums(votes, weight)[votes.item]
    others[np.arange(len(votes)), votes.label] -= weight
    return normalised(others)


def _weights(votes: Votes, skill: ArrayLike) -> Floats:
    """Return what a vote of each worker weighs, in log-odds, `[n_workers]`."""
    known = np.asarray(skill, np.float64)
    if known.shape != (votes.n_workers,) or not np.isfinite(known).all():
        raise InputError(f"skill needs one finite number for each of {votes.n_workers} workers")
    known = np.clip(known, 1 / max(votes.n_classes, 2) + 1e-6, SURE)
    weight: Floats = np.log(known * max(votes.n_classes - 1, 1)) - np.log1p(-known)
    return weight
