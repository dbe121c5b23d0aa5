"""Majority: the label that most people gave."""

from __future__ import annotations

from typing import Any

import numpy as np

from groundswell.quality.evidence import checked_evidence, checked_gold, clamp, vote_shares
from groundswell.quality.result import TIE, Consensus, Floats, most_probable
from groundswell.quality.votes import Codes, Votes, require_votes


def majority(votes: Votes, *, evidence: Any = None, gold: Any = None) -> Consensus:
    """Take the label that most votes gave; its probability is the share of votes.

    The baseline that every other method must not fall below. Prefer it only to explain, or where every
    worker is known to be equally good: it cannot tell a careful worker from a guesser, and its probabilities
    are shares of votes, not chances of being right.

    A tie goes to the class that has more votes in the whole table, then to the lowest code.

    Args:
        votes: at least one vote.
        evidence: `[n_items, n_classes]` model probabilities, counted as one more vote.
        gold: `[n_items]` known labels, -1 where unknown; they are returned as they are.

    Returns:
        Vote shares as posterior. A worker's skill is the share of their votes that agree with the majority,
        one agreeing and one disagreeing vote added, so that a worker with one vote is not certain.

    Raises:
        NoVotes: `votes` is empty.
        InputError: evidence or gold do not fit the votes.
    """
    require_votes(votes)
    known = checked_gold(votes, gold)
    shares, prior = vote_shares(votes, checked_evidence(votes, evidence), known)
    label = most_probable(shares + _tie_break(votes))
    clamp(shares, known)
    skill, error = _agreement(votes, label)
    return Consensus(votes, shares, label, prior, "majority", skill=skill, skill_error=error)


def _tie_break(votes: Votes) -> Floats:
    """Return a nudge for each class, too small for anything but a tie, larger for classes with more votes."""
    popularity = votes.counts.sum(axis=0)
    smaller: Floats = (popularity[:, None] > popularity[None, :]).sum(axis=1).astype(np.float64)
    return smaller * 2 * TIE


def _agreement(votes: Votes, label: Codes) -> tuple[Floats, Floats]:
    """Return each worker's share of votes that agree with the labels, and its standard error."""
    agreed = np.bincount(votes.worker, votes.label == label[votes.item], votes.n_workers)
    share = (agreed + 1) / (votes.votes_per_worker + 2)
    return share, np.sqrt(share * (1 - share) / (votes.votes_per_worker + 3))
