"""Conversations as records hold them: messages with roles. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from groundswell.errors import InputError
from groundswell.items import is_reference

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


def prompt_of(record: Mapping[str, Any]) -> list[str]:
    """Return what the prompt of a record says, message by message; a prompt that is no list is one message.

    Raises:
        InputError: it is neither a text, nor an object with a text or a medium, nor a list of messages.
    """
    prompt = record.get("prompt")
    if isinstance(prompt, str | Mapping):
        return [said_by(prompt, "the prompt")]
    return [said_by(one, "a message of the prompt", "content") for one in messages_of(record, "prompt")]


def said_by(given: Any, what: str, field: str = "text") -> str:
    """Return what a text says, or an object with a text, a medium or both: the text, U+001F, the medium's digest.

    Args:
        given: the text or the object.
        what: it is, for messages.
        field: that holds the text.

    Raises:
        InputError: it is neither, or names a medium in a way that cannot be shown.
    """
    if isinstance(given, str):
        return given
    if not isinstance(given, Mapping):
        raise InputError(f"{what} is neither a text nor an object with `{field}` or `media`")
    medium = given.get("media")
    if medium is not None and not is_reference(given):
        raise InputError(
            f"{what} names a medium, but not by the SHA-256 of an image or a recording in `media` and its `media_type`"
        )
    text = given.get(field, None if medium is None else "")
    if not isinstance(text, str):
        file = f"; the file {given['file']!r:.100} was not collected with it" if "file" in given else ""
        raise InputError(f"{what} is neither a text nor an object with `{field}` or `media`{file}")
    return "\x1f".join(part for part in (text, medium) if part)
