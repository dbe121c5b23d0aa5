"""Sign-in, sessions, API keys and members: one function is one use case is one transaction."""

import hashlib
import re
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any

from groundswell.errors import Conflict, InvalidName, NotFound, NotSignedIn
from groundswell.ids import OrgId, UserId, new_uuid
from groundswell.store import Database, Tx, load_queries
from groundswell.tenancy.model import ApiKey, Member, Organization, Role, Scope

SQL = load_queries(__package__)

SIGN_IN_LIFETIME = timedelta(minutes=30)
SESSION_LIFETIME = timedelta(days=30)
KEY_PREFIX = "gsk_"
MAX_NAME = 200
LOCAL_ORGANIZATION = "local"
LOCAL_EMAIL = "you@localhost"


def hash_secret(secret: str) -> bytes:
    """Return what is stored of a token or key. They have 256 random bits, so a plain digest suffices."""
    return hashlib.sha256(secret.encode()).digest()


async def create_organization(db: Database, *, slug: str, name: str, email: str, person: str) -> Member:
    """Create an organization with its first admin, or return that member if both are there already.

    Nobody becomes a member of an organization that is there already: that is its admins' to decide.

    Raises:
        InvalidName: `slug` is not 1 to 63 of a-z, 0-9 and hyphen, beginning with a letter or digit.
        Conflict: the organization is there, and this person is no member of it.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", slug):
        raise InvalidName(
            f"organization {slug!r}: use 1 to 63 of a-z, 0-9 and hyphen, beginning with a letter or digit"
        )
    async with db.system_transaction() as tx:
        created = await tx.fetch_value(SQL["insert_organization"], id=new_uuid(), slug=slug, name=name)
        if created is not None:
            await _add_member(tx, OrgId(created), email=email, person=person, role=Role.ADMIN)
        member = await tx.fetch_one(SQL["member_by_email"], Member, slug=slug, email=email)
    if member is None:
        raise Conflict(f"there is an organization {slug!r} already; ask its admins to make {email} a member")
    return member


async def every_organization(db: Database) -> list[tuple[OrgId, str]]:
    """Return the id and slug of every organization, for duties that serve all."""
    async with db.system_transaction() as tx:
        rows = await tx.fetch_all(SQL["every_organization"], tuple[uuid.UUID, str])
    return [(OrgId(org_id), slug) for org_id, slug in rows]


async def add_member(db: Database, scope: Scope, *, email: str, person: str, role: Role) -> UserId:
    """Give a person a role in the organization; admins only. An existing role stays as it is."""
    scope.require(Role.ADMIN)
    async with db.system_transaction() as tx:
        user_id = await _add_member(tx, scope.org_id, email=email, person=person, role=role)
        await audit(tx, scope, "member.add", str(user_id), role=role.value)
        return user_id


async def _add_member(tx: Tx, org_id: OrgId, *, email: str, person: str, role: Role) -> UserId:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", email) or len(email) > 254 or not email.isprintable():
        raise InvalidName(f"{email[:254]!r} is not an e-mail address")
    _require_printable("a person's name", person)
    user_id: uuid.UUID = await tx.fetch_value(SQL["upsert_user"], id=new_uuid(), email=email, name=person)
    await tx.execute(SQL["insert_member"], org_id=org_id, user_id=user_id, role=role.value)
    return UserId(user_id)


def _require_printable(what: str, name: str) -> None:
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise InvalidName(f"{what} has 1 to {MAX_NAME} printable characters; got {name[:MAX_NAME]!r}")


async def get_organization(db: Database, scope: Scope) -> Organization:
    """Return the organization with what those who label see of it; managers and admins only."""
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        organization = await tx.fetch_one(SQL["organization"], Organization, org_id=scope.org_id)
    assert organization is not None
    return organization


async def set_appearance(db: Database, scope: Scope, *, pseudonym: str, show_name: bool) -> None:
    """Change what those who label see of the organization: a pseudonym, or its name; admins only.

    Raises:
        InvalidName: the pseudonym is empty, too long or not printable.
    """
    scope.require(Role.ADMIN)
    _require_printable("a pseudonym", pseudonym)
    async with db.transaction(scope.org_id) as tx:
        await tx.execute(SQL["set_appearance"], org_id=scope.org_id, pseudonym=pseudonym, show_name=show_name)
        await audit(
            tx, scope, "organization.appearance", str(scope.org_id), pseudonym=pseudonym, show_name=show_name
        )


async def find_member(db: Database, *, slug: str, email: str) -> Member:
    """Return a member by organization and e-mail address.

    Raises:
        NotFound: there is no such member.
    """
    async with db.system_transaction() as tx:
        member = await tx.fetch_one(SQL["member_by_email"], Member, slug=slug, email=email)
    if member is None:
        raise NotFound(f"{email} is not a member of the organization {slug}")
    return member


async def list_members(db: Database, scope: Scope, *, after: str = "", limit: int = 200) -> list[Member]:
    """Return people of the organization by e-mail address, those after `after`; managers and admins only."""
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        return await tx.fetch_all(SQL["list_members"], Member, after=after, limit=limit)


async def get_member(db: Database, scope: Scope, user_id: UserId) -> Member:
    """Return one person of the organization; managers and admins only.

    Raises:
        NotFound: no such member.
    """
    scope.require(Role.MANAGER)
    async with db.transaction(scope.org_id) as tx:
        member = await tx.fetch_one(SQL["member"], Member, user_id=user_id)
    if member is None:
        raise NotFound(f"there is no member {user_id} in this organization")
    return member


async def set_role(db: Database, scope: Scope, user_id: UserId, role: Role) -> None:
    """Change the role of a member; admins only. It holds at once, in every process.

    Raises:
        NotFound: no such member.
        Conflict: the organization would have no admin any more.
    """
    scope.require(Role.ADMIN)
    async with db.transaction(scope.org_id) as tx:
        admins = await tx.fetch_values(SQL["lock_admins"])
        if admins == [user_id] and role is not Role.ADMIN:
            raise Conflict("this is the last admin; make somebody else an admin first")
        if await tx.fetch_value(SQL["set_role"], user_id=user_id, role=role) is None:
            raise NotFound(f"there is no member {user_id} in this organization")
        await audit(tx, scope, "member.role", str(user_id), role=role.value)


async def invite(db: Database, scope: Scope, user_id: UserId, *, now: datetime) -> str:
    """Return a secret that signs a member in once, to be handed to that person; admins only.

    Raises:
        NotFound: no such member.
    """
    scope.require(Role.ADMIN)
    member = await get_member(db, scope, user_id)
    token = await create_sign_in_token(db, member, now=now)
    async with db.transaction(scope.org_id) as tx:
        await audit(tx, scope, "member.invite", str(user_id))
    return token


async def create_sign_in_token(db: Database, member: Member, *, now: datetime) -> str:
    """Return a secret for a sign-in link, good once and for `SIGN_IN_LIFETIME`."""
    token = secrets.token_urlsafe(32)
    async with db.system_transaction() as tx:
        await tx.execute(SQL["delete_expired"], now=now)
        await tx.execute(
            SQL["insert_sign_in_token"],
            token_hash=hash_secret(token),
            org_id=member.org_id,
            user_id=member.user_id,
            expires_at=now + SIGN_IN_LIFETIME,
        )
    return token


async def sign_in(db: Database, token: str, *, now: datetime) -> tuple[Member, str]:
    """Use a sign-in token up and return the member with the secret of a new session.

    Raises:
        NotSignedIn: the token was used, has expired or was never given.
    """
    session = secrets.token_urlsafe(32)
    async with db.system_transaction() as tx:
        holder = await tx.fetch_one(
            SQL["take_sign_in_token"], dict[str, Any], token_hash=hash_secret(token), now=now
        )
        if holder is None:
            raise NotSignedIn(
                "this sign-in link was used already or has expired; `groundswell up` prints a new one"
            )
        await tx.execute(
            SQL["insert_session"],
            token_hash=hash_secret(session),
            expires_at=now + SESSION_LIFETIME,
            **holder,
        )
        member = await tx.fetch_one(
            SQL["member_by_session"], Member, token_hash=hash_secret(session), now=now
        )
    assert member is not None
    return member, session


async def sign_out(db: Database, session: str) -> None:
    """End a session; ending one that is not there is no error."""
    async with db.system_transaction() as tx:
        await tx.execute(SQL["delete_session"], token_hash=hash_secret(session))


async def create_api_key(db: Database, scope: Scope, name: str, *, prefix: str = KEY_PREFIX) -> str:
    """Create an API key with the rights of its creator and return the secret, which is shown only now.

    Args:
        prefix: how it begins.

    Raises:
        InvalidName: the name is empty, too long or not printable.
    """
    scope.require(Role.MANAGER)
    _require_printable("the name of a key", name)
    key = prefix + secrets.token_urlsafe(32)
    key_id = new_uuid()
    async with db.transaction(scope.org_id) as tx:
        await tx.execute(
            SQL["insert_api_key"],
            org_id=scope.org_id,
            id=key_id,
            user_id=scope.user_id,
            name=name,
            prefix=key[:10],
            key_hash=hash_secret(key),
        )
        await audit(tx, scope, "key.create", str(key_id), name=name)
    return key


async def list_api_keys(db: Database, scope: Scope) -> list[ApiKey]:
    """Return the keys of the organization and of its sandbox without their secrets; managers and admins only."""
    scope.require(Role.MANAGER)
    async with db.system_transaction() as tx:
        return await tx.fetch_all(SQL["list_api_keys"], ApiKey, org_id=scope.org_id)


async def revoke_api_key(db: Database, scope: Scope, key_id: uuid.UUID, *, now: datetime) -> None:
    """End a key at once.

    Raises:
        NotFound: no such key in this organization, or it was revoked already.
    """
    scope.require(Role.MANAGER)
    async with db.system_transaction() as tx:
        if await tx.fetch_value(SQL["revoke_api_key"], id=key_id, now=now, org_id=scope.org_id) is None:
            raise NotFound(f"there is no active API key {key_id}")
        await audit(tx, scope, "key.revoke", str(key_id))


async def audit(tx: Tx, scope: Scope, action: str, subject: str, **detail: object) -> None:
    """Write down who did what, in the transaction that does it."""
    await tx.execute(
        SQL["insert_audit"],
        org_id=scope.org_id,
        user_id=scope.user_id,
        action=action,
        subject=subject,
        detail=detail,
    )
