"""Communities: workers who err alike share a confusion matrix, and each worker leans on theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from groundswell.quality.confusion import MOST_CONFUSION_CELLS
from groundswell.quality.evidence import (
    checked_evidence,
    checked_gold,
    clamp,
    has_opinion,
    log_prior,
    vote_shares,
)
from groundswell.quality.expectation import Tally, log_likelihood, normalised, sum_rows, tally
from groundswell.quality.result import Consensus, Floats, most_probable
from groundswell.quality.votes import Votes, require_votes

OWN = 20.0
"""Pseudo-votes, for each truth, that hold a worker's matrix to that of his communities."""

CROWD = 10.0
"""Pseudo-votes, for each truth, that hold a community's matrix to that of the whole crowd."""

KNOWN = 0.7
"""Share of answers that the crowd is taken to know, rather than guess, before there are votes."""

FIRST = 0.7
"""How surely a worker is put into a first community by his accuracy; the rest is spread over all."""


@dataclass(frozen=True, eq=False, repr=False)
class Communities(Consensus):
    """A consensus that also says which workers err alike.

    Attributes:
        membership: float64 `[n_workers, groups]`, the probability of each community; rows sum to 1.
        shared: float64 `[groups, truth, said]`, the confusion matrix of each community, from the least accurate
            to the most accurate one at the start.
    """

    membership: Floats | None = None
    shared: Floats | None = None


def communities(
    votes: Votes, *, evidence: Any = None, gold: Any = None, groups: int = 4, rounds: int = 5
) -> Communities:
    """Infer labels where workers fall into a few communities: the careful, the hasty, those who take A for B.

    Each community has a confusion matrix, and each worker belongs to communities by how well these explain what
    he said. A worker's own matrix leans on that of his communities, so that one with a dozen votes is understood
    through the others like him. Prefer it where many workers have few votes and their habits differ in kind, not
    only in degree; with one community it is like `shrunk` with a fixed strength.

    Args:
        votes: at least one vote; an item may have any number, a worker too.
        evidence: `[n_items, n_classes]` calibrated model probabilities; replaces the class prior of its item.
        gold: `[n_items]` known labels, -1 where unknown; clamped in every round.
        groups: communities at most; those that nobody needs stay empty.
        rounds: how often labels, matrices and membership are estimated in turn. More fit noise: on eleven real
            sets 20 rounds were half a point worse than 5.

    Returns:
        Posterior, class prior, confusion, skill with standard error, and the communities.

    Raises:
        NoVotes: `votes` is empty.
        InputError: evidence or gold do not fit the votes.

    Source:
        Venanzi, Guiver, Kazai, Kohli and Shokouhi (2014), "Community-Based Bayesian Aggregation Models for
        Crowdsourcing", WWW, doi:10.1145/2566486.2567989. There inference is by expectation propagation and
        variational message passing; here by a fixed number of rounds of expectation–maximisation from vote
        shares and from communities by accuracy, so that the result is the same each time.
    """
    require_votes(votes)
    opinion, known = checked_evidence(votes, evidence), checked_gold(votes, gold)
    posterior, prior = vote_shares(votes, opinion, known)
    before = log_prior(prior, opinion)
    teaches = (votes.votes_per_item > 1) | has_opinion(votes, opinion) | (known >= 0)
    member, shared = None, np.empty(0)
    for _ in range(rounds):
        counts = tally(votes, posterior * teaches[:, None])
        base = _crowd(counts.pooled, prior)
        member = _by_accuracy(counts, groups) if member is None else member
        shared = _shared(votes, counts, member, base)
        member = _membership(votes, counts, member, shared)
        said = _said(votes, counts, member, shared)
        posterior = clamp(normalised(log_likelihood(votes, said) + before), known)
    assert member is not None
    return _result(votes, posterior, prior, counts, member, shared, rounds)


