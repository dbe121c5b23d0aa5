"""Teammates: the members of the organization."""

from typing import Any

from groundswell.errors import InputError
from groundswell.http.scale.route import Call, Route
from groundswell.ids import UserId
from groundswell.tenancy import service as tenancy
from groundswell.tenancy.model import Member, Role

MOST = 1_000


async def list_teammates(call: Call) -> list[dict[str, Any]]:
    """Every teammate, by e-mail address."""
    found: list[Member] = []
    while True:
        after = found[-1].email if found else ""
        page = await tenancy.list_members(call.app.db, call.scope, after=after, limit=MOST)
        found += page
        if len(page) < MOST:
            return [_out(member) for member in found]


async def invite(call: Call) -> list[dict[str, Any]]:
    """Make people teammates; who is one already keeps their role."""
    emails, role = texts(call.object(), "emails"), _role(call)
    for email in emails:
        person = email.partition("@")[0] or email
        await tenancy.add_member(call.app.db, call.scope, email=email, person=person, role=role)
    return await list_teammates(call)


async def set_role(call: Call) -> list[dict[str, Any]]:
    """Change the role of teammates."""
    emails, role = texts(call.object(), "emails"), _role(call)
    known = {one.email: one for one in await tenancy.list_members(call.app.db, call.scope, limit=100_000)}
    missing = [email for email in emails if email not in known]
    if missing:
        raise InputError(f"{missing[0][:254]} is no teammate; invite them first")
    for email in emails:
        await tenancy.set_role(call.app.db, call.scope, UserId(known[email].user_id), role)
    return await list_teammates(call)


def texts(body: dict[str, Any], name: str, most: int = MOST) -> list[str]:
    """Return a list of texts of a request that must be there.

    Raises:
        InputError: it is none, or too long.
    """
    given = body.get(name)
    if not isinstance(given, list) or not given or not all(isinstance(one, str) and one for one in given):
        raise InputError(f"Please include the {name} parameter, a list of texts.")
    if len(given) > most:
        raise InputError(f"{name} holds at most {most:,}; got {len(given):,}")
    return given


def optional_texts(body: dict[str, Any], name: str) -> list[str]:
    """Return a list of texts of a request that may be empty or left out."""
    return texts(body, name) if body.get(name) else []


def _role(call: Call) -> Role:
    given = call.object().get("team_role")
    if given not in list(Role):
        raise InputError(f"team_role must be {', '.join(Role)}; got {str(given)[:40]!r}")
    return Role(given)


def _out(member: Member) -> dict[str, Any]:
    first, _, last = member.name.partition(" ")
    return {
        "email": member.email,
        "role": member.role,
        "company": member.org_name,
        "firstName": first,
        "lastName": last,
        "isStudioLabeler": member.role == Role.LABELER,
        "expiry": None,
    }


ROUTES = (
    Route("GET", "/teams", list_teammates),
    Route("POST", "/teams/invite", invite, needs=("emails", "team_role")),
    Route("POST", "/teams/set_role", set_role, needs=("emails", "team_role")),
)
