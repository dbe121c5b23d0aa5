"""Splits that hold: each item in one part for ever, and what is nearly the same always in the same part."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from groundswell.errors import InputError, MissingColumn
from groundswell.items.split import FRACTIONS, check_fractions, split_of
from groundswell.organize.copies import families_of
from groundswell.organize.leaks import leaks_of
from groundswell.organize.store import DatasetStore
from groundswell.organize.version import Version

NEAR = "near copies"
"""Grouping by what is nearly the same, step by step: no two near copies are in different groups."""

COLUMN = "split"


@dataclass(frozen=True)
class Split:
    """A version whose items are divided into parts.

    Attributes:
        sizes: part to number of items, the largest first.
        groups: how many groups the items form; no group is divided, but for what was divided before.
        held_out: items that belong to no part (null), as they are like items of two: any part would leak.
    """

    version: Version
    sizes: Mapping[str, int]
    groups: int
    held_out: int


def split(
    store: DatasetStore,
    version: Version,
    fractions: Mapping[str, float] = FRACTIONS,
    *,
    seed: int = 0,
    group_by: str | None = NEAR,
    column: str = COLUMN,
) -> Split:
    """Add a column that says which part each item belongs to, as a new version.

    A keyed hash of the item, or of the first item of its group, decides: the same on every machine, whatever else is
    in the dataset. Items that have a part already keep it, so a dataset that grows is split again without
    moving anything: new items go with their group. A new item that is like items of two parts goes to none.

    Args:
        store: where the version is.
        version: what is divided. Where it has the column already, only items without a part get one.
        fractions: share of each part, above 0, together 1; parts meet them about.
        seed: another seed is another, unrelated split.
        group_by: `near copies`, the name of a column or of another field of the records (a patient, an author)
            whose items stay together, or None for each item by itself.
        column: the name of the column.

    Raises:
        InputError: the fractions are not positive or do not add up to 1, or the column has parts that are not
            among them.
        MissingColumn: there is no column or field to group by.
    """
    check_fractions(fractions)
    ids = version.ids()
    groups = _groups(version, ids, group_by)
    before = _before(version, column, fractions)
    known: dict[str, str] = {}
    for group, part in zip(groups, before, strict=True):
        if part is not None:
            known.setdefault(group, part)
    fresh = dict(
        zip(dict.fromkeys(groups), split_of(dict.fromkeys(groups), fractions, seed).tolist(), strict=True)
    )
    parts: list[str | None] = [
        part if part is not None else known.get(group, fresh[group])
        for group, part in zip(groups, before, strict=True)
    ]
    held_out = _torn(version, parts, before) if group_by == NEAR and any(before) else set[int]()
    parts = [None if row in held_out else part for row, part in enumerate(parts)]
    lineage = {"split": {"column": column, "fractions": dict(fractions), "seed": seed, "group_by": group_by}}
    table = _first_of_each(ids, parts, column)
    made = store.add_columns(version, table, lineage={**version.lineage, **lineage})
    sizes = Counter(part for part in parts if part is not None)
    return Split(made, dict(sizes.most_common()), len(set(groups)), len(held_out))


def _groups(version: Version, ids: Sequence[str], group_by: str | None) -> list[str]:
    """Return the name of each item's group: the id of its first item, or the value that its items share."""
    if group_by is None:
        return list(ids)
    if group_by == NEAR:
        return families_of(version)
    values = _values(version, group_by)
    return [
        item_id if value is None else f"{group_by}={value}"
        for item_id, value in zip(ids, values, strict=True)
    ]


def _values(version: Version, name: str) -> list[object]:
    if name in version.columns:
        found: list[object] = version.to_table([name])[name].to_pylist()
        return found
    records = [json.loads(meta) for meta in version.to_table(["meta"])["meta"].to_pylist()]
    if not any(name in record for record in records):
        raise MissingColumn(f"{version} has no column or field {name!r} to group by")
    return [record.get(name) for record in records]


def _before(version: Version, column: str, fractions: Mapping[str, float]) -> list[str | None]:
    if column not in version.columns:
        return [None] * version.rows
    before: list[str | None] = version.to_table([column])[column].to_pylist()
    strange = sorted({part for part in before if part is not None} - set(fractions))
    if strange:
        raise InputError(
            f"{version} has items in {', '.join(map(repr, strange[:5]))}, which is none of {', '.join(fractions)}; "
            "give these fractions too, or another column"
        )
    return before


def _torn(version: Version, parts: Sequence[str | None], before: Sequence[str | None]) -> set[int]:
    """Return the rows of new items that are like an item of another part."""
    row_of: dict[str, int] = {item_id: row for row, item_id in enumerate(version.ids())}
    leaks = leaks_of(version, parts)
    sides = {row_of[item_id] for leak in leaks for item_id in (leak.item, leak.other)}
    return {row for row in sides if before[row] is None}


def _first_of_each(ids: Sequence[str], parts: Sequence[str | None], column: str) -> pa.Table:
    """Return a table of the parts, of an item that is there more than once the first."""
    each = {item_id: part for item_id, part in zip(reversed(ids), reversed(parts), strict=True)}
    return pa.table({"id": pa.array(each, pa.string()), column: pa.array(each.values(), pa.string())})
