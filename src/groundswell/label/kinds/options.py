"""Checks of the options of label kinds: each is a function from what was given to its canonical form. Pure."""

from collections.abc import Callable, Mapping
from reprlib import repr as repr_of
from typing import Any

from groundswell.errors import InputError

Check = Callable[[str, Any], Any]
"""Takes the name of an option and what was given for it; returns its canonical form or raises `InputError`."""


def checked_options(kind: str, given: Mapping[str, Any], known: Mapping[str, Check]) -> dict[str, Any]:
    """Return options in their canonical form; those that were not given are left out.

    Raises:
        InputError: an option that the kind does not have, or whatever its check raises.
    """
    unknown = sorted(set(given) - set(known))
    if unknown:
        have = ", ".join(sorted(known)) or "none"
        raise InputError(f"{kind} has no option {unknown[0]!r}; its options: {have}")
    return {name: known[name](name, value) for name, value in sorted(given.items()) if value is not None}


def flag(name: str, value: Any) -> bool:
    """Check true or false."""
    if not isinstance(value, bool):
        raise InputError(f"{name} is true or false; got {repr_of(value)[:80]}")
    return value


def whole(low: int, high: int) -> Check:
    """Return the check of a whole number within bounds, both included."""

    def check(name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise InputError(f"{name} is a whole number from {low} to {high}; got {repr_of(value)[:80]}")
        return value

    return check


def one_of(*values: str) -> Check:
    """Return the check of one of some words."""

    def check(name: str, value: Any) -> str:
        if value not in values:
            raise InputError(f"{name} is one of {', '.join(values)}; got {repr_of(value)[:80]}")
        return str(value)

    return check


def words(low: int, high: int) -> Check:
    """Return the check of a text of so many characters."""

    def check(name: str, value: Any) -> str:
        if not isinstance(value, str) or not low <= len(value) <= high or "\x00" in value:
            raise InputError(f"{name} is a text of {low} to {high} characters; got {repr_of(value)[:80]}")
        return value

    return check


def listed(each: Check, *, most: int, least: int = 0) -> Check:
    """Return the check of a list whose entries pass a check of their own."""

    def check(name: str, value: Any) -> list[Any]:
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise InputError(f"{name} is a list of {least} to {most}; got {repr_of(value)[:80]}")
        return [each(f"{name}[{place}]", one) for place, one in enumerate(value)]

    return check


def fields(known: Mapping[str, Check], *, needs: tuple[str, ...] = ()) -> Check:
    """Return the check of an object with these fields; those in `needs` must be there."""

    def check(name: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise InputError(f"{name} is an object with {', '.join(known)}; got {repr_of(value)[:80]}")
        missing = [field for field in needs if value.get(field) is None]
        if missing:
            raise InputError(f"{name} lacks {missing[0]!r}; it has {', '.join(known)}")
        return checked_options(name, value, known)

    return check
