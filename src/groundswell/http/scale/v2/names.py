"""What the second version calls things: numbers with a word before them, or names."""

from collections.abc import Mapping
from typing import Any

from groundswell.errors import InputError
from groundswell.http.endpoint import MAX_ID
from groundswell.http.scale.route import Call
from groundswell.label.commissions import batches, projects


def number(word: str, value: int) -> str:
    """Return a number as programs see it."""
    return f"{word}_{value:024x}"


async def project_named(call: Call, given: Mapping[str, Any]) -> str | None:
    """Return the name of the project that is given by name or number, None where none is.

    Raises:
        InputError: it is no number.
        NotFound: there is no such project.
    """
    if name := _text(given, "project_name"):
        return name
    if text := _text(given, "project_id"):
        return await projects.project_name(call.app.db, call.scope, _value("project", text))
    return None


async def batch_named(call: Call, given: Mapping[str, Any]) -> str | None:
    """Return the name of the batch that is given by name or number, None where none is.

    Raises:
        InputError: it is no number.
        NotFound: there is no such batch.
    """
    if name := _text(given, "batch_name"):
        return name
    if text := _text(given, "batch_id"):
        return await batches.batch_name(call.app.db, call.scope, _value("batch", text))
    return None


def needed(name: str | None, what: str) -> str:
    """Return a name that must be there.

    Raises:
        InputError: it is not.
    """
    if name is None:
        raise InputError(f"Please include {what}_id or {what}_name.")
    return name


def query(call: Call) -> dict[str, str | None]:
    """Return the parameters of the query that name something."""
    return {name: call.one(name) for name in ("project_id", "project_name", "batch_id", "batch_name")}


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise InputError(f"{name} must be a text")
    return value or None


def _value(word: str, text: str) -> int:
    digits = text.removeprefix(f"{word}_")
    if not digits or len(digits) > 24 or not all(one in "0123456789abcdef" for one in digits):
        raise InputError(f"{word}_id must be the id of a {word}; got {text[:60]!r}")
    return min(int(digits, 16), MAX_ID)
