"""Operators: records of conversations and of preferences, for training assistants."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa

from groundswell.clean.messages import Message, messages_of, preference_of
from groundswell.clean.operator import Result
from groundswell.items import ItemKind

REFUSALS = (
    r"\bas an? (?:ai|artificial intelligence)(?: language)? model\b",
    r"\bi(?:'m| am) (?:sorry|afraid),? (?:but )?i (?:can(?:'t|not)|am unable|am not able)\b",
    r"\bi can(?:'t|not) (?:assist|help) (?:with|you)\b",
    r"\bmy knowledge cutoff\b",
)
"""How models begin to say no; texts for training that are full of it teach it."""


@dataclass(frozen=True)
class DropBadConversations:
    """Drop records of conversations that a model should not learn from.

    A record is read as `messages_of` says: `messages`, `conversations`, or `instruction` and `output`.

    Attributes:
        min_characters: the fewest of the last answer.
        max_characters: the most of the whole conversation.
        refusals: regular expressions; a conversation goes if its last answer begins with one, within its first
            200 characters. None keeps refusals.
    """

    min_characters: int = 1
    max_characters: int = 200_000
    refusals: tuple[str, ...] = ()
    name: ClassVar[str] = "conversations"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        """Return the limits."""
        return {
            "min_characters": self.min_characters,
            "max_characters": self.max_characters,
            "refusals": list(self.refusals),
        }

    def apply(self, batch: pa.RecordBatch) -> Result:
        """Give a reason for each conversation that goes."""
        refusal = re.compile("|".join(self.refusals), re.IGNORECASE) if self.refusals else None
        reasons = [
            self._judge(messages_of(text), refusal) if kind == ItemKind.RECORD else None
            for kind, text in zip(batch["kind"].to_pylist(), batch["text"].to_pylist(), strict=True)
        ]
        return Result(batch, pa.array(reasons, pa.string()))

    def _judge(self, messages: Sequence[Message] | None, refusal: re.Pattern[str] | None) -> str | None:
        if messages is None:
            return None  # a record of something else
        if reason := ill_formed(messages):
            return reason
        answer = messages[-1].content
        if len(answer.strip()) < self.min_characters:
            return "conversation:short_answer"
        if sum(len(message.content) for message in messages) > self.max_characters:
            return "conversation:long"
        if answer.strip() == messages[-2].content.strip():
            return "conversation:echo"
        if refusal and refusal.search(answer[:200]):
            return "conversation:refusal"
        return None


def ill_formed(messages: Sequence[Message]) -> str | None:
    """Return the reason why messages are no conversation that ends with an answer; None if they are one.

    A system message may come first; then user and assistant take turns, and none says nothing. What a tool
    says stands between two turns of the assistant.
    """
    turns = messages[1:] if messages and messages[0].role == "system" else messages
    if len(turns) < 2 or turns[0].role != "user":
        return "conversation:no_question"
    if turns[-1].role != "assistant":
        return "conversation:no_answer"
    before = ""
    for turn in turns:
        if turn.role not in ("user", "assistant", "tool"):
            return "conversation:role"
        if turn.role == before != "tool" or (turn.role == "tool" and before == "user"):
            return "conversation:turns"
        if not turn.content.strip() and not turn.calls_tool:
            return "conversation:empty"
        before = turn.role
    return None


@dataclass(frozen=True)
class DropBadPreferences:
    """Drop records of preferences that teach nothing: without a choice, or between equal answers.

    A record is read as `preference_of` says: `prompt`, `chosen` and `rejected`.

    Attributes:
        min_characters: the fewest of the chosen answer.
        most_longer: the chosen answer may be this many times as long as the rejected one: where length
            alone decides, a model learns to be long. None for no bound.
    """

    min_characters: int = 1
    most_longer: float | None = None
    name: ClassVar[str] = "preferences"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        """Return the limits."""
        return {"min_characters": self.min_characters, "most_longer": self.most_longer}

    def apply(self, batch: pa.RecordBatch) -> Result:
        """Give a reason for each preference that goes."""
        reasons = [
            self._judge(text) if kind == ItemKind.RECORD else None
            for kind, text in zip(batch["kind"].to_pylist(), batch["text"].to_pylist(), strict=True)
        ]
        return Result(batch, pa.array(reasons, pa.string()))

    def _judge(self, text: str | None) -> str | None:
        found = preference_of(text)
        if found is None:
            return None
        prompt, chosen, rejected = (part.strip() for part in found)
        if not prompt:
            return "preference:no_prompt"
        if len(chosen) < self.min_characters:
            return "preference:short_answer"
        if " ".join(chosen.split()) == " ".join(rejected.split()):
            return "preference:equal"
        if self.most_longer is not None and len(chosen) > self.most_longer * max(len(rejected), 1):
            return "preference:length"
        return None
