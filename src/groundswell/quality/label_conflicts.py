"""Near-duplicates that carry different labels: at least one of them is wrong, and no model is needed to say so."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from groundswell.errors import InputError
from groundswell.quality.table import is_missing


@dataclass(frozen=True)
class Conflict:
    """A group of near-identical items whose labels differ.

    Attributes:
        group: what the group is called.
        items: places of its labelled items, ascending.
        counts: how many of them have each label, the commonest first; of equals, the one that comes first.
        suggested: the commonest label; None where it is a tie.
        suspects: places of the items that do not have it, ascending; all items where it is a tie.
        reason: why, in words.
    """

    group: Hashable
    items: tuple[int, ...]
    counts: dict[Hashable, int]
    suggested: Hashable | None
    suspects: tuple[int, ...]
    reason: str

    @property
    def lead(self) -> int:
        """How many more items have the commonest label than the next: 0 is a tie."""
        most, next_ = list(self.counts.values())[:2]
        return most - next_


def find_conflicts(labels: Sequence[Any], groups: Sequence[Any]) -> tuple[Conflict, ...]:
    """Find groups of duplicates or near-duplicates that were given different labels.

    Args:
        labels: `[n_items]`, any labels. None or NaN is no label, and cannot conflict.
        groups: `[n_items]`, what tells duplicates: a cluster id, a digest, an item id. None or NaN is no
            group: the item is like no other.

    Returns:
        The conflicts, clearest first: by `lead`, then the larger group, then the one that comes first. One
        that comes late is a tie, for a person to settle.

    Raises:
        InputError: labels and groups differ in length.
    """
    if len(labels) != len(groups):
        raise InputError(f"{len(labels)} labels and {len(groups)} groups; give one of each for each item")
    names, keys = (
        np.asarray(column).tolist() if isinstance(column, np.ndarray) else list(column)
        for column in (labels, groups)
    )
    usable = np.flatnonzero(~is_missing("label", names) & ~is_missing("group", keys)).tolist()
    members: dict[Hashable, list[int]] = {}
    for place in usable:
        members.setdefault(keys[place], []).append(place)
    found = [
        _conflict(group, places, names)
        for group, places in members.items()
        if any(names[place] != names[places[0]] for place in places)
    ]
    return tuple(sorted(found, key=lambda one: (-one.lead, -len(one.items), one.items)))


def _conflict(group: Hashable, places: list[int], names: list[Any]) -> Conflict:
    """Describe one group whose labels differ."""
    tally: dict[Hashable, int] = {}
    for place in places:
        tally[names[place]] = tally.get(names[place], 0) + 1
    counts = dict(sorted(tally.items(), key=lambda pair: -pair[1]))
    (best, most), (_, next_) = list(counts.items())[:2]
    said = ", ".join(f"{count} × {label}" for label, count in counts.items())
    reason = f"{len(places)} near-identical items are labelled {said}"
    if most == next_:
        return Conflict(group, tuple(places), counts, None, tuple(places), reason)
    suspects = tuple(place for place in places if names[place] != best)
    return Conflict(group, tuple(places), counts, best, suspects, reason)
