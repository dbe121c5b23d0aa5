"""Texts of a known form: addresses, numbers, days. Each check looks at a bounded text once, in one pass. Pure.

Projects name a pattern and do not write one: a regular expression of a stranger can take a server hours.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from groundswell.label.kinds.checks import Check, is_storable, not_right, one_of

MOST_ADDRESS = 2_000


@dataclass(frozen=True)
class Pattern(Check):
    """The check of a text of a known form.

    Attributes:
        example: a text that fits, and fits with a digit after it.
    """

    example: str = ""


def _matching(says: str, expression: str, example: str, most: int = 200) -> Pattern:
    """Return the pattern of an expression without nested or adjoining repeats of the same characters."""
    compiled = re.compile(expression, re.ASCII)

    def read(name: str, value: Any) -> str:
        if not isinstance(value, str) or len(value) > most or not compiled.fullmatch(value):
            raise not_right(name, says, value)
        return value

    return Pattern(says, read, {"type": "string", "pattern": f"^{expression}$", "maxLength": most}, example)


PATTERNS: dict[str, Pattern] = {
    "email": _matching("an e-mail address", r"[^\s@<>]{1,64}@[A-Za-z0-9.-]{1,253}", "ann@example.org", 320),
    "phone": _matching("a phone number, as +39 06 1234567", r"\+?[0-9][0-9 ()/.-]{2,29}", "+39 06 123456"),
    "zip": _matching(
        "a postal code: letters, digits, spaces and hyphens", r"[A-Za-z0-9][A-Za-z0-9 -]{1,11}", "0010"
    ),
    "number": _matching("a number in digits", r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?", "3.1"),
}
"""The patterns that a field may name."""


def _read_with(says: str, parse: Callable[[str], str], most: int = 100) -> Check:
    """Return the check of a text that a parser takes; it raises `ValueError` for others."""

    def read(name: str, value: Any) -> str:
        if not isinstance(value, str) or len(value) > most:
            raise not_right(name, says, value)
        try:
            return parse(value.strip())
        except (ValueError, OverflowError):
            raise not_right(name, says, value) from None

    return Check(says, read)


def _moment(text: str) -> str:
    """Return an instant to the second; with an offset, as UTC."""
    found = datetime.fromisoformat(text).replace(microsecond=0)
    return (found.astimezone(UTC) if found.tzinfo else found).isoformat()


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", text):
        raise ValueError(text)
    if not is_storable(text):
        raise ValueError(text)
    return text


def _reference(text: str) -> str:
    return text if re.fullmatch("[0-9a-f]{64}", text) else _address(text)


date_text = _read_with("a day, as 2026-11-29", lambda text: date.fromisoformat(text).isoformat())
moment_text = _read_with("an instant, as 2026-11-29T08:30:00 or with an offset as +01:00 after it", _moment)
web_address = _read_with("an address that begins with http:// or https://", _address, MOST_ADDRESS)
reference = _read_with(
    "a file: the 64 hexadecimal digits of its SHA-256, or an address that begins with http:// or https://",
    _reference,
    MOST_ADDRESS,
)


pattern_name = one_of(*PATTERNS)
