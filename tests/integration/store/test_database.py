import asyncio
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from groundswell.errors import DatabaseUnavailable
from groundswell.ids import OrgId, new_uuid
from groundswell.store import Database, start_postgres
from groundswell.store.queries import Query

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Org:
    id: uuid.UUID
    slug: str


def query(text: str) -> Query:
    return Query("test", "of this test", text.encode())


INSERT = query("insert into organizations (id, slug, name) values (%(id)s, %(slug)s, 'Name')")
ORGS = query("select id, slug from organizations order by slug")
SLEEP = query("select pg_sleep(%(seconds)s)")


@pytest.fixture
async def orgs(db: Database) -> tuple[OrgId, OrgId]:
    ids = OrgId(new_uuid()), OrgId(new_uuid())
    async with db.system_transaction() as tx:
        for id_, slug in zip(ids, ("ours", "theirs"), strict=True):
            await tx.execute(INSERT, id=id_, slug=slug)
    return ids


async def test_a_transaction_sees_the_rows_of_its_organization_only(
    db: Database, orgs: tuple[OrgId, OrgId]
) -> None:
    ours, theirs = orgs
    async with db.transaction(ours) as tx:
        assert await tx.fetch_all(ORGS, Org) == [Org(ours, "ours")]
    async with db.transaction(theirs) as tx:
        assert await tx.fetch_all(ORGS, Org) == [Org(theirs, "theirs")]
    async with db.transaction(OrgId(new_uuid())) as tx:
        assert await tx.fetch_all(ORGS, Org) == []
    async with db.system_transaction() as tx:
        assert await tx.fetch_values(query("select slug from organizations order by slug")) == [
            "ours",
            "theirs",
        ]


async def test_a_transaction_cannot_write_into_another_organization(
    db: Database, orgs: tuple[OrgId, OrgId]
) -> None:
    ours, theirs = orgs
    stolen = query("insert into audit_log (org_id, action, subject) values (%(org_id)s, 'x', 'y')")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with db.transaction(ours) as tx:
            await tx.execute(stolen, org_id=theirs)


async def test_forgetting_the_organization_is_an_error_and_shows_nothing(
    dsn: str, db: Database, orgs: tuple[OrgId, OrgId]
) -> None:
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        await connection.execute("set role groundswell_app")
        with pytest.raises(psycopg.errors.UndefinedObject, match=r"groundswell\.org_id"):
            await connection.execute("select * from organizations")


async def test_a_connection_forgets_its_organization_with_the_transaction(
    dsn: str, orgs: tuple[OrgId, OrgId]
) -> None:
    async with Database(dsn, connections=1) as db:
        async with db.transaction(orgs[0]) as tx:
            assert await tx.fetch_value(query("select current_user::text")) == "groundswell_app"
        async with db.system_transaction() as tx:
            assert await tx.fetch_value(query("select current_user::text")) == "groundswell"
            assert await tx.fetch_value(query("select current_setting('groundswell.org_id', true)")) == ""


async def test_an_organization_that_is_no_uuid_never_reaches_the_database(db: Database) -> None:
    with pytest.raises(ValueError, match="badly formed"):
        async with db.transaction("x', true); drop table users; --"):  # type: ignore[arg-type]
            pass


