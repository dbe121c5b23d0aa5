"""The leak check: whether what a model is tested on was, nearly, in what it was trained on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from groundswell.clean import DropNearDuplicates
from groundswell.errors import MissingColumn
from groundswell.organize.copies import copies_across
from groundswell.organize.version import Version


@dataclass(frozen=True)
class Leak:
    """Two items that are nearly the same, in different parts.

    Attributes:
        item, part: of the two the one in the smaller part.
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

    Each item that is like one of another part is named, in a pair, though not in every pair that it makes. Those are
    found that cleaning would find: near copies that share a band key (at a similarity of 0.8 that is 92 of 100, at 0.9
    all but one in a thousand), and what hangs together by such.

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
    ids = version.ids()
    sizes = Counter(part for part in parts if part is not None)
    rank = {part: place for place, (part, _) in enumerate(sizes.most_common())}
    pairs = copies_across(version, parts, similar)
    found: dict[frozenset[str], Leak] = {}
    for one, other, likeness in zip(
        pairs.one.tolist(), pairs.other.tolist(), pairs.likeness.tolist(), strict=True
    ):
        if rank[str(parts[one])] < rank[str(parts[other])]:
            one, other = other, one
        leak = Leak(ids[one], str(parts[one]), ids[other], str(parts[other]), likeness)
        found.setdefault(frozenset((ids[one], ids[other])), leak)
    return sorted(found.values(), key=lambda leak: (-leak.similarity, leak.item))
