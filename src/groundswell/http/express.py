"""The express lane: the one route that everybody uses all day, without the web framework's layers.

It does what those layers do, in less than half of the time. Whatever is not plain (another route, another host, an
odd path) goes on to the framework; what goes wrong becomes the same answer.
"""

import re
from collections.abc import Awaitable, Callable, Collection

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from groundswell.app import App
from groundswell.http.callers import COOKIE, caller, decoded, read_body
from groundswell.http.endpoint import Call, Endpoint
from groundswell.http.headers import HEADERS

SENT = [
    *((name.lower().encode(), value.encode()) for name, value in HEADERS.items()),
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
]
OnError = Callable[[Scope, Receive, Send, Exception], Awaitable[None]]


class ExpressLane:
    """Serves one POST endpoint with a body and an answer, whose path has one number.

    Args:
        endpoint: the one that is served here.
        prefix: what its path begins with.
        inner: the whole application, for everything else.
        hosts: names in the Host header that are served here, without their port.
        on_error: answers a request in whose course an error was raised.
    """

    def __init__(
        self,
        app: App,
        endpoint: Endpoint,
        prefix: str,
        inner: ASGIApp,
        *,
        hosts: Collection[str],
        on_error: OnError,
    ) -> None:
        self._app = app
        self._endpoint = endpoint
        self._decoder = msgspec.json.Decoder(endpoint.body)
        self._inner = inner
        self._hosts = {host.encode() for host in hosts}
        self._on_error = on_error
        before, name, after = re.split(r"\{(\w+)\}", prefix + endpoint.path)
        self._path = re.compile(f"{re.escape(before)}([0-9]{{1,19}}){re.escape(after)}")
        self._name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or pass it on."""
        number = self._number_of(scope)
        if number is None:
            await self._inner(scope, receive, send)
            return
        try:
            headers = dict(scope["headers"])
            member = await caller(
                self._app,
                authorization=headers.get(b"authorization", b"").decode("latin-1"),
                session=_cookie(headers.get(b"cookie", b"").decode("latin-1")),
                is_write=True,
                from_own_page=b"x-groundswell" in headers,
            )
            body = decoded(self._decoder, await read_body(receive))
            answer = await self._endpoint.handler(Call(self._app, member, {self._name: number}, {}, body))
            data = msgspec.json.encode(answer)
        except Exception as error:
            await self._on_error(scope, receive, send, error)
            return
        length = (b"content-length", str(len(data)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [*SENT, length]})
        await send({"type": "http.response.body", "body": data})

    def _number_of(self, scope: Scope) -> str | None:
        """Return the number in the path of a request that is served here."""
        if scope["type"] != "http" or scope["method"] != "POST":
            return None
        match = self._path.fullmatch(scope["path"])
        if match is None:
            return None
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        return match[1] if len(hosts) == 1 and _without_port(hosts[0]) in self._hosts else None


def _without_port(host: bytes) -> bytes:
    return host if host.endswith(b"]") else host.rpartition(b":")[0] or host


def _cookie(text: str) -> str | None:
    """Return the session in a Cookie header."""
    for part in text.split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value
    return None
