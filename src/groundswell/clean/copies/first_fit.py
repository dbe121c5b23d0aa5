"""Within groups, in order: a row that is like an earlier leader of its group joins it, else it leads."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Likeness = NDArray[np.float64]

Compare = Callable[[Rows, Rows], Likeness]
"""Takes two rows of each pair, and returns how alike they are; not-a-number where they are no copies."""


@dataclass(frozen=True)
class Joined:
    """Which rows joined which leader; all others lead, or stayed alone.

    Attributes:
        members: places of rows that joined, `[m]`.
        leaders: the place of the leader of each, `[m]`.
        likeness: how alike they are, `[m]`.
    """

    members: Rows
    leaders: Rows
    likeness: Likeness


def first_fit(
    groups: NDArray[np.uint64] | Rows,
    compare: Compare,
    *,
    most_leaders: int,
    immune: NDArray[np.bool_] | None = None,
) -> Joined:
    """Compare the rows of each group with the group's leaders, round by round over all groups at once.

    A member is always like its leader, never only like another member.

    Args:
        groups: the group of each row; equal ones stand together, `[n]`.
        compare: is given places, 0 to n - 1.
        most_leaders: after so many leaders of a group the rest stay alone: bounds the work on groups
            of rows that have nothing in common.
        immune: rows that never join, `[n]`.
    """
    active: Rows = np.arange(len(groups), dtype=np.int64)
    found: list[Joined] = []
    for _ in range(most_leaders):
        is_leader = np.ones(len(active), np.bool_)
        is_leader[1:] = groups[active[1:]] != groups[active[:-1]]
        leaders = active[is_leader][np.cumsum(is_leader) - 1][~is_leader]
        active = active[~is_leader]
        if not len(active):
            break
        likeness = compare(active, leaders)
        joins = ~np.isnan(likeness)
        if immune is not None:
            joins &= ~immune[active]
        found.append(Joined(active[joins], leaders[joins], likeness[joins]))
        active = active[~joins]
    return _together(found)


def _together(found: list[Joined]) -> Joined:
    return Joined(
        np.concatenate([np.empty(0, np.int64), *(each.members for each in found)]),
        np.concatenate([np.empty(0, np.int64), *(each.leaders for each in found)]),
        np.concatenate([np.empty(0, np.float64), *(each.likeness for each in found)]),
    )
