"""JSON Lines: one object per item, in UTF-8."""

import base64
import json
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from groundswell.errors import InputError
from groundswell.feed.atomic import whole_file
from groundswell.feed.exporters.exporter import ExportReport, file_report
from groundswell.feed.rebatch import same_schema


class Jsonl:
    """One JSON object per line, keys in the order of the columns.

    Texts and numbers read back as they were. Instants become ISO 8601 texts, bytes become base64; a missing
    value is null. JSON has no NaN and no infinity, so these are refused.
    """

    name = "jsonl"
    suffix = ".jsonl"
    needs_data = False

    def write(
        self, batches: Iterable[pa.RecordBatch], destination: Path, *, overwrite: bool = False
    ) -> ExportReport:
        """Write one line per item; see `Exporter.write`."""
        rows = 0
        with whole_file(destination, overwrite=overwrite) as partial:
            with partial.open("w", encoding="utf-8", newline="\n") as file:
                for batch in same_schema(batches):
                    file.writelines(
                        json_line(row, rows + number) for number, row in enumerate(batch.to_pylist())
                    )
                    rows += batch.num_rows
            report = file_report(partial, rows)
        return report


def json_line(row: dict[str, Any], number: int) -> str:
    """Return a row as one line of JSON.

    Raises:
        InputError: JSON cannot carry a value of the row exactly.
    """
    try:
        return json.dumps(row, ensure_ascii=False, allow_nan=False, default=_plain) + "\n"
    except (ValueError, TypeError) as error:
        remedy = "leave the column out, or export as parquet"
        raise InputError(f"JSON cannot carry a value of row {number}: {error}; {remedy}") from error


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{value!r:.100} is of type {type(value).__name__}")
