"""Who becomes a member of what."""

import pytest
from psycopg import sql

from groundswell.errors import Conflict, InvalidName, NotAllowed
from groundswell.tenancy.model import Role
from groundswell.tenancy.service import add_member, create_organization, find_member, list_members

pytestmark = pytest.mark.anyio

ACME = {"slug": "acme", "name": "Acme", "email": "ann@acme.example", "person": "Ann"}


async def test_making_an_organization_twice_is_making_it_once(db):
    first, again = await create_organization(db, **ACME), await create_organization(db, **ACME)
    assert first == again
    assert first.role == "admin"


async def test_nobody_joins_an_organization_by_making_it_again(db):
    await create_organization(db, **ACME)
    with pytest.raises(Conflict, match="ask its admins"):
        await create_organization(db, **{**ACME, "email": "eve@elsewhere.example"})
    async with db.system_transaction() as tx:
        assert await tx.fetch_value(sql.SQL("select count(*) from members")) == 1
        assert await tx.fetch_value(sql.SQL("select count(*) from users")) == 1


@pytest.mark.parametrize(
    "email", ["ann", "ann@", "a b@c", "ann\x00@acme.example", "x" * 250 + "@acme.example"]
)
async def test_an_address_that_is_none_is_refused_and_nothing_is_made(db, email):
    with pytest.raises(InvalidName):
        await create_organization(db, **{**ACME, "email": email})
    async with db.system_transaction() as tx:
        assert await tx.fetch_value(sql.SQL("select count(*) from organizations")) == 0


async def test_only_an_admin_adds_members_and_a_role_once_given_stays(db):
    admin = (await create_organization(db, **ACME)).scope()
    await add_member(db, admin, email="lee@acme.example", person="Lee", role=Role.LABELER)
    await add_member(db, admin, email="lee@acme.example", person="Lee", role=Role.ADMIN)
    lee = (await find_member(db, slug="acme", email="lee@acme.example")).scope()
    assert lee.role == Role.LABELER
    with pytest.raises(NotAllowed):
        await add_member(db, lee, email="eve@acme.example", person="Eve", role=Role.ADMIN)
    with pytest.raises(NotAllowed):
        await list_members(db, lee)
    assert len(await list_members(db, admin)) == 2
