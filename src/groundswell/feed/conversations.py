"""From labelled items to conversations and preference pairs. Pure functions over (item, answer)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from groundswell.errors import InputError
from groundswell.items import is_reference

Message = Mapping[str, Any]

_IDS = "abcdefgh"
"""Ids of responses that have none of their own, in their order."""


@dataclass(frozen=True)
class Pair:
    """Two responses to one prompt, of which one is better.

    Attributes:
        prompt: the conversation up to the responses.
        chosen: the better response, as messages.
        rejected: the other one, as messages.
        margin: by how many grades or ranks it is better, at least 1.
    """

    prompt: tuple[Message, ...]
    chosen: tuple[Message, ...]
    rejected: tuple[Message, ...]
    margin: int


def conversation_of(item: str | None, answer: Mapping[str, Any] | None = None) -> list[Message]:
    """Return the whole conversation of an item and of what somebody answered.

    Args:
        item: the item's text: JSON with `messages` or a `prompt`, or plain text, which is a user's message.
        answer: of the kinds `chat`, `transcription` and `text_choice`; None takes the item as it is. A chat's messages
            go on where the item ends, take the place of its last message where both are the assistant's, or
            are the whole conversation. Any other text becomes the assistant's message.

    Raises:
        InputError: a message has no role or content, or shows an image or a recording, or the answer is of another
            kind.
    """
    before = _prompt_of(item)
    if answer is None:
        return _checked(before)
    if "messages" in answer:
        return _checked(_joined(before, list(answer["messages"])))
    for name in ("text", "choice"):
        if isinstance(answer.get(name), str):
            return _checked([*before, {"role": "assistant", "content": answer[name]}])
    found = ", ".join(answer) or "nothing"
    raise InputError(f"an answer with {found} is no conversation; chat answers have messages")


def pairs_of(item: str | None, answer: Mapping[str, Any]) -> list[Pair]:
    """Return every pair of responses of which a preference says that one is better; ties give none.

    Args:
        item: the item's text: JSON with a `prompt` (a text or messages) and `responses` (texts, which are called a
            to h, or objects with `id` and `text`).
        answer: of the kind `preference`: a `ranking`, best first, or a `grade` of two, below 0 where the
            first is better.

    Raises:
        InputError: the item has no prompt and responses, one shows an image or a recording, or the answer names
            another response.
    """
    record = _record(item)
    responses = _responses(record)
    prompt = tuple(_checked(_as_messages(record.get("prompt", record.get("messages")))))
    if answer.get("ranking"):
        ranked = [[_response(name, responses) for name in group] for group in answer["ranking"]]
        ordered = [
            (better, worse, place - first)
            for first, group in enumerate(ranked)
            for place, others in enumerate(ranked[first + 1 :], start=first + 1)
            for better, worse in product(group, others)
        ]
    else:
        ordered = _graded(list(responses.values()), answer.get("grade"))
    return [Pair(prompt, (_said(better),), (_said(worse),), margin) for better, worse, margin in ordered]


def _graded(responses: Sequence[str], grade: object) -> list[tuple[str, str, int]]:
    if not isinstance(grade, int) or len(responses) != 2:
        raise InputError("a preference has a ranking, or a grade of two responses")
    first, second = responses
    return [(first, second, -grade)] if grade < 0 else [(second, first, grade)] if grade else []


def _responses(record: Mapping[str, Any]) -> dict[str, str]:
    given = record.get("responses")
    if not isinstance(given, list) or not given:
        raise InputError("a preference is of an item with a list of responses; this one has none")
    return dict(_named(each, _IDS[place]) for place, each in enumerate(given))


def _named(given: Any, otherwise: str) -> tuple[str, str]:
    if isinstance(given, str):
        return otherwise, given
    _require_text_alone(given, "a response")
    if not isinstance(given, Mapping) or not isinstance(given.get("text"), str):
        raise InputError(f"a response is a text, or an object with id and text; got {str(given)[:80]}")
    return str(given.get("id", otherwise)), given["text"]


def _require_text_alone(given: object, what: str) -> None:
    """Refuse what would lose its picture or its sound.

    Raises:
        InputError: it names a medium.
    """
    if is_reference(given):
        raise InputError(
            f"{what} shows an image or a recording, and this format carries texts; export as jsonl"
        )


def _response(name: str, responses: Mapping[str, str]) -> str:
    if name not in responses:
        raise InputError(f"no response {name!r}; the item has {', '.join(responses)}")
    return responses[name]


def _said(text: str) -> Message:
    return {"role": "assistant", "content": text}


def _joined(before: list[Message], after: list[Message]) -> list[Message]:
    """Return a conversation that goes on, or whose last message is replaced, or that is whole already."""
    if after and after[0].get("role") == "system":
        rest = [message for message in before if message.get("role") != "system"]
        return after if _begins(after[1:], rest) else [after[0], *_joined(rest, after[1:])]
    if not before or _begins(after, before[:1]):
        return after
    both_assistant = after and before[-1].get("role") == after[0].get("role") == "assistant"
    return [*(before[:-1] if both_assistant else before), *after]


def _begins(messages: Sequence[Message], start: Sequence[Message]) -> bool:
    said = [(message.get("role"), message.get("content")) for message in messages[: len(start)]]
    return bool(start) and said == [(message.get("role"), message.get("content")) for message in start]


def _prompt_of(item: str | None) -> list[Message]:
    record = _record(item)
    return _as_messages(record.get("messages", record.get("prompt")))


def _record(item: str | None) -> Mapping[str, Any]:
    """Return an item's record; a plain text is a prompt, a list is messages."""
    try:
        found = json.loads(item or "null")
    except ValueError:
        found = None
    if isinstance(found, list):
        return {"messages": found}
    return found if isinstance(found, dict) else {"prompt": item}


def _as_messages(given: object) -> list[Message]:
    if given is None:
        return []
    if isinstance(given, Mapping):
        _require_text_alone(given, "the prompt")
        return [{"role": "user", "content": given.get("text")}]
    return [{"role": "user", "content": given}] if isinstance(given, str) else list(given)  # type: ignore[call-overload]


def _checked(messages: list[Message]) -> list[Message]:
    for place, message in enumerate(messages):
        if not isinstance(message, Mapping) or not isinstance(message.get("role"), str):
            raise InputError(f"message {place} has no role: {message!r:.100}")
        _require_text_alone(message, f"message {place}")
        if message.get("content") is None and not message.get("tool_calls"):
            raise InputError(f"message {place} of the {message['role']} has no content")
    return messages