async def test_an_error_in_the_middle_undoes_everything(db: Database) -> None:
    async def half() -> None:
        async with db.system_transaction() as tx:
            await tx.execute(INSERT, id=new_uuid(), slug="half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await half()
    async with db.system_transaction() as tx:
        assert await tx.fetch_all(ORGS, Org) == []


async def test_rows_come_as_dataclasses_dicts_tuples_and_values(
    db: Database, orgs: tuple[OrgId, OrgId]
) -> None:
    one = query("select id, slug from organizations where slug = %(slug)s")
    async with db.system_transaction() as tx:
        assert await tx.fetch_one(one, Org, slug="ours") == Org(orgs[0], "ours")
        assert await tx.fetch_one(one, dict[str, Any], slug="ours") == {"id": orgs[0], "slug": "ours"}
        assert await tx.fetch_one(one, tuple[uuid.UUID, str], slug="ours") == (orgs[0], "ours")
        assert await tx.fetch_one(one, Org, slug="nobody") is None
        assert await tx.fetch_value(one, slug="ours") == orgs[0]
        assert await tx.fetch_value(one, slug="nobody") is None


async def test_a_write_says_how_many_rows_it_touched(db: Database) -> None:
    async with db.system_transaction() as tx:
        rows = [{"id": new_uuid(), "slug": f"org{n}"} for n in range(3)]
        assert await tx.execute_many(INSERT, rows) == 3
        assert await tx.execute(query("update organizations set name = 'x' where slug <> 'org0'")) == 2


async def test_a_dict_is_stored_as_json_and_comes_back_as_one(db: Database) -> None:
    async with db.system_transaction() as tx:
        there_and_back = query("select %(value)s::jsonb")
        value = {"choice": "Katze 🐈", "n": [1, 2.5, None, True]}
        assert await tx.fetch_value(there_and_back, value=value) == value


async def test_a_composed_statement_runs_like_a_named_one(db: Database, orgs: tuple[OrgId, OrgId]) -> None:
    composed = sql.SQL("select {} from organizations where slug = %(slug)s").format(sql.Identifier("slug"))
    async with db.system_transaction() as tx:
        assert await tx.fetch_value(composed, slug="ours") == "ours"


async def test_a_statement_that_takes_too_long_is_ended(dsn: str) -> None:
    async with Database(dsn, statement_seconds=0.2) as db:
        with pytest.raises(DatabaseUnavailable, match=r"statement timeout.*nothing was changed"):
            async with db.system_transaction() as tx:
                await tx.execute(SLEEP, seconds=5)
        async with db.system_transaction() as tx:
            assert await tx.fetch_value(query("select 1")) == 1


async def test_waiting_for_a_connection_has_an_end(dsn: str) -> None:
    async with Database(dsn, connections=1, wait_seconds=0.2) as db, db.system_transaction():
        with pytest.raises(DatabaseUnavailable, match=r"does not answer.*try again"):
            async with db.system_transaction():
                pass


async def test_a_cancelled_request_gives_its_connection_back_usable(dsn: str) -> None:
    async with Database(dsn, connections=1, wait_seconds=2) as db:

        async def slow() -> None:
            async with db.system_transaction() as tx:
                await tx.execute(INSERT, id=new_uuid(), slug="never")
                await tx.execute(SLEEP, seconds=30)

        request = asyncio.create_task(slow())
        await asyncio.sleep(0.3)
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        async with db.system_transaction() as tx:
            assert await tx.fetch_all(ORGS, Org) == []


async def test_a_connection_lost_during_the_commit_leaves_it_open_whether_it_was_stored(db: Database) -> None:
    async def interrupted() -> None:
        async with db.system_transaction() as tx:
            await tx.execute(INSERT, id=new_uuid(), slug="perhaps")
            await tx._connection.close()

    with pytest.raises(DatabaseUnavailable, match="whether it was stored is not known"):
        await interrupted()


async def test_the_service_outlives_a_restart_of_the_database(tmp_path: Path) -> None:
    one = query("select 1")
    with start_postgres(tmp_path) as server:
        async with Database(server.dsn, wait_seconds=1.0) as db:
            async with db.system_transaction(), db.system_transaction() as tx:
                assert await tx.fetch_value(one) == 1
            await asyncio.to_thread(server.stop)
            with pytest.raises(DatabaseUnavailable, match="nothing was changed; try again") as caught:
                async with db.system_transaction():
                    pass
            assert caught.value.retryable
            with await asyncio.to_thread(start_postgres, tmp_path):
                for _ in range(4):
                    async with db.system_transaction() as tx:
                        assert await tx.fetch_value(one) == 1
