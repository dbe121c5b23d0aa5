"""One endpoint: what it takes, what it answers, who may call it. The route table and OpenAPI are made of these."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec import Struct

from groundswell.app import App
from groundswell.errors import InputError
from groundswell.http.task_numbers import TaskNumbers
from groundswell.ids import ProjectId
from groundswell.tenancy.model import Member, Role, Scope

MAX_ID = 2**63 - 1


@dataclass(frozen=True)
class Call:
    """One request, parsed and permitted: all that a handler needs, and nothing of the web framework."""

    app: App
    member: Member
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any

    @property
    def scope(self) -> Scope:
        """In whose name the handler acts."""
        return self.member.scope()

    @property
    def task_numbers(self) -> TaskNumbers:
        """How the caller sees the numbers of tasks."""
        return TaskNumbers(self.member.task_key if self.member.role == Role.LABELER else None)

    @property
    def project_id(self) -> ProjectId:
        """The project that the path names."""
        return ProjectId(self.path_id("project_id"))

    def path_id(self, name: str) -> int:
        """Return a positive whole number of the path.

        Raises:
            InputError: it is not one.
        """
        return whole_number(name, self.path[name], 1, MAX_ID)


def whole_number(name: str, text: str, low: int, high: int) -> int:
    """Parse a whole number between `low` and `high`, or raise `InputError` that names it."""
    if not (text.isascii() and text.isdigit() and len(text) < 20 and low <= int(text) <= high):
        raise InputError(f"{name} must be a whole number from {low} to {high}; got {text[:40]!r}")
    return int(text)


@dataclass(frozen=True)
class Download:
    """A file that answers a request, whole or in ranges; it never changes.

    Attributes:
        name: what it is called on the machine of whom it is sent to.
        sha256: its digest, 64 hexadecimal digits.
    """

    path: Path
    name: str
    media_type: str
    sha256: str


@dataclass(frozen=True)
class Endpoint:
    """A method and path of the API with its types.

    Attributes:
        body: the type of the JSON body, `bytes` for a file as it is, or None where there is none.
        answer: the type of the JSON answer, `Download` for a file, or None for an empty one (204).
        query: names of the query parameters with what they mean.
    """

    method: str
    path: str
    summary: str
    handler: Callable[[Call], Awaitable[Struct | Download | None]]
    body: type[Struct] | type[bytes] | None = None
    answer: type[Struct] | type[Download] | None = None
    query: Mapping[str, str] | None = None
