"""What records of conversations and preferences say, in the shapes in which they are published."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_ROLES = {"human": "user", "gpt": "assistant", "bot": "assistant", "model": "assistant", "function": "tool"}
"""Names of the shape of ShareGPT and others."""


@dataclass(frozen=True)
class Message:
    """One turn of a conversation.

    Attributes:
        role: `system`, `user`, `assistant` or `tool`; or whatever the record says.
        content: its text; parts that are no text are left out.
        calls_tool: whether it asks for a tool, and so may say nothing.
    """

    role: str
    content: str
    calls_tool: bool = False


def messages_of(text: str | None) -> list[Message] | None:
    """Return the turns of a record, given as JSON; None if it is no conversation.

    Read are `messages` with `role` and `content` (OpenAI), `conversations` with `from` and `value` (ShareGPT),
    and `instruction` with `input` and `output` or `response` (Alpaca, Dolly).
    """
    record = _object(text)
    for name in ("messages", "conversations", "conversation"):
        if isinstance(record.get(name), list):
            return [_message(entry) for entry in record[name]]
    question = record.get("instruction", record.get("prompt"))
    answer = next((record[name] for name in ("output", "response", "completion") if name in record), None)
    if not isinstance(question, str) or not isinstance(answer, str):
        return None
    more = record.get("input") or record.get("context") or ""
    asked = f"{question}\n\n{more}" if isinstance(more, str) and more else question
    return [Message("user", asked), Message("assistant", answer)]


def preference_of(text: str | None) -> tuple[str, str, str] | None:
    """Return the prompt, the chosen and the rejected answer of a record; None if it is no preference.

    The answers may be texts or lists of messages; without a `prompt` it is what the two have in common.
    """
    record = _object(text)
    if "chosen" not in record or "rejected" not in record:
        return None
    chosen, rejected = _turns(record["chosen"]), _turns(record["rejected"])
    common = 0
    while common < min(len(chosen), len(rejected)) - 1 and chosen[common] == rejected[common]:
        common += 1
    prompt = _turns(record.get("prompt", ""))
    asked = "\n\n".join([*prompt, *chosen[:common]])
    return asked, "\n\n".join(chosen[common:]), "\n\n".join(rejected[common:])


def _object(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _turns(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, list):
        return [_message(entry).content for entry in value]
    return []


def _message(entry: Any) -> Message:
    if not isinstance(entry, dict):
        return Message("", "")
    role = str(entry.get("role", entry.get("from", "")))
    content = entry.get("content", entry.get("value"))
    calls = bool(entry.get("tool_calls") or entry.get("function_call"))
    return Message(_ROLES.get(role, role), _text(content), calls)


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, Sequence):
        parts = [part.get("text", "") for part in content if isinstance(part, dict)]
        return "\n".join(part for part in parts if isinstance(part, str))
    return ""
