"""Blend: the mean of three unlike models of a crowd."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from groundswell.quality.dawid_skene import dawid_skene
from groundswell.quality.glad import glad
from groundswell.quality.result import Consensus, most_probable
from groundswell.quality.shrunk import shrunk
from groundswell.quality.votes import Votes

EARLY = 2
"""Rounds of Dawid–Skene: at convergence its probabilities are near 0 or 1 and would drown the other two."""

GLAD_ROUNDS = 20
"""Rounds of GLAD: enough for labels to settle; on large sets its last decimals take hundreds."""


def blend(votes: Votes, *, evidence: Any = None, gold: Any = None) -> Consensus:
    """Average the posteriors of `shrunk`, of `dawid_skene` stopped early, and of `glad`.

    The three fail in different places: the first two follow a crowd's common confusions and can fit noise, the
    third knows hard tasks and no confusions. Where they disagree the mean is unsure, so that it is less
    over-confident than any of them. Prefer it where accuracy counts and a fit may take some ten times as long as
    that of `shrunk`.

    Args:
        votes: at least one vote; an item may have any number, a worker too.
        evidence: `[n_items, n_classes]` calibrated model probabilities, given to all three.
        gold: `[n_items]` known labels, -1 where unknown; clamped.

    Returns:
        The mean posterior and class prior; confusion, skill and its error of `shrunk`, difficulty of `glad`.
        `iterations` is the largest of the three; `converged` is True, as fixed rounds are what the method is.

    Raises:
        NoVotes: `votes` is empty.
        InputError: evidence or gold do not fit the votes.

    Source:
        The linear opinion pool with equal weights: Stone (1961), "The Opinion Pool", Annals of Mathematical
        Statistics 32(4):1339-1342. The choice of members is ours; equal weights, because there is no gold to
        learn others from.
    """
    members = (
        shrunk(votes, evidence=evidence, gold=gold),
        dawid_skene(votes, evidence=evidence, gold=gold, early_stop=EARLY),
        glad(votes, evidence=evidence, gold=gold, max_iter=GLAD_ROUNDS),
    )
    posterior = np.mean([one.posterior for one in members], axis=0)
    return replace(
        members[0],
        posterior=posterior,
        label=most_probable(posterior),
        prior=np.mean([one.prior for one in members], axis=0),
        method="blend",
        iterations=max(one.iterations for one in members),
        converged=True,
        difficulty=members[2].difficulty,
    )
