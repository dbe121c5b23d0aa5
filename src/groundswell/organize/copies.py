"""Which items of a version are near copies: what must not stand on two sides of a split."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.clean import DropNearDuplicates, GroupNearCopies, run
from groundswell.clean.copies.search import LOOKS
from groundswell.clean.job.shelf import taken_of
from groundswell.organize.version import Version

Rows = NDArray[np.int64]

_ROWS_AT_ONCE = 1024
_PAIRS_AT_ONCE = 1 << 14


@dataclass(frozen=True)
class Pairs:
    """Rows that are near copies, `one[i]` and `other[i]`, and how alike they are, 0 to 1."""

    one: Rows
    other: Rows
    likeness: NDArray[np.float64]


def families_of(version: Version, similar: DropNearDuplicates | None = None) -> list[str]:
    """Return the family of each row: the id of the first item of those that hang together by near copies.

    Args:
        version: whose items.
        similar: what counts as a near copy; the default of cleaning if None.
    """
    steps = [GroupNearCopies(similar or DropNearDuplicates())]
    found: dict[str, str] = {}
    for batch in run(version.batches(with_data=True), steps, on_drop=lambda drop: None):
        found |= zip(batch["id"].to_pylist(), batch[steps[0].column].to_pylist(), strict=True)
    return [found.get(item_id, item_id) for item_id in version.ids()]


def copies_across(
    version: Version, parts: Sequence[str | None], similar: DropNearDuplicates | None = None
) -> Pairs:
    """Return for each row that is a near copy of one in another part such a pair; of some rows there are several.

    Only families that stand in several parts are looked at, and in these each row is compared with those of other
    parts until one is like it. So the work grows with the square of such a family only where few are alike.

    Args:
        version: whose items.
        parts: of each row; those in none (None) are left out.
        similar: what counts as a near copy; the default of cleaning if None.
    """
    similar = similar or DropNearDuplicates()
    rows, family, part = _torn(families_of(version, similar), parts)
    looks = taken_of(
        pa.chunked_array(list(_looks(version, rows, similar)), pa.large_binary()).combine_chunks()
    )

    def compare(one: Rows, other: Rows) -> NDArray[np.float64]:
        starts = range(0, len(one), _PAIRS_AT_ONCE)
        spans = [slice(start, start + _PAIRS_AT_ONCE) for start in starts]
        return np.concatenate(
            [np.empty(0), *(similar.compare(looks, one[span], other[span]) for span in spans)]
        )

    found = _across(family, part, compare)
    return Pairs(rows[found.one], rows[found.other], found.likeness)


def _torn(families: Sequence[str], parts: Sequence[str | None]) -> tuple[Rows, Rows, Rows]:
    """Return the rows of families in several parts, with their families and parts as numbers, by both."""
    inside = np.flatnonzero(np.array([part is not None for part in parts], np.bool_))
    family = np.unique(np.array(families, object)[inside].astype(str), return_inverse=True)[1]
    part = np.unique(np.array(parts, object)[inside].astype(str), return_inverse=True)[1]
    order = np.lexsort((part, family))
    inside, family, part = inside[order], family[order], part[order]
    if not len(inside):
        return inside, family, part
    starts = np.flatnonzero(np.concatenate([[True], family[1:] != family[:-1]]))
    is_torn = np.minimum.reduceat(part, starts) != np.maximum.reduceat(part, starts)
    kept = np.repeat(is_torn, np.diff(np.append(starts, len(family))))
    return inside[kept], family[kept], part[kept]


def _looks(version: Version, rows: Rows, similar: DropNearDuplicates) -> Iterator[pa.Array]:
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        for batch in version.batches_of(rows[start : start + _ROWS_AT_ONCE]):
            yield similar.gather(batch).shelves[LOOKS].cast(pa.large_binary())


def _across(family: Rows, part: Rows, compare: Any) -> Pairs:
    """Compare each row with those of other parts of its family, the kth in round k, until one is like it."""
    first, last = _ends(family)
    own_first, own_last = _ends(family * (part.max(initial=0) + 1) + part)
    waiting: Rows = np.arange(len(family), dtype=np.int64)
    found: list[Pairs] = []
    distance = 0
    while len(waiting := waiting[distance < (last - first - (own_last - own_first))[waiting]]):
        before = own_first[waiting] - first[waiting]
        other = np.where(distance < before, first[waiting] + distance, own_last[waiting] + distance - before)
        likeness = compare(waiting, other)
        is_alike = ~np.isnan(likeness)
        found.append(Pairs(waiting[is_alike], other[is_alike], likeness[is_alike]))
        waiting = np.setdiff1d(waiting[~is_alike], other[is_alike])
        distance += 1
    return Pairs(
        np.concatenate([np.empty(0, np.int64), *(each.one for each in found)]),
        np.concatenate([np.empty(0, np.int64), *(each.other for each in found)]),
        np.concatenate([np.empty(0), *(each.likeness for each in found)]),
    )


def _ends(groups: Rows) -> tuple[Rows, Rows]:
    """Return for each row where its group begins and ends; equal ones stand together, ascending."""
    return np.searchsorted(groups, groups, side="left"), np.searchsorted(groups, groups, side="right")
