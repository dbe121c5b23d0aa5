import json
import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.assist.models.reading import (
    UNLISTED,
    Reading,
    Token,
    Unreadable,
    class_shares,
    combined,
    read_choice,
)

CLASSES = ("cat", "dog", "not spam", "spam")


def choice(content, tokens=None, **more):
    logprobs = None
    if tokens is not None:
        rows = [
            {
                "token": text,
                "logprob": math.log(chance),
                "top_logprobs": [
                    {"token": other, "logprob": math.log(p)} for other, p in {text: chance, **others}.items()
                ],
            }
            for text, chance, others in tokens
        ]
        logprobs = {"content": rows}
    return {
        "message": {"role": "assistant", "content": content},
        "logprobs": logprobs,
        "finish_reason": "stop",
        **more,
    }


@pytest.mark.parametrize(
    ("content", "label", "stated"),
    [
        ('{"label": "dog", "confidence": 0.7}', "dog", 0.7),
        ('```json\n{"label": "dog"}\n```', "dog", None),
        ('{"confidence": 1, "label": "DOG "}', "dog", 1.0),
        (
            'Let me see.\n{"label": "cat", "confidence": 0.2} no:\n{"label": "dog", "confidence": 0.9}',
            "dog",
            0.9,
        ),
        ('<think>{"label": "cat"} perhaps</think>\n{"label": "dog"}', "dog", None),
        ("<think>cat or dog?</think>dog", "dog", None),
        ("Label: cat? No.</think> `dog`", "dog", None),
        ('{"label": "dog", "why": {"label": "cat"}}', "dog", None),
        ('{{{"label": "dog"}', "dog", None),
        ("dog", "dog", None),
        (' "Dog".\n', "dog", None),
        ("I looked twice.\n**Label:** dog", "dog", None),
        ("Answer = not spam", "not spam", None),
        ('{"label": "dog", "confidence": 7}', "dog", None),
        ('{"label": "dog", "confidence": "high"}', "dog", None),
        ('{"label": "dog", "confidence": true}', "dog", None),
        ('{"label": "dog", "confidence": NaN}', "dog", None),
    ],
)
def test_an_answer_is_read_however_a_model_dresses_it(content, label, stated):
    reading = read_choice(choice(content), CLASSES)
    assert (CLASSES[reading.label], reading.stated) == (label, stated)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ('{"label": "horse"}', "'horse', which is not one of the 4 classes"),
        ("It is not a cat; I would say dog", "not one of the 4 classes"),
        ("cat\ndog", "not one of the 4 classes"),
        ('{"label": 3}', "not one of"),
        ('{"label": "d', "not one of"),
        ('{"label": ' * 9000, "not one of"),
        ("dog" * 50_000, "150,000 characters"),
        ("", "gave no answer"),
        (None, "gave no answer"),
        (["dog"], "gave no answer"),
    ],
)
def test_an_answer_that_names_no_class_is_not_guessed_at(content, why):
    with pytest.raises(Unreadable, match=why):
        read_choice(choice(content), CLASSES)


