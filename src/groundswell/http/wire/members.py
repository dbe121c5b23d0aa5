"""Wire types of an organization's members."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from groundswell.tenancy.model import Member

RoleName = Literal["admin", "manager", "member", "labeler"]


class MemberBody(Struct, forbid_unknown_fields=True):
    """A person who is to belong to the organization."""

    email: Annotated[str, Meta(min_length=3, max_length=254)]
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    role: RoleName = "labeler"


class RoleBody(Struct, forbid_unknown_fields=True):
    """The role that a member is to have."""

    role: RoleName


class MemberOut(Struct):
    """A member of the organization."""

    id: UUID
    email: str
    name: str
    role: str

    @classmethod
    def of(cls, member: Member) -> "MemberOut":
        """Shape a member."""
        return cls(member.user_id, member.email, member.name, member.role)


class MemberPage(Struct):
    """One page of members, by e-mail address; `next_cursor` fetches the next."""

    items: list[MemberOut]
    next_cursor: str | None


class SignInOut(Struct):
    """A secret that signs a member in once, in the browser at `/sign-in#token=...`; it is shown only now."""

    token: str
    good_for_seconds: int
