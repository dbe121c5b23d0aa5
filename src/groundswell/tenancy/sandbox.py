"""Sandboxes: where programs are tried. One is an organization of its own, so that nothing of it meets what is real.

What programs ask for there is answered at once. Its members are those of the organization who made a test key, with the
roles that they have there; a change of role is carried over by the database.
"""

from groundswell.ids import OrgId, new_uuid
from groundswell.store import Database, Tx, load_queries
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit, create_api_key

SQL = load_queries(__package__)

TEST_PREFIX = "test_"
LONGEST_SLUG = 50


async def create_test_key(db: Database, scope: Scope, name: str) -> str:
    """Create an API key for the sandbox of an organization and return the secret, which is shown only now.

    Raises:
        InvalidName: the name is empty, too long or not printable.
    """
    scope.require(Role.MANAGER)
    assert scope.user_id is not None, "keys are people's"
    async with db.system_transaction() as tx:
        sandbox_id = await _sandbox(tx, scope.org_id)
        join = {"org_id": sandbox_id, "user_id": scope.user_id, "role": scope.role}
        await tx.execute(SQL["join_sandbox"], **join)
        await audit(tx, scope, "key.create_test", str(sandbox_id), name=name)
    inside = Scope(sandbox_id, scope.user_id, scope.role)
    return await create_api_key(db, inside, name, prefix=TEST_PREFIX)


async def _sandbox(tx: Tx, org_id: OrgId) -> OrgId:
    """Return the sandbox of an organization, which is itself if it is one; make it if it is the first time."""
    found = await tx.fetch_value(SQL["sandbox"], org_id=org_id)
    while found is None:
        # Two at once make one: the name is unique. Should another organization have it, the number is another.
        found = await tx.fetch_value(SQL["make_sandbox"], id=new_uuid(), org_id=org_id, longest=LONGEST_SLUG)
        found = found or await tx.fetch_value(SQL["sandbox"], org_id=org_id)
    return OrgId(found)
