"""Queries are sources; a second run asks for what is new only."""

import json
import pickle
import sqlite3
from pathlib import Path

import pytest
from tests.unit.collect.conftest import NOW

from groundswell.collect import Options, Query, Source, Sqlite
from groundswell.errors import InputError, MissingColumn
from groundswell.items import Drop, Item


@pytest.fixture
def database(tmp_path: Path) -> Sqlite:
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table posts (id integer primary key, body text, stars int)")
        connection.executemany(
            "insert into posts values (?, ?, ?)", [(n, f"post {n}", n % 5) for n in range(1, 6)]
        )
        connection.execute("insert into posts values (9, null, 0)")
    connection.close()
    return Sqlite(path)


def query(database: Sqlite, asked: str = "select * from posts", **more: str) -> Query:
    return Query(database, asked, Options(NOW), **more)


def test_rows_are_items_and_rows_without_text_are_set_aside(database: Sqlite) -> None:
    source = query(database)
    assert isinstance(source, Source)
    found = list(source.read())
    assert [(each.text, dict(each.meta)) for each in found if isinstance(each, Item)][:1] == [
        ("post 1", {"id": 1, "stars": 1})
    ]
    assert [(each.reason, each.locator) for each in found if isinstance(each, Drop)] == [
        ("sql:no_text", "row 5")
    ]
    assert pickle.loads(pickle.dumps(source)) == source


def test_what_came_after_is_read_by_a_column_that_grows(database: Sqlite) -> None:
    source = query(database, "select * from posts where stars >= 0", grows="id")
    cursor = json.loads(json.dumps(source.cursor()))
    assert cursor == {"reached": 9}
    assert list(source.after(cursor).read()) == []
    with sqlite3.connect(database.path) as connection:
        connection.execute("insert into posts values (12, 'newer', 1), (11, 'new', 1)")
    connection.close()
    found = [(each.text, each.locator) for each in source.after(cursor).read() if isinstance(each, Item)]
    assert found == [("new", "id 11"), ("newer", "id 12")]
    assert source.after(cursor).cursor(cursor) == {"reached": 12}


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("select none from posts", "refuses the query: no such column"),
        ("delete from posts", "refuses the query: .*readonly"),
    ],
)
def test_a_query_that_is_refused_says_why(database: Sqlite, asked: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        list(query(database, asked).read())


def test_what_is_missing_is_named(database: Sqlite, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no database at"):
        list(query(Sqlite(tmp_path / "none.db")).read())
    with pytest.raises(MissingColumn, match="none is called text, content or body"):
        list(query(database, "select id, stars from posts").read())
    with pytest.raises(MissingColumn, match="the query has no column 'when'"):
        list(query(database, "select body, 1 as b from posts", grows="when").read())
