"""The web application: routes, sign-in, static files, and the one place where errors become problem+json."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from groundswell.app import App
from groundswell.clock import now
from groundswell.errors import GroundswellError, InputError, NotFound
from groundswell.http.api import ENDPOINTS
from groundswell.http.api.work import WORK
from groundswell.http.callers import COOKIE, caller, decoded, read_body, require_own_page
from groundswell.http.endpoint import Call, Download, Endpoint
from groundswell.http.express import ExpressLane
from groundswell.http.headers import HEADERS, SecurityHeaders
from groundswell.http.media import media_type_of
from groundswell.http.openapi import openapi_document
from groundswell.http.patience import MAX_REQUEST_BYTES
from groundswell.http.scale.face import Face
from groundswell.http.scale.links import LINK, linked_file
from groundswell.http.scale.openapi import scale_document
from groundswell.http.scale.route import Route as ScaleRoute
from groundswell.http.scale.v1 import OPEN as SCALE_V1
from groundswell.http.scale.v2 import OPEN as SCALE_V2
from groundswell.http.wire import session as wire
from groundswell.ids import ItemId
from groundswell.tenancy import service as tenancy
from groundswell.tenancy.model import Member

PREFIX = "/api/v1"
PAGES = (
    *("/", "/sign-in", "/new", "/me", "/people", "/settings", "/datasets"),
    *("/datasets/{dataset}" + part for part in ("", "/versions", "/compare", "/drops", "/card")),
    "/datasets/{dataset}/items/{item_id}",
    *("/projects/{project_id:int}" + part for part in ("", "/overview", "/tasks", "/review", "/settings")),
    "/projects/{project_id:int}/tasks/{task_id:int}",
)
"""Addresses of the web UI (`ui/src/router.svelte.ts`): each is answered with the same file."""
STATIC = Path(__file__).parent / "static"
HEAD_BYTES = 4096
"""What is looked at of a file to tell its media type."""
SIGN_IN = msgspec.json.Decoder(wire.SignInBody)
SCALE = {"v1": SCALE_V1, "v2": SCALE_V2}
LOCAL_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
log = logging.getLogger("groundswell.http")


def create_server(app: App, *, hosts: list[str] | None = None) -> ASGIApp:
    """Return the ASGI application over an opened `App`.

    Args:
        hosts: values of the Host header that are served; others are refused, so that a page elsewhere
            cannot reach a local server by rebinding its name. Default: this machine only.
    """
    document = msgspec.json.encode(openapi_document(ENDPOINTS, PREFIX))

    async def openapi(_: Request) -> Response:
        return Response(document, media_type="application/json")

    known = [*LOCAL_HOSTS, *(hosts or [])]
    framework = Starlette(
        routes=[
            Route(LINK, linked_file, methods=["GET"]),
            *(_described(version, routes) for version, routes in SCALE.items()),
            *(Face(app, version, routes) for version, routes in SCALE.items()),
            *(Route(PREFIX + e.path, _route(e), methods=[e.method]) for e in ENDPOINTS),
            Route(PREFIX + "/session", sign_in, methods=["POST"]),
            Route(PREFIX + "/session", sign_out, methods=["DELETE"]),
            Route(PREFIX + "/blobs/{digest}", blob, methods=["GET"]),
            Route(PREFIX + "/openapi.json", openapi, methods=["GET"]),
            Route("/health", health, methods=["GET"]),
            *_pages(),
        ],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=known),
        ],
        exception_handlers={**ERRORS, Exception: _unknown_error},
    )
    framework.state.app = app
    return ExpressLane(app, WORK, PREFIX, framework, hosts=known, on_error=_answer_error)


def _described(version: str, routes: Sequence[ScaleRoute]) -> Route:
    """Return the route to the OpenAPI document of a version of Scale's API."""
    document = msgspec.json.encode(scale_document(version, routes))

    async def openapi(_: Request) -> Response:
        return Response(document, media_type="application/json")

    return Route(f"/{version}/openapi.json", openapi, methods=["GET"])


