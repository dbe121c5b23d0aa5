"""Column groups: what a new version shares with those that it is made of, and what is written for it."""

from pathlib import Path

import pyarrow as pa

from groundswell.errors import Conflict
from groundswell.organize.fragments import FragmentWriter, schema_of
from groundswell.organize.manifest import ColumnGroup, Manifest, StoredFile
from groundswell.organize.version import Version

_NULLS_AT_ONCE = 1 << 16


def written(table: pa.Table, folder: Path) -> ColumnGroup:
    """Write a table as a column group: its files are on disk, and no version has them yet."""
    writer = FragmentWriter(folder)
    try:
        for batch in table.combine_chunks().to_batches() or [pa.RecordBatch.from_pylist([], table.schema)]:
            writer.add(batch)
        return ColumnGroup(tuple(table.column_names), writer.finish())
    finally:
        writer.abort()


def rewritten(version: Version, folder: Path) -> ColumnGroup:
    """Write all columns of a version as one group of large files, some thousand rows at a time."""
    writer = FragmentWriter(folder)
    try:
        for batch in version.batches():
            writer.add(batch)
        if writer.rows == 0:
            writer.add(pa.RecordBatch.from_pylist([], version.to_table().schema))
        return ColumnGroup(version.columns, writer.finish())
    finally:
        writer.abort()


def is_compact(manifest: Manifest, file_rows: int) -> bool:
    """Say whether rewriting a version would gain nothing: one group, whose files are full but the last."""
    return len(manifest.groups) == 1 and all(file.rows >= file_rows for file in manifest.groups[0].files[:-1])


def extended(version: Version, files: tuple[StoredFile, ...], folder: Path) -> tuple[ColumnGroup, ...]:
    """Return the groups of a version with more rows: its files are shared, and columns added later are null there."""
    rows = sum(file.rows for file in files)
    first, *later = version.manifest.groups
    base = ColumnGroup(first.columns, (*(file for file in first.files if file.rows), *files))
    return (base, *(_with_nulls(group, rows, folder) for group in later))


def merged(into: Version, other: Version) -> tuple[ColumnGroup, ...]:
    """Return the groups of a version that has the columns of two over the same rows.

    Of a column that both have, the one that was made on top of the other is taken.

    Raises:
        Conflict: their rows differ, or both have given the same column other values.
    """
    ours, theirs = into.manifest.groups, other.manifest.groups
    if ours[0].files != theirs[0].files:
        raise Conflict(f"{into} and {other} have other rows; only columns beside the same rows can be merged")
    newer = [group for group in theirs if group not in ours]
    at, by = _newest(ours), _newest(theirs)
    both = sorted(name for name in by if name in at and by[name] not in ours and at[name] not in theirs)
    if both:
        raise Conflict(
            f"{into} and {other} have both given {', '.join(both)} other values; keep one of the two, "
            "or add the columns under other names"
        )
    taken = [(group, tuple(name for name in group.columns if by[name] == group)) for group in newer]
    return (*ours, *(ColumnGroup(columns, group.files) for group, columns in taken if columns))


def _newest(groups: tuple[ColumnGroup, ...]) -> dict[str, ColumnGroup]:
    return {name: group for group in groups for name in group.columns}


def _with_nulls(group: ColumnGroup, rows: int, folder: Path) -> ColumnGroup:
    schema = schema_of(folder, group.files[0])
    writer = FragmentWriter(folder)
    try:
        for start in range(0, rows, _NULLS_AT_ONCE):
            count = min(_NULLS_AT_ONCE, rows - start)
            writer.add(
                pa.RecordBatch.from_arrays([pa.nulls(count, field.type) for field in schema], schema=schema)
            )
        return ColumnGroup(group.columns, (*group.files, *writer.finish()))
    finally:
        writer.abort()
