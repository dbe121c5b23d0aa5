"""Cutting a stream of Arrow batches anew, at places that depend on the rows alone."""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from groundswell.errors import EmptySource, UnreadableSource

_FIXED_BYTES = 8


def rebatch(batches: Iterable[pa.RecordBatch], *, max_rows: int, max_bytes: int) -> Iterator[pa.RecordBatch]:
    """Yield the same rows in batches that are full, however the rows came.

    A batch ends with the row that brings it to `max_rows` or to `max_bytes`: the same rows are cut at the
    same places, and a row is never split. One full batch and one incoming are held at a time. A stream
    without rows yields one empty batch, which carries the columns.

    Args:
        batches: at least one, all of one schema.
        max_rows: rows of a full batch.
        max_bytes: payload bytes at which a batch is full; its last row may go over.

    Raises:
        EmptySource: there is no batch at all, so not even the columns are known.
        UnreadableSource: a batch differs in its columns from the first.
    """
    held: list[pa.RecordBatch] = []
    yielded = False
    for piece, fills in _pieces(same_schema(batches), max_rows, max_bytes):
        held.append(piece)
        if fills:
            yield pa.concat_batches(held)
            held, yielded = [], True
    if held and (any(piece.num_rows for piece in held) or not yielded):
        yield pa.concat_batches(held)


def same_schema(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Pass batches on without schema metadata, and refuse one that differs in its columns from the first.

    Raises:
        EmptySource: there is no batch at all.
        UnreadableSource: a batch has other columns or types than the first.
    """
    schema: pa.Schema | None = None
    for batch in batches:
        plain = batch.replace_schema_metadata(None)
        schema = schema or plain.schema
        if plain.schema != schema:
            difference = _difference(schema, plain.schema)
            raise UnreadableSource(f"a batch has other columns than the first: {difference}")
        yield plain
    if schema is None:
        raise EmptySource("there are no rows and no columns; give at least one batch, which may be empty")


def row_bytes(batch: pa.RecordBatch) -> npt.NDArray[np.int64]:
    """Return the payload bytes of each row, int64 `[rows]`: the length of texts and bytes, 8 for a number."""
    sizes = np.zeros(batch.num_rows, dtype=np.int64)
    for column in batch.columns:
        sizes += _cell_bytes(column)
    return sizes


def _cell_bytes(column: pa.Array) -> npt.NDArray[np.int64] | int:
    kind = column.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        lengths = pc.multiply(pc.cast(pc.list_value_length(column), pa.int64()), _FIXED_BYTES)
    elif any(is_kind(kind) for is_kind in _VARIABLE):
        lengths = pc.cast(pc.binary_length(column), pa.int64())
    else:
        return kind.list_size * _FIXED_BYTES if pa.types.is_fixed_size_list(kind) else _FIXED_BYTES
    return np.asarray(pc.fill_null(lengths, 0).to_numpy(zero_copy_only=False), dtype=np.int64)


_VARIABLE = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)


def _pieces(
    batches: Iterable[pa.RecordBatch], max_rows: int, max_bytes: int
) -> Iterator[tuple[pa.RecordBatch, bool]]:
    """Yield slices of the batches, each with whether it fills the batch that it will be part of."""
    rows_left, bytes_left = max_rows, max_bytes
    for batch in batches:
        ends = np.cumsum(row_bytes(batch))
        first, used = 0, 0
        while first < batch.num_rows:
            last, fills = _cut(ends, first, rows_left, used + bytes_left)
            yield batch.slice(first, last - first), fills
            size = int(ends[last - 1]) - used
            rows_left, bytes_left = (
                (max_rows, max_bytes) if fills else (rows_left - (last - first), bytes_left - size)
            )
            first, used = last, used + size
        if not batch.num_rows:
            yield batch, False


def _cut(ends: npt.NDArray[np.int64], first: int, rows_left: int, byte_limit: int) -> tuple[int, bool]:
    """Return where the slice from `first` ends, and whether that fills the batch, by rows or by bytes."""
    by_bytes = int(np.searchsorted(ends, byte_limit, side="left")) + 1
    last = min(first + rows_left, by_bytes)
    return (last, True) if last <= len(ends) else (len(ends), False)


def _difference(expected: pa.Schema, found: pa.Schema) -> str:
    wanted = {f"{field.name} {field.type}" for field in expected}
    given = {f"{field.name} {field.type}" for field in found}
    return f"missing {sorted(wanted - given)}, unexpected {sorted(given - wanted)}"
