"""Weighted majority: votes count by how often their worker agrees with the majority."""

from __future__ import annotations

from typing import Any

import numpy as np

from groundswell.quality.evidence import checked_evidence, checked_gold, clamp, vote_shares
from groundswell.quality.expectation import label_sums
from groundswell.quality.result import Consensus, Floats, most_probable
from groundswell.quality.votes import Codes, Votes, require_votes


def weighted(votes: Votes, *, evidence: Any = None, gold: Any = None) -> Consensus:
    """Count each vote by its worker's agreement with the vote shares, then take the most.

    Easy to explain to the people it concerns: one number a worker. Prefer `shrunk` for accuracy, since this
    one cannot see that a worker confuses two classes.

    Args:
        votes: at least one vote.
        evidence: `[n_items, n_classes]` model probabilities, counted as one more vote of weight 1.
        gold: `[n_items]` known labels, -1 where unknown; agreement with gold counts like any other.

    Returns:
        Weighted vote shares as posterior; skill is the agreement, shrunk towards the crowd's by two votes.

    Raises:
        NoVotes: `votes` is empty.
        InputError: evidence or gold do not fit the votes.

    Source:
        "Wawa" (worker agreement with aggregate), as described by Appen and implemented in crowd-kit; the
        shrinkage is ours.
    """
    require_votes(votes)
    opinion, known = checked_evidence(votes, evidence), checked_gold(votes, gold)
    shares, prior = vote_shares(votes, opinion, known)
    skill, error = _agreement(votes, shares)
    weight = _weigh(votes, skill, opinion, known, prior)
    label = most_probable(weight)
    return Consensus(votes, weight, label, prior, "weighted", 1, skill=skill, skill_error=error)


def _agreement(votes: Votes, shares: Floats) -> tuple[Floats, Floats]:
    """Return how far each worker agrees with the shares, and its standard error."""
    agreed = np.bincount(votes.worker, shares[votes.item, votes.label], votes.n_workers)
    crowd = agreed.sum() / len(votes)
    skill = (agreed + 2 * crowd) / (votes.votes_per_worker + 2)
    return skill, np.sqrt(skill * (1 - skill) / (votes.votes_per_worker + 3))


def _weigh(votes: Votes, skill: Floats, evidence: Floats | None, gold: Codes, prior: Floats) -> Floats:
    """Return weighted vote shares, `[n_items, n_classes]`; the prior where there is nothing to count."""
    weight = label_sums(votes, skill[votes.worker])
    weight += 0 if evidence is None else np.nan_to_num(evidence)
    total = weight.sum(axis=1, keepdims=True)
    out = np.broadcast_to(prior, weight.shape).copy()
    np.divide(weight, total, out=out, where=total > 0)
    return clamp(out, gold)
