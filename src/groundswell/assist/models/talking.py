"""Replies in a conversation, from a language model behind any server that speaks OpenAI's chat completions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from groundswell.assist.models.chat import FRAME_TOKENS, usage_of
from groundswell.assist.models.connection import Connection, Failed, Limits, Rejected
from groundswell.assist.models.cost import Budget, Cost, Meter, OverBudget, Price, Usage
from groundswell.hosts import AllowedHosts

Message = Mapping[str, str]
"""`role` (system, user or assistant) and `content`."""

MOST_TOKENS = 2048

MOST_CHARACTERS = 100_000
"""Of a reply; what is longer is cut."""

_LENGTHS = ("max_tokens", "max_completion_tokens")
"""What servers call the most tokens of a reply: most know the first, some models only the second."""


@dataclass(frozen=True)
class Reply:
    """What a model said next in a conversation, or why it said nothing.

    Attributes:
        text: what it said, as it came: nothing in it is to be trusted. None where there is no reply.
        cut: whether the reply ends at a limit, not where the model wanted.
        reason: why there is none, in words for a manager; nothing secret.
        cost: of this reply, or of the attempt.
    """

    text: str | None
    cut: bool = False
    reason: str | None = None
    cost: Cost = field(default_factory=Cost)


class TalkingModel:
    """A language model that goes on with conversations. Use it as a context manager, or `close` it."""

    def __init__(
        self,
        url: str,
        model: str,
        *,
        allowed: AllowedHosts,
        key: str | None = None,
        instructions: str = "",
        max_tokens: int = MOST_TOKENS,
        limits: Limits | None = None,
        price: Price | None = None,
    ) -> None:
        """Say which model, where; nothing is sent yet.

        Args:
            url: the base, such as `https://api.example.org/v1`; `/chat/completions` is added.
            model: its name at the server.
            allowed: the hosts that may be asked.
            key: API key, sent as `Authorization: Bearer`; never shown or stored.
            instructions: what it is told before any conversation, in front of a system message that there is.
            max_tokens: of one reply.
            limits: timeouts and attempts.
            price: of tokens.

        Raises:
            InputError: the URL is not allowed.
        """
        self._model, self._instructions, self._max_tokens = model, instructions, max_tokens
        self._price = price or Price()
        self._connection = Connection(
            url.rstrip("/") + "/chat/completions", allowed, key=key, limits=limits or Limits()
        )

    def close(self) -> None:
        """Close the connection to the model."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def reply(self, messages: Sequence[Message]) -> Reply:
        """Ask what comes next in a conversation; it never costs more than `most_cents`.

        A server that is down or refuses brings a reply without a text, and a reason: whoever asked can ask again.

        Args:
            messages: the conversation; somebody but the assistant spoke last.
        """
        told = _told(messages, self._instructions)
        most = _most(told, self._max_tokens)
        meter = Meter(self._price, Budget(self._price.cents(most)))
        try:
            text, cut = _read(self._answer(told, meter, most))
        except (Failed, OverBudget) as error:
            return Reply(None, reason=str(error), cost=meter.cost)
        return Reply(text, cut, cost=meter.cost)

    def _answer(self, told: Sequence[Message], meter: Meter, most: Usage) -> Any:
        """Ask, and where the server knows the most tokens by another name, ask again."""
        for length in _LENGTHS:
            body = {"model": self._model, "messages": told, length: self._max_tokens}
            try:
                return self._connection.post(body, meter, most, usage_of)
            except Rejected as error:
                if length == _LENGTHS[-1] or _LENGTHS[-1] not in str(error):
                    raise
        raise AssertionError("the last name of the length is always tried")


def most_cents(
    messages: Sequence[Message], price: Price, *, instructions: str = "", max_tokens: int = MOST_TOKENS
) -> float:
    """Return the most that one reply can cost: tokenizers make no more tokens than there are bytes."""
    return price.cents(_most(_told(messages, instructions), max_tokens))


def _most(told: Sequence[Message], max_tokens: int) -> Usage:
    written = len(json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return Usage(FRAME_TOKENS * (len(told) + 1) + written, max_tokens, 1)


def _told(messages: Sequence[Message], instructions: str) -> list[Message]:
    """Return a conversation with the instructions in its one system message."""
    plain: list[Message] = [{"role": one["role"], "content": one["content"]} for one in messages]
    if not instructions.strip():
        return plain
    own = plain[:1] if plain and plain[0]["role"] == "system" else []
    said = "\n\n".join([instructions.strip(), *(one["content"] for one in own)])
    return [{"role": "system", "content": said}, *plain[len(own) :]]


def _read(answer: Any) -> tuple[str, bool]:
    """Return the text of a completion, and whether it was cut."""
    try:
        choice = answer["choices"][0]
        text, ended = choice["message"]["content"], choice.get("finish_reason")
    except (KeyError, IndexError, TypeError, AttributeError):
        raise Rejected("the server sent no message; does it speak chat completions?") from None
    clean = text.encode("utf-8", "replace").decode().replace("\x00", "") if isinstance(text, str) else ""
    if not clean.strip():
        raise Rejected(f"the model said nothing (finish_reason {str(ended)[:40]!r})")
    return clean[:MOST_CHARACTERS], ended == "length" or len(clean) > MOST_CHARACTERS
