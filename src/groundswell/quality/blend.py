"""Blend: five unlike models of a crowd, none of them taken in by people who answer alike, and what they agree on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from groundswell.quality.communities import communities
from groundswell.quality.dawid_skene import dawid_skene
from groundswell.quality.dependence import dependence
from groundswell.quality.evidence import checked_gold, clamp
from groundswell.quality.expectation import normalised
from groundswell.quality.glad import glad
from groundswell.quality.result import Consensus, Floats, most_probable
from groundswell.quality.shrunk import shrunk
from groundswell.quality.subtypes import KINDS, subtypes
from groundswell.quality.votes import MOST_CELLS, Votes

EARLY = 2
"""Rounds of Dawid–Skene: at convergence its probabilities are near 0 or 1 and would drown the others."""

GLAD_ROUNDS = 20
"""Rounds of GLAD: enough for labels to settle; on large sets its last decimals take hundreds."""

DOUBT = 0.02
"""Part of each member's probability that is spread over all classes: no member alone can rule a class out."""

MOST_VOTES = 2_000_000
"""Votes beyond which `shrunk` stands for all: here the five take 17 s of a processor, and `shrunk` half a second."""


def blend(votes: Votes, *, evidence: Any = None, gold: Any = None) -> Consensus:
    """Pool `shrunk`, `dawid_skene` stopped early, `glad`, `communities` and `subtypes`. The default.

    Each has an idea that the others lack: a worker's own confusions, whatever they are; tasks that are hard;
    workers who err alike; tasks of a class that differ in kind. They fail in different places, and where they
    disagree the pool is unsure, so that it is far less over-confident than any of them: on eleven real sets of
    annotators the log loss of its probabilities is two thirds of that of `shrunk`. All of them take two people for
    two, so votes are first weighed by `dependence`: what a pair says together counts for less where the two answer
    alike beyond the truth. It takes ten to thirty times as long as `shrunk`; beyond `MOST_VOTES`, or where there are
    too many classes for `subtypes`, it is `shrunk` alone.

    Args:
        votes: at least one vote; an item may have any number, a worker too.
        evidence: `[n_items, n_classes]` calibrated model probabilities, given to every member.
        gold: `[n_items]` known labels, -1 where unknown; clamped.

    Returns:
        The pooled posterior and mean class prior; confusion, skill and its error of `shrunk`, difficulty of
        `glad`. `iterations` is the largest of the five; `converged` is True, as fixed rounds are what the method is.

    Raises:
        NoVotes: `votes` is empty.
        InputError: evidence or gold do not fit the votes.

    Source:
        The logarithmic opinion pool with equal weights: Genest and Zidek (1986), "Combining Probability
        Distributions: A Critique and an Annotated Bibliography", Statistical Science 1(1):114-135,
        doi:10.1214/ss/1177013825. The choice of members is ours; equal weights, because there is no gold to learn
        others from.
    """
    cells = max(votes.n_items, len(votes)) * votes.n_classes * KINDS
    if len(votes) > MOST_VOTES or cells > MOST_CELLS:
        return shrunk(votes, evidence=evidence, gold=gold)
    weighed = dependence(votes, evidence=evidence, gold=gold).votes
    first = shrunk(weighed, evidence=evidence, gold=gold)
    members = (
        first,
        dawid_skene(weighed, evidence=evidence, gold=gold, early_stop=EARLY),
        glad(weighed, evidence=evidence, gold=gold, max_iter=GLAD_ROUNDS),
        communities(weighed, evidence=evidence, gold=gold),
        subtypes(weighed, evidence=evidence, gold=gold),
    )
    posterior = clamp(_pool([one.posterior for one in members]), checked_gold(votes, gold))
    silent = votes.votes_per_item == 0
    posterior[silent] = first.posterior[silent]  # no member knows more than the evidence
    return replace(
        first,
        votes=votes,
        posterior=posterior,
        label=most_probable(posterior),
        prior=np.mean([one.prior for one in members], axis=0),
        method="blend",
        iterations=max(one.iterations for one in members),
        converged=True,
        difficulty=members[2].difficulty,
    )


def _pool(posteriors: list[Floats]) -> Floats:
    """Return the geometric mean of probabilities, each with a little doubt, as rows that sum to 1."""
    k = posteriors[0].shape[1]
    logs = sum(np.log((1 - DOUBT) * one + DOUBT / k) for one in posteriors)
    return normalised(np.asarray(logs / len(posteriors)))
