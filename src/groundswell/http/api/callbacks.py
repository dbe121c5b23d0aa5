"""Callbacks to customers' servers: list them, send one anew, and the key that they know us by."""

from groundswell.http.endpoint import Call, Endpoint
from groundswell.http.paging import PAGING, cut, page_of
from groundswell.http.wire import callbacks as wire
from groundswell.ids import CallbackId
from groundswell.label.commissions import callbacks


async def list_callbacks(call: Call) -> wire.CallbackPage:
    """One page of what customers' servers are and were told, the newest first; managers and admins only."""
    before, limit = page_of(call)
    rows = await callbacks.list_callbacks(
        call.app.db, call.scope, state=call.query.get("state"), before=before, limit=limit + 1
    )
    page, cursor = cut(rows, limit)
    return wire.CallbackPage([wire.CallbackOut.of(one) for one in page], cursor)


async def replay_callback(call: Call) -> wire.CallbackOut:
    """Tell a customer's server something anew, as it is now; managers and admins only."""
    done = await callbacks.replay_callback(call.app.db, call.scope, CallbackId(call.path_id("callback_id")))
    return wire.CallbackOut.of(done)


async def callback_key(call: Call) -> wire.CallbackKeyOut:
    """The key that customers' servers know us by; managers and admins only."""
    return wire.CallbackKeyOut(await callbacks.callback_key(call.app.db, call.scope))


QUERY = {"state": "waiting, delivered or failed; all unless given", **PAGING}

ENDPOINTS = (
    Endpoint("GET", "/callbacks", "List callbacks", list_callbacks, answer=wire.CallbackPage, query=QUERY),
    Endpoint(
        "POST",
        "/callbacks/{callback_id}/replay",
        "Send a callback anew",
        replay_callback,
        answer=wire.CallbackOut,
    ),
    Endpoint("GET", "/callback-key", "The key of callbacks", callback_key, answer=wire.CallbackKeyOut),
)
