"""Columns of comparisons, rankings and preferences from whatever table a user has."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from groundswell.errors import InputError, MissingColumn
from groundswell.quality.table import read_columns


def columns_of(rows: Any, names: tuple[str, ...]) -> list[list[Any]]:
    """Return three to six named columns as plain lists of one length; tuples are read in the order of `names`.

    Raises:
        MissingColumn: a column is not there.
        InputError: not a table, a row of another width, or columns of different lengths.
    """
    table = rows if _is_table(rows) else _transposed(rows, names)
    found: dict[str, list[Any]] = {}
    for one, two, three in dict.fromkeys((names[:3], names[-3:])):
        part = (one, two, three)
        found |= dict(zip(part, read_columns(table, part), strict=True))
    if len({len(column) for column in found.values()}) > 1:
        lengths = ", ".join(f"{name} has {len(column)}" for name, column in found.items())
        raise InputError(f"columns must be of one length; {lengths}")
    return [found[name] for name in names]


def _is_table(rows: Any) -> bool:
    """Say whether columns can be had by name: a dict of columns, an Arrow table, a data frame."""
    return isinstance(rows, Mapping) or hasattr(rows, "column_names") or hasattr(rows, "columns")


def _transposed(rows: Any, names: tuple[str, ...]) -> dict[str, list[Any]]:
    """Return the columns of an iterable of rows, each a dict or a tuple."""
    if isinstance(rows, str | bytes) or not isinstance(rows, Iterable):
        raise InputError(f"answers must be a table of {', '.join(names)}, not {type(rows).__name__}")
    cells = [_cells(number, row, names) for number, row in enumerate(rows)]
    return {name: [row[place] for row in cells] for place, name in enumerate(names)}


def _cells(number: int, row: Any, names: tuple[str, ...]) -> Sequence[Any]:
    """Return the cells of one row in the order of `names`."""
    if isinstance(row, Mapping):
        absent = [name for name in names if name not in row]
        if absent:
            raise MissingColumn(f"row {number} has no {absent[0]!r}; it has {', '.join(map(str, row))}")
        return [row[name] for name in names]
    if isinstance(row, str | bytes) or not isinstance(row, Sequence | np.ndarray) or len(row) != len(names):
        raise InputError(f"row {number} must be ({', '.join(names)}), not {row!r}")
    return list(row)
