"""Conversations by hand: who may say what when, what becomes of proposals, verdicts on steps."""

import pytest

from groundswell.errors import InputError, InvalidAnswer
from groundswell.label.kinds import Schema, label_kind

KIND = label_kind("chat")
HELPFUL = {"name": "helpful", "low": 1, "high": 5}


def schema(**options):
    return Schema(KIND, KIND.ontology((), options))


def talk(*contents, system=None):
    roles = ["user", "assistant"] * len(contents)
    messages = [{"role": role, "content": content} for role, content in zip(roles, contents, strict=False)]
    first = [{"role": "system", "content": system}] if system else []
    return {"kind": "record", "record": {"messages": first + messages}, "meta": {}}


def says(role, content, **more):
    return {"role": role, "content": content, **more}


def by(role, content, author="worker", **more):
    return {"role": role, "content": content, "from": author, **more}


ASKED = talk("Why?")
ANSWERED = talk("Why?", "Because.")


def test_the_next_message_is_the_assistants_without_space_at_its_ends():
    found = schema().validate({"messages": [says("assistant", "\n  So it is.\n\n")]}, ASKED)
    assert found == {"messages": [by("assistant", "  So it is.")]}


def test_a_proposal_that_was_taken_says_so_and_whether_it_was_changed():
    here = schema()
    for given, kept in (
        (by("assistant", "x", "model"), by("assistant", "x", "model")),
        (by("assistant", "x", "model", edited=False), by("assistant", "x", "model")),
        (by("assistant", "x", "model", edited=True), by("assistant", "x", "model", edited=True)),
    ):
        assert here.validate({"messages": [given]}, ASKED) == {"messages": [kept]}


@pytest.mark.parametrize(
    ("options", "shown", "messages", "expected"),
    [
        ({}, ASKED, [], "a list of 1 to"),
        ({}, ASKED, [says("user", "x")], "the assistant with the last word"),
        (
            {},
            ASKED,
            [says("assistant", "x"), says("user", "y"), says("assistant", "z")],
            "answers 1 to 1 times",
        ),
        ({}, ASKED, [says("assistant", " \n ")], "nothing but space"),
        ({}, ASKED, [says("robot", "x")], "one of system, user, assistant"),
        ({}, ASKED, [says("assistant", "x", edited=True)], "edited that is from no model"),
        ({}, ASKED, [says("assistant", "x", **{"from": "me"})], "one of worker, model"),
        ({}, ASKED, [says("system", "s"), says("assistant", "x")], "may not be changed here"),
        ({"system": True}, ASKED, [says("system", "s")], "the assistant with the last word"),
        ({"mode": "continue"}, ASKED, [says("user", "x"), says("assistant", "y")], "assistant first"),
        ({"mode": "continue"}, ANSWERED, [says("assistant", "y")], "user first"),
        ({"mode": "continue"}, ANSWERED, [says("user", "x")], "the last word"),
        (
            {"mode": "continue"},
            ANSWERED,
            [by("user", "x", "model"), says("assistant", "y")],
            "the worker writes it",
        ),
        (
            {"mode": "continue", "least_turns": 2},
            ANSWERED,
            [says("user", "x"), says("assistant", "y")],
            "answers 2 to 50 times here; got 1",
        ),
    ],
)
def test_messages_that_do_not_follow_are_refused(options, shown, messages, expected):
    with pytest.raises(InvalidAnswer, match=expected):
        schema(**options).validate({"messages": messages}, shown)


def test_a_conversation_goes_on_in_turns_from_whoever_spoke_last():
    here = schema(mode="continue")
    assert here.validate({"messages": [says("assistant", "y")]}, ASKED)
    turns = [says("user", "a"), says("assistant", "b"), says("user", "c"), says("assistant", "d")]
    assert len(here.validate({"messages": turns}, ANSWERED)["messages"]) == 4
    assert len(here.validate({"messages": turns})["messages"]) == 4, "without the item either may begin"
    assert len(here.validate({"messages": turns[1:]})["messages"]) == 3


def test_editing_tells_by_itself_whether_anything_was_changed():
    here = schema(mode="edit")
    same = here.validate({"messages": [by("assistant", "Because.\n", edited=True, author="model")]}, ANSWERED)
    assert same == {"messages": [by("assistant", "Because.", "model")]}
    other = here.validate({"messages": [says("assistant", "Because of you.")]}, ANSWERED)
    assert other == {"messages": [by("assistant", "Because of you.", "model", edited=True)]}


def test_a_system_message_is_kept_only_if_it_was_changed():
    here = schema(system=True, criteria=[HELPFUL])
    shown = talk("Why?", system="Be brief.")
    rated = [{"message": 1, "helpful": 3}]
    said = {"messages": [says("system", "Be brief.\n"), says("assistant", "x")], "ratings": rated}
    assert here.validate(said, shown) == {
        "messages": [by("assistant", "x")],
        "ratings": [{"message": 0, "helpful": 3}],
    }
    said["messages"] = [says("system", "Be kind."), says("assistant", "x")]
    assert here.validate(said, shown)["messages"] == [by("system", "Be kind."), by("assistant", "x")]
    assert here.validate(said, shown)["ratings"] == rated


@pytest.mark.parametrize(
    ("ratings", "expected"),
    [
        ([], "number 1"),
        ([{"message": 0, "helpful": 3}], "number 1"),
        ([{"message": 1, "helpful": 3}] * 2, "number 1"),
        ([{"message": 1}], "lacks 'helpful'"),
        ([{"message": 1, "helpful": 9}], "from 1 to 5"),
    ],
)
def test_each_message_of_the_assistant_is_rated_once(ratings, expected):
    here = schema(mode="continue", criteria=[HELPFUL])
    said = {"messages": [says("user", "a"), says("assistant", "b")], "ratings": ratings}
    with pytest.raises(InvalidAnswer, match=expected):
        here.validate(said, ANSWERED)


