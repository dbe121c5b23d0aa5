"""Conversations and preferences that teach nothing go, in every shape in which they are published."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from groundswell.clean import DropBadConversations, DropBadPreferences
from groundswell.clean.conversations import REFUSALS
from groundswell.clean.messages import messages_of, preference_of
from groundswell.items import Item, ItemKind

Flow = Callable[..., Any]


def record(value: object) -> Item:
    return Item(
        ItemKind.RECORD,
        json.dumps(value),
        None,
        "application/json",
        "s",
        "l",
        datetime(2026, 1, 1, tzinfo=UTC),
    )


def chat(*turns: tuple[str, str]) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content} for role, content in turns]}


GOOD = [
    chat(("user", "hi"), ("assistant", "hello")),
    chat(
        ("system", "be kind"), ("user", "hi"), ("assistant", "hello"), ("user", "and?"), ("assistant", "well")
    ),
    {"conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "hello"}]},
    {"instruction": "add", "input": "1 and 2", "output": "3"},
    {"prompt": "add 1 and 2", "completion": "3"},
    {
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "weather?"}]},
            {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
            {"role": "tool", "content": "sun"},
            {"role": "assistant", "content": "sunny"},
        ]
    },
    {"something": "else"},
]


@pytest.mark.parametrize("value", GOOD)
def test_good_ones_and_records_of_other_things_stay(flow: Flow, value: object) -> None:
    assert flow([record(value)], DropBadConversations(refusals=REFUSALS)).reasons == []


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (chat(), "conversation:no_question"),
        (chat(("assistant", "hello"), ("user", "hi")), "conversation:no_question"),
        (chat(("user", "hi"), ("assistant", "hello"), ("user", "and?")), "conversation:no_answer"),
        (chat(("user", "hi"), ("user", "hi?"), ("assistant", "x")), "conversation:turns"),
        (chat(("user", "hi"), ("tool", "sun"), ("assistant", "x")), "conversation:turns"),
        (chat(("user", "hi"), ("assistant", "  ")), "conversation:empty"),
        (chat(("user", "hi"), ("narrator", "x"), ("assistant", "y")), "conversation:role"),
        (chat(("user", "say it"), ("assistant", "say it ")), "conversation:echo"),
        (chat(("user", "hi"), ("assistant", "As an AI language model, I must not.")), "conversation:refusal"),
        (chat(("user", "x" * 300_000), ("assistant", "y")), "conversation:long"),
        ({"messages": [1, "x", None]}, "conversation:no_question"),
    ],
)
def test_bad_ones_go_with_a_reason(flow: Flow, value: object, reason: str) -> None:
    assert flow([record(value)], DropBadConversations(refusals=REFUSALS)).reasons == [reason]


def test_texts_are_left_alone(flow: Flow) -> None:
    assert flow(["a text"], DropBadConversations(), DropBadPreferences()).texts == ["a text"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"prompt": "q", "chosen": "good", "rejected": "bad"}, None),
        ({"prompt": "q", "chosen": "a  b", "rejected": "a b"}, "preference:equal"),
        ({"prompt": "q", "chosen": "", "rejected": "bad"}, "preference:short_answer"),
        ({"chosen": "good", "rejected": "bad"}, "preference:no_prompt"),
        ({"prompt": "q", "chosen": "x" * 100, "rejected": "y"}, "preference:length"),
        (
            {
                "chosen": chat(("user", "q"), ("assistant", "a"))["messages"],
                "rejected": chat(("user", "q"), ("assistant", "b"))["messages"],
            },
            None,
        ),
    ],
)
def test_preferences_without_a_choice_go(flow: Flow, value: object, reason: str | None) -> None:
    assert flow([record(value)], DropBadPreferences(most_longer=10)).reasons == ([reason] if reason else [])


def test_what_answers_have_in_common_is_the_prompt() -> None:
    value = {
        "chosen": chat(("user", "q"), ("assistant", "a"))["messages"],
        "rejected": chat(("user", "q"), ("assistant", "b"))["messages"],
    }
    assert preference_of(json.dumps(value)) == ("q", "a", "b")


@pytest.mark.parametrize("text", [None, "", "no json", "[1]", "{}", '{"instruction": 1, "output": "x"}'])
def test_what_is_no_conversation_is_none(text: str | None) -> None:
    assert messages_of(text) is None
    assert preference_of(text) is None
