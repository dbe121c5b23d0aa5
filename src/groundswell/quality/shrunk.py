"""Shrunk confusion: every worker a confusion matrix, leaning on the crowd's as far as the votes demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError
from groundswell.quality.confusion import Centre, dense_confusion, expected_skill
from groundswell.quality.evidence import (
    checked_evidence,
    checked_gold,
    clamp,
    has_opinion,
    log_prior,
    vote_shares,
)
from groundswell.quality.expectation import Tally, log_likelihood, normalised, tally
from groundswell.quality.result import Consensus, Floats, most_probable
from groundswell.quality.shrinkage import pseudo_votes
from groundswell.quality.votes import Codes, Votes, require_votes

KNOWN = 0.75
"""Share of answers that workers know, rather than guess, before any two answers could be compared."""

CROWD_VOTES = 30.0
"""Pseudo-votes behind what is assumed of the crowd as a whole, and of each class given the whole.

On eleven sets of real votes 10 does as well; where few answers are paid for, as in routing, 30 does better.
"""

SURE = 0.999
"""No worker is taken to be right more often than this, and none to be wrong so."""


def shrunk(
    votes: Votes, *, evidence: Any = None, gold: Any = None, history: Any = None, rounds: int = 2
) -> Consensus:
    """Infer labels with a confusion matrix for each worker, shrunk towards the crowd's. The default.

    Each worker's matrix has a Dirichlet prior. Its centre is the worker's own accuracy on the diagonal (the
    crowd's accuracy for that class, moved by how much better or worse than expected the worker is) and the
    crowd's spread of mistakes beside it. The strengths of both shrinkages are learnt from how much workers
    differ beyond chance, so that it behaves like a pooled model where votes are few, like weighted voting
    where workers differ in care, and like `dawid_skene` where each has cast hundreds.

    It never collapses: the class prior stays at the vote shares, the crowd is never taken to be worse than
    chance (so that classes cannot swap), items with one vote teach nothing about workers, and the rounds stop
    before expectation–maximisation wanders off. With one vote an item and no evidence it returns that vote.

    Args:
        votes: at least one vote; an item may have any number, a worker too.
        evidence: `[n_items, n_classes]` calibrated model probabilities P(class | item). They take the place
            of the class prior, and the votes are multiplied in. A row of NaN is no opinion.
        gold: `[n_items]` known labels, -1 where unknown; clamped, and full knowledge of who was right.
        history: `[n_workers, truth, said]` counts from earlier work.
        rounds: how often matrices and labels are estimated in turn. 2 was best or equal at 2, 3, 5 and all
            votes an item on eleven real sets; more rounds fit noise at few votes.

    Returns:
        Posterior, confusion, class prior, skill and its standard error. `converged` is True: a fixed number
        of rounds is what the method is.

    Raises:
        NoVotes: `votes` is empty.
        InputError: evidence, gold or history do not fit the votes.

    Source:
        The model family is hierarchical Bayesian classifier combination: Kim and Ghahramani (2012), AISTATS,
        PMLR 22:619-627. The centre, the moment estimates of strength and the stopping are ours.
    """
    fit = fit_shrunk(votes, evidence=evidence, gold=gold, history=history, rounds=rounds)
    return fit.consensus(votes)


def fit_shrunk(
    votes: Votes, *, evidence: Any = None, gold: Any = None, history: Any = None, rounds: int = 2
) -> Fit:
    """Return what `shrunk` learns, for those who go on from it (see `Incremental`); arguments are the same."""
    require_votes(votes)
    opinion, known = checked_evidence(votes, evidence), checked_gold(votes, gold)
    past = _checked_history(votes, history)
    posterior, prior = vote_shares(votes, opinion, known)
    before = log_prior(prior, opinion)
    told = has_opinion(votes, opinion) | (known >= 0)
    teaches = (votes.votes_per_item > 1) | told
    popular = (votes.counts.sum(axis=0) + 1 / votes.n_classes) / (len(votes) + 1)
    for _ in range(rounds):
        crowd = _learn(votes, tally(votes, posterior * teaches[:, None], past), popular)
        posterior = clamp(normalised(log_likelihood(votes, crowd.said(votes)) + before), known)
    return Fit(posterior, prior, before, known, told, past, crowd, rounds)


@dataclass(frozen=True, eq=False)
class Crowd:
    """What one round learnt about the workers.

    Attributes:
        counts: what each worker said for each (soft) truth.
        centre: where each worker's matrix is expected to be.
        strength: pseudo-votes, for each truth, that hold a matrix to its centre.
        accuracy_votes: pseudo-votes that hold a worker's accuracy to the crowd's.
    """

    counts: Tally
    centre: Centre
    strength: float
    accuracy_votes: float

    def said(self, votes: Votes) -> Floats:
        """Return the probability of each pair's label for each truth, `[n_pairs, truth]`."""
        seen = self.counts.seen[votes.pairs.worker]
        out: Floats = (self.counts.said + self.strength * self.centre.at(votes.pairs)) / (
            seen + self.strength
        )
        return out


@dataclass(frozen=True, eq=False)
class Fit:
    """Labels and crowd after the last round.

    Attributes:
        posterior: `[n_items, n_classes]`.
        prior: `[n_classes]`.
        before: log-probability of each class before any vote, `[n_items or 1, n_classes]`.
        gold: int32 `[n_items]`, -1 where unknown.
        told: bool `[n_items]`, the items about which something is known beside votes: one vote can be compared.
        history: `[n_workers, truth, said]` counts from earlier work, or None.
        crowd: the workers.
        rounds: how many were run.
    """

    posterior: Floats
    prior: Floats
    before: Floats
    gold: Codes
    told: NDArray[np.bool_]
    history: Floats | None
    crowd: Crowd
    rounds: int

    def consensus(self, votes: Votes) -> Consensus:
        """Dress the fit as a result."""
        crowd = self.crowd
        skill, error = expected_skill(
            votes, crowd.counts, self.prior, crowd.centre, crowd.strength, crowd.accuracy_votes
        )
        return Consensus(
            *(votes, self.posterior, most_probable(self.posterior), self.prior, "shrunk", self.rounds, True),
            confusion=dense_confusion(votes, crowd.counts, crowd.centre, crowd.strength),
            skill=skill,
            skill_error=error,
        )


def _learn(votes: Votes, counts: Tally, popular: Floats) -> Crowd:
    """Estimate the crowd's matrix, each worker's accuracy, and how firmly to hold a worker to both."""
    class_hit, shape = _pooled(counts.pooled, popular)
    hit, accuracy_votes = _worker_hit(counts, class_hit)
    centre = Centre(hit, shape)
    return Crowd(counts, centre, _strength(votes, counts, centre), accuracy_votes)


def _pooled(pooled: Floats, popular: Floats) -> tuple[Floats, Floats]:
    """Return how often the crowd is right about each class `[truth]`, and how its mistakes spread.

    Both lean on a crowd that knows some answers, and guesses the others as often as each label is given at
    all. Such a crowd says each label as often as it is true, so that a rare label is not taken for a mistake
    just because it is rare.

    Args:
        pooled: `[truth, said]` counts.
        popular: `[n_classes]`, share of each label among all votes.
    """
    luck = float(popular @ popular)
    assumed = KNOWN + (1 - KNOWN) * luck
    right = (np.trace(pooled) + assumed * CROWD_VOTES) / (pooled.sum() + CROWD_VOTES)
    knows = np.clip((right - luck) / max(1 - luck, 1e-9), 0.0, 1.0)
    leaning = knows * np.eye(len(pooled)) + (1 - knows) * popular
    said = pooled + CROWD_VOTES * leaning
    hit = np.diag(said) / said.sum(axis=1)
    mistakes = np.where(np.eye(len(said), dtype=bool), 0.0, said + 1e-9)
    shape = mistakes / np.maximum(mistakes.sum(axis=1, keepdims=True), 1e-9)
    return np.clip(hit, 1 / max(len(said), 2), SURE), shape


def _worker_hit(counts: Tally, class_hit: Floats) -> tuple[Floats, float]:
    """Return how often each worker is right about each class, `[n_workers, truth]`, and its pseudo-votes.

    The crowd's odds for the class are multiplied by the worker's odds of being right over those expected of
    the crowd on the same tasks.
    """
    seen = counts.seen.sum(axis=1)
    expected = np.where(seen > 0, counts.seen @ class_hit, class_hit.mean()) / np.where(seen > 0, seen, 1)
    right = counts.right.sum(axis=1)
    chance = expected * (1 - expected)
    spread = ((right - seen * expected) ** 2 - seen * chance).sum()
    pseudo = pseudo_votes(spread, (seen * np.maximum(seen - 1, 0) * chance).sum(), 2.0, 200.0)
    accuracy = (right + pseudo * expected) / (seen + pseudo)
    better = _log_odds(accuracy) - _log_odds(expected)
    hit = 1 / (1 + np.exp(-(_log_odds(class_hit) + better[:, None])))
    return np.clip(hit, 1 - SURE, SURE), pseudo


def _strength(votes: Votes, counts: Tally, centre: Centre) -> float:
    """Return the pseudo-votes that hold matrices to their centres, by how much they differ beyond chance."""
    pairs, seen = votes.pairs, counts.seen
    expected = seen[pairs.worker] * centre.at(pairs)
    unsaid = (seen**2 * centre.squares()).sum() - (expected**2).sum()
    chance = 1 - centre.squares()
    spread = ((counts.said - expected) ** 2).sum() + unsaid - (seen * chance).sum()
    return pseudo_votes(spread, (seen * np.maximum(seen - 1, 0) * chance).sum(), 1.0, 1000.0)


def _log_odds(probability: Floats) -> Floats:
    """Return log-odds, with the probability kept away from 0 and 1 by `SURE`."""
    kept = np.clip(probability, 1 - SURE, SURE)
    out: Floats = np.log(kept) - np.log1p(-kept)
    return out


def _checked_history(votes: Votes, history: Any) -> Floats | None:
    """Return earlier counts as float64 `[n_workers, truth, said]`."""
    if history is None:
        return None
    given = np.asarray(history, np.float64)
    if given.shape != (votes.n_workers, votes.n_classes, votes.n_classes):
        shape = f"[{votes.n_workers}, {votes.n_classes}, {votes.n_classes}]"
        raise InputError(f"history must be {shape} counts of what was said for each truth, not {given.shape}")
    if not (np.isfinite(given).all() and (given >= 0).all()):
        raise InputError("history must be counts: nothing negative, infinite or NaN")
    return given
