"""The leak check: whether what a model is tested on was, nearly, in what it was trained on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from groundswell.clean import DropNearDuplicates
from groundswell.errors import MissingColumn
from groundswell.organize.copies import copies_among
from groundswell.organize.version import Version


@dataclass(frozen=True)
class Leak:
    """Two items that are nearly the same, in different parts.

    Attributes:
        similarity: as near-duplicates are measured, 0 to 1; 1 for the same item in both.
    """

    item: str
    part: str
    other: str
    other_part: str
    similarity: float


def find_leaks(
    version: Version, column: str = "split", *, similar: DropNearDuplicates | None = None
) -> list[Leak]:
    """Return near copies that stand on two sides of a split, the most similar first.

    Each item of a part is compared with what is no copy itself among the others, in both orders of the parts; so
    where parts leak, that is found, though of a group of copies not every pair is named.

    Args:
        version: what is checked.
        column: which part each item belongs to; items without one are in none.
        similar: what counts as a near copy; the default of cleaning if None.

    Raises:
        MissingColumn: the version is not split.
    """
    if column not in version.columns:
        raise MissingColumn(
            f"{version} has no column {column!r}; split it first: groundswell split {version.name}"
        )
    return leaks_of(version, version.to_table([column])[column].to_pylist(), similar=similar)


def leaks_of(
    version: Version, parts: Sequence[str | None], *, similar: DropNearDuplicates | None = None
) -> list[Leak]:
    """Return near copies of different parts, where `parts` says which part each row belongs to; see `find_leaks`."""
    part_of = {
        str(item_id): part for item_id, part in zip(version.ids(), parts, strict=True) if part is not None
    }
    rank = {part: place for place, (part, _) in enumerate(Counter(part_of.values()).most_common())}
    order = np.argsort([-1 if part is None else rank[part] for part in parts], kind="stable")
    order = order[sum(part is None for part in parts) :]
    found: dict[frozenset[str], Leak] = {}
    for rows in (order, order[::-1]):
        for item, (other, similarity) in copies_among(version, similar=similar, order=rows).items():
            if part_of[item] != part_of[other]:
                leak = Leak(item, part_of[item], other, part_of[other], similarity)
                found.setdefault(frozenset((item, other)), leak)
    return sorted(found.values(), key=lambda leak: (-leak.similarity, leak.item))
