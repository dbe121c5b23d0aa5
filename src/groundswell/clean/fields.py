"""A value of each item: of a column, or of a field of its record."""

import json
from typing import Any

import pyarrow as pa


def fields_of(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    """Return the record's other fields of each item."""
    return [json.loads(meta) for meta in batch["meta"].to_pylist()]


def values_of(batch: pa.RecordBatch, name: str) -> list[str]:
    """Return a column, or else a field of `meta`, as texts; what is not there is an empty text."""
    if name in batch.schema.names:
        values = batch[name].to_pylist()
    else:
        values = [fields.get(name) for fields in fields_of(batch)]
    return ["" if value is None else str(value) for value in values]
