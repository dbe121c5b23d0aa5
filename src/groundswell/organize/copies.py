"""Which items of a version are near copies of which: what must not stand on two sides of a split."""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.clean import DropNearDuplicates, run
from groundswell.items import Drop
from groundswell.organize.version import Version

_ROWS_AT_ONCE = 1024


def copies_among(
    version: Version, *, similar: DropNearDuplicates | None = None, order: Iterable[int] | None = None
) -> dict[str, tuple[str, float]]:
    """Return for each item that is a near copy of one before it, that item's id and how similar they are.

    Each copy is compared with items that are no copies themselves, so those that it points to form the groups.

    Args:
        version: whose items.
        similar: what counts as a near copy; the default of cleaning if None.
        order: rows in the order in which "before" is meant; as stored if None.
    """
    found: dict[str, tuple[str, float]] = {}

    def note(drop: Drop) -> None:
        if drop.item_id is None or drop.kept is None or drop.likeness is None:
            return
        if drop.item_id != drop.kept:
            found[drop.item_id] = (drop.kept, drop.likeness)

    for _ in run(_batches(version, order), [similar or DropNearDuplicates()], on_drop=note):
        pass
    return found


def _batches(version: Version, order: Iterable[int] | None) -> Iterator[pa.RecordBatch]:
    if order is None:
        yield from version.batches(with_data=True)
        return
    rows: NDArray[np.int64] = np.fromiter(order, np.int64)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        yield from version.batches_of(rows[start : start + _ROWS_AT_ONCE])
