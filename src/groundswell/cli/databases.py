"""Databases that the command line can ask: `sqlite:FILE` and `postgresql://...`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from groundswell.collect.sql import Database, Found, Sqlite
from groundswell.errors import InputError

_ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL database; rows come some at a time, so that memory does not grow with the answer."""

    dsn: str = field(repr=False)
    mark: ClassVar[str] = "%s"

    @contextmanager
    def find(self, query: str, parameters: Sequence[Any]) -> Iterator[Found]:
        """Ask a query in a transaction that only reads.

        Raises:
            InputError: the database cannot be reached, or refuses the query.
        """
        import psycopg

        try:
            with psycopg.connect(self.dsn) as connection:
                connection.read_only = True
                with connection.cursor("groundswell") as rows:
                    rows.itersize = _ROWS_AT_ONCE
                    rows.execute(query.encode(), parameters or None)
                    yield [column.name for column in rows.description or ()], iter(rows)
        except psycopg.Error as error:
            raise InputError(
                f"{self.describe()} refuses the query: {' '.join(str(error).split())}"
            ) from error

    def describe(self) -> str:
        """Return host and database, without the password."""
        from psycopg.conninfo import conninfo_to_dict

        told = conninfo_to_dict(self.dsn)
        return f"postgresql://{told.get('host', 'localhost')}/{told.get('dbname', '')}"


def database_at(place: str) -> Database:
    """Return the database that a place names.

    Raises:
        InputError: it names none.
    """
    if place.startswith("sqlite:"):
        return Sqlite(Path(place.removeprefix("sqlite:")))
    if place.startswith(("postgresql://", "postgres://")):
        return Postgres(place)
    raise InputError(f"--query needs a database: sqlite:FILE or postgresql://HOST/NAME, not {place}")
