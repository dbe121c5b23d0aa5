"""How models are asked over HTTP: limits on everything, again where it helps, and no key in any message."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import httpx

from groundswell.assist.models.cost import Meter, Usage
from groundswell.clock import now
from groundswell.errors import InputError
from groundswell.hosts import AllowedHosts, PinnedTransport

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
"""Statuses after which the same request may succeed."""

HOPELESS = frozenset({401, 402, 403, 404, 405, 407, 410})
"""Statuses after which no request will: the key, the address or the account is wrong."""

_TOLD = 300  # characters of a server's own words in a message


@dataclass(frozen=True)
class Limits:
    """How long, how often, how much.

    Attributes:
        timeout_seconds: to connect, and to wait for the next bytes; and for an attempt from its start to the last byte.
        attempts: tries of one request.
        first_wait_seconds: before the second try; doubled each time. `Retry-After` of the server goes first.
        longest_wait_seconds: a server that asks for a longer wait is given up.
        most_bytes: of one response.
        at_once: requests under way at the same time.
        failures: failed requests in a row after which the rest is not asked: the server is down, or never worked.
    """

    timeout_seconds: float = 60.0
    attempts: int = 4
    first_wait_seconds: float = 1.0
    longest_wait_seconds: float = 60.0
    most_bytes: int = 8 * 2**20
    at_once: int = 8
    failures: int = 8

    def __post_init__(self) -> None:
        whole = (self.attempts, self.most_bytes, self.at_once, self.failures)
        if (
            min(whole) < 1
            or self.timeout_seconds <= 0
            or min(self.first_wait_seconds, self.longest_wait_seconds) < 0
        ):
            raise InputError(f"limits must be above 0 (waits may be 0); found {self}")


class Failed(Exception):
    """Inside this package: a request brought no answer that can be used; the message says why."""


class Rejected(Failed):
    """The server answers, but not this request: smaller or other ones may succeed."""


class Hopeless(Failed):
    """No request will succeed until somebody changes the key, the address or the account."""


class _Again(Exception):
    """This attempt failed in a way that may pass."""

    def __init__(self, failed: Failed, wait_seconds: float | None = None) -> None:
        super().__init__(str(failed))
        self.failed, self.wait_seconds = failed, wait_seconds


class Connection:
    """Posts JSON to one URL.

    Redirects are not followed, and proxies and other settings of the environment are not used.
    """

    def __init__(
        self,
        url: str,
        allowed: AllowedHosts,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        limits: Limits,
    ) -> None:
        """Check the address; nothing is sent yet.

        Args:
            url: where to post.
            allowed: see `AllowedHosts`.
            key: sent as `Authorization: Bearer`; never shown.
            headers: more headers; their values are never shown either.
            limits: see `Limits`.

        Raises:
            InputError: the URL is not allowed, or a key cannot be sent in a header.
        """
        self.url = allowed.check(url)
        given = {**(headers or {}), **({"Authorization": f"Bearer {key}"} if key else {})}
        if not all(value.isascii() and value.isprintable() for value in given.values()):
            raise InputError(
                "a key or header holds a line break or a character that is not ASCII; copy it anew"
            )
        self._secrets = [one for one in (key, *(headers or {}).values()) if one]
        self._limits = limits
        self._http = httpx.Client(
            headers={"Accept-Encoding": "identity", "Content-Type": "application/json", **given},
            timeout=httpx.Timeout(limits.timeout_seconds, pool=None),
            limits=httpx.Limits(max_connections=limits.at_once),
            transport=PinnedTransport(allowed, _transport(self.url)),
            follow_redirects=False,
            trust_env=False,
        )

    def __repr__(self) -> str:
        return f"Connection({self.url.copy_with(query=None)})"

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def post(
        self,
        body: Mapping[str, Any],
        meter: Meter,
        most: Usage,
        usage_of: Callable[[Any], Usage | None],
    ) -> Any:
        """Send a request until it is answered or the limits end.

        Args:
            body: JSON.
            meter: where each attempt is booked.
            most: the most that one attempt can use.
            usage_of: reads from the answer what it used; None where it does not say: then it counts as `most`.

        Returns:
            The JSON of the answer.

        Raises:
            OverBudget: there is not enough left for another attempt.
            Rejected: see there.
            Hopeless: see there.
            Failed: no answer after all attempts.
        """
        payload = json.dumps(body).encode()
        wait = self._limits.first_wait_seconds
        for attempt in range(1, self._limits.attempts + 1):
            try:
                return self._attempt(payload, meter, most, usage_of)
            except _Again as again:
                longest = self._limits.longest_wait_seconds
                pause = min(wait, longest) if again.wait_seconds is None else again.wait_seconds
                if pause > longest:
                    raise Failed(f"{again}, and asks to wait {pause:.0f} s") from None
                if attempt == self._limits.attempts:
                    raise again.failed from None
                time.sleep(pause)
                wait *= 2
        raise AssertionError("attempts is at least 1")

    def _attempt(
        self, payload: bytes, meter: Meter, most: Usage, usage_of: Callable[[Any], Usage | None]
    ) -> Any:
        deadline = time.monotonic() + self._limits.timeout_seconds
        with meter.request(most) as charge:
            try:
                with self._http.stream("POST", self.url, content=payload) as response:
                    if not response.is_success:
                        charge.used = Usage()  # providers do not bill for errors
                    body = self._body(response, deadline)
            except httpx.TransportError as error:
                if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                    charge.used = Usage()
                why = self._masked(str(error)) or type(error).__name__
                raise _Again(Failed(f"{self.url.host} does not answer: {why}")) from error
            if not response.is_success:
                self._refuse(response, body)
            try:
                answer = json.loads(body)
            except (ValueError, RecursionError) as error:
                raise Rejected(f"{self.url.host} did not answer in JSON: {self._told(body)!r}") from error
            charge.used = usage_of(answer) or most
            return answer

    def _body(self, response: httpx.Response, deadline: float) -> bytes:
        """Read a response, within the limits on bytes and time; what is compressed all the same is not read."""
        if response.headers.get("content-encoding", "identity") != "identity":
            raise Rejected(f"{self.url.host} sent a compressed answer, which was not asked for")
        body = b""
        for part in response.iter_raw():
            body += part
            if len(body) > self._limits.most_bytes:
                raise Rejected(f"{self.url.host} sent more than {self._limits.most_bytes:,} bytes")
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout(f"no whole answer within {self._limits.timeout_seconds:g} s")
        return body

    def _refuse(self, response: httpx.Response, body: bytes) -> NoReturn:
        """Raise what an answer that is no success means."""
        status = response.status_code
        reason = f"{self.url.host} answered HTTP {status}: {self._told(body)!r}"
        if status in PASSING:
            # A server that fails at the same request each time may fail at that request only.
            failed = Rejected(reason) if status == 500 else Failed(reason)
            raise _Again(failed, _retry_after(response.headers.get("retry-after"), now()))
        if status in HOPELESS or response.is_redirect:
            raise Hopeless(reason + (" (redirects are not followed)" if response.is_redirect else ""))
        raise Rejected(reason)

    def _told(self, body: bytes) -> str:
        return self._masked(" ".join(body[: 4 * _TOLD].decode("utf-8", "replace").split()))[:_TOLD]

    def _masked(self, text: str) -> str:
        """Take keys out of a server's words: some repeat them."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def _transport(url: httpx.URL) -> httpx.HTTPTransport:
    """Return a transport for one URL; reading the authorities takes 50 ms, and plain http has no use for them."""
    return httpx.HTTPTransport(verify=url.scheme == "https", trust_env=False)


def _retry_after(header: str | None, at: datetime) -> float | None:
    """Return the seconds that a server asks to wait; None where it does not say, or not in a way that is known."""
    if header is None:
        return None
    with contextlib.suppress(ValueError):
        seconds = float(header)
        return seconds if 0 <= seconds < float("inf") else None
    with contextlib.suppress(ValueError, TypeError):
        return max((parsedate_to_datetime(header) - at).total_seconds(), 0.0)
    return None
