"""Source: a table in a Parquet or Arrow file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq

from groundswell.collect.columns import choose_text_column
from groundswell.collect.one import OneFile
from groundswell.collect.shares import Share
from groundswell.collect.source import Origin, Place, one_line, printable
from groundswell.errors import UnreadableSource
from groundswell.items import Drop, Item

PARQUET = (".parquet", ".pq")
ARROW = (".arrow", ".feather", ".ipc")
_BATCH_ROWS = 256


@dataclass(frozen=True)
class Parquet(OneFile):
    """The rows of a Parquet or Arrow file (IPC file or stream), a few hundred in memory at a time.

    Columns other than the text go to `meta`, except columns of bytes, which are not read. Rows are
    counted from 0, as in the table.
    """

    name: ClassVar[str] = "parquet"
    reads_records: ClassVar[bool] = True
    what: ClassVar[str] = "rows"

    @classmethod
    def recognises(cls, place: Place) -> bool:
        """Take a file by its suffix."""
        return place.file_ends_with(*PARQUET, *ARROW)

    def parts(self, part_bytes: int) -> "Sequence[Parquet]":
        """Return groups of rows of a Parquet file; an Arrow file is one part."""
        if self.place.path.suffix.lower() not in PARQUET or self.place.size_bytes <= part_bytes:
            return [self]
        return [replace(self, share=share) for share in self._shares(part_bytes)]

    def _shares(self, part_bytes: int) -> Iterator[Share]:
        with _named(self.place.path), pq.ParquetFile(self.place.path) as file:
            column = self._choose(file.schema_arrow)
            groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
        first = first_row = rows = size_bytes = number = 0
        for place, group in enumerate(groups):
            rows, size_bytes = rows + group.num_rows, size_bytes + group.total_byte_size
            if size_bytes >= part_bytes or place + 1 == len(groups):
                yield Share(number, None, (first, place, first_row), column)
                first, first_row, size_bytes, number = place + 1, rows, 0, number + 1

    def _choose(self, schema: pa.Schema) -> str:
        if self.share.column is not None:
            return self.share.column
        is_text = {name: _is_text(schema.field(name).type) for name in schema.names}
        return choose_text_column(is_text, self.options.text_column, printable(self.place.spec))

    def records(self, origin: Origin) -> Iterator[Item | Drop]:
        """Yield an item for each record."""
        first_row = self.share.rows[2] if self.share.rows else 0
        column = None
        for batch in _batches(self.place.path, self.share):
            column = column or self._choose(batch.schema)
            for place, row in enumerate(_rows(batch)):
                yield _record(row, column, f"row {first_row + place}", origin)
            first_row += batch.num_rows


def _batches(path: Path, share: Share) -> Iterator[pa.RecordBatch]:
    reader = _parquet_batches if path.suffix.lower() in PARQUET else _arrow_batches
    with _named(path):
        yield from reader(path, share)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn what the library raises into our error, with the name of the file."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        message = f"{printable(path)} is damaged, or not what its name says: {one_line(str(error))}"
        raise UnreadableSource(message) from error


def _parquet_batches(path: Path, share: Share) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        columns = [field.name for field in file.schema_arrow if not _is_bytes(field.type)]
        groups = range(share.rows[0], share.rows[1] + 1) if share.rows else None
        yield from file.iter_batches(_BATCH_ROWS, row_groups=groups, columns=columns)


def _arrow_batches(path: Path, share: Share) -> Iterator[pa.RecordBatch]:
    with pa.memory_map(str(path)) as file:
        is_file = file.read(6) == b"ARROW1"
        file.seek(0)
        for batch in _ipc_batches(file, is_file=is_file):
            columns = [field.name for field in batch.schema if not _is_bytes(field.type)]
            for start in range(0, batch.num_rows, _BATCH_ROWS):
                yield batch.slice(start, _BATCH_ROWS).select(columns)


def _ipc_batches(file: Any, *, is_file: bool) -> Iterator[pa.RecordBatch]:
    if is_file:
        reader = pa.ipc.open_file(file)
        return (reader.get_batch(index) for index in range(reader.num_record_batches))
    return iter(pa.ipc.open_stream(file))


def _is_bytes(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind))


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _rows(batch: pa.RecordBatch) -> Iterator[dict[str, Any] | Exception]:
    """Yield each row as a dict, or the error that says why Python cannot hold its values."""
    try:
        yield from _with_dates_as_text(batch).to_pylist()
    except (ValueError, OverflowError, pa.ArrowException) as error:
        if batch.num_rows == 1:
            yield error
        else:
            yield from chain.from_iterable(_rows(batch.slice(place, 1)) for place in range(batch.num_rows))


def _with_dates_as_text(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the batch with dates and times as ISO texts: Python's own types hold fewer of them."""
    for place, entry in enumerate(batch.schema):
        if pa.types.is_timestamp(entry.type) or pa.types.is_date(entry.type) or pa.types.is_time(entry.type):
            batch = batch.set_column(place, entry.name, batch.column(place).cast(pa.string()))
    return batch


def _record(row: dict[str, Any] | Exception, column: str, locator: str, origin: Origin) -> Item | Drop:
    if isinstance(row, Exception):
        return origin.failure(locator, "parquet:value", str(row))
    return origin.row(row, column, locator, without_text="parquet:no_text")
