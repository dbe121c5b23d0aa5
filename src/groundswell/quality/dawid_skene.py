"""Dawid–Skene: expectation–maximisation over the truth and each worker's confusion matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from groundswell.quality.confusion import Centre, dense_confusion, expected_skill
from groundswell.quality.evidence import checked_evidence, checked_gold, clamp, log_prior, vote_shares
from groundswell.quality.expectation import Tally, log_likelihood, normalised, tally
from groundswell.quality.result import Consensus, Floats, most_probable
from groundswell.quality.votes import Votes, require_votes


def dawid_skene(
    votes: Votes,
    *,
    evidence: Any = None,
    gold: Any = None,
    smoothing: float = 0.01,
    tol: float = 1e-6,
    max_iter: int = 200,
    early_stop: int | None = None,
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
    opinion, known = checked_evidence(votes, evidence), checked_gold(votes, gold)
    posterior, prior = vote_shares(votes, opinion, known)
    rounds, moved, limit = 0, np.inf, max(1, max_iter if early_stop is None else early_stop)
    while rounds < limit and moved >= tol:
        counts = tally(votes, posterior)
        confusion = _maximise(votes, counts, smoothing)
        prior = posterior.mean(axis=0)
        updated = normalised(log_likelihood(votes, confusion) + log_prior(prior, opinion))
        moved = np.abs(clamp(updated, known) - posterior).max()
        posterior, rounds = updated, rounds + 1
    stopped = bool(moved < tol) or early_stop is not None
    return _consensus(votes, posterior, prior, counts, smoothing, rounds, stopped)


def _maximise(votes: Votes, counts: Tally, smoothing: float) -> Floats:
    """Return the most likely confusion of each (worker, label) pair, `[n_pairs, truth]`."""
    seen = counts.seen[votes.pairs.worker] + smoothing * votes.n_classes
    tiny = np.finfo(np.float64).tiny
    confusion: Floats = np.maximum((counts.said + smoothing) / np.maximum(seen, tiny), tiny)
    return confusion


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
        confusion=dense_confusion(votes, counts, flat, strength),
        skill=skill,
        skill_error=error,
    )
