"""Cursors: where the next page of a list begins, for the very list that the page before was of."""

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from groundswell.errors import InputError

MAX_CHARACTERS = 400


def encode_cursor(key: Sequence[object], of: object) -> str:
    """Return a cursor that stands for a place in a list.

    Args:
        key: where the page before ended.
        of: what the list is: its project, filters and order. The cursor is good for no other.
    """
    raw = msgspec.json.encode([_name(of), *key])
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode_cursor(text: str, of: object, kind: Any) -> tuple[Any, ...]:
    """Return the key of a cursor.

    Args:
        of: what the list is; see `encode_cursor`.
        kind: the type of its keys, for example `tuple[int, float]`.

    Raises:
        InputError: it is none, or one of another list.
    """
    try:
        if len(text) > MAX_CHARACTERS:
            raise ValueError(text[:40])
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
        name, *values = msgspec.json.decode(raw, type=list[Any])
        if isinstance(name, str) and name != _name(of):
            raise InputError(
                "the cursor is of a list with other filters or another order; use it with the same ones, or leave "
                "it out"
            )
        key: tuple[Any, ...] = msgspec.convert(values, kind)
    except InputError:
        raise
    except (ValueError, RecursionError, msgspec.MsgspecError):
        raise InputError(
            f"cursor must be the `next_cursor` of the page before; got {text[:40]!r}. Leave it out to begin anew"
        ) from None
    return key


def _name(of: object) -> str:
    return hashlib.sha256(msgspec.json.encode(of)).hexdigest()[:16]
