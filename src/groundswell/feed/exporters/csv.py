"""CSV: a table that every program opens."""

import base64
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from groundswell.errors import InputError
from groundswell.feed.atomic import whole_file
from groundswell.feed.exporters.exporter import ExportReport, file_report
from groundswell.feed.rebatch import same_schema


class Csv:
    """A header and one record per item (RFC 4180, UTF-8): a value is quoted, a missing one is not there.

    That tells an empty text (`""`) from a missing one, for readers that look; line breaks, quotes and
    commas within a text read back as they were. Bytes become base64. Lists and structs have no place in CSV
    and are refused, and so is a missing value in a table of one column, which would be an empty line.
    """

    name = "csv"
    suffix = ".csv"
    needs_data = False

    def write(
        self, batches: Iterable[pa.RecordBatch], destination: Path, *, overwrite: bool = False
    ) -> ExportReport:
        """Write a header and one record per item; see `Exporter.write`."""
        with whole_file(destination, overwrite=overwrite) as partial:
            rows = _write(same_schema(batches), partial)
            report = file_report(partial, rows)
        return report


def _write(batches: Iterable[pa.RecordBatch], path: Path) -> int:
    rows = 0
    writer: pa.csv.CSVWriter | None = None
    try:
        for batch in batches:
            plain = _plain(batch)
            writer = writer or pa.csv.CSVWriter(path, plain.schema, write_options=_OPTIONS)
            writer.write_batch(plain)
            rows += plain.num_rows
    finally:
        if writer is not None:
            writer.close()
    return rows


_OPTIONS = pa.csv.WriteOptions(quoting_style="all_valid")


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the batch with bytes as base64 texts.

    Raises:
        InputError: CSV cannot carry a column.
    """
    if batch.num_columns == 1 and batch.column(0).null_count:
        raise InputError(
            "CSV cannot carry a missing value in a table of one column; export as jsonl or parquet"
        )
    columns = [_plain_column(field.name, batch.column(i)) for i, field in enumerate(batch.schema)]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _plain_column(name: str, column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        return pa.array([_base64(value) for value in column.to_pylist()], pa.large_string())
    if not any(is_kind(column.type) for is_kind in _CARRIED):
        remedy = "leave it out, or export as jsonl or parquet"
        raise InputError(f"CSV cannot carry column {name!r} of type {column.type}; {remedy}")
    return column


def _base64(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode("ascii")


_CARRIED: tuple[Callable[[pa.DataType], bool], ...] = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_boolean,
    pa.types.is_date,
    pa.types.is_timestamp,
)
