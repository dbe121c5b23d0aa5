"""A record's other fields, made such that JSON, Arrow and a database can all hold them."""

import math
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

_MAX_DEPTH = 32


def plain(value: Any, depth: int = 0) -> Any:
    """Return `value` as plain JSON data.

    What JSON or PostgreSQL's `jsonb` cannot hold is replaced, and the record is kept: not-a-number and
    infinities become None, NUL characters and lone surrogates U+FFFD, dates ISO 8601, bytes their
    length in words, anything else its `str`. Below 32 levels of nesting everything becomes its `str`.
    """
    if isinstance(value, str):
        return _storable(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if depth < _MAX_DEPTH and isinstance(value, Mapping):
        return {_storable(str(key)): plain(entry, depth + 1) for key, entry in value.items()}
    if depth < _MAX_DEPTH and isinstance(value, list | tuple):
        return [plain(entry, depth + 1) for entry in value]
    return _storable(str(value))


def _storable(text: str) -> str:
    if text.isascii() and "\x00" not in text:
        return text
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\x00", "\ufffd")
