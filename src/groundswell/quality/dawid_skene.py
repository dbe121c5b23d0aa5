"""Dawid–Skene: expectation–maximisation over the truth and each worker's confusion matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from groundswell.quality.confusion import Centre, dense_confusion, expected_skill
from groundswell.quality.evidence import checked_evidence, checked_gold, clamp, log_prior, vote_shares
from groundswell.quality.expectation import (
    Tally,
    column_sums,
    item_log_likelihoods,
    normalised,
    tally,
    without_votes,
)
from groundswell.quality.result import Consensus, Floats, most_probable
from groundswell.quality.votes import Codes, Votes, require_votes

LEAST = float(np.finfo(np.float64).eps)
"""Least (pseudo-)votes of a confusion cell, where `smoothing` is 0: nothing that was said is impossible."""


def dawid_skene(
    votes: Votes,
    *,
    evidence: Any = None,
    gold: Any = None,
    smoothing: float = 0.01,
    tol: float = 1e-6,
    max_iter: int = 200,
    early_stop: int | None = None,
    dtype: DTypeLike = np.float64,
) -> Consensus:
    """Estimate true labels and each worker's confusion matrix from repeated votes.

    Expectation–maximisation on the latent truth, started from vote shares. Prefer it to `majority` when
    workers share a bias and have cast many more votes each than their matrix has cells (`n_classes ** 2`);
    below that it fits noise, and `shrunk` is better.

    Args:
        votes: at least one vote; an item may have any number, a worker too.
        evidence: `[n_items, n_classes]` calibrated model probabilities; replaces the class prior of its item.
        gold: `[n_items]` known labels, -1 where unknown; clamped in every round.
        smoothing: pseudo-votes added to every confusion cell. 0 gives plain maximum likelihood; a small
            positive value keeps a worker's unseen mistake possible.
        tol: stop when no posterior entry moves by more than this (probability, 0 to 1).
        max_iter: upper bound on rounds (1 at least); one round is O(n_votes * n_classes).
        early_stop: stop after this many rounds on purpose. Few rounds keep the estimate near the vote shares,
            which regularises: on sets with under five votes an item, 2 often beats convergence.
        dtype: of the posterior and its sums. `np.float32` halves the memory: labels differ only where two
            classes are as good as equal, and `tol` below 1e-5 may never be met.

    Returns:
        Posterior, confusion `[n_workers, truth, said]`, class prior. Not converging is reported in
        `converged`, not raised: the estimate is still usable.

    Raises:
        NoVotes: `votes` is empty.
        InputError: evidence or gold do not fit the votes.

    Source:
        Dawid and Skene (1979), Applied Statistics 28(1):20-28, doi:10.2307/2346806. `smoothing`,
        `early_stop`, `evidence` and `gold` are ours; the paper has none of them.
    """
    require_votes(votes)
    votes = votes.by_item
    opinion, known = checked_evidence(votes, evidence), checked_gold(votes, gold)
    posterior, prior = vote_shares(votes, opinion, known, dtype)
    silent = np.flatnonzero(without_votes(votes))
    counts: Any = None
    rounds, moved, limit = 0, np.inf, max(1, max_iter if early_stop is None else early_stop)
    while rounds < limit and moved >= tol:
        del counts  # the last round's: large, and not needed any more
        counts = tally(votes, posterior)
        prior = column_sums(posterior) / votes.n_items
        revise = _Revision(posterior, prior, opinion, known)
        moved = revise(silent, np.zeros((len(silent), votes.n_classes), dtype))
        for items, rows in item_log_likelihoods(votes, _log_confusion(votes, counts, smoothing, dtype)):
            moved = max(moved, revise(items, rows))
        rounds += 1
    stopped = bool(moved < tol) or early_stop is not None
    return _consensus(votes, posterior, prior, counts, smoothing, rounds, stopped)


@dataclass(frozen=True)
class _Revision:
    """One round's update of posteriors in place, given what the votes of some items say.

    Attributes:
        posterior: `[n_items, n_classes]`, changed by every call.
        prior: `[n_classes]`.
        evidence: checked model probabilities, or None.
        gold: known labels, -1 where unknown.
    """

    posterior: Floats
    prior: Floats
    evidence: Floats | None
    gold: Codes

    def __call__(self, items: Any, log_likelihood: Floats) -> float:
        """Set the posterior of `items` (ascending codes); returns the largest change of a probability."""
        if not len(items):
            return 0.0
        if items[-1] - items[0] + 1 == len(items):
            items = slice(int(items[0]), int(items[-1]) + 1)
        opinion = None if self.evidence is None else self.evidence[items]
        log_likelihood += log_prior(self.prior, opinion)
        updated = clamp(normalised(log_likelihood), self.gold[items])
        moved = np.abs(updated - self.posterior[items]).max()
        self.posterior[items] = updated
        return float(moved)


def _log_confusion(votes: Votes, counts: Tally, smoothing: float, dtype: DTypeLike) -> Floats:
    """Return the log of the most likely confusion of each (worker, label) pair, `[n_pairs, truth]`."""
    worker = votes.pairs.worker
    out = np.empty(counts.said.shape, dtype)
    for truth in range(votes.n_classes):
        said = np.maximum(counts.said[:, truth], LEAST)
        seen = np.bincount(worker, said, votes.n_workers)
        out[:, truth] = np.log((said + smoothing) / (seen[worker] + smoothing * votes.n_classes))
    return out


def _consensus(
    votes: Votes,
    posterior: Floats,
    prior: Floats,
    counts: Tally,
    smoothing: float,
    rounds: int,
    stopped: bool,
) -> Consensus:
    """Dress the last round as a result."""
    flat = Centre.uniform(votes.n_classes)
    strength = smoothing * votes.n_classes
    skill, error = expected_skill(votes, counts, prior, flat, strength)
    return Consensus(
        *(votes, posterior, most_probable(posterior), prior, "dawid_skene", rounds, stopped),
        confusion=dense_confusion(votes, counts, flat, strength, posterior.dtype),
        skill=skill,
        skill_error=error,
    )
