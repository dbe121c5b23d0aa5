"""What is known beside the votes: model probabilities, and gold."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from groundswell.errors import InputError
from groundswell.quality.expectation import across, column_sums, label_sums
from groundswell.quality.pairs import BLOCK, add_ones
from groundswell.quality.result import Floats
from groundswell.quality.votes import Codes, Votes

FLOOR = 1e-6
"""Least probability that a model may give a class: no model is so sure that people cannot overrule it."""

EVEN_ITEMS = 5.0
"""Imagined items in the class prior, split evenly over classes: three items say little of what is common."""


def checked_evidence(votes: Votes, evidence: Any) -> Floats | None:
    """Return model probabilities as rows that sum to 1, NaN rows meaning "no opinion".

    Args:
        votes: what they go with.
        evidence: `[n_items, n_classes]` calibrated probabilities of each class given the item's content. They
            hold the class prior already. A row of NaN is no opinion. None is no evidence at all.

    Raises:
        InputError: wrong shape, a negative or infinite entry, a row that is NaN in part, or all zero.
    """
    if evidence is None:
        return None
    given = np.asarray(evidence, np.float64)
    if given.shape != (votes.n_items, votes.n_classes):
        raise InputError(f"evidence must be [{votes.n_items}, {votes.n_classes}], not {list(given.shape)}")
    missing = np.isnan(given)
    silent = missing.all(axis=1)
    spoken = given[~silent]
    if not (np.isfinite(spoken).all() and (spoken >= 0).all() and (spoken.sum(axis=1) > 0).all()):
        raise InputError("evidence must be probabilities: no negative, infinite, all-zero or partly NaN row")
    share = spoken / spoken.sum(axis=1, keepdims=True) + FLOOR
    out = np.full(given.shape, np.nan)
    out[~silent] = share / share.sum(axis=1, keepdims=True)
    return out


def checked_gold(votes: Votes, gold: Any) -> Codes:
    """Return the known label of each item, int32 `[n_items]`, -1 where it is unknown.

    Raises:
        InputError: wrong shape or type, or a code that is no class.
    """
    if gold is None:
        return np.broadcast_to(np.int32(-1), votes.n_items)
    given = np.asarray(gold)
    if given.shape != (votes.n_items,) or not np.issubdtype(given.dtype, np.integer):
        raise InputError(
            f"gold must be one integer code an item ({votes.n_items}), -1 where it is unknown, or a dict of task "
            "to class"
        )
    if given.size and not -1 <= given.min() <= given.max() < votes.n_classes:
        found = f"{given.min()} to {given.max()}"
        raise InputError(f"gold codes must be -1 to {votes.n_classes - 1}; found {found}")
    return given.astype(np.int32)


def has_opinion(votes: Votes, evidence: Floats | None) -> NDArray[np.bool_]:
    """Say for which items the model has an opinion, `[n_items]`."""
    return np.zeros(votes.n_items, bool) if evidence is None else ~np.isnan(evidence[:, 0])


def clamp(posterior: Floats, gold: Codes) -> Floats:
    """Set the posterior of every gold item to its known label, in place; returns it."""
    known = np.flatnonzero(gold >= 0)
    posterior[known] = 0.0
    posterior[known, gold[known]] = 1.0
    return posterior


def vote_shares(
    votes: Votes, evidence: Floats | None, gold: Codes, dtype: DTypeLike = np.float64
) -> tuple[Floats, Floats]:
    """Return what a plain count says, and the class prior that it implies.

    Votes count by their weights, where they have any. A model's opinion counts as one more vote, split by its
    probabilities. Items that nobody voted on and no
    model saw get the prior: the mean share of each class over the items that have anything, and `EVEN_ITEMS`
    more that are split evenly.

    Returns:
        Shares `[n_items, n_classes]` of `dtype`, rows summing to 1; prior float64 `[n_classes]`.
    """
    shares = _counts(votes, dtype)
    if evidence is not None:
        shares += np.nan_to_num(evidence)
    total = across(np.add, shares)
    np.divide(shares, total[:, None], out=shares, where=total[:, None] > 0)
    clamp(shares, gold)
    known = (total > 0) | (gold >= 0)
    prior = column_sums(shares) + EVEN_ITEMS / votes.n_classes
    prior /= known.sum() + EVEN_ITEMS
    shares[~known] = prior
    return shares, prior


def _counts(votes: Votes, dtype: DTypeLike) -> Floats:
    """Return the (weighted) votes for each class of each item, `[n_items, n_classes]`."""
    if votes.weight is not None:
        return label_sums(votes, np.ones(len(votes))).astype(dtype, copy=False)
    counts = np.zeros(votes.n_items * votes.n_classes, dtype)
    for start in range(0, len(votes), BLOCK):
        part = slice(start, start + BLOCK)
        add_ones(counts, votes.item[part] * np.int64(votes.n_classes) + votes.label[part])
    return counts.reshape(votes.n_items, votes.n_classes)


def log_prior(prior: Floats, evidence: Floats | None) -> Floats:
    """Return the log-probability of each class before any vote: the model's opinion, or else the class prior.

    Evidence is the chance of a class given the item's content, so it holds the prior already.
    """
    log_class = np.log(np.maximum(prior, FLOOR))[None, :]
    return log_class if evidence is None else np.where(np.isnan(evidence), log_class, np.log(evidence))
