"""The application that serves one version of Scale's API: who calls, what is asked, and errors in Scale's shape."""

import base64
import binascii
import logging
from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from groundswell.app import App
from groundswell.errors import Conflict, GroundswellError, InputError, NotFound, NotSignedIn
from groundswell.http.callers import caller, decoded, read_body
from groundswell.http.patience import MAX_REQUEST_BYTES
from groundswell.http.scale.route import Call, Route, query_of, segments_of
from groundswell.label.commissions.rules import check_storable
from groundswell.tenancy.model import Member

log = logging.getLogger("groundswell.http")

BODY = msgspec.json.Decoder(Any)


class Face(BaseRoute):
    """Serves all that is below a prefix. Nothing that comes in here ends in another shape than Scale's.

    Args:
        prefix: one segment, such as `v1`.
        routes: those without braces come before those that they would also match.
    """

    def __init__(self, app: App, prefix: str, routes: Sequence[Route]) -> None:
        self._app, self._prefix, self._routes = app, prefix, routes

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Say whether a request is for us; unlike a mount also where its path holds a line break."""
        is_ours = scope["type"] == "http" and f"{scope['path']}/".startswith(f"/{self._prefix}/")
        return (Match.FULL if is_ours else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        request = Request(scope, receive)
        try:
            response = _json(await self._answer(request))
        except ClientDisconnect:
            response = error_response(400, "the connection broke before the request was complete")
        except GroundswellError as error:
            response = error_response(status_of(error), str(error))
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            response = error_response(400, f"the request body is not valid JSON: {error}")
        except Exception as error:
            log.exception("unexpected error in %s %s", request.method, request.url.path, exc_info=error)
            response = error_response(500, "an unexpected error; the server's log has the details")
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Any:
        member = await self._member(request)
        route, path = self._route(request)
        data = await read_body(request.receive, most=MAX_REQUEST_BYTES if route.takes_file else None)
        body = None if route.takes_file or not data.strip() else decoded(BODY, data)
        check_storable([body, path])
        call = Call(
            self._app,
            member,
            path,
            query_of(request.scope["query_string"]),
            body,
            data,
            request.headers.get("content-type", ""),
            self._app.public_url or f"{request.url.scheme}://{request.url.netloc}",
        )
        try:
            return await route.handler(call)
        except Conflict as error:
            raise error if route.duplicate else InputError(str(error)) from error

    async def _member(self, request: Request) -> Member:
        """Return who calls: by a key as the user name of Basic authentication, or as a bearer token."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        key = _user_name(given) if scheme.lower() == "basic" else given if scheme.lower() == "bearer" else ""
        if not key.strip():
            raise NotSignedIn("Please provide a valid API key, as the user name of Basic authentication.")
        return await caller(
            self._app, authorization=f"Bearer {key}", session=None, is_write=False, from_own_page=False
        )

    def _route(self, request: Request) -> tuple[Route, dict[str, str]]:
        raw = request.scope.get("raw_path") or request.scope["path"].encode()
        segments = segments_of(raw.partition(b"?")[0])[1:]
        matching = [(route, found) for route in self._routes if (found := route.match(segments)) is not None]
        for route, found in matching:
            if route.method == request.method:
                return route, found
        at = f"/{self._prefix}/{'/'.join(segments)[:200]}"
        if matching:
            raise InputError(f"{request.method} is not possible on {at}")
        raise NotFound(f"{request.method} {at} is no route of this service; see docs/reference/scale.md")


def _user_name(given: str) -> str:
    try:
        return base64.b64decode(given.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def status_of(error: GroundswellError) -> int:
    """Return the status of an error, of those that Scale's clients know."""
    known = error.http_status in (400, 401, 402, 403, 404, 409, 429, 503)
    return (
        error.http_status if known else 400 if error.http_status < 500 or isinstance(error, Conflict) else 500
    )


def error_response(status: int, message: str) -> Response:
    """Return an error in Scale's shape."""
    return _json({"status_code": status, "error": message}, status)


def _json(value: Any, status: int = 200) -> Response:
    if isinstance(value, Response):
        return value
    data = msgspec.json.encode(value)
    return Response(data, status, media_type="application/json", headers={"Cache-Control": "no-store"})
