"""One route of Scale's API: matched on the path as it was sent, so that names may hold slashes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from groundswell.app import App
from groundswell.errors import InputError
from groundswell.tenancy.model import Member, Scope

MAX_VALUE = 2_000


@dataclass(frozen=True)
class Call:
    """One request, parsed and permitted.

    Attributes:
        path: what the braces of the route stand for, decoded.
        query: every parameter with all its values, in their order.
        body: the JSON body; None where there is none, as the client leaves out what is empty.
        data: the body as it came, and its media type: for files.
        base: where the caller reaches this service.
    """

    app: App
    member: Member
    path: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    body: Any
    data: bytes = b""
    media_type: str = ""
    base: str = ""

    @property
    def scope(self) -> Scope:
        """In whose name the handler acts."""
        return self.member.scope()

    def one(self, name: str) -> str | None:
        """Return the last value of a query parameter, None where it is not given or empty."""
        values = self.query.get(name)
        return values[-1] or None if values else None

    def flag(self, name: str) -> bool:
        """Return a query parameter that says yes or no, as Python writes it: False is no."""
        return (self.one(name) or "").lower() in ("true", "1", "yes")

    def whole(self, name: str, usual: int, low: int, high: int) -> int:
        """Return a query parameter that is a whole number.

        Raises:
            InputError: it is none, or out of range.
        """
        text = self.one(name)
        if text is None:
            return usual
        if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
            raise InputError(f"{name} must be a whole number from {low} to {high}; got {text[:40]!r}")
        return int(text)

    def object(self) -> dict[str, Any]:
        """Return the body as an object, empty where there is none.

        Raises:
            InputError: it is something else.
        """
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise InputError("the request body must be a JSON object")
        return self.body

    def list(self) -> list[Any]:
        """Return the body as a list, empty where there is none.

        Raises:
            InputError: it is something else.
        """
        if self.body is None:
            return []
        if not isinstance(self.body, list):
            raise InputError("the request body must be a JSON array")
        return self.body


Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True)
class Route:
    """A method and a path below the prefix of its version, with what answers it.

    Attributes:
        path: segments between slashes; one in braces stands for any one segment.
        duplicate: whether a conflict means that something of this name is there, and is answered with 409. Elsewhere
            the official client cannot read a 409, and a state that does not allow a change is a 400.
        takes_file: whether the body is not JSON.
        query: names of the parameters of the query.
        needs, takes: names of the parameters of the body that must and that may be there.
        takes_any: whether the body is an object of whatever the program wants.
        listed: the name of the parameter that the body is, as a list; None where it is an object.
    """

    method: str
    path: str
    handler: Handler
    duplicate: bool = False
    takes_file: bool = False
    query: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    takes_any: bool = False
    listed: str | None = None

    @property
    def segments(self) -> tuple[str, ...]:
        """The parts of the path."""
        return tuple(self.path.strip("/").split("/"))

    def match(self, segments: Sequence[str]) -> dict[str, str] | None:
        """Return what the braces stand for, or None where the path is another."""
        if len(segments) != len(self.segments):
            return None
        found: dict[str, str] = {}
        for wanted, given in zip(self.segments, segments, strict=True):
            if wanted.startswith("{"):
                found[wanted[1:-1]] = given
            elif wanted != given:
                return None
        return found


def segments_of(raw_path: bytes) -> list[str]:
    """Return the segments of a path as it was sent, each decoded by itself.

    Raises:
        InputError: a segment is no text in UTF-8.
    """
    try:
        return [unquote(part, errors="strict") for part in raw_path.decode("ascii").strip("/").split("/")]
    except UnicodeDecodeError:
        raise InputError("the path is no text in UTF-8") from None


def query_of(raw: bytes) -> dict[str, list[str]]:
    """Return the parameters of a query, every value of each.

    Raises:
        InputError: it is no text in UTF-8, or a value is too long.
    """
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1_000)
    except ValueError:  # of which UnicodeDecodeError is one
        raise InputError("the query cannot be read") from None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if len(value) > MAX_VALUE or "\x00" in value:
            raise InputError(f"the query parameter {name[:40]!r} is too long, or holds a NUL")
        found.setdefault(name, []).append(value)
    return found