def steps(*pairs):
    return {"steps": [{"text": text, "verdict": verdict} for text, verdict in pairs]}


SOLVED = talk("2 + 2 * 3?", "First 2 * 3 = 6.\n\nThen 2 + 6 = 9.\n\nSo 9.")


def test_steps_are_the_whole_message_or_stop_at_the_first_bad_one():
    here = schema(mode="steps")
    whole = steps(("First 2 * 3 = 6.", "good"), ("Then 2 + 6 = 9.\n", "bad"), ("So 9.", "neutral"))
    assert here.validate(whole, SOLVED)["steps"][1] == {"text": "Then 2 + 6 = 9.", "verdict": "bad"}
    assert here.validate({"steps": whole["steps"][:2]}, SOLVED)
    for given, expected in (
        ({"steps": whole["steps"][:1]}, "end before the message does"),
        (steps(("First 2 * 3 = 7.", "bad")), "are not the message"),
        ({"steps": [*whole["steps"], {"text": "More.", "verdict": "good"}]}, "are not the message"),
        (steps(("First", "great")), "one of good, neutral, bad"),
        ({"steps": []}, "a list of 1 to"),
    ):
        with pytest.raises(InvalidAnswer, match=expected):
            here.validate(given, SOLVED)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"least_turns": 2}, "of mode continue"),
        ({"mode": "continue", "least_turns": 3, "most_turns": 2}, "above most_turns"),
        ({"mode": "steps", "system": True}, "of other modes"),
        ({"criteria": [{**HELPFUL, "name": "message"}]}, "cannot be called 'message'"),
        ({"mode": "sing"}, "one of write, edit, continue, steps"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, expected):
    with pytest.raises(InputError, match=expected):
        schema(**options)


@pytest.mark.parametrize(
    ("mode", "shown", "expected"),
    [
        ("write", ANSWERED, "ends with assistant; mode write follows user"),
        ("edit", ASKED, "ends with user; mode edit follows assistant"),
        ("steps", talk(), "ends with nobody"),
        ("continue", {"kind": "record", "record": {"messages": "hi"}}, "with a list of messages"),
        (
            "continue",
            {"kind": "record", "record": {"messages": [{"role": "user"}]}},
            "message 0 in `messages`",
        ),
    ],
)
def test_a_record_that_a_mode_cannot_go_on_from_says_so(mode, shown, expected):
    with pytest.raises(InputError, match=expected):
        schema(mode=mode).check_item(shown)


def test_verdicts_are_merged_step_by_step_and_end_where_most_stop():
    here = schema(mode="steps")
    texts = ("one", "two", "three")
    a, b, c = (
        steps(*zip(texts, verdicts, strict=False))
        for verdicts in (["good", "bad"], ["good", "bad", "good"], ["good"] * 3)
    )
    assert here.merge([a, b, c], [1, 1, 1]) == steps(("one", "good"), ("two", "bad"), ("three", "good"))
    assert here.merge([a, a, c], [1, 1, 1]) == a
    assert here.merge([a, b, c], [1, 1, 5]) == c


def test_steps_divided_otherwise_do_not_mix():
    here = schema(mode="steps")
    said = [
        steps(("one two", "good")),
        steps(("one", "bad"), ("two", "good")),
        steps(("one", "bad"), ("two", "bad")),
    ]
    assert here.merge(said, [1, 1, 1]) == steps(("one", "bad"), ("two", "bad"))
    assert here.merge(said, [3, 1, 1]) == said[0]


def test_verdicts_differ_by_how_far_they_are_from_good_to_bad():
    here = schema(mode="steps")
    one = steps(("a", "good"), ("b", "good"))
    assert here.distance(one, steps(("a", "good"), ("b", "bad"))) == 0.5
    assert here.distance(one, steps(("a", "neutral"), ("b", "good"))) == 0.25
    assert here.distance(one, steps(("a", "good"))) == 0.25


def test_conversations_differ_by_words_and_by_messages_that_are_missing():
    here = schema(mode="continue")
    one = {"messages": [by("user", "a b"), by("assistant", "c d")]}
    other = {"messages": [by("user", "a b"), by("assistant", "c x")]}
    assert here.distance(one, other) == pytest.approx(0.25)
    longer = {"messages": [*one["messages"], by("user", "e"), by("assistant", "f")]}
    assert here.distance(one, longer) == pytest.approx(0.5)
    assert here.merge([one, other, longer], [1, 1, 1]) == one


def test_a_message_may_show_an_image_that_it_names_by_its_digest():
    image = {"media": "a" * 64, "media_type": "image/png"}
    asked = {"role": "user", "content": "What is this?"}
    schema().check_item({"kind": "record", "record": {"messages": [{**asked, **image}]}, "meta": {}})
    with pytest.raises(InputError, match="a message names a medium, but not"):
        schema().check_item({"kind": "record", "record": {"messages": [{**asked, "media": "x"}]}, "meta": {}})
    with pytest.raises(InputError, match="show texts alone"):
        schema().check_item(
            {"kind": "record", "record": {"messages": [{**asked, **image, "role": "system"}, asked]}}
        )
    said = {"role": "assistant", "content": "This.", **image}
    with pytest.raises(InputError, match="edit and steps the last one, show texts alone"):
        schema(mode="edit").check_item({"kind": "record", "record": {"messages": [asked, said]}})
