"""Every table and every route, walked as another tenant: nothing of the first is ever seen or touched."""

import psycopg
import pytest

from groundswell.store import Database
from groundswell.tenancy.service import create_organization

pytestmark = pytest.mark.anyio

GLOBAL_TABLES = {"users", "organizations", "schema_migrations", "job_errors", "access_ended"}
"""The last three are out of reach for the role that the service works as."""


def tenant_tables(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "select table_name from information_schema.columns where table_schema = 'public' and column_name = 'org_id'"
        ).fetchall()
    return sorted(row[0] for row in rows)


def test_every_table_has_an_organization_or_is_known_to_need_none(dsn):
    with psycopg.connect(dsn) as connection:
        tables = connection.execute(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        ).fetchall()
    assert {row[0] for row in tables} == set(tenant_tables(dsn)) | GLOBAL_TABLES


def test_every_tenant_table_has_row_level_security_with_a_policy_for_reading_and_writing(dsn):
    with psycopg.connect(dsn) as connection:
        secured = connection.execute(
            "select c.relname from pg_class c join pg_policy p on p.polrelid = c.oid "
            "where c.relrowsecurity and p.polqual is not null and p.polwithcheck is not null"
        ).fetchall()
    assert {row[0] for row in secured} >= set(tenant_tables(dsn))


@pytest.mark.parametrize("table", ["schema_migrations", "job_errors", "access_ended"])
async def test_a_table_of_the_system_is_out_of_reach_of_a_tenant(db, labelled, table):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with db.transaction(labelled.scope.org_id) as tx:
            await tx.fetch_all(
                psycopg.sql.SQL("select * from {}").format(psycopg.sql.Identifier(table)), dict
            )


async def test_another_tenant_sees_no_row_of_any_table(dsn, db, labelled):
    """`labelled` has put rows of the first organization into the tables."""
    other = await create_organization(db, slug="other", name="Other", email="eve@other.example", person="Eve")
    own_rows = {}
    with psycopg.connect(dsn) as connection:
        for table in tenant_tables(dsn):
            own_rows[table] = connection.execute(
                f"select count(*) from {table} where org_id = %s", (labelled.member.org_id,)
            ).fetchone()[0]
    async with db.transaction(other.scope().org_id) as tx:
        for table in tenant_tables(dsn):
            leaked = await tx.fetch_value(
                psycopg.sql.SQL("select count(*) from {} where org_id = %(org)s").format(
                    psycopg.sql.Identifier(table)
                ),
                org=labelled.member.org_id,
            )
            assert leaked == 0, table
    filled = {table for table, count in own_rows.items() if count}
    assert filled >= set(tenant_tables(dsn)) - {"api_keys", "sign_in_tokens", "sessions"}, (
        "the walk must meet rows"
    )


async def test_another_tenant_cannot_write_a_row_for_the_first(db, labelled):
    other = await create_organization(db, slug="other", name="Other", email="eve@other.example", person="Eve")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with db.transaction(other.scope().org_id) as tx:
            await tx.execute(
                psycopg.sql.SQL(
                    "insert into workers (org_id, name, origin) values (%(org)s, 'x', 'program')"
                ),
                org=labelled.member.org_id,
            )


async def test_a_row_cannot_point_into_another_organization(db, labelled):
    other = await create_organization(db, slug="other", name="Other", email="eve@other.example", person="Eve")
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        async with db.transaction(other.scope().org_id) as tx:
            await tx.execute(
                psycopg.sql.SQL(
                    "insert into guidelines (org_id, project_id, version, body) values (%(org)s, %(id)s, 9, '')"
                ),
                org=other.org_id,
                id=labelled.project_id,
            )


async def test_a_transaction_that_forgets_its_organization_gets_an_error(dsn, labelled):
    async with Database(dsn) as db, db.system_transaction() as tx:
        await tx.execute(psycopg.sql.SQL("set local role groundswell_app"))
        with pytest.raises(psycopg.Error):
            await tx.fetch_all(psycopg.sql.SQL("select * from tasks"), dict)


@pytest.mark.parametrize("table", ["annotations", "ledger", "audit_log"])
@pytest.mark.parametrize("change", ["update {} set org_id = org_id", "delete from {}"])
async def test_the_record_of_work_is_append_only_for_the_service(db, labelled, table, change):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with db.transaction(labelled.member.scope().org_id) as tx:
            await tx.execute(psycopg.sql.SQL(change).format(psycopg.sql.Identifier(table)))
