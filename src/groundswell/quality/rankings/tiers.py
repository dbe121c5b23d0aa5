"""Tiers: one order as people write it, a list or a dict of places, as items best first."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from groundswell.errors import InputError
from groundswell.quality.votes import Name

Tiers = list[list[Name]]
"""Items best first; those of one tier are tied."""


def tiers_of(number: int, order: Any) -> Tiers:
    """Return the tiers of one order, best first; none where it is missing or empty.

    Args:
        number: the row that it stands in, for the message.
        order: a list of items, in which an inner list is a tie, or a dict of item to place.

    Raises:
        InputError: it is neither, or has an item twice.
    """
    if order is None or (isinstance(order, float) and order != order):
        return []
    if isinstance(order, Mapping):
        tiers = _by_place(number, order)
    elif isinstance(order, Sequence | np.ndarray) and not isinstance(order, str | bytes):
        tiers = [list(one) if isinstance(one, list | tuple | set | frozenset) else [one] for one in order]
    else:
        raise InputError(f"row {number}: an order is a list of items or a dict of places, not {order!r}")
    names = [name for tier in tiers for name in tier]
    try:
        twice = len(set(names)) < len(names)
    except TypeError as error:
        raise InputError(f"row {number}: every item must be a plain value: {error}") from error
    if twice:
        raise InputError(f"row {number}: an item stands twice in {order!r}; give each item one place")
    return [tier for tier in tiers if tier]


def _by_place(number: int, order: Mapping[Name, Any]) -> Tiers:
    """Return the tiers of a dict of item to place."""
    places: dict[float, list[Name]] = {}
    for name, place in order.items():
        if not isinstance(place, int | float | np.number) or not np.isfinite(place):
            raise InputError(f"row {number}: the place of {name!r} must be a number, not {place!r}")
        places.setdefault(float(place), []).append(name)
    return [places[place] for place in sorted(places)]
