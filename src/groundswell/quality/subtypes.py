"""Subtypes: every class has easy, middling and hard tasks, on which everybody answers differently."""

from __future__ import annotations

from typing import Any

import numpy as np

from groundswell.quality.evidence import (
    checked_evidence,
    checked_gold,
    clamp,
    has_opinion,
    log_prior,
    vote_shares,
)
from groundswell.quality.expectation import across, item_log_likelihoods, normalised, sum_rows
from groundswell.quality.result import Consensus, Floats, most_probable
from groundswell.quality.votes import Codes, Votes, require_votes

KINDS = 3
"""Kinds of task in each class: easy, middling, hard, to begin with."""

OWN = 10.0
"""Pseudo-votes, for each kind of each class, that hold what a worker says to what the crowd says."""

CROWD = 10.0
"""Pseudo-votes that hold what the crowd says of a kind to what it says of its class."""

KNOWN = 0.7
"""Share of answers that the crowd is taken to know, rather than guess, before there are votes."""


def subtypes(votes: Votes, *, evidence: Any = None, gold: Any = None, rounds: int = 20) -> Consensus:
    """Infer labels where tasks of one class differ in kind, so that workers who err, err together.

    Other methods take the mistakes on a task for independent, and are too sure where several people fall for the
    same trick. Here each class has a few kinds of task, and a worker has answering habits for each kind: two
    equal mistakes on a hard task are no surprise. Prefer it where accuracy suffers from hard tasks on which a
    minority is right; with few votes an item, or many classes, it has too much to learn, and `shrunk` is better.

    Args:
        votes: at least one vote; an item may have any number, a worker too.
        evidence: `[n_items, n_classes]` calibrated model probabilities; replaces the class prior of its item.
        gold: `[n_items]` known labels, -1 where unknown; clamped in every round.
        rounds: how often kinds and habits are estimated in turn.

    Returns:
        Posterior and class prior; it has no skill, which would differ by kind.

    Raises:
        NoVotes: `votes` is empty.
        InputError: evidence or gold do not fit the votes.

    Source:
        Li, Rubinstein and Cohn (2019), "Exploiting Worker Correlation for Label Aggregation in Crowdsourcing",
        ICML, PMLR 97:3886-3895. There inference is variational and starts at random; here it is a fixed number of
        rounds of expectation–maximisation with workers shrunk to the crowd, which start from how far people agree.
    """
    require_votes(votes)
    opinion, known = checked_evidence(votes, evidence), checked_gold(votes, gold)
    posterior, prior = vote_shares(votes, opinion, known)
    before = log_prior(prior, opinion)
    teaches = (votes.votes_per_item > 1) | has_opinion(votes, opinion) | (known >= 0)
    kinds = _by_agreement(votes, posterior)
    for _ in range(rounds):
        said = _said(votes, kinds * teaches[:, None, None], prior)
        kinds = _expected(votes, said, before, _log_shares(kinds), known)
        posterior = kinds.sum(axis=1)
    posterior = clamp(posterior / across(np.add, posterior)[:, None], known)
    return Consensus(votes, posterior, most_probable(posterior), prior, "subtypes", rounds, True)


def _by_agreement(votes: Votes, posterior: Floats) -> Floats:
    """Return first probabilities of kind and class, `[n_items, KINDS, n_classes]`: the less agreement, the harder."""
    each = votes.votes_per_item
    pairs = each * (each - 1)
    alike = (votes.counts**2).sum(axis=1) - each
    typical = alike.sum() / max(pairs.sum(), 1) if pairs.any() else KNOWN
    share = np.where(pairs > 0, alike / np.maximum(pairs, 1), typical)
    binomial = np.stack([share**2, 2 * share * (1 - share), (1 - share) ** 2], axis=1)
    out: Floats = binomial[:, :, None] * posterior[:, None, :]
    return out


def _said(votes: Votes, kinds: Floats, popular: Floats) -> Floats:
    """Return the probability of each pair's label for each kind and class, `[n_pairs, KINDS * n_classes]`."""
    pairs, k = votes.pairs, votes.n_classes
    counted = _counted(votes, kinds.reshape(len(kinds), -1))
    pooled = sum_rows(counted, pairs.label, k).reshape(k, KINDS, k)  # said, kind, truth
    leaning = KNOWN * np.eye(k) + (1 - KNOWN) * popular[:, None]
    of_class = pooled.sum(axis=1) + CROWD * leaning
    of_class /= of_class.sum(axis=0)
    crowd = pooled + CROWD * of_class[:, None, :]
    crowd /= crowd.sum(axis=0)
    centre = crowd.reshape(k, -1)[pairs.label]
    seen = sum_rows(counted, pairs.worker, votes.n_workers)[pairs.worker]
    out: Floats = (counted + OWN * centre) / (seen + OWN)
    return out


def _counted(votes: Votes, kinds: Floats) -> Floats:
    """Return the soft count of each pair for each kind and class."""
    ordered = votes.by_item
    pair = ordered.pair_of()
    columns = [np.bincount(pair, column[ordered.item], len(votes.pairs.worker)) for column in kinds.T]
    return np.stack(columns, axis=1)


def _log_shares(kinds: Floats) -> Floats:
    """Return the logarithm of how common each kind is within its class, `[KINDS, n_classes]`."""
    total = kinds.sum(axis=0) + 1
    out: Floats = np.log(total / total.sum(axis=0))
    return out


def _expected(votes: Votes, said: Floats, before: Floats, shares: Floats, known: Codes) -> Floats:
    """Return the probability of kind and class of each item."""
    logs = np.broadcast_to(before[:, None, :] + shares, (votes.n_items, *shares.shape)).reshape(
        votes.n_items, -1
    )
    logs = logs.copy()
    for items, rows in item_log_likelihoods(votes, np.log(said)):
        logs[items] += rows
    out = normalised(logs).reshape(votes.n_items, *shares.shape)
    told = np.flatnonzero(known >= 0)
    of_truth = out[told, :, known[told]]
    out[told] = 0.0
    out[told, :, known[told]] = of_truth / of_truth.sum(axis=1, keepdims=True)
    return out
