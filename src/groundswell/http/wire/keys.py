"""Wire types of API keys."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from groundswell.tenancy.model import ApiKey


class KeyBody(Struct, forbid_unknown_fields=True):
    """A name for a new API key; with `test` one for a sandbox, where what programs ask for is answered at once."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    test: bool = False


class KeyOut(Struct):
    """An API key without its secret; `key` holds the secret only in the answer to its creation."""

    id: UUID | None
    name: str
    prefix: str
    created_at: datetime | None = None
    revoked_at: datetime | None = None
    key: str | None = None
    test: bool = False

    @classmethod
    def of(cls, key: ApiKey) -> "KeyOut":
        """Shape a key."""
        return cls(key.id, key.name, key.prefix, key.created_at, key.revoked_at, test=key.is_test)


class KeyPage(Struct):
    """The keys of the organization."""

    items: list[KeyOut]
