"""The best spans that do not overlap."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from groundswell.errors import InputError
from groundswell.quality.spans.span import Span


def best_without_overlaps(spans: Sequence[Span], weights: Sequence[float]) -> list[int]:
    """Return the places of the spans that do not overlap and have the largest sum of weights, in text order.

    Weighted interval scheduling by dynamic programming, O(n log n). Spans that only touch do not overlap.
    Where two choices weigh the same, the one without the later span is taken.

    Args:
        spans: in any order; none gives none.
        weights: one for each span, 0 or more.

    Raises:
        InputError: a weight is missing, negative or not a number.
    """
    if len(spans) != len(weights) or not all(weight >= 0 for weight in weights):
        raise InputError(f"{len(spans)} spans need as many weights of 0 or more")
    order = sorted(
        range(len(spans)), key=lambda at: (spans[at].end, spans[at].start, str(spans[at].label), at)
    )
    ends = [spans[place].end for place in order]
    best, taken, before = [0.0], [], []
    for number, place in enumerate(order):
        free = bisect_right(ends, spans[place].start, 0, number)
        take = best[free] + weights[place]
        before.append(free)
        taken.append(take > best[-1])
        best.append(max(take, best[-1]))
    chosen, number = [], len(order)
    while number:
        if taken[number - 1]:
            chosen.append(order[number - 1])
            number = before[number - 1]
        else:
            number -= 1
    return chosen[::-1]