def _route(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    takes_file = endpoint.body is bytes
    decoder = None if endpoint.body is None or takes_file else msgspec.json.Decoder(endpoint.body)

    async def handle(request: Request) -> Response:
        member = await _member_of(request)
        body: Any = None
        if takes_file:
            body = await read_body(request.receive, most=MAX_REQUEST_BYTES)
        elif decoder is not None:
            body = decoded(decoder, await read_body(request.receive))
        app: App = request.app.state.app
        answer = await endpoint.handler(Call(app, member, request.path_params, request.query_params, body))
        if isinstance(answer, Download):
            return _file(request, answer)
        return Response(status_code=204) if answer is None else _json(answer)

    return handle


async def _member_of(request: Request) -> Member:
    return await caller(
        request.app.state.app,
        authorization=request.headers.get("authorization", ""),
        session=request.cookies.get(COOKIE),
        is_write=request.method not in ("GET", "HEAD"),
        from_own_page=_from_own_page(request),
    )


def _from_own_page(request: Request) -> bool:
    return "x-groundswell" in request.headers


def _json(value: Any, status: int = 200) -> Response:
    return Response(
        msgspec.json.encode(value),
        status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _file(request: Request, file: Download) -> Response:
    """Send a file, or the range of it that was asked for, or nothing to somebody who has it."""
    headers = {"ETag": f'"{file.sha256}"', "Cache-Control": "private, no-cache"}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if known & {headers["ETag"], "*"}:
        return Response(status_code=304, headers=headers)
    return FileResponse(file.path, media_type=file.media_type, filename=file.name, headers=headers)


# ── sign-in, media, health ───────────────────────────────────────────────────────────────────────


async def sign_in(request: Request) -> Response:
    """Turn a sign-in token into a session cookie."""
    require_own_page(_from_own_page(request))
    body = decoded(SIGN_IN, await read_body(request.receive))
    member, session = await tenancy.sign_in(request.app.state.app.db, body.token, now=now())
    response = _json(wire.SessionOut.of(member))
    response.set_cookie(
        COOKIE,
        session,
        max_age=int(tenancy.SESSION_LIFETIME.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


async def sign_out(request: Request) -> Response:
    """End the session of this browser."""
    require_own_page(_from_own_page(request))
    if session := request.cookies.get(COOKIE):
        await tenancy.sign_out(request.app.state.app.db, session)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE)
    return response


async def blob(request: Request) -> Response:
    """Send a media item of the caller's organization, or a range of it: a recording is played from anywhere."""
    member = await _member_of(request)
    app: App = request.app.state.app
    path = app.blobs(member.org_slug).path(ItemId(request.path_params["digest"]))
    media_type = media_type_of(await asyncio.to_thread(_head_of, path))
    return FileResponse(
        path,
        media_type=media_type or "application/octet-stream",
        headers={
            "Cache-Control": "private, max-age=31536000, immutable",
            "Content-Disposition": "inline" if media_type else "attachment",
        },
    )


def _head_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


async def health(request: Request) -> Response:
    """Say whether the service and its database answer."""
    async with request.app.state.app.db.system_transaction():
        pass
    return _json({"status": "ok"})


def _pages() -> list[Route | Mount]:
    if not (STATIC / "index.html").exists():
        return [Route("/{path:path}", _no_pages, methods=["GET"])]

    async def page(_: Request) -> Response:
        return _shell()

    shell = [Route(path, page, methods=["GET"]) for path in PAGES]
    return [*shell, Mount("/", GZipMiddleware(_Files(directory=STATIC), minimum_size=1000))]


def _shell(status: int = 200) -> Response:
    return FileResponse(STATIC / "index.html", status, headers={"Cache-Control": "no-cache"})


class _Files(StaticFiles):
    """The files of the web UI; a browser that asks for an address that is none is shown a page that says so."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            return await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code == 404 and "text/html" in Headers(scope=scope).get("accept", ""):
                return _shell(404)
            raise


async def _no_pages(_: Request) -> Response:
    return Response(
        "The web UI is not built. In a checkout, run: make install\n", 501, media_type="text/plain"
    )


# ── errors ───────────────────────────────────────────────────────────────────────────────────────


def _problem(status: int, code: str, detail: str) -> Response:
    title = code.replace("_", " ").capitalize()
    body = {
        "type": f"urn:groundswell:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    retry = {"Retry-After": "1"} if status == 503 else {}
    return Response(msgspec.json.encode(body), status, media_type="application/problem+json", headers=retry)


async def _known_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, GroundswellError)
    return _problem(error.http_status, error.code, str(error))


async def _invalid_body(_: Request, error: Exception) -> Response:
    return _problem(400, InputError.code, f"the request body is not valid: {error}")


async def _half_a_request(_: Request, __: Exception) -> Response:
    """Answer nobody: a client that left is no error of ours."""
    return _problem(400, InputError.code, "the connection broke before the request was complete")


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = {404: NotFound.code, 405: "method_not_allowed"}.get(error.status_code, "http_error")
    return _problem(error.status_code, code, error.detail)


async def _unknown_error(request: Request, error: Exception) -> Response:
    log.exception("unexpected error in %s %s", request.method, request.url.path, exc_info=error)
    detail = (
        "an unexpected error; the server's log has the details. A write may be repeated with the same key."
    )
    response = _problem(500, "internal_error", detail)
    response.headers.update(HEADERS)  # this one is made outside all middleware
    return response


ERRORS: dict[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
    GroundswellError: _known_error,
    msgspec.ValidationError: _invalid_body,
    msgspec.DecodeError: _invalid_body,
    ClientDisconnect: _half_a_request,
    HTTPException: _http_error,
}
"""What becomes of each kind of error; any other is ours."""


async def _answer_error(scope: Scope, receive: Receive, send: Send, error: Exception) -> None:
    """Answer a request of the express lane in whose course an error was raised, as the framework would."""
    handler = next((ERRORS[kind] for kind in type(error).__mro__ if kind in ERRORS), _unknown_error)
    response = await handler(Request(scope, receive), error)
    response.headers.update(HEADERS)
    await response(scope, receive, send)
