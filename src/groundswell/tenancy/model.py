"""Organizations, their members, and the scope that every use case runs in."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from groundswell.errors import NotAllowed
from groundswell.ids import OrgId, UserId


class Role(StrEnum):
    """What a member may do, from most to least."""

    ADMIN = "admin"
    MANAGER = "manager"
    MEMBER = "member"
    LABELER = "labeler"


RANK = {Role.LABELER: 0, Role.MEMBER: 1, Role.MANAGER: 2, Role.ADMIN: 3}


@dataclass(frozen=True)
class Scope:
    """Who acts, in which organization, with which role: the first argument of every use case."""

    org_id: OrgId
    user_id: UserId | None
    role: Role

    def require(self, role: Role) -> None:
        """Raise `NotAllowed` unless this scope has `role` or more."""
        if RANK[self.role] < RANK[role]:
            raise NotAllowed(
                f"this needs the role {role.value}; yours is {self.role.value}: ask an admin of your organization"
            )


@dataclass(frozen=True)
class Organization:
    """A tenant.

    Attributes:
        pseudonym: what those who label see in the place of `name`, unless `show_name`.
    """

    id: uuid.UUID
    slug: str
    name: str
    pseudonym: str
    show_name: bool


@dataclass(frozen=True)
class Member:
    """A person in an organization.

    Attributes:
        org_name: what this person may call it: a labeler sees a pseudonym.
        task_key: what the numbers of tasks are shown under to those who are tested; never leaves the service.
        is_sandbox: whether the organization is one to try programs in, whose tasks are answered at once.
    """

    org_id: uuid.UUID
    org_slug: str
    org_name: str
    user_id: uuid.UUID
    email: str
    name: str
    role: str
    task_key: uuid.UUID = field(repr=False)
    is_sandbox: bool = False

    def scope(self) -> Scope:
        """Return the scope in which this member acts."""
        return Scope(OrgId(self.org_id), UserId(self.user_id), Role(self.role))


@dataclass(frozen=True)
class ApiKey:
    """A key as it may be listed: never the secret. One `is_test` opens the sandbox of the organization."""

    id: uuid.UUID
    name: str
    prefix: str
    created_at: datetime
    revoked_at: datetime | None
    is_test: bool = False
