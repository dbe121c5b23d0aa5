"""Who calls, and what they sent: the same for every way into the service."""

from typing import Any

import msgspec
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from groundswell.app import App
from groundswell.errors import InputError, NotAllowed, NotSignedIn, TooLarge
from groundswell.tenancy.model import Member

COOKIE = "groundswell_session"
MAX_BODY_BYTES = 1024 * 1024


async def caller(
    app: App, *, authorization: str, session: str | None, is_write: bool, from_own_page: bool
) -> Member:
    """Return who calls, by API key or by session cookie.

    A cookie is sent by the browser on its own, so a write that rests on one must also carry a header which no other
    site can set.

    Args:
        authorization: the header of that name, or nothing.
        session: the session cookie.
        is_write: whether the request may change anything.
        from_own_page: whether it carries the header X-Groundswell.

    Raises:
        NotSignedIn: neither a key nor a session, or one that is not good any more.
        NotAllowed: a write by cookie without that header.
    """
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() == "bearer" and key:
        return await app.reception.member_of_key(key.strip())
    if session is None:
        raise NotSignedIn(
            "sign in with the link that `groundswell up` prints, or send an API key as a bearer token"
        )
    if is_write:
        require_own_page(from_own_page)
    return await app.reception.member_of_session(session)


def require_own_page(from_own_page: bool) -> None:
    """Refuse a write from a browser that another site may have caused."""
    if not from_own_page:
        raise NotAllowed("a write from a browser must carry the header X-Groundswell")


async def read_body(receive: Receive, *, most: int | None = None) -> bytes:
    """Return the body of a request.

    Args:
        receive: where it comes from.
        most: bytes that it may have; `MAX_BODY_BYTES` unless given.

    Raises:
        TooLarge: it has more.
        ClientDisconnect: the client left before it was complete.
    """
    parts: list[bytes] = []
    most = most or MAX_BODY_BYTES
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise TooLarge(f"a request body holds at most {most} bytes; send less at once")
        more = message.get("more_body", False)
    return b"".join(parts)


def decoded(decoder: msgspec.json.Decoder[Any], data: bytes) -> Any:
    """Return a JSON body as its type.

    Raises:
        InputError: it is nested too deeply.
        msgspec.DecodeError: it is no JSON, or does not fit.
    """
    try:
        return decoder.decode(data)
    except RecursionError:
        raise InputError("the request body is nested too deeply") from None
