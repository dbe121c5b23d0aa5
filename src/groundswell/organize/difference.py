"""What changed between two versions: items added, dropped and changed, labels that are others, columns."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from groundswell.errors import InputError, MissingColumn
from groundswell.organize.version import Version

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Diff:
    """How one version differs from another, as row numbers; items are the same where their ids are.

    An item whose content was changed has another id, and knows the old one (`derived_from`): the pair is counted as
    changed, and is neither added nor dropped.

    Attributes:
        before, after: the versions.
        added: rows of `after` whose items `before` lacks, int64.
        dropped: rows of `before` whose items `after` lacks, int64.
        changed: pairs of rows, of `before` and of `after`, int64 `[n, 2]`.
        column: the column whose values are compared.
        relabelled: pairs of rows of the same item with another value in `column`, int64 `[n, 2]`.
        moves: value before and after to number of items, the most frequent first, values as text; None is no value.
        new_columns, lost_columns: names.
    """

    before: Version
    after: Version
    added: Rows
    dropped: Rows
    changed: Rows
    column: str
    relabelled: Rows
    moves: Mapping[tuple[Any, Any], int]
    new_columns: tuple[str, ...]
    lost_columns: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether both have the same items with the same values in `column`, and the same columns."""
        parts = (self.added, self.dropped, self.changed, self.relabelled, self.new_columns, self.lost_columns)
        return not any(len(part) for part in parts)

    def __str__(self) -> str:
        counts = {"added": self.added, "dropped": self.dropped, "changed": self.changed}
        parts = [f"{len(rows):,} {word}" for word, rows in counts.items()]
        return ", ".join([*parts, f"{len(self.relabelled):,} with another {self.column}"])


def diff(before: Version, after: Version, *, column: str = "label") -> Diff:
    """Compare two versions, of one dataset or of two; what they share on disk is not even read.

    Where an id is in a version more than once, its first row counts. A column that only one of them has is all nulls
    in the other. Takes about a second for a million items.

    Args:
        before: the one that is compared with.
        after: the one that is looked at.
        column: whose values are compared, for example `label` or `split`.

    Raises:
        MissingColumn: neither has the column, unless it is `label`.
        InputError: its values are lists or the like.
    """
    _require_column(before, after, column)
    if _same(before, after, "id"):
        rows = np.arange(after.rows, dtype=np.int64)
        kept, added, dropped = np.stack([rows, rows], axis=1), rows[:0], rows[:0]
    else:
        kept, added, dropped = _matched(before, after)
    changed = _changed(before, after, added, dropped)
    relabelled, moves = _relabelled(before, after, kept, column)
    return Diff(
        before=before,
        after=after,
        added=np.setdiff1d(added, changed[:, 1]),
        dropped=np.setdiff1d(dropped, changed[:, 0]),
        changed=changed,
        column=column,
        relabelled=relabelled,
        moves=moves,
        new_columns=tuple(name for name in after.columns if name not in before.columns),
        lost_columns=tuple(name for name in before.columns if name not in after.columns),
    )


def _require_column(before: Version, after: Version, column: str) -> None:
    if column != "label" and column not in before.columns and column not in after.columns:
        raise MissingColumn(f"neither {before} nor {after} has a column {column!r} to compare")


def _same(before: Version, after: Version, column: str) -> bool:
    """Say whether two versions have a column from the same files, so that it is equal without a look."""
    return before.files_of(column) == after.files_of(column) is not None


def _matched(before: Version, after: Version) -> tuple[Rows, Rows, Rows]:
    """Return the pairs of rows of items that both have, and the rows that only `after` and only `before` has."""
    old, new = _ids(before), _ids(after)
    at = _places(new, old)
    first = _places(new, new) == np.arange(len(new))
    known = np.flatnonzero((at >= 0) & first)
    only_old = (_places(old, new) < 0) & (_places(old, old) == np.arange(len(old)))
    return np.stack([at[known], known], axis=1), np.flatnonzero((at < 0) & first), np.flatnonzero(only_old)


def _ids(version: Version) -> pa.Array:
    return version.to_table(["id"])["id"].combine_chunks()


def _places(values: pa.Array, among: pa.Array) -> Rows:
    """Return the first place of each value among others, or -1."""
    places: Rows = pc.fill_null(pc.index_in(values, value_set=among), -1).to_numpy().astype(np.int64)
    return places


def _changed(before: Version, after: Version, added: Rows, dropped: Rows) -> Rows:
    """Return the pairs of dropped and added rows of which the second was made from the first."""
    if not len(added) or not len(dropped):
        return np.zeros((0, 2), np.int64)
    sources = after.take(added, ["derived_from"])["derived_from"].combine_chunks()
    at = _places(sources, before.take(dropped, ["id"])["id"].combine_chunks())
    at[~pc.is_valid(sources).to_numpy(zero_copy_only=False)] = -1
    _, first = np.unique(at, return_index=True)
    chosen = np.sort(first[at[first] >= 0])
    return np.stack([dropped[at[chosen]], added[chosen]], axis=1)


def _relabelled(
    before: Version, after: Version, kept: Rows, column: str
) -> tuple[Rows, dict[tuple[Any, Any], int]]:
    if _same(before, after, column) or not len(kept):
        return kept[:0], {}
    old, new = _values(before, kept[:, 0], column), _values(after, kept[:, 1], column)
    table = pa.table({"old": old, "new": new})
    counts = table.group_by(["old", "new"]).aggregate([([], "count_all")]).to_pylist()
    moves = Counter(
        {(row["old"], row["new"]): row["count_all"] for row in counts if row["old"] != row["new"]}
    )
    both_null = pc.and_(pc.is_null(old), pc.is_null(new))
    equal = pc.or_(both_null, pc.fill_null(pc.equal(old, new), False))
    return kept[~equal.to_numpy(zero_copy_only=False)], dict(moves.most_common())


def _values(version: Version, rows: Rows, column: str) -> pa.ChunkedArray | pa.Array:
    if column not in version.columns:
        return pa.nulls(len(rows), pa.string())
    values = version.take(rows, [column])[column]
    try:
        return values.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as error:
        raise InputError(
            f"values of {column!r} ({values.type}) cannot be compared; choose another column"
        ) from error
