"""API keys."""

import uuid

from groundswell.clock import now
from groundswell.errors import InputError
from groundswell.http.endpoint import Call, Endpoint
from groundswell.http.wire import keys as wire
from groundswell.tenancy import service as tenancy
from groundswell.tenancy.sandbox import create_test_key


async def list_keys(call: Call) -> wire.KeyPage:
    """The API keys of the organization, without their secrets; managers and admins only."""
    return wire.KeyPage([wire.KeyOut.of(key) for key in await tenancy.list_api_keys(call.app.db, call.scope)])


async def create_key(call: Call) -> wire.KeyOut:
    """Create an API key; the answer is the only place where its secret is ever shown."""
    create = create_test_key if call.body.test else tenancy.create_api_key
    key = await create(call.app.db, call.scope, call.body.name)
    return wire.KeyOut(None, call.body.name, key[:10], key=key, test=call.body.test)


async def revoke_key(call: Call) -> None:
    """End an API key at once."""
    try:
        key_id = uuid.UUID(call.path["key_id"])
    except ValueError:
        raise InputError(f"key_id must be a UUID; got {call.path['key_id'][:40]!r}") from None
    await tenancy.revoke_api_key(call.app.db, call.scope, key_id, now=now())


ENDPOINTS = (
    Endpoint("GET", "/keys", "List API keys", list_keys, answer=wire.KeyPage),
    Endpoint("POST", "/keys", "Create an API key", create_key, wire.KeyBody, wire.KeyOut),
    Endpoint("DELETE", "/keys/{key_id}", "Revoke an API key", revoke_key),
)
