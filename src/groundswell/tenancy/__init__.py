"""Organizations that must never see each other: members, roles, sessions, keys, the audit log."""

from groundswell.tenancy.model import ApiKey, Member, Organization, Role, Scope

__all__ = ["ApiKey", "Member", "Organization", "Role", "Scope"]
