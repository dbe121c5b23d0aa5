"""How requests travel: with a key, again where nothing answered, and page after page."""

import contextlib
import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import httpx

from groundswell.errors import GroundswellError

ATTEMPTS = 5
FIRST_PAUSE_SECONDS = 0.2


class ServiceError(GroundswellError):
    """The service refused a request, or did not answer after several tries.

    Attributes:
        status: HTTP status, 0 where there was no answer.
        code: the stable code of the error (docs/reference/errors.md).
    """

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{detail} ({code}, HTTP {status})" if status else detail)
        self.status = status
        self.code = code  # type: ignore[misc]


class Connection:
    """What every part of the client sends its requests through."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout_seconds: float = 30.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(
            base_url=url.rstrip("/") + "/api/v1",
            headers={"Authorization": f"Bearer {key}"},
            timeout=timeout_seconds,
            transport=transport,
            trust_env=False,
        )

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextlib.contextmanager
    def _stream(self, path: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        with self._http.stream("GET", path, headers=headers) as response:
            if not response.is_success:
                response.read()
                raise _error_of(response)
            yield response

    def _pages(self, path: str, query: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """Yield the items of a list, fetching page after page."""
        cursor: str | None = ""
        while cursor is not None:
            given = {**(query or {}), **({"cursor": cursor} if cursor else {})}
            page = self._call("GET", path + ("?" + urlencode(given) if given else ""))
            yield from page["items"]
            cursor = page["next_cursor"]

    def _call(self, method: str, path: str, body: Mapping[str, Any] | bytes | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = self._send(method, path, body).json()
        return answer

    def _send(self, method: str, path: str, body: Mapping[str, Any] | bytes | None) -> httpx.Response:
        """Send a request; one that got no answer or a 503 is sent again, which every route allows.

        Args:
            body: what is sent as JSON, or bytes as they are.
        """
        given: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        failure = ServiceError(0, "no_answer", "")
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(FIRST_PAUSE_SECONDS * 2**attempt)
            try:
                response = self._http.request(method, path, **given)
            except httpx.TransportError as error:
                failure = ServiceError(0, "no_answer", f"{self._http.base_url} does not answer: {error}")
                continue
            if response.is_success:
                return response
            failure = _error_of(response)
            if response.status_code != 503:
                break
        raise failure


def _error_of(response: httpx.Response) -> ServiceError:
    try:
        problem = response.json()
        return ServiceError(response.status_code, problem["code"], problem["detail"])
    except (ValueError, KeyError, TypeError):
        return ServiceError(response.status_code, "http_error", response.text[:200] or response.reason_phrase)
