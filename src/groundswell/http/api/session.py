"""Who is signed in."""

from groundswell.http.endpoint import Call, Endpoint
from groundswell.http.wire import session as wire


async def get_session(call: Call) -> wire.SessionOut:
    """Say who is signed in."""
    return wire.SessionOut.of(call.member)


ENDPOINTS = (Endpoint("GET", "/session", "Who is signed in", get_session, answer=wire.SessionOut),)
