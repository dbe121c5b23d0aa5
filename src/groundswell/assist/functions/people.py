"""What people (or gold) say of the items that labelling functions were run on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from groundswell.errors import InputError
from groundswell.quality.infer import consensus
from groundswell.quality.known import evidence_rows, widened
from groundswell.quality.result import Consensus, Floats, names_or_codes
from groundswell.quality.votes import Name, Votes


def with_people(votes: Votes, people: Any) -> tuple[Votes, Floats]:
    """Bring people's labels to the items and classes of votes.

    Args:
        votes: what the functions said.
        people: a dict of item to its class (gold), or to a dict of class to probability; a `Consensus`; or a table
            of answers, from which one is inferred. Items that the functions were not run on are left out.

    Returns:
        The votes, with classes added that only people name; and float64 `[n_items, n_classes]`, the probability of
        each class, rows of NaN where nobody answered.

    Raises:
        InputError: `people` is none of these, or a probability is negative or not finite.
    """
    known = set(names_or_codes(votes.item_names, votes.n_items))
    shares = {name: row for name, row in _shares(people).items() if name in known}
    if not shares:
        return votes, np.full((votes.n_items, votes.n_classes), np.nan)
    votes = widened(votes, shares, None, may_add_classes=True)
    rows = np.asarray(evidence_rows(votes, shares), np.float64)
    spoken = rows[~np.isnan(rows).all(axis=1)]
    if not (np.isfinite(spoken).all() and (spoken >= 0).all() and (spoken.sum(axis=1) > 0).all()):
        raise InputError("people's probabilities must be finite, none negative, and not all zero for an item")
    return votes, rows / rows.sum(axis=1, keepdims=True)


def _shares(people: Any) -> dict[Name, Mapping[Name, float]]:
    """Return each answered item's probabilities, by name."""
    if people is None:
        return {}
    if isinstance(people, Consensus):
        return _of_consensus(people)
    if not isinstance(people, Mapping):
        return _of_consensus(consensus(people))
    return {
        item: said if isinstance(said, Mapping) else {said: 1.0}
        for item, said in people.items()
        if said is not None
    }


def _of_consensus(people: Consensus) -> dict[Name, Mapping[Name, float]]:
    """Return the posterior of the items that people voted on; what only a model saw is no word of theirs."""
    votes = people.votes
    items = names_or_codes(votes.item_names, votes.n_items)
    classes = names_or_codes(votes.class_names, votes.n_classes)
    return {
        items[place]: dict(zip(classes, people.posterior[place].tolist(), strict=True))
        for place in np.flatnonzero(votes.votes_per_item > 0)
    }
