"""Forward-only migrations: `migrations/NNNN_name.sql`, each applied once, in order, and remembered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from typing import Any, cast

import psycopg

from groundswell.errors import DatabaseUnavailable, DataFolderNewer, InvalidSetting, StoreError
from groundswell.store.job_schema import PREFIX, apply_job_schema

_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_LOCK = int.from_bytes(b"gsMIGRAT", "big")
_LEDGER = """
create table if not exists schema_migrations (
  name text primary key,
  checksum text not null,
  applied_at timestamptz not null default now()
)
"""


@dataclass(frozen=True)
class Migration:
    """One step of the schema.

    Attributes:
        name: its file name, such as `0007_add_batches.sql`; the order of names is the order of steps.
        sql: what it runs, in one transaction of its own.
    """

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text: a migration that was applied once must never change."""
        return sha256(self.sql.encode()).hexdigest()


def migrate(dsn: str) -> list[str]:
    """Bring a database to this release's schema and return the names of the steps that it took.

    Safe to call from several processes at once, and again at any time. A failing step is rolled back
    whole, those before it stay.

    Raises:
        DataFolderNewer: the database has steps that this release does not know.
        StoreError: a step failed, or one that was applied earlier has changed since.
        DatabaseUnavailable: PostgreSQL does not answer.
        InvalidSetting: `dsn` is no address of a database.
    """
    return apply_migrations(dsn, own_migrations())


def own_migrations() -> list[Migration]:
    """Return the migrations of this release, in order.

    Raises:
        StoreError: a file is not named NNNN_name.sql, or a number occurs twice.
    """
    folder = resources.files("groundswell.store") / "migrations"
    found = [
        Migration(entry.name, entry.read_text("utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    ]
    numbers = set()
    for migration in found:
        match = _NAME.fullmatch(migration.name)
        if match is None or match[1] in numbers:
            raise StoreError(f"migration {migration.name}: the name must be a new number and a_name.sql")
        numbers.add(match[1])
    return sorted(found, key=lambda migration: migration.name)


def apply_migrations(dsn: str, migrations: Sequence[Migration]) -> list[str]:
    """Apply those of `migrations` that a database does not have yet; see `migrate`."""
    try:
        with _connect(dsn) as connection:
            connection.execute("select pg_advisory_lock(%s)", (_LOCK,))  # released with the connection
            connection.execute("set client_min_messages = warning")
            connection.execute(_LEDGER)
            return _apply(connection, migrations)
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise DatabaseUnavailable(
            f"the database cannot be migrated now ({reason}); steps before it stay, try again"
        ) from error


def _connect(dsn: str) -> psycopg.Connection[Any]:
    try:
        return psycopg.connect(dsn, autocommit=True, connect_timeout=10)
    except psycopg.ProgrammingError:  # its words may hold the password
        raise InvalidSetting(
            "GROUNDSWELL_DATABASE_URL is no address of a PostgreSQL database, which looks like "
            "postgresql://user:password@host:5432/name; correct it, or unset it for the embedded database"
        ) from None
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise DatabaseUnavailable(
            f"the database does not answer ({reason}); start it, or correct GROUNDSWELL_DATABASE_URL"
        ) from error


def _apply(connection: psycopg.Connection[Any], migrations: Sequence[Migration]) -> list[str]:
    ledger = dict(connection.execute("select name, checksum from schema_migrations").fetchall())
    applied = {name: checksum for name, checksum in ledger.items() if not name.startswith(PREFIX)}
    _require_known(applied, migrations)
    try:
        taken = apply_job_schema(connection, set(ledger))
    except psycopg.ProgrammingError as error:
        raise StoreError(f"the job tables could not be upgraded: {error}") from error
    for migration in migrations:
        if migration.name not in applied:
            _take(connection, migration)
            taken.append(migration.name)
    return taken


def _require_known(applied: dict[str, str], migrations: Sequence[Migration]) -> None:
    known = {migration.name: migration for migration in migrations}
    newer = sorted(set(applied) - set(known))
    if newer:
        raise DataFolderNewer(
            f"the database has migrations that this release does not know ({', '.join(newer)}); "
            "upgrade groundswell"
        )
    for name, checksum in applied.items():
        if known[name].checksum != checksum:
            raise StoreError(
                f"migration {name} was changed after it had been applied to this database; "
                "restore the file and put the change into a new migration"
            )
    late = [name for name in known if name not in applied and applied and name < max(applied)]
    if late:
        raise StoreError(
            f"migration {late[0]} sorts before {max(applied)}, which is applied already; renumber it"
        )


def _take(connection: psycopg.Connection[Any], migration: Migration) -> None:
    try:
        with connection.transaction():
            connection.execute(cast(Any, migration.sql))
            connection.execute(
                "insert into schema_migrations (name, checksum) values (%s, %s)",
                (migration.name, migration.checksum),
            )
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        raise StoreError(f"migration {migration.name} failed and was rolled back: {error}") from error
