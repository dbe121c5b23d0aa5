"""Predicates over columns as labelling functions: SQL, or an Arrow expression.

SQL is SQLite's, which Python brings along. It was chosen over a parser of our own (a dialect that nobody knows,
and one more thing to be wrong) and over DuckDB (a large dependency for one clause): it has the three-valued logic,
`LIKE`, `GLOB`, `CASE` and JSON functions that people expect of a `WHERE`, and its authorizer can forbid everything
that is not reading. `REGEXP` is added, with Python's `re`.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from groundswell.assist.functions.function import LabellingFunction, fields_of
from groundswell.errors import InputError

_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION})
_FORBIDDEN = frozenset({"load_extension", "random", "randomblob"})
"""What would reach outside, and what would not say the same twice."""

_STORED = (str, int, float, bytes, type(None))
_WHOLE = 1 << 63


def where(
    predicate: str | pc.Expression, then: Hashable, *, otherwise: Hashable = None, name: str | None = None
) -> LabellingFunction:
    """Say a class of every item for whose columns a predicate is true.

    Example:
        >>> from groundswell.assist.functions import where
        >>> long = where("length(text) > 20 AND stars >= 4", "praise", otherwise="other")
        >>> long({"text": "the best that I ever had", "stars": 5}), long({"text": "fine", "stars": 5})
        ('praise', 'other')

    Args:
        predicate: what follows `WHERE` in SQLite, or an Arrow expression such as `pc.field("stars") > 3`. Columns
            are those of the rows, or `text`, `source`, `licence` ... and the record's other fields of an `Item`.
            Lists and objects are JSON text; instants are ISO text. A statement that does more than read, and
            `random()`, are refused.
        then: the class where it is true.
        otherwise: the class where it is false; abstain if None. Where it is unknown (NULL) it always abstains.
        name: `where <predicate>` if None.
    """

    def label(items: Sequence[Any]) -> list[Any]:
        rows = [fields_of(item) for item in items]
        truth = _by_sql(predicate, rows) if isinstance(predicate, str) else _by_arrow(predicate, rows)
        return [None if one is None else then if one else otherwise for one in truth]

    return LabellingFunction(name or f"where {predicate}", label)


def _by_sql(predicate: str, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return what the predicate is for each row: true, false or None."""
    columns = [name for name in _names(rows) if name.casefold() in predicate.casefold()]
    connection = sqlite3.connect(":memory:")
    try:
        _fill(connection, columns, rows)
        connection.create_function("regexp", 2, _found, deterministic=True)
        connection.set_authorizer(_may)
        truth = [one for (one,) in connection.execute(f"SELECT ({predicate}) FROM items ORDER BY rowid")]
    except sqlite3.Error as error:
        raise InputError(f"the predicate {predicate!r} cannot be evaluated: {error}") from error
    finally:
        connection.close()
    if len(truth) != len(rows):
        raise InputError(
            f"the predicate {predicate!r} must be about one row at a time, not about all of them"
        )
    return truth


def _fill(connection: sqlite3.Connection, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the rows into a table `items`; only the columns that the predicate may name."""
    quoted = ['"' + name.replace('"', '""') + '"' for name in columns] or ['"nothing"']
    connection.execute(f"CREATE TABLE items ({', '.join(quoted)})")
    values = ([_stored(row.get(name)) for name in columns] or [None] for row in rows)
    connection.executemany(f"INSERT INTO items VALUES ({', '.join('?' * len(quoted))})", values)


def _may(action: int, _first: str | None, second: str | None, *_: str | None) -> int:
    """Let a statement read, and nothing else."""
    allowed = action in _READING and second not in _FORBIDDEN
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _found(pattern: str | None, text: Any) -> bool | None:
    """Say whether `text REGEXP pattern`; unknown where either is NULL."""
    return None if pattern is None or text is None else bool(_compiled(pattern).search(str(text)))


@lru_cache(64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _stored(value: Any) -> Any:
    """Return a value as SQLite can hold it."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int) and not -_WHOLE <= value < _WHOLE:
        return str(value)
    if isinstance(value, _STORED):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=str)


def _by_arrow(predicate: pc.Expression, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return what the expression is for each row: true, false or None."""
    table = pa.table({name: pa.array([row.get(name) for row in rows]) for name in _names(rows)})
    place = pa.array(range(len(rows)), pa.int64())
    numbered = table.append_column("\0row", place)
    truth: list[bool | None] = [None] * len(rows)
    for meant, part in ((True, predicate), (False, ~predicate)):
        for row in numbered.filter(part)["\0row"].to_pylist():
            truth[row] = meant
    return truth


def _names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))
