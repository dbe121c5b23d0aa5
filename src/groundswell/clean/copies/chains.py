"""Which rows of a group hang together: each is like the next, though the ends of a chain may be unlike."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.clean.copies.components import components
from groundswell.clean.copies.first_fit import Compare

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Links:
    """Pairs of places that are alike, from which the others follow: `one[i]` and `other[i]`."""

    one: Rows
    other: Rows


def linked(groups: NDArray[np.uint64] | Rows, compare: Compare, *, reach: int) -> Links:
    """Compare the rows of each group until it is known which hang together, round by round over all groups at once.

    In round k each row is compared with the kth after it, unless both are known to hang together by then; so a group
    of copies takes one round, and only groups of rows that have little in common take many.

    Args:
        groups: the group of each row; equal ones stand together, `[n]`.
        compare: is given places, 0 to n - 1.
        reach: rounds at most: rows of a group that are further apart are not compared with each other.
    """
    active: Rows = np.arange(len(groups), dtype=np.int64)
    part: Rows = active.copy()
    found: list[Links] = []
    for distance in range(1, reach + 1):
        active = active[_is_open(groups[active], part[active])]
        if len(active) <= distance:
            break
        one, other = active[:-distance], active[distance:]
        is_open = (groups[one] == groups[other]) & (part[one] != part[other])
        one, other = one[is_open], other[is_open]
        is_alike = ~np.isnan(compare(one, other))
        found.append(Links(one[is_alike], other[is_alike]))
        part[active] = _renamed(part[active], *components(part[one[is_alike]], part[other[is_alike]]))
    return Links(
        np.concatenate([np.empty(0, np.int64), *(each.one for each in found)]),
        np.concatenate([np.empty(0, np.int64), *(each.other for each in found)]),
    )


def _renamed(values: Rows, nodes: Rows, roots: Rows) -> Rows:
    """Return values with each node replaced by its root; nodes ascend."""
    places = np.minimum(np.searchsorted(nodes, values), max(len(nodes) - 1, 0))
    if not len(nodes):
        return values
    return np.where(nodes[places] == values, roots[places], values)


def _is_open(groups: NDArray[np.uint64] | Rows, part: Rows) -> NDArray[np.bool_]:
    """Return which rows are of a group that does not hang together yet."""
    if not len(groups):
        return np.zeros(0, np.bool_)
    starts = np.flatnonzero(np.concatenate([[True], groups[1:] != groups[:-1]]))
    is_open = np.minimum.reduceat(part, starts) != np.maximum.reduceat(part, starts)
    return np.repeat(is_open, np.diff(np.append(starts, len(groups))))
