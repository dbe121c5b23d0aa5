"""GLAD: the ability of each worker and the difficulty of each task, from repeated votes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from groundswell.quality.evidence import checked_evidence, checked_gold, clamp, log_prior, vote_shares
from groundswell.quality.expectation import group_sums, label_sums, normalised
from groundswell.quality.result import Consensus, Floats, most_probable
from groundswell.quality.votes import Votes, require_votes

MEAN = 1.0
"""Mean of the normal priors (of variance 1) of ability and of log ease: a typical vote is right in 94 of 100."""

STEP = 1.0
"""Largest change of an ability or log ease in one round: scoring overshoots where votes are few."""

MOST = 5.0
"""Largest size of ability and log ease: beyond it a vote is certain, and only rounding would change."""


def glad(
    votes: Votes, *, evidence: Any = None, gold: Any = None, tol: float = 1e-4, max_iter: int = 200
) -> Consensus:
    """Estimate true labels, each worker's ability and each task's difficulty.

    A vote is right with probability `1 / (1 + exp(-ability * ease))`; mistakes are spread evenly over the other
    classes. Ability 0 is a guesser and below it one who does the opposite; an ease near 0 is a task on which
    everybody guesses. Prefer it to learn which tasks are hard, to send those to more people or to rewrite
    them. It fails like `one_coin` where mistakes have a pattern; for labels alone `shrunk` is better.

    Args:
        votes: at least one vote; an item may have any number, a worker too.
        evidence: `[n_items, n_classes]` calibrated model probabilities; replaces the class prior of its item.
        gold: `[n_items]` known labels, -1 where unknown; clamped in every round.
        tol: stop when no posterior entry moves by more than this (probability, 0 to 1).
        max_iter: upper bound on rounds (1 at least); one round is O(n_votes + n_items * n_classes).

    Returns:
        Posterior, `difficulty` (1 / ease), and as skill the chance to be right about a task of mean log ease,
        with the standard error that follows from that of the ability. The class prior is even, as in the paper:
        with one from vote shares, hard tasks fall to the most frequent class.

    Raises:
        NoVotes: `votes` is empty.
        InputError: evidence or gold do not fit the votes.

    Source:
        Whitehill, Ruvolo, Wu, Bergsma and Movellan (2009), "Whose Vote Should Count More", Advances in Neural
        Information Processing Systems 22. The paper climbs the gradient in each round until it is flat; here a
        round is one step of Fisher scoring for abilities and one for log ease. `gold` and `evidence` are ours.
    """
    require_votes(votes)
    votes = votes.by_item
    opinion, known = checked_evidence(votes, evidence), checked_gold(votes, gold)
    posterior, _ = vote_shares(votes, opinion, known)
    prior = np.full(votes.n_classes, 1 / votes.n_classes)
    before = log_prior(prior, opinion)
    fit = _Fit.start(votes)
    rounds, moved = 0, np.inf
    while rounds < max(1, max_iter) and moved >= tol:
        fit = fit.improved(votes, posterior[votes.item, votes.label])
        updated = clamp(normalised(label_sums(votes, fit.weight(votes)) + before), known)
        moved = np.abs(updated - posterior).max()
        posterior, rounds = updated, rounds + 1
    skill, error = fit.skill(votes)
    return Consensus(
        *(votes, posterior, most_probable(posterior), prior, "glad", rounds, bool(moved < tol)),
        skill=skill,
        skill_error=error,
        difficulty=np.exp(-fit.log_ease),
    )


@dataclass(frozen=True)
class _Fit:
    """Abilities and eases of one round.

    Attributes:
        ability: `[n_workers]`.
        log_ease: `[n_items]`.
    """

    ability: Floats
    log_ease: Floats

    @classmethod
    def start(cls, votes: Votes) -> _Fit:
        """Return the means of the priors."""
        return cls(np.full(votes.n_workers, MEAN), np.full(votes.n_items, MEAN))

    def improved(self, votes: Votes, right: Floats) -> _Fit:
        """Return the fit after a step for abilities, then one for eases.

        Args:
            votes: the votes.
            right: `[n_votes]`, the probability that each is right.
        """
        ease = np.exp(self.log_ease)[votes.item]
        surprise, spread = self._surprise(votes, right)
        slope = group_sums(votes.worker, ease * surprise, votes.n_workers)
        curve = group_sums(votes.worker, ease**2 * spread, votes.n_workers)
        better = _Fit(_stepped(self.ability, slope, curve), self.log_ease)
        surprise, spread = better._surprise(votes, right)
        pull = better._log_odds(votes)
        slope = group_sums(votes.item, pull * surprise, votes.n_items)
        curve = group_sums(votes.item, pull**2 * spread, votes.n_items)
        return _Fit(better.ability, _stepped(self.log_ease, slope, curve))

    def weight(self, votes: Votes) -> Floats:
        """Return by how much each vote raises the log-probability of its label over the others, `[n_votes]`."""
        out: Floats = self._log_odds(votes) + np.log(max(votes.n_classes - 1, 1))
        return out

    def skill(self, votes: Votes) -> tuple[Floats, Floats]:
        """Return each worker's chance to be right about a middling task, and its standard error."""
        typical = float(np.exp(self.log_ease.mean()))
        chance = _logistic(self.ability * typical)
        _, spread = self._surprise(votes, np.zeros(len(votes)))
        ease = np.exp(self.log_ease)[votes.item]
        curve = group_sums(votes.worker, ease**2 * spread, votes.n_workers)
        return chance, chance * (1 - chance) * typical / np.sqrt(curve + 1)

    def _log_odds(self, votes: Votes) -> Floats:
        out: Floats = self.ability[votes.worker] * np.exp(self.log_ease)[votes.item]
        return out

    def _surprise(self, votes: Votes, right: Floats) -> tuple[Floats, Floats]:
        """Return how much more right each vote was than expected, and the variance of that."""
        expected = _logistic(self._log_odds(votes))
        return right - expected, expected * (1 - expected)


def _stepped(now: Floats, slope: Floats, curve: Floats) -> Floats:
    """Return values after one bounded step of scoring towards the posterior mode (prior variance 1)."""
    step = np.clip((slope - (now - MEAN)) / (curve + 1), -STEP, STEP)
    return np.clip(now + step, -MOST, MOST)


def _logistic(log_odds: Floats) -> Floats:
    out: Floats = 0.5 * (1 + np.tanh(0.5 * log_odds))
    return out
