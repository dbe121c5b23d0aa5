"""Label errors where several people answered: labels in use that the consensus does not share."""

from __future__ import annotations

from typing import Any

import numpy as np

from groundswell.quality.evidence import checked_gold
from groundswell.quality.label_errors import LabelError
from groundswell.quality.majority import majority
from groundswell.quality.result import Consensus, Floats, names_or_codes


def find_crowd_errors(result: Consensus, *, labels: Any = None) -> tuple[LabelError, ...]:
    """Find labels that do not stand once workers' skill and a model's opinion are weighed with the votes.

    Prefer it to `find_label_errors` where items have several answers: it knows how many people stood behind
    a label, and how good they are. `result.confidence` is the same score for the consensus labels themselves.

    Args:
        result: a consensus with the model as evidence: `consensus(answers, evidence=probabilities)`, with
            probabilities that are out of sample and calibrated (see `fit_temperature`).
        labels: int codes `[n_items]`, the labels that are in use, -1 for none; by default what most people
            said of each item, of equals the lowest code.

    Returns:
        The items that have an answer and another label than the consensus, most suspicious first: those with
        the least posterior probability of the label, which is the score.

    Raises:
        InputError: labels do not fit the votes.

    Source:
        The idea is CROWDLAB's: Goh, Tkachenko and Mueller (2022), arXiv:2210.06812. It weighs the model and
        each worker by how well they agree; here both are weighed by our own consensus.
    """
    votes = result.votes
    used = majority(votes).label if labels is None else checked_gold(votes, labels)
    judged = (used >= 0) & (votes.votes_per_item > 0)
    belief = _probability_of(result, np.arange(votes.n_items), used)
    wrong = np.flatnonzero(judged & (used != result.label))
    ranked = wrong[np.lexsort((-result.confidence[wrong], belief[wrong]))]
    names = names_or_codes(votes.class_names, votes.n_classes)
    found = []
    for item in ranked.tolist():
        label, better = int(used[item]), int(result.label[item])
        reason = (
            f"{votes.counts[item, label]} of {votes.votes_per_item[item]} answers say {names[label]}; all that "
            f"is known makes {names[better]} right with {result.confidence[item]:.2f} and {names[label]} with "
            f"{belief[item]:.2f}"
        )
        found.append(LabelError(item, names[label], names[better], float(belief[item]), reason))
    return tuple(found)


def vote_scores(result: Consensus) -> Floats:
    """Return the probability that each single answer is right, `[n_votes]`, in the order of `result.votes`.

    The least probable answers are the ones to look at with the worker who gave them.
    """
    return _probability_of(result, result.votes.item, result.votes.label)


def _probability_of(result: Consensus, item: Any, label: Any) -> Floats:
    """Return the posterior probability of one label for each of some items."""
    chosen: Floats = result.posterior[item, label]
    return chosen
