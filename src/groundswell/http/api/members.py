"""The members of an organization."""

import uuid

from groundswell.clock import now
from groundswell.errors import InputError
from groundswell.http.cursor import decode_cursor, encode_cursor
from groundswell.http.endpoint import Call, Endpoint, whole_number
from groundswell.http.paging import MOST, PAGE, PAGING
from groundswell.http.wire import members as wire
from groundswell.ids import UserId
from groundswell.tenancy import service as tenancy
from groundswell.tenancy.model import Role


async def list_members(call: Call) -> wire.MemberPage:
    """One page of members, by e-mail address; managers and admins only."""
    limit = whole_number("limit", call.query.get("limit", str(PAGE)), 1, MOST)
    cursor = call.query.get("cursor")
    after = decode_cursor(cursor, "members", tuple[str])[0] if cursor else ""
    rows = await tenancy.list_members(call.app.db, call.scope, after=after, limit=limit + 1)
    page = rows[:limit]
    following = encode_cursor([page[-1].email], "members") if len(rows) > limit else None
    return wire.MemberPage([wire.MemberOut.of(row) for row in page], following)


async def add_member(call: Call) -> wire.MemberOut:
    """Give a person a role; one who has a role keeps it. Admins only."""
    body: wire.MemberBody = call.body
    role = Role(body.role)
    user_id = await tenancy.add_member(call.app.db, call.scope, email=body.email, person=body.name, role=role)
    return wire.MemberOut.of(await tenancy.get_member(call.app.db, call.scope, user_id))


async def set_role(call: Call) -> wire.MemberOut:
    """Change a member's role, at once and everywhere; admins only."""
    user_id = _user_id(call)
    await tenancy.set_role(call.app.db, call.scope, user_id, Role(call.body.role))
    return wire.MemberOut.of(await tenancy.get_member(call.app.db, call.scope, user_id))


async def sign_in_link(call: Call) -> wire.SignInOut:
    """Make a secret that signs a member in once; admins only."""
    token = await tenancy.invite(call.app.db, call.scope, _user_id(call), now=now())
    return wire.SignInOut(token, int(tenancy.SIGN_IN_LIFETIME.total_seconds()))


def _user_id(call: Call) -> UserId:
    try:
        return UserId(uuid.UUID(call.path["user_id"]))
    except ValueError:
        raise InputError(f"user_id must be a UUID; got {call.path['user_id'][:40]!r}") from None


ENDPOINTS = (
    Endpoint("GET", "/members", "List members", list_members, answer=wire.MemberPage, query=PAGING),
    Endpoint("POST", "/members", "Add a member", add_member, wire.MemberBody, wire.MemberOut),
    Endpoint("PUT", "/members/{user_id}", "Change a role", set_role, wire.RoleBody, wire.MemberOut),
    Endpoint(
        "POST", "/members/{user_id}/sign-in", "Make a sign-in link", sign_in_link, answer=wire.SignInOut
    ),
)
