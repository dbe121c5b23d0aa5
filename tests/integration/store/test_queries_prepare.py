"""Every named query of every stage is prepared against the migrated schema: a typo dies here."""

import re
from pathlib import Path

import psycopg
import pytest

import groundswell
from groundswell.store.queries import Query, parse_queries

SOURCE = Path(groundswell.__file__).parent
FILES = sorted(SOURCE.glob("**/queries.sql"))
QUERIES = [
    pytest.param(query, id=f"{path.parent.name}.{query.name}")
    for path in FILES
    for query in parse_queries(path.read_text("utf-8"), source=str(path)).values()
]


def test_the_stages_have_query_files() -> None:
    assert {path.parent.name for path in FILES} >= {
        "store",
        "tenancy",
        "projects",
        "work",
        "learning",
        "delivery",
        "workforce",
    }


@pytest.mark.parametrize("query", QUERIES)
def test_query_fits_the_schema(
    query: Query, prepared_against: psycopg.Connection[tuple[object, ...]]
) -> None:
    statement = re.sub(r";\s*$", "", _numbered(query.sql.decode()))
    prepared_against.execute(f"prepare candidate as {statement}")  # type: ignore[arg-type]
    prepared_against.execute("deallocate candidate")


@pytest.fixture(scope="module")
def prepared_against(server, migrated_template):  # type: ignore[no-untyped-def]
    with psycopg.connect(server.dsn, dbname=migrated_template, autocommit=True) as connection:
        yield connection


def _numbered(statement: str) -> str:
    """Turn psycopg's `%(name)s` into PostgreSQL's `$n`, and `%%` into `%`."""
    names: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        return "%" if match[0] == "%%" else f"${names.setdefault(match[1], len(names) + 1)}"

    return re.sub(r"%%|%\((\w+)\)s", number, statement)
