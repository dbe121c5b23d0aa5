"""The other fields of a record, which an item keeps as JSON in `meta`, as columns of their own again."""

import json
from collections.abc import Container, Iterable, Iterator
from typing import Any

import pyarrow as pa

_SCALARS: dict[type, pa.DataType] = {bool: pa.bool_(), int: pa.int64(), float: pa.float64()}


def field_types(metas: Iterable[str]) -> dict[str, pa.DataType]:
    """Return the type that each field needs, over all records, in order of appearance.

    A field whose values are all boolean, all whole or all numbers has that type; any other is text, with
    values that are no strings written as JSON; so is one with a whole number over 64 bits. Nulls are of any type.

    Args:
        metas: the values of a `meta` column.
    """
    found: dict[str, set[type]] = {}
    for meta in metas:
        for name, value in json.loads(meta).items():
            found.setdefault(name, set()).update({_kind_of(value)} - {type(None)})
    return {name: _type_of(kinds) for name, kinds in found.items()}


def with_fields(batches: Iterable[pa.RecordBatch], types: dict[str, pa.DataType]) -> Iterator[pa.RecordBatch]:
    """Replace the column `meta` of each batch by one column for each field.

    A field that has the name of another column becomes `meta_<name>`, again if need be.

    Args:
        types: from `field_types` over all batches, so that all get the same columns.
    """
    for batch in batches:
        records = [json.loads(meta) for meta in batch["meta"].to_pylist()]
        plain = batch.drop_columns(["meta"])
        for name, kind in types.items():
            values = [_value(record.get(name), kind) for record in records]
            plain = plain.append_column(_free(name, plain.schema.names), pa.array(values, kind))
        yield plain


def _free(name: str, taken: Container[str]) -> str:
    return _free(f"meta_{name}", taken) if name in taken else name


def _kind_of(value: Any) -> type:
    fits = type(value) is not int or -(1 << 63) <= value < 1 << 63
    return type(value) if fits else str


def _type_of(kinds: set[type]) -> pa.DataType:
    if kinds == {int, float}:
        return pa.float64()
    return _SCALARS.get(next(iter(kinds)), pa.string()) if len(kinds) == 1 else pa.string()


def _value(value: Any, kind: pa.DataType) -> Any:
    if value is None or not pa.types.is_string(kind) or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