def _crowd(pooled: Floats, popular: Floats) -> Floats:
    """Return what the crowd as a whole says for each truth, `[truth, said]`."""
    leaning = KNOWN * np.eye(len(pooled)) + (1 - KNOWN) * popular
    said = pooled + CROWD * leaning
    out: Floats = said / said.sum(axis=1, keepdims=True)
    return out


def _by_accuracy(counts: Tally, groups: int) -> Floats:
    """Put workers into first communities of about equally many votes each, in the order of their accuracy."""
    seen, right = counts.seen.sum(axis=1), counts.right.sum(axis=1)
    assumed = 5 * right.sum() / max(seen.sum(), 1e-9)
    accuracy = (right + assumed) / (seen + 5)
    # Workers who are equally good share a place, whatever their order.
    _, level = np.unique(np.round(accuracy, 9), return_inverse=True)
    weight = np.bincount(level, seen)
    middle = (np.cumsum(weight) - weight / 2) / max(weight.sum(), 1e-9)
    place = np.minimum((middle * groups).astype(np.intp), groups - 1)[level]
    member = np.full((len(seen), groups), (1 - FIRST) / groups)
    member[np.arange(len(seen)), place] += FIRST
    return member


def _shared(votes: Votes, counts: Tally, member: Floats, base: Floats) -> Floats:
    """Return the confusion matrix of each community, `[groups, truth, said]`, leaning on the crowd's."""
    pairs = votes.pairs
    out = np.empty((member.shape[1], *base.shape))
    for group, share in enumerate(member.T):
        said = sum_rows(counts.said * share[pairs.worker, None], pairs.label, len(base)).T + CROWD * base
        out[group] = said / said.sum(axis=1, keepdims=True)
    return out


def _membership(votes: Votes, counts: Tally, member: Floats, shared: Floats) -> Floats:
    """Return how probable each community is for each worker, by all that he said."""
    pairs = votes.pairs
    size = member.sum(axis=0) + 1
    fits = np.tile(np.log(size / size.sum()), (votes.n_workers, 1))
    for group, matrix in enumerate(np.log(shared)):
        explained = (counts.said * matrix.T[pairs.label]).sum(axis=1)
        fits[:, group] += np.bincount(pairs.worker, explained, votes.n_workers)
    return normalised(fits)


def _said(votes: Votes, counts: Tally, member: Floats, shared: Floats) -> Floats:
    """Return the probability of each pair's label for each truth, `[n_pairs, truth]`."""
    pairs = votes.pairs
    centre = np.zeros_like(counts.said)
    for share, matrix in zip(member.T, shared, strict=True):
        centre += share[pairs.worker, None] * matrix.T[pairs.label]
    out: Floats = (counts.said + OWN * centre) / (counts.seen[pairs.worker] + OWN)
    return out


def _result(
    votes: Votes,
    posterior: Floats,
    prior: Floats,
    counts: Tally,
    member: Floats,
    shared: Floats,
    rounds: int,
) -> Communities:
    hit = member @ np.einsum("gtt->gt", shared)
    skill = np.clip((counts.right + OWN * hit) / (counts.seen + OWN) @ prior, 0.0, 1.0)
    behind = counts.seen.sum(axis=1) + OWN
    return Communities(
        *(votes, posterior, most_probable(posterior), prior, "communities", rounds, True),
        confusion=_dense(votes, counts, member, shared),
        skill=skill,
        skill_error=np.sqrt(skill * (1 - skill) / (behind + 1)),
        membership=member,
        shared=shared,
    )


def _dense(votes: Votes, counts: Tally, member: Floats, shared: Floats) -> Floats | None:
    if votes.n_workers * votes.n_classes**2 > MOST_CONFUSION_CELLS:
        return None
    out = OWN * np.tensordot(member, shared, axes=1)
    for truth in range(votes.n_classes):
        out[votes.pairs.worker, truth, votes.pairs.label] += counts.said[:, truth]
    dense: Floats = out / out.sum(axis=2, keepdims=True)
    return dense
