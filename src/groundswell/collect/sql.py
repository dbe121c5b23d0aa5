"""Source: what a query finds in a database."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Protocol

from groundswell.collect.columns import choose_text_column
from groundswell.collect.good import require_good
from groundswell.collect.source import Cursor, Options, Origin, Source
from groundswell.errors import InputError, MissingColumn
from groundswell.items import Drop, Item

Found = tuple[list[str], Iterator[Sequence[Any]]]
"""The names of the columns, and the rows."""


class Database(Protocol):
    """Where a query is asked. A value: other processes ask on connections of their own."""

    mark: ClassVar[str]
    """What stands for a parameter in a query."""

    def find(self, query: str, parameters: Sequence[Any]) -> AbstractContextManager[Found]:
        """Ask a query; rows are drawn from it one after the other while the context is open.

        Raises:
            InputError: the database cannot be reached, or refuses the query.
        """
        ...

    def describe(self) -> str:
        """Return one line that names the database, without any password."""
        ...


@dataclass(frozen=True)
class Sqlite:
    """A SQLite file, opened for reading only."""

    path: Path
    mark: ClassVar[str] = "?"

    @contextmanager
    def find(self, query: str, parameters: Sequence[Any]) -> Iterator[Found]:
        """Ask a query.

        Raises:
            InputError: there is no such file, or the query is refused.
        """
        if not self.path.is_file():
            raise InputError(f"there is no database at {self.path}")
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        try:
            rows = connection.execute(query, parameters)
            yield [column[0] for column in rows.description or ()], rows
        except sqlite3.Error as error:
            raise InputError(f"{self.path} refuses the query: {error}") from error
        finally:
            connection.close()

    def describe(self) -> str:
        """Return the path."""
        return str(self.path)


@dataclass(frozen=True)
class Query:
    """The rows that a query finds, in the order of a column where one is named.

    The text is the named column, or the one found by name; the others go to `meta`. With a column that only grows,
    such as a serial number or the time of the last change, a second run asks only for what came after.

    Attributes:
        database: where it is asked.
        query: a SELECT without a semicolon.
        options: how items are made.
        grows: the column that only grows; None to ask for everything each time.
        reached: the value after which to begin; None for the start.
    """

    database: Database
    query: str
    options: Options
    grows: str | None = None
    reached: Any = None
    name: ClassVar[str] = "sql"

    def read(self) -> Iterator[Item | Drop]:
        """Yield an item for each row.

        Raises:
            InputError: the database cannot be reached, or refuses the query.
            MissingColumn: no column of texts, or not the one that grows.
        """
        origin = Origin(self.database.describe(), self.name, self.options)
        records = self._records(origin)
        return require_good(records, origin.source) if self.reached is None else records

    def describe(self) -> str:
        """Return what is asked, in one line."""
        return f"rows of {self.database.describe()}: {' '.join(self.query.split())[:200]}"

    def size_bytes(self) -> None:
        """Return None: nobody knows."""

    def cursor(self, before: Cursor | None = None) -> Cursor:
        """Return the greatest value of the column that grows."""
        if self.grows is None:
            return {"reached": None}
        with self.database.find(f"SELECT max({_quoted(self.grows)}) FROM ({self.query}) AS asked", ()) as (
            _,
            rows,
        ):
            (found,) = next(iter(rows))
        reached = found if found is not None else (before or {}).get("reached")
        return {"reached": reached if isinstance(reached, int | float | str | None) else str(reached)}

    def after(self, cursor: Cursor) -> Source:
        """Return the rows after a value of the column that grows."""
        return self if self.grows is None else replace(self, reached=cursor["reached"])

    def _records(self, origin: Origin) -> Iterator[Item | Drop]:
        with self.database.find(*self._asked()) as (columns, rows):
            column = choose_text_column(dict.fromkeys(columns, True), self.options.text_column, origin.source)
            if self.grows is not None and self.grows not in columns:
                raise MissingColumn(f"the query has no column {self.grows!r}; it has {', '.join(columns)}")
            for place, row in enumerate(rows):
                values = dict(zip(columns, row, strict=True))
                where = f"{self.grows} {values[self.grows]}" if self.grows else f"row {place}"
                yield origin.row(values, column, where, without_text="sql:no_text")

    def _asked(self) -> tuple[str, tuple[Any, ...]]:
        if self.grows is None:
            return self.query, ()
        name, asked = _quoted(self.grows), f"SELECT * FROM ({self.query}) AS asked"
        if self.reached is None:
            return f"{asked} ORDER BY {name}", ()
        return f"{asked} WHERE {name} > {self.database.mark} ORDER BY {name}", (self.reached,)


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
