from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from groundswell.errors import DatabaseUnavailable, DataFolderNewer, StoreError
from groundswell.store import start_postgres
from groundswell.store.migrate import Migration, apply_migrations, migrate, own_migrations

FIRST = Migration("0001_first.sql", "create table a (n int); insert into a values (1);")
SECOND = Migration("0002_second.sql", "create table b (n int);")


def _tables(dsn: str) -> set[str]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    return {name for (name,) in rows}


def test_every_step_is_taken_once_and_a_second_run_does_nothing(empty_dsn: str) -> None:
    taken = migrate(empty_dsn)
    assert taken == ["procrastinate/schema.sql", *(m.name for m in own_migrations())]
    assert {"organizations", "tasks", "annotations", "job_errors"} <= _tables(empty_dsn)
    assert migrate(empty_dsn) == []


def test_a_later_release_takes_only_the_new_steps(empty_dsn: str) -> None:
    apply_migrations(empty_dsn, [FIRST])
    assert apply_migrations(empty_dsn, [FIRST, SECOND]) == ["0002_second.sql"]


def test_a_step_that_changed_after_it_was_taken_is_refused(empty_dsn: str) -> None:
    apply_migrations(empty_dsn, [FIRST])
    changed = Migration(FIRST.name, FIRST.sql + " -- improved")
    with pytest.raises(StoreError, match=r"0001_first\.sql was changed after.*put the change into a new"):
        apply_migrations(empty_dsn, [changed, SECOND])
    assert "b" not in _tables(empty_dsn)


def test_a_database_of_a_newer_release_is_left_alone(empty_dsn: str) -> None:
    apply_migrations(empty_dsn, [FIRST, SECOND])
    with pytest.raises(DataFolderNewer, match=r"does not know \(0002_second\.sql\); upgrade"):
        apply_migrations(empty_dsn, [FIRST])


def test_a_step_that_comes_before_those_taken_is_refused(empty_dsn: str) -> None:
    apply_migrations(empty_dsn, [SECOND])
    with pytest.raises(StoreError, match=r"0001_first\.sql sorts before 0002_second\.sql.*renumber"):
        apply_migrations(empty_dsn, [FIRST, SECOND])


def test_a_step_that_fails_is_undone_whole_and_those_before_it_stay(empty_dsn: str) -> None:
    broken = Migration("0002_broken.sql", "create table b (n int); insert into nowhere values (1);")
    with pytest.raises(StoreError, match=r'0002_broken\.sql failed and was rolled back: relation "nowhere"'):
        apply_migrations(empty_dsn, [FIRST, broken])
    assert "a" in _tables(empty_dsn)
    assert "b" not in _tables(empty_dsn)
    assert apply_migrations(empty_dsn, [FIRST, SECOND]) == ["0002_second.sql"]


def test_processes_that_start_together_migrate_once(empty_dsn: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        taken = list(pool.map(migrate, [empty_dsn] * 3))
    assert sorted(map(len, taken)) == [0, 0, len(own_migrations()) + 1]


def test_job_tables_are_upgraded_by_the_steps_that_are_missing(empty_dsn: str) -> None:
    migrate(empty_dsn)
    step = "procrastinate/03.03.00_01_pre_priority_lock_fetch_job.sql"
    with psycopg.connect(empty_dsn) as connection:
        connection.execute("delete from schema_migrations where name = %s", (step,))
    assert migrate(empty_dsn) == [step]


def test_job_tables_of_a_newer_procrastinate_are_left_alone(empty_dsn: str) -> None:
    migrate(empty_dsn)
    with psycopg.connect(empty_dsn) as connection:
        connection.execute("insert into schema_migrations values ('procrastinate/99.sql', '')")
    with pytest.raises(DataFolderNewer, match=r"\(procrastinate/99\.sql\); upgrade procrastinate"):
        migrate(empty_dsn)


def test_an_owner_without_other_rights_can_migrate_and_work_as_the_service(tmp_path: Path) -> None:
    """As on managed PostgreSQL, where nobody is a superuser."""
    with start_postgres(tmp_path / "home") as server:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("create role plain login createrole createdb")
            connection.execute("create database theirs owner plain")
        owner = make_conninfo(server.dsn, user="plain", dbname="theirs")
        assert migrate(owner)[0] == "procrastinate/schema.sql"
        with psycopg.connect(owner) as connection:
            connection.execute("set role groundswell_app")
            connection.execute("select defer_job('task', 'key', '{}', '0')")


def test_a_database_that_is_down_is_said_to_be(server_less_dsn: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="does not answer"):
        migrate(server_less_dsn)


@pytest.fixture
def server_less_dsn(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"postgresql:///x?host={tmp_path_factory.mktemp('nothing')}"
