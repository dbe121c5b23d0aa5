"""Wire types of sign-in."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from groundswell.tenancy.model import Member


class SignInBody(Struct, forbid_unknown_fields=True):
    """A sign-in token, as the link carries it."""

    token: Annotated[str, Meta(min_length=1, max_length=200)]


class NamedId(Struct):
    """An organization."""

    id: UUID
    name: str


class UserOut(Struct):
    """The signed-in member."""

    id: UUID
    name: str
    email: str
    role: str


class SessionOut(Struct):
    """Who is signed in, and where."""

    organization: NamedId
    user: UserOut

    @classmethod
    def of(cls, member: Member) -> "SessionOut":
        """Shape a member."""
        user = UserOut(member.user_id, member.name, member.email, member.role)
        return cls(NamedId(member.org_id, member.org_name), user)
