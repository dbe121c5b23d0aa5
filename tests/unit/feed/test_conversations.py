import json
from typing import Any

import pytest

from groundswell.errors import InputError
from groundswell.feed.conversations import conversation_of, pairs_of

USER = {"role": "user", "content": "Hi"}
SAID = {"role": "assistant", "content": "Hello"}
BETTER = {"role": "assistant", "content": "Hello!"}
SYSTEM = {"role": "system", "content": "Be kind."}


def item(**record: Any) -> str:
    return json.dumps(record)


@pytest.mark.parametrize(
    ("before", "answer", "expected"),
    [
        ("Hi", {"messages": [SAID]}, [USER, SAID]),
        (item(messages=[USER]), {"messages": [SAID]}, [USER, SAID]),
        (item(messages=[USER, SAID]), {"messages": [BETTER]}, [USER, BETTER]),
        (item(messages=[USER, SAID]), {"messages": [USER, SAID]}, [USER, SAID]),
        (item(messages=[USER, SAID]), {"messages": [{**USER, "content": "?"}, BETTER]}, None),
        (item(messages=[USER]), {"messages": [SYSTEM, SAID]}, [SYSTEM, USER, SAID]),
        (item(messages=[SYSTEM, USER]), {"messages": [SYSTEM, USER, SAID]}, [SYSTEM, USER, SAID]),
        (item(prompt="Hi"), {"choice": "Hello"}, [USER, SAID]),
        (item(prompt=[USER]), {"text": "Hello"}, [USER, SAID]),
        (json.dumps([USER, SAID]), None, [USER, SAID]),
        (None, {"messages": [USER, SAID]}, [USER, SAID]),
    ],
)
def test_an_answer_goes_on_replaces_or_is_the_conversation(before: str, answer: Any, expected: Any) -> None:
    whole = expected or [USER, SAID, {**USER, "content": "?"}, BETTER]
    assert conversation_of(before, answer) == whole


@pytest.mark.parametrize("messages", [[{"content": "x"}], [{"role": "user"}], ["x"]])
def test_a_message_without_role_or_content_is_an_error(messages: Any) -> None:
    with pytest.raises(InputError, match="message 0"):
        conversation_of(item(messages=messages))


def test_an_answer_of_another_kind_is_an_error() -> None:
    with pytest.raises(InputError, match="with shapes is no conversation"):
        conversation_of("Hi", {"shapes": []})


def pairs(answer: Any, **record: Any) -> list[tuple[str, str, int]]:
    given = {"prompt": "Q", "responses": ["A", "B", "C"], **record}
    return [
        (pair.chosen[0]["content"], pair.rejected[0]["content"], pair.margin)
        for pair in pairs_of(json.dumps(given), answer)
    ]


def test_every_pair_of_a_ranking_is_given_and_ties_are_not() -> None:
    assert pairs({"ranking": [["b"], ["a", "c"]]}) == [("B", "A", 1), ("B", "C", 1)]
    assert pairs({"ranking": [["c"], ["b"], ["a"]]}) == [("C", "B", 1), ("C", "A", 2), ("B", "A", 1)]
    assert pairs({"ranking": [["a", "b", "c"]]}) == []


def test_a_grade_of_two_is_a_pair_with_its_margin() -> None:
    two = [{"id": "x", "text": "A"}, {"id": "y", "text": "B"}]
    assert pairs({"grade": -2}, responses=two) == [("A", "B", 2)]
    assert pairs({"grade": 1}, responses=two) == [("B", "A", 1)]
    assert pairs({"grade": 0}, responses=two) == []
    assert pairs({"ranking": [["y"], ["x"]], "grade": 3}, responses=two) == [("B", "A", 1)]


def test_a_prompt_may_be_a_conversation() -> None:
    record = json.dumps({"prompt": [SYSTEM, USER], "responses": ["A", "B"]})
    assert list(pairs_of(record, {"ranking": [["a"], ["b"]]})[0].prompt) == [SYSTEM, USER]


def test_what_is_no_preference_is_an_error() -> None:
    with pytest.raises(InputError, match="no response 'z'; the item has a, b, c"):
        pairs({"ranking": [["z"], ["a"]]})
    with pytest.raises(InputError, match="list of responses"):
        pairs_of("plain", {"ranking": [["a"], ["b"]]})
    with pytest.raises(InputError, match="ranking, or a grade"):
        pairs({"grade": None})


def test_what_would_lose_its_picture_is_refused() -> None:
    image = {"media": "a" * 64, "media_type": "image/png"}
    answer = {"ranking": [["a"], ["b"], ["c"]]}
    with pytest.raises(InputError, match="a response shows an image or a recording"):
        pairs(answer, responses=["A", image, "C"])
    with pytest.raises(InputError, match="the prompt shows an image"):
        pairs(answer, prompt={"text": "Q", **image})
    with pytest.raises(InputError, match="message 0 shows an image"):
        conversation_of(item(messages=[{"role": "user", "content": "Q", **image}]))
    with pytest.raises(InputError, match="a response is a text, or an object with id and text"):
        pairs(answer, responses=["A", {"id": "b"}, "C"])
