"""Columns of votes from whatever table a user has: tuples, dicts, columns, Arrow, a data frame."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError, MissingColumn

_NO_NAME = "every {column} must be a plain value such as a string or number: {error}"


def read_columns(rows: Any, names: Sequence[str]) -> list[list[Any]]:
    """Return the named columns of a table as plain lists of one length; tuples are read in the order of `names`.

    Raises:
        MissingColumn: a column is not there; the message lists those that are.
        InputError: not a table, or columns of different lengths.
    """
    if isinstance(rows, Mapping):
        columns = [_as_list(_named(rows, name, rows)) for name in names]
    elif hasattr(rows, "column_names"):
        columns = [_named(rows, name, rows.column_names).to_pylist() for name in names]
    elif hasattr(rows, "columns") and hasattr(rows, "__getitem__"):
        columns = [_as_list(_named(rows, name, rows.columns)) for name in names]
    else:
        columns = _transpose(rows, names)
    lengths = [len(column) for column in columns]
    if len(set(lengths)) > 1:
        found = ", ".join(f"{name} has {length}" for name, length in zip(names, lengths, strict=True))
        raise InputError(f"columns must be of one length; {found}")
    return columns


def is_missing(column: str, values: Sequence[Any]) -> NDArray[np.bool_]:
    """Say which values are None, NaN or a data frame's own mark for "not there".

    Raises:
        InputError: a value cannot be a name (a list, say).
    """
    try:
        missing = {value for value in set(values) if _is_missing(value)}
    except TypeError as error:
        raise InputError(_NO_NAME.format(column=column, error=error)) from error
    if not missing:
        return np.zeros(len(values), bool)
    return np.fromiter((value in missing for value in values), bool, len(values))


def encode(
    column: str, values: Sequence[Any], names: tuple[Hashable, ...] | None = None
) -> tuple[NDArray[np.int32], tuple[Hashable, ...]]:
    """Replace values by codes: their place in `names`, or else in order of appearance.

    Raises:
        InputError: a value is missing, cannot be a name (a list, say) or is not in `names`.
    """
    missing = is_missing(column, values)
    if missing.any():
        raise InputError(f"row {missing.argmax()} has no {column}; every answer needs a task and a worker")
    codes = {name: code for code, name in enumerate(dict.fromkeys(values) if names is None else names)}
    try:
        coded = np.fromiter((codes[value] for value in values), np.int32, len(values))
    except KeyError as error:
        raise InputError(f"{column} {error.args[0]!r} is not among the {len(codes)} classes given") from error
    return coded, tuple(codes)


def class_names_of(
    labels: Sequence[Any], given: NDArray[np.bool_], classes: Sequence[Hashable] | None
) -> tuple[Hashable, ...]:
    """Return the classes in their order: as given, or else those that occur, sorted.

    Raises:
        InputError: `classes` has one twice.
    """
    if classes is not None:
        if len(set(classes)) < len(classes):
            raise InputError("classes holds a name twice; name each class once")
        return tuple(classes)
    return sorted_names({label for label, one in zip(labels, given, strict=True) if one})


def sorted_names(names: Iterable[Hashable]) -> tuple[Hashable, ...]:
    """Return names in an order that does not depend on where they came from: numbers by value, then text."""
    return tuple(sorted(names, key=_sort_key))


def _is_missing(value: Any) -> bool:
    """Say whether a value stands for "not there": None, or one that is not equal to itself."""
    if value is None:
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        return type(value).__name__ == "NAType"


def _sort_key(name: Hashable) -> tuple[bool, Any]:
    """Order numbers by value before everything else by its text."""
    return (False, name) if isinstance(name, int | float) else (True, str(name))


def _named(table: Any, name: str, present: Iterable[Any]) -> Any:
    """Return one column of a table that is addressed by name."""
    found = list(present)
    if name not in found:
        raise MissingColumn(f"no column {name!r}; the table has {', '.join(map(str, found)) or 'none'}")
    return table[name]


def _as_list(column: Any) -> list[Any]:
    """Return a column as a list of Python values (numpy scalars become plain numbers)."""
    for method in ("to_pylist", "tolist", "to_list"):
        if hasattr(column, method):
            return list(getattr(column, method)())
    if isinstance(column, str) or not isinstance(column, Iterable):
        raise InputError(f"a column must hold one value a row, not the single value {column!r}")
    return list(column)


def _transpose(rows: Any, names: Sequence[str]) -> list[list[Any]]:
    """Return the columns of an iterable of rows, each a dict or a tuple."""
    if isinstance(rows, str | bytes) or not isinstance(rows, Iterable):
        raise InputError(f"answers must be a table of {', '.join(names)}, not {type(rows).__name__}")
    columns: list[list[Any]] = [[] for _ in names]
    for number, row in enumerate(rows):
        for column, value in zip(columns, _cells(number, row, names), strict=True):
            column.append(value)
    return columns


def _cells(number: int, row: Any, names: Sequence[str]) -> tuple[Any, ...]:
    """Return the cells of one row in the order of `names`."""
    if isinstance(row, Mapping):
        absent = [name for name in names if name not in row]
        if absent:
            raise MissingColumn(f"row {number} has no {absent[0]!r}; it has {', '.join(map(str, row))}")
        return tuple(row[name] for name in names)
    if isinstance(row, str | bytes) or not isinstance(row, Sequence | np.ndarray) or len(row) != len(names):
        raise InputError(f"row {number} must be ({', '.join(names)}), not {row!r}")
    return tuple(row)
