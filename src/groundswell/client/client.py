"""The client: one method for each thing that the API does, with retries that can never double an answer."""

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

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


class Client:
    """A connection to a running `groundswell up`. Use it as a context manager, or call `close`.

    Args:
        url: where the service listens, for example `http://127.0.0.1:8400`.
        key: an API key (`groundswell keys create NAME`).
        timeout_seconds: for one try of one request.
        transport: how requests travel; for tests.
    """

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

    def projects(self) -> Iterator[dict[str, Any]]:
        """Yield every project, the newest first, fetching page after page."""
        cursor: str | None = ""
        while cursor is not None:
            page = self._call("GET", "/projects" + (f"?cursor={cursor}" if cursor else ""))
            yield from page["items"]
            cursor = page["next_cursor"]

    def project(self, project_id: int) -> dict[str, Any]:
        """Return one project with its classes and instructions."""
        return self._call("GET", f"/projects/{project_id}")

    def set_state(self, project_id: int, state: str) -> dict[str, Any]:
        """Make a project `active`, `paused` or `done`."""
        return self._call("POST", f"/projects/{project_id}/state", {"state": state})

    def work(
        self,
        project_id: int,
        *,
        submit: Sequence[Mapping[str, Any]] = (),
        skip: Sequence[Mapping[str, Any]] = (),
        want: int = 1,
        holding: Sequence[int] = (),
    ) -> dict[str, Any]:
        """Submit answers and lease tasks in one round trip.

        An answer without an `idempotency_key` is given one, so that a retry never stores it twice.

        Returns:
            `receipts` in the order of `submit`, `tasks` that are now leased, and `progress`.
        """
        answers = [{"idempotency_key": str(uuid.uuid4()), **answer} for answer in submit]
        body = {"submit": answers, "skip": list(skip), "want": want, "holding": list(holding)}
        return self._call("POST", f"/projects/{project_id}/work", body)

    def media(self, url: str) -> bytes:
        """Return the bytes of a task's media, by the `url` of its item."""
        return self._send("GET", url.removeprefix("/api/v1"), None).content

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = self._send(method, path, body).json()
        return answer

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> httpx.Response:
        """Send a request; one that got no answer or a 503 is sent again, which every route allows."""
        failure = ServiceError(0, "no_answer", "")
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(FIRST_PAUSE_SECONDS * 2**attempt)
            try:
                response = self._http.request(method, path, json=body)
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
