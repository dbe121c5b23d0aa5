"""Conversations as records hold them: messages with roles. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from groundswell.errors import InputError

ROLES = ("system", "user", "assistant")

Message = Mapping[str, Any]


def messages_of(record: Mapping[str, Any], field: str = "messages") -> list[Message]:
    """Return the messages of a record.

    Raises:
        InputError: the field is no list of objects with `role` (system, user or assistant) and `content`.
    """
    given = record.get(field)
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise InputError(f"the record has no field `{field}` with a list of messages")
    for place, message in enumerate(given):
        is_message = isinstance(message, Mapping) and isinstance(message.get("content"), str)
        if not is_message or message.get("role") not in ROLES:
            raise InputError(
                f"message {place} in `{field}` of the record is no object with role ({', '.join(ROLES)}) and content"
            )
    return list(given)


def check_prompt(record: Mapping[str, Any]) -> None:
    """Raise `InputError` where a record's prompt is neither a text nor a list of messages."""
    if not isinstance(record.get("prompt"), str):
        messages_of(record, "prompt")
