import base64
import json
import math

import numpy as np
import pytest
from tests.unit.assist.models.server import HERE, QUICK, image, text, texts

from groundswell.assist.models import (
    Budget,
    BudgetSpent,
    ChatPredictor,
    Limits,
    ModelUnavailable,
    PredictionCache,
    Price,
)
from groundswell.errors import InputError

CLASSES = ("cat", "dog")


def completion(*contents, tokens_in=100, tokens_out=10, usage=True, logprobs=None):
    choices = [
        {"index": i, "message": {"content": content}, "logprobs": logprobs, "finish_reason": "stop"}
        for i, content in enumerate(contents)
    ]
    told = {"usage": {"prompt_tokens": tokens_in, "completion_tokens": tokens_out}} if usage else {}
    return {"choices": choices, **told}


def says(label, confidence=0.9):
    return json.dumps({"label": label, "confidence": confidence})


def ask(server, items, classes=CLASSES, *, instructions="", **options):
    url = f"http://127.0.0.1:{server.port}/v1/"
    with ChatPredictor(url, "tiny-1", **{"allowed": HERE, "limits": QUICK, **options}) as model:
        return model.predict(items, classes, instructions=instructions)


def test_a_text_is_asked_about_with_instructions_and_classes_in_the_form_of_a_schema(serve):
    server = serve(lambda *_: completion(says("dog", 0.7)))
    found = ask(server, [text("It barks.")], instructions="What *animal*?", key="sk-1")
    (body,) = server.asked
    assert server.paths == ["/v1/chat/completions"]
    assert server.headers[0]["Authorization"] == "Bearer sk-1"
    system, user = body["messages"]
    assert "What *animal*?" in system["content"]
    assert "- cat\n- dog" in system["content"]
    assert user == {"role": "user", "content": "It barks."}
    schema = body["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["label"]["enum"] == ["cat", "dog"]
    assert (body["model"], body["temperature"], body["logprobs"]) == ("tiny-1", 0, True)
    np.testing.assert_allclose(found.probabilities, [[0.3, 0.7]])
    assert found.version.startswith("tiny-1@")


def test_an_image_is_sent_as_a_data_url(serve):
    server = serve(lambda *_: completion(says("cat")))
    ask(server, [image(b"\x89PNG")])
    (part,) = server.asked[0]["messages"][1]["content"]
    assert part["image_url"]["url"] == "data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()


def test_log_probabilities_are_used_where_the_server_gives_them(serve):
    content = says("dog")
    rows = [
        {"token": '{"label": "', "logprob": 0.0, "top_logprobs": []},
        {
            "token": "dog",
            "logprob": math.log(0.6),
            "top_logprobs": [{"token": "cat", "logprob": math.log(0.4)}],
        },
        {"token": content.removeprefix('{"label": "dog'), "logprob": 0.0, "top_logprobs": []},
    ]
    found = ask(serve(lambda *_: completion(content, logprobs={"content": rows})), texts(1))
    np.testing.assert_allclose(found.probabilities, [[0.4, 0.6]], atol=1e-3)


def test_several_samples_become_shares(serve):
    server = serve(lambda _, number: completion(says("dog" if number < 4 else "cat")))
    found = ask(server, texts(1), samples=4, limits=Limits(at_once=1))
    np.testing.assert_allclose(found.probabilities, [[1.5 / 5, 3.5 / 5]])
    assert [body["temperature"] for body in server.asked] == [1] * 4


def refuses(*words):
    """Answer as servers do that do not know a field, and name it."""

    def answer(body, _):
        for word in words:
            if word in json.dumps({name: value for name, value in body.items() if name != "messages"}):
                return 400, {
                    "error": {
                        "message": f"'{word}' is not supported: response_format" if "json" in word else word
                    }
                }
        return completion(says("dog"))

    return answer


@pytest.mark.parametrize(
    ("words", "form", "logprobs"),
    [
        ((), "json_schema", True),
        (("logprobs",), "json_schema", False),
        (("json_schema",), "json_object", True),
        (("json_schema", "json_object"), None, True),
        (("json_schema", "json_object", "logprobs"), None, False),
    ],
)
def test_a_server_that_knows_less_is_asked_for_less(words, form, logprobs, serve):
    server = serve(refuses(*words))
    found = ask(server, texts(3), limits=Limits(at_once=1))
    last = server.asked[-1]
    assert found.label.tolist() == [1, 1, 1]
    assert last.get("response_format", {}).get("type") == form
    assert ("logprobs" in last) == logprobs
    assert len(server.asked) == 3 + len(words), "what it refuses is found out once"


def test_servers_that_know_less_are_found_out_by_many_threads_at_once(serve):
    server = serve(refuses("json_schema"))
    ask(server, texts(40))
    assert server.asked[-1]["response_format"] == {"type": "json_object"}


def test_another_refusal_is_not_taken_for_that(serve):
    server = serve(lambda *_: (400, {"error": "context length exceeded"}))
    found = ask(server, texts(1))
    assert "context length exceeded" in found.unanswered[0].reason
    assert len(server.asked) == 1


def test_one_bad_answer_is_reported_and_loses_no_other(serve):
    def answer(body, _):
        said = {"item 1": "horse", "item 2": ""}.get(body["messages"][1]["content"], "cat")
        return completion(said)

    found = ask(serve(answer), texts(6))
    assert found.answered.tolist() == [True, False, False, True, True, True]
    reasons = {one.item: one.reason for one in found.unanswered}
    assert "'horse', which is not one of the 2 classes" in reasons[text("item 1").id]
    assert "gave no answer" in reasons[text("item 2").id]


@pytest.mark.parametrize("answer", [{}, {"choices": []}, {"choices": None}, [], "hello", {"error": "x"}])
def test_a_server_that_does_not_speak_chat_completions_is_given_up(answer, serve):
    with pytest.raises(ModelUnavailable, match="does it speak chat completions"):
        ask(serve(lambda *_: answer), texts(100), limits=Limits(at_once=1, failures=3))


def test_tokens_become_cents(serve):
    server = serve(lambda *_: completion(says("cat"), tokens_in=200, tokens_out=20))
    found = ask(server, texts(10), price=Price(per_million_in=15, per_million_out=60))
    # ten requests of 200 * 15 / 1e6 + 20 * 60 / 1e6 = 0.003 + 0.0012 cents
    assert (found.cost.requests, found.cost.tokens_in, found.cost.tokens_out) == (10, 2000, 200)
    assert found.cost.cents == pytest.approx(0.042)


@pytest.mark.parametrize(
    "usage", [None, "much", {"prompt_tokens": -5, "completion_tokens": 1}, {"prompt_tokens": 2.5}]
)
def test_a_server_that_does_not_count_is_booked_at_the_most(usage, serve):
    said = {**completion(says("cat"), usage=False), "usage": usage}
    found = ask(serve(lambda *_: said), [text("ab")], price=Price(per_million_in=1e6), max_tokens=50)
    asked = len("ab") + 64
    assert found.cost.tokens_out == 50
    assert asked < found.cost.tokens_in < asked + 1500


def test_the_most_is_more_than_any_tokenizer_makes_of_a_text(serve):
    meter_of = ask(serve(lambda *_: completion(says("cat"), usage=False)), [text("日本語" * 100)]).cost
    assert meter_of.tokens_in >= 900


def test_a_budget_is_never_passed_and_what_was_answered_is_kept(serve, tmp_path):
    server = serve(lambda *_: completion(says("cat"), tokens_in=400, tokens_out=10))
    budget = Budget(10.0)  # of which a request may take 1, and takes 0.4
    cache = PredictionCache(tmp_path / "cache.db")
    options = {"price": Price(per_million_in=1000), "cache": cache}
    with pytest.raises(BudgetSpent, match=r"of 10 cents are spent") as caught:
        ask(server, texts(100), budget=budget, **options)
    done = int(caught.value.predictions.answered.sum())
    assert 20 <= done <= 25
    assert budget.spent == pytest.approx(done * 0.4)
    assert budget.spent <= 10
    rest = ask(server, texts(100), **options)
    assert (rest.cost.cached, rest.cost.requests) == (done, 100 - done)
    assert len(server.asked) == 100
    cache.close()


def test_another_prompt_or_setting_is_another_version(serve):
    server = serve(lambda *_: completion(says("cat")))
    kinds = [{}, {"samples": 2}, {"options": {"seed": 1}}, {"instructions": "x"}, {"classes": ("dog", "cat")}]
    versions = [ask(server, texts(1), **kind).version for kind in kinds]
    assert len(set(versions)) == len(versions)
    assert ask(server, texts(1), key="other").version == versions[0]


def test_fields_of_the_request_can_be_added_and_taken_out(serve):
    server = serve(lambda *_: completion(says("cat")))
    ask(server, texts(1), options={"temperature": None, "seed": 7})
    assert "temperature" not in server.asked[0]
    assert server.asked[0]["seed"] == 7


@pytest.mark.parametrize("bad", [{"samples": 0}, {"max_tokens": 0}, {"image_tokens": 0}])
def test_numbers_below_one_are_refused(bad):
    with pytest.raises(InputError, match="at least 1"):
        ChatPredictor("http://127.0.0.1/v1", "m", allowed=HERE, **bad)


def test_a_class_that_is_a_format_string_is_only_a_name(serve):
    server = serve(lambda *_: completion(says("{0}")))
    assert ask(server, [text("{instructions}")], ("{0}", "%s"), instructions="{x}").label.tolist() == [0]
