"""Two sequences side by side: which of their entries face each other, in order, at the least cost."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.result import TIE, Floats

NONE = -1
"""In a pair, that an entry faces none."""

Places = NDArray[np.intp]


def cheapest_pairs(facing: Floats, skipping: Floats, adding: float) -> tuple[Places, Places]:
    """Return the alignment of least cost as pairs of a first and a second entry; one of a pair may be `NONE`.

    Where several cost the same, entries face each other as late as can be, and first ones are skipped later than
    second ones are added. It takes time and memory as the product of both lengths.

    Args:
        facing: cost of each second entry where it faces each first, `[n_second, n_first]`, 0 or more.
        skipping: cost of a first entry that faces none, `[n_first]`, 0 or more.
        adding: cost of a second entry that faces none, 0 or more.

    Returns:
        Two arrays of the same length: the places of the first entries and of the second ones, each in order.

    Source:
        Needleman and Wunsch (1970), Journal of Molecular Biology 48(3):443-453, doi:10.1016/0022-2836(70)90057-4.
    """
    ahead = np.concatenate([[0.0], np.cumsum(skipping)])
    table = np.empty((len(facing) + 1, len(ahead)))
    table[0] = ahead
    for second, cost in enumerate(facing):
        row = table[second] + adding
        np.minimum(row[1:], table[second, :-1] + cost, out=row[1:])
        table[second + 1] = np.minimum.accumulate(row - ahead) + ahead
    pairs = _walk_back(table.tolist(), facing.tolist(), skipping.tolist())
    first, second_places = np.array(pairs, np.intp).reshape(-1, 2).T
    return first, second_places


def _walk_back(
    table: Sequence[Sequence[float]], facing: Sequence[Sequence[float]], skipping: Sequence[float]
) -> list[tuple[int, int]]:
    """Return the pairs of first and second entry on the cheapest way through a table of costs."""
    second, first = len(facing), len(skipping)
    pairs = []
    while second or first:
        reached = table[second][first] + TIE
        if second and first and table[second - 1][first - 1] + facing[second - 1][first - 1] <= reached:
            second, first = second - 1, first - 1
            pairs.append((first, second))
        elif first and table[second][first - 1] + skipping[first - 1] <= reached:
            first -= 1
            pairs.append((first, NONE))
        else:
            second -= 1
            pairs.append((NONE, second))
    return pairs[::-1]
