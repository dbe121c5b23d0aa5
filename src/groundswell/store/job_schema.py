"""Procrastinate's tables, kept in a schema of their own and upgraded with its own migration files."""

from importlib import resources
from typing import Any, cast

import psycopg

from groundswell.errors import DataFolderNewer

SCHEMA = "procrastinate"
PREFIX = "procrastinate/"
"""Of the names under which its steps are remembered in `schema_migrations`."""


def apply_job_schema(connection: psycopg.Connection[Any], applied: set[str]) -> list[str]:
    """Create or upgrade the job tables and return the names of the steps that were taken.

    Args:
        connection: in autocommit mode, as the owner.
        applied: the names in `schema_migrations`.

    Raises:
        DataFolderNewer: a newer procrastinate than is installed has upgraded them.
    """
    folder = resources.files("procrastinate.sql")
    steps = sorted(entry.name for entry in (folder / "migrations").iterdir() if entry.name.endswith(".sql"))
    known = {PREFIX + step for step in steps}
    newer = sorted(name for name in applied if name.startswith(PREFIX) and name not in known)
    if newer:
        raise DataFolderNewer(
            f"the job tables have steps unknown here ({', '.join(newer)}); upgrade procrastinate"
        )
    if not applied & known:
        # Its schema.sql is the sum of every step: they are remembered as taken.
        _run(connection, (folder / "schema.sql").read_text("utf-8"), steps)
        return [PREFIX + "schema.sql"]
    missing = [step for step in steps if PREFIX + step not in applied]
    for step in missing:
        _run(connection, (folder / "migrations" / step).read_text("utf-8"), [step])
    return [PREFIX + step for step in missing]


def _run(connection: psycopg.Connection[Any], statements: str, steps: list[str]) -> None:
    with connection.transaction():
        connection.execute(cast(Any, f"create schema if not exists {SCHEMA}"))
        connection.execute(cast(Any, f"set local search_path = {SCHEMA}, pg_catalog"))
        connection.execute(cast(Any, statements))
        connection.execute("set local search_path to default")
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into schema_migrations (name, checksum) values (%s, '')",
                [(PREFIX + step,) for step in steps],
            )
