"""What of a conversation goes to a model, and when there is nothing to ask."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from groundswell.errors import AllowanceSpent, InvalidAnswer, NoModel, TooLarge
from groundswell.label.conversations.rules import MOST_CHARACTERS, can_pay, conversation, refusal
from groundswell.label.kinds import Schema, label_kind
from groundswell.label.predictors.model import Predictor

TALKER = Predictor(
    name="talker",
    kind="chat",
    url="https://api.example.org/v1",
    model="m",
    instructions="",
    key_name=None,
    per_item=0.0,
    per_million_in=1.0,
    per_million_out=1.0,
    budget_cents=10.0,
    replies_per_day=7,
    version="1",
    revision=1,
    state="waiting",
    answered=0,
    unanswered=0,
    requests=0,
    tokens_in=0,
    tokens_out=0,
    cost_cents=9.0,
    last_error=None,
    failures=0,
    retry_at=None,
    updated_at=datetime(2026, 1, 1, tzinfo=UTC),
)


def schema(**options):
    kind = label_kind("chat")
    return Schema(kind, kind.ontology((), {"mode": "continue", **options}))


def one(role, content="words"):
    return {"role": role, "content": content}


RECORD = {"messages": [one("system", "Be brief."), one("user", "Hi")]}


def test_the_items_own_messages_come_first_and_only_role_and_content_go_out():
    record = {"messages": [{**one("user", "Hi"), "id": "m1"}], "secret": "x"}
    assert conversation(record, [], schema()) == [one("user", "Hi")]
    said = [one("assistant", "Hello"), one("user", "Bye")]
    assert conversation(record, said, schema()) == [one("user", "Hi"), *said]


def test_a_changed_system_message_takes_the_place_of_the_items_where_it_may_be_changed():
    changed = [one("system", "Be long.")]
    assert conversation(RECORD, changed, schema(system=True)) == [*changed, one("user", "Hi")]
    with pytest.raises(InvalidAnswer, match="may not be changed"):
        conversation(RECORD, changed, schema())


def test_an_empty_conversation_begins_with_the_user():
    assert conversation({"messages": []}, [one("user")], schema()) == [one("user")]
    with pytest.raises(InvalidAnswer, match="spoken last"):
        conversation({"messages": []}, [], schema())


@pytest.mark.parametrize(
    "said",
    [
        [one("user")],
        [one("assistant")],
        [one("assistant"), one("system")],
        [one("assistant"), one("assistant")],
    ],
)
def test_speakers_who_take_no_turns_are_refused(said):
    with pytest.raises(InvalidAnswer):
        conversation(RECORD, said, schema())


def test_no_more_turns_are_asked_for_than_the_project_has():
    said = [one("assistant"), one("user")]
    assert len(conversation(RECORD, said, schema(most_turns=2))) == 4
    with pytest.raises(InvalidAnswer, match="answered 1 times"):
        conversation(RECORD, said, schema(most_turns=1))


def test_what_is_too_long_is_not_sent():
    said = [one("assistant", "x" * 100_000), one("user", "y" * (MOST_CHARACTERS - 100_000))]
    with pytest.raises(TooLarge, match="300,000"):
        conversation(RECORD, said, schema())


def test_a_budget_pays_exactly_what_it_holds_and_what_costs_nothing_always():
    assert [can_pay(TALKER, cents) for cents in (0.0, 1.0, 1.1)] == [True, True, False]
    assert can_pay(replace(TALKER, cost_cents=11.0), 0.0)


def test_the_reason_why_nobody_is_asked_says_what_to_do():
    assert isinstance(refusal([], worker_spent=False), NoModel)
    yours, ours = (refusal([TALKER], worker_spent=spent) for spent in (True, False))
    assert isinstance(yours, AllowanceSpent)
    assert "7 replies" in str(yours)
    assert "budget" in str(ours)