@pytest.mark.parametrize("noise", ["{", '{"label": ', "<think>", "\n", "label: ..", " .", "label ", "[[{"])
def test_an_absurd_answer_takes_no_time(noise):
    started = time.monotonic()
    with pytest.raises(Unreadable):
        read_choice(choice(noise * (99_000 // len(noise)) + "x"), CLASSES)
    assert time.monotonic() - started < 1


def test_why_there_is_no_answer_is_said():
    cut = choice('{"label": "d', finish_reason="length")
    with pytest.raises(Unreadable, match="raise max_tokens"):
        read_choice(cut, CLASSES)
    refused = {"message": {"content": None, "refusal": "I cannot help"}}
    with pytest.raises(Unreadable, match="I cannot help"):
        read_choice(refused, CLASSES)
    for nothing in (None, [], {}, {"message": None}, "dog"):
        with pytest.raises(Unreadable):
            read_choice(nothing, CLASSES)


def test_a_class_that_case_alone_does_not_tell_apart_must_be_named_exactly():
    assert read_choice(choice("US"), ("us", "US")).label == 1
    with pytest.raises(Unreadable):
        read_choice(choice("Us"), ("us", "US"))


def smoothed(*shares):
    mass = np.array(shares) / sum(shares)
    return (1 - UNLISTED) * mass + UNLISTED / len(mass)


def test_log_probabilities_of_the_answer_become_probabilities_by_hand():
    content = '{"label": "dog", "confidence": 0.9}'
    tokens = [
        ('{"label": "', 1.0, {}),
        ("dog", 0.6, {"cat": 0.3, "bird": 0.1}),
        ('", "confidence": 0.9}', 1.0, {}),
    ]
    shares = read_choice(choice(content, tokens), ("cat", "dog")).shares
    np.testing.assert_allclose(shares, smoothed(0.3, 0.6))


def test_each_way_through_the_tokens_leads_to_the_classes_that_begin_so():
    # "do" is chosen with 0.7 (before "ca" 0.2, "z" 0.1); then "g" 0.4 before "ve" 0.6: dog 0.28, dove 0.42, cat 0.2.
    tokens = [
        Token("do", 0.7, (("ca", 0.2), ("z", 0.1))),
        Token("g", 0.4, (("ve", 0.6),)),
        Token('"', 1.0, ()),
    ]
    shares = class_shares(tokens, 'dog"', 0, ("cat", "dog", "dove"), 1, end='"')
    np.testing.assert_allclose(shares, smoothed(0.2, 0.28, 0.42))


def test_a_class_that_begins_another_is_told_from_it_by_its_end():
    tokens = [Token("spam", 0.9, (("ham", 0.1),)), Token('"', 0.75, ((" mail", 0.25),))]
    shares = class_shares(tokens, 'spam"', 0, ("ham", "spam", "spam mail"), 1, end='"')
    np.testing.assert_allclose(shares, smoothed(0.1, 0.675, 0.225))


def test_without_quotes_a_class_ends_where_it_ends():
    tokens = [Token("spam", 0.9, (("ham", 0.1),)), Token(" mail", 0.25, (("\n", 0.75),)), Token(".", 0.1, ())]
    shares = class_shares(tokens, "spam mail.", 0, ("ham", "spam", "spam mail"), 2, end="")
    np.testing.assert_allclose(shares, smoothed(0.1, 0.675, 0.225))


def test_tokens_after_the_class_do_not_count():
    content = '{"label": "dog", "confidence": 0.9}'
    tokens = [
        ('{"label": "', 1.0, {}),
        ("dog", 0.6, {"cat": 0.4}),
        ('", "confidence": ', 1.0, {}),
        ("0.9}", 0.01, {}),
    ]
    np.testing.assert_allclose(
        read_choice(choice(content, tokens), ("cat", "dog")).shares, smoothed(0.4, 0.6)
    )
    tokens[1] = ("Dog", 0.6, {"cat": 0.4})
    assert read_choice(choice(content.replace("dog", "Dog"), tokens), ("cat", "dog")).shares is None


def test_a_token_that_two_classes_share_is_split_between_them():
    tokens = [Token("cat", 0.4, (("d", 0.6),)), Token('"', 1.0, ())]
    shares = class_shares(tokens, 'cat"', 0, ("cat", "dog", "dove"), 0, end='"')
    np.testing.assert_allclose(shares, smoothed(0.4, 0.3, 0.3))


def test_a_token_may_begin_before_the_class():
    tokens = [
        Token('{"label":', 1.0, ()),
        Token(' "dog', 0.8, ((' "cat', 0.15), ("dog", 0.05))),
        Token('"}', 1.0, ()),
    ]
    shares = class_shares(tokens, '{"label": "dog"}', 11, ("cat", "dog"), 1, end='"')
    np.testing.assert_allclose(shares, smoothed(0.15, 0.8))


def test_a_class_with_quotes_is_found_as_it_is_written_in_json():
    content = json.dumps({"label": 'a "b"'})
    tokens = [('{"label": "', 1.0, {}), ("a", 0.5, {"c": 0.5}), (' \\"b\\""}', 1.0, {})]
    np.testing.assert_allclose(
        read_choice(choice(content, tokens), ('a "b"', "c")).shares, smoothed(0.5, 0.5)
    )


@pytest.mark.parametrize(
    "logprobs",
    [
        None,
        {},
        {"content": None},
        {"content": []},
        {"content": [{"token": "cat", "logprob": -0.1, "top_logprobs": []}]},
        {"content": [{"token": "dog"}]},
        {"content": "dog"},
        {"tokens": ["dog"], "token_logprobs": [-0.1]},
        {"content": [{"token": "dog", "logprob": "much"}]},
        [],
    ],
)
def test_log_probabilities_in_another_form_are_left_aside(logprobs):
    reading = read_choice(choice("dog") | {"logprobs": logprobs}, CLASSES)
    assert (reading.label, reading.shares) == (1, None)


@pytest.mark.parametrize("logprob", [float("nan"), float("-inf"), -9999.0, 5.0])
def test_log_probabilities_that_are_none_do_no_harm(logprob):
    row = {"token": "dog", "logprob": logprob, "top_logprobs": [{"token": "cat", "logprob": float("nan")}]}
    shares = read_choice(choice("dog") | {"logprobs": {"content": [row]}}, ("cat", "dog")).shares
    assert np.isfinite(shares).all()
    assert shares.sum() == pytest.approx(1)


names = st.lists(st.text("ab", min_size=1, max_size=4), min_size=2, max_size=6, unique=True)


@settings(max_examples=40, deadline=None)
@given(names=names, data=st.data())
def test_shares_sum_to_one_and_follow_the_names_of_classes(names, data):
    chosen = data.draw(st.integers(0, len(names) - 1))
    order = data.draw(st.permutations(range(len(names))))
    content = names[chosen] + '"'
    chances = st.floats(0.01, 0.99)
    tokens = []
    for letter in content:
        chance = data.draw(chances)
        others = tuple((other, (1 - chance) / 2) for other in 'ab"' if other != letter)
        tokens.append(Token(letter, chance, others))
    shares = class_shares(tokens, content, 0, names, chosen, end='"')
    moved = class_shares(tokens, content, 0, [names[i] for i in order], order.index(chosen), end='"')
    assert shares.sum() == pytest.approx(1)
    assert (shares > 0).all()
    np.testing.assert_allclose(moved, shares[list(order)])


def test_one_answer_without_log_probabilities_counts_for_what_it_states():
    np.testing.assert_allclose(combined([Reading(1, 0.7, None)], 4), [0.1, 0.7, 0.1, 0.1])
    np.testing.assert_allclose(combined([Reading(1, None, None)], 3), [0.1, 0.8, 0.1])
    np.testing.assert_allclose(combined([Reading(0, 1.0, None)], 2), [0.99, 0.01])
    np.testing.assert_allclose(combined([Reading(0, 0.0, None)], 2), [0.5, 0.5])
    np.testing.assert_allclose(combined([Reading(0, 0.3, None)], 1), [1.0])


def test_several_answers_count_by_their_shares_with_one_more_split_evenly():
    said = [Reading(code, 0.9, None) for code in (0, 0, 0, 2)]
    np.testing.assert_allclose(combined(said, 4), [3.25 / 5, 0.25 / 5, 1.25 / 5, 0.25 / 5])


def test_several_answers_with_log_probabilities_are_averaged():
    said = [Reading(0, None, np.array([0.8, 0.2])), Reading(1, None, np.array([0.4, 0.6]))]
    np.testing.assert_allclose(combined(said, 2), [0.6, 0.4])
