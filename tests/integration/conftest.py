"""One real PostgreSQL for the whole session, and a fresh, migrated database for each test."""

import itertools
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from groundswell.store import Database, EmbeddedPostgres, migrate, start_postgres

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with start_postgres(tmp_path_factory.mktemp("home")) as running:
        with psycopg.connect(running.dsn, autocommit=True) as connection:
            connection.execute("alter system set fsync = off")  # nothing here outlives the session
            connection.execute("select pg_reload_conf()")
        yield running


@pytest.fixture(scope="session")
def migrated_template(server: EmbeddedPostgres) -> str:
    migrate(_create_database(server, "migrated", template="template1"))
    return "migrated"


@pytest.fixture
def empty_dsn(server: EmbeddedPostgres) -> str:
    """A fresh database without any table."""
    return _create_database(server, f"empty_{next(_numbers)}", template="template1")


@pytest.fixture
def dsn(server: EmbeddedPostgres, migrated_template: str) -> str:
    """A fresh database with this release's schema and no rows."""
    return _create_database(server, f"test_{next(_numbers)}", template=migrated_template)


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    async with Database(dsn) as opened:
        yield opened


def _create_database(server: EmbeddedPostgres, name: str, *, template: str) -> str:
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    return make_conninfo(server.dsn, dbname=name)
