"""One coin: expectation–maximisation over the truth and one accuracy for each worker."""

from __future__ import annotations

from typing import Any

import numpy as np

from groundswell.quality.confusion import MOST_CONFUSION_CELLS, Centre
from groundswell.quality.evidence import checked_evidence, checked_gold, clamp, log_prior, vote_shares
from groundswell.quality.expectation import column_sums, group_sums, label_sums, normalised
from groundswell.quality.result import Consensus, Floats, most_probable
from groundswell.quality.votes import Votes, require_votes


def one_coin(
    votes: Votes,
    *,
    evidence: Any = None,
    gold: Any = None,
    smoothing: float = 1.0,
    tol: float = 1e-6,
    max_iter: int = 200,
) -> Consensus:
    """Estimate true labels and one accuracy for each worker, mistakes being spread evenly.

    Every worker tosses one coin: right with their own probability, otherwise any of the other classes. Prefer it
    to `dawid_skene` where workers cast a handful of votes each, classes are many and mistakes have no pattern.
    It fails where they have one (a crowd that leans to one class is taken for a bad crowd): `shrunk` does not.

    Args:
        votes: at least one vote; an item may have any number, a worker too.
        evidence: `[n_items, n_classes]` calibrated model probabilities; replaces the class prior of its item.
        gold: `[n_items]` known labels, -1 where unknown; clamped in every round.
        smoothing: right and wrong votes added to every worker, above 0: 1 is a uniform prior on accuracy.
        tol: stop when no posterior entry moves by more than this (probability, 0 to 1).
        max_iter: upper bound on rounds (1 at least); one round is O(n_votes + n_items * n_classes).

    Returns:
        Posterior, class prior, and accuracy as skill; the confusion matrices follow from it, None if too large.

    Raises:
        NoVotes: `votes` is empty.
        InputError: evidence or gold do not fit the votes.

    Source:
        The one-coin model as Zhang, Chen, Zhou and Jordan name it in "Spectral Methods Meet EM" (2016), Journal
        of Machine Learning Research 17; fitted here by plain expectation–maximisation from vote shares.
        `smoothing`, `evidence` and `gold` are ours.
    """
    require_votes(votes)
    votes = votes.by_item
    opinion, known = checked_evidence(votes, evidence), checked_gold(votes, gold)
    posterior, prior = vote_shares(votes, opinion, known)
    rounds, moved = 0, np.inf
    while rounds < max(1, max_iter) and moved >= tol:
        skill = _accuracy(votes, posterior, smoothing)
        prior = column_sums(posterior) / votes.n_items
        weight = np.log(skill * max(votes.n_classes - 1, 1)) - np.log1p(-skill)
        said = label_sums(votes, weight[votes.worker])
        updated = clamp(normalised(said + log_prior(prior, opinion)), known)
        moved = np.abs(updated - posterior).max()
        posterior, rounds = updated, rounds + 1
    error = np.sqrt(skill * (1 - skill) / (votes.votes_per_worker + 2 * smoothing + 1))
    return Consensus(
        *(votes, posterior, most_probable(posterior), prior, "one_coin", rounds, bool(moved < tol)),
        *(_confusion(votes, skill), skill, error),
    )


def _accuracy(votes: Votes, posterior: Floats, smoothing: float) -> Floats:
    """Return each worker's expected share of right votes, `[n_workers]`."""
    right = group_sums(votes.worker, posterior[votes.item, votes.label], votes.n_workers)
    accuracy: Floats = (right + smoothing) / (votes.votes_per_worker + 2 * smoothing)
    return accuracy


def _confusion(votes: Votes, skill: Floats) -> Floats | None:
    """Return the matrices that the accuracies imply, `[n_workers, truth, said]`, or None if too large."""
    n_classes = votes.n_classes
    if votes.n_workers * n_classes**2 > MOST_CONFUSION_CELLS:
        return None
    hit = np.repeat(skill[:, None], n_classes, axis=1) if n_classes > 1 else np.ones((votes.n_workers, 1))
    return Centre(hit, Centre.uniform(n_classes).shape).dense()
