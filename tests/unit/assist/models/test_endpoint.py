import base64
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.assist.models.server import HERE, QUICK, Drop, by_length, image, text, texts

from groundswell.assist.models import (
    AllowedHosts,
    Budget,
    BudgetSpent,
    HttpPredictor,
    Limits,
    ModelUnavailable,
    PredictionCache,
    Price,
)
from groundswell.errors import InputError

CLASSES = ("odd", "even")


def predictor(server, **options):
    return HttpPredictor(server.url, **{"name": "length", "allowed": HERE, "limits": QUICK, **options})


def ask(server, items, classes=CLASSES, *, instructions="", **options):
    with predictor(server, **options) as model:
        return model.predict(items, classes, instructions=instructions)


@pytest.fixture
def cache(tmp_path):
    store = PredictionCache(tmp_path / "predictions.db")
    yield store
    store.close()


def test_items_classes_and_instructions_are_sent_as_the_contract_says(serve):
    server = serve(lambda body, _: {"probabilities": [[0.5, 0.5]] * len(body["items"])})
    words, picture = text("ein Ærgernis \ud800"), image(b"\x89PNG")
    ask(server, [words, picture], instructions="Count letters.")
    assert server.asked == [
        {
            "items": [
                {"id": words.id, "text": "ein Ærgernis \ud800"},
                {
                    "id": picture.id,
                    "data_base64": base64.b64encode(b"\x89PNG").decode(),
                    "media_type": "image/png",
                },
            ],
            "classes": ["odd", "even"],
            "instructions": "Count letters.",
        }
    ]


def test_what_the_model_says_comes_back_in_the_order_of_the_items(serve):
    found = ask(serve(by_length), (text(content) for content in ("a", "bb", "ccc", "a")))
    np.testing.assert_allclose(found.probabilities, [[0.9, 0.1], [0.2, 0.8], [0.9, 0.1], [0.9, 0.1]])
    assert found.label.tolist() == [0, 1, 0, 0]
    assert found.answered.all()
    assert (found.classes, found.unanswered) == (CLASSES, ())
    assert found.to_rows()[1] == {"item": text("bb").id, "label": "even", "probability": 0.8, "reason": None}
    assert "4 of 4 items by length@" in repr(found)


def test_the_same_content_is_asked_once(serve):
    server = serve(by_length)
    found = ask(server, [text("a")] * 50)
    assert [len(body["items"]) for body in server.asked] == [1]
    assert len(found.probabilities) == 50


def test_no_items_are_no_request(serve):
    server = serve(by_length)
    found = ask(server, [])
    assert (found.probabilities.shape, found.label.shape, server.asked) == ((0, 2), (0,), [])


@pytest.mark.parametrize("classes", [[], ["a", "a"], ["a", " "], ["a", 3]])
def test_classes_must_be_distinct_names(classes, serve):
    with pytest.raises(InputError, match="distinct class names"):
        ask(serve(by_length), texts(1), classes)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ([0.7, 0.2], "sum to 0.9, not 1"),
        ([float("nan"), 1.0], "not finite"),
        ([float("inf"), 0.0], "not finite"),
        ([1.5, -0.5], "negative"),
        ([1.0], "expected 2 probabilities, found 1 numbers"),
        ([0.2, 0.3, 0.5], "found 3 numbers"),
        (["0.5", "0.5"], "not a number"),
        ([True, False], "not a number"),
        ([10**400, 0], "too large"),
        ({"odd": 1.0}, "found dict"),
        ("odd", "found str"),
        (None, "no opinion"),
    ],
)
def test_a_bad_row_names_its_item_and_spoils_no_other(row, why, serve, cache):
    bad = text("bad")
    server = serve(
        lambda body, _: {
            "probabilities": [row if one["text"] == "bad" else [0.5, 0.5] for one in body["items"]]
        }
    )
    found = ask(server, [*texts(3), bad], cache=cache)
    assert found.answered.tolist() == [True, True, True, False]
    (one,) = found.unanswered
    assert one.item == bad.id
    assert why in one.reason
    assert not one.passing, "the item is at fault, not the hour"
    assert found.label[3] == -1
    assert found.to_rows()[3]["reason"] == one.reason
    assert len(cache) == 3


def test_probabilities_that_are_rounded_are_scaled_to_one(serve):
    found = ask(serve(lambda *_: {"probabilities": [[0.333, 0.664]]}), texts(1))
    assert found.probabilities.sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    "poisoned",
    [
        (400, {"error": "unreadable"}),
        (500, b"crashed"),
        {"probabilities": [[0.5, 0.5]]},
        {"wrong": 1},
        [1],
        b"<html>",
    ],
)
def test_an_item_that_spoils_its_batch_stands_alone_in_the_end(poisoned, serve):
    def answer(body, _):
        if any(one["text"] == "poison" for one in body["items"]):
            return poisoned if len(body["items"]) > 1 or isinstance(poisoned, tuple | bytes) else {}
        return by_length(body)

    items = [*texts(20), text("poison"), *[text(f"more {i}") for i in range(11)]]
    limits = Limits(attempts=2, first_wait_seconds=0.0)
    found = ask(serve(answer), items, limits=limits)
    assert [one.item for one in found.unanswered] == [text("poison").id]
    assert found.answered.sum() == 31


def test_a_run_of_bad_items_is_survived_once_the_model_works(serve):
    def answer(body, _):
        return by_length(body) if all("bad" not in one["text"] for one in body["items"]) else (422, {})

    limits = Limits(at_once=1, failures=3)
    found = ask(
        serve(answer), [*texts(32), *[text(f"bad {i}") for i in range(32)], text("good")], limits=limits
    )
    assert (len(found.unanswered), found.answered.sum()) == (32, 33)


def test_requests_are_bounded_in_number_and_under_way_together(serve):
    now, most, lock = [0], [0], threading.Lock()

    def answer(body, _):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.05)
        with lock:
            now[0] -= 1
        return by_length(body)

    server = serve(answer)
    ask(server, texts(320), limits=Limits(at_once=3))
    assert len(server.asked) == 10
    assert most[0] == 3


def test_a_dead_server_is_given_up_after_some_requests_with_what_was_answered(serve, cache):
    server = serve(lambda body, number: by_length(body) if number <= 2 else (503, {}))
    limits = Limits(attempts=1, at_once=1, failures=3)
    with pytest.raises(
        ModelUnavailable, match=r"3 requests in a row .*HTTP 503.*64 of 1,000 items are answered"
    ) as caught:
        ask(server, texts(1000), limits=limits, cache=cache)
    assert len(server.asked) == 5
    found = caught.value.predictions
    assert found.answered.sum() == 64 == len(cache)
    assert len(found.unanswered) == 936
    assert found.unanswered[-1].reason.startswith("not asked: 3 requests")
    assert all(one.passing for one in found.unanswered)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_wrong_key_stops_at_once(status, serve):
    server = serve(lambda *_: (status, {"error": "no"}))
    with pytest.raises(ModelUnavailable, match=f"HTTP {status}"):
        ask(server, texts(500), limits=Limits(at_once=1))
    assert len(server.asked) == 1


def test_an_address_that_is_not_allowed_is_refused_at_once():
    with pytest.raises(InputError, match="not among the allowed hosts"):
        HttpPredictor("https://evil.example.net/", name="x", allowed=AllowedHosts(["api.example.org"]))


def test_neither_key_nor_query_is_shown(serve):
    server = serve(by_length)
    server.url += "?token=hidden"
    with predictor(server, key="sk-secret", headers={"x": "h-secret"}) as model:
        shown = repr(model) + repr(model._connection)
        found = model.predict(texts(1), CLASSES)
    assert "secret" not in shown + repr(found)
    assert "hidden" not in shown
    assert server.paths == ["/predict?token=hidden"]


def test_what_was_asked_before_costs_nothing(serve, cache):
    server = serve(by_length)
    first = ask(server, texts(40), cache=cache, price=Price(per_item=0.1))
    again = ask(server, texts(45), cache=cache, price=Price(per_item=0.1))
    assert (first.cost.cents, first.cost.cached) == (pytest.approx(4.0), 0)
    assert (again.cost.cents, again.cost.cached, again.cost.requests) == (pytest.approx(0.5), 40, 1)
    np.testing.assert_array_equal(again.probabilities[:40], first.probabilities)
    assert again.version == first.version


@pytest.mark.parametrize(
    "changed",
    [{"classes": ("even", "odd")}, {"classes": ("odd", "par")}, {"instructions": "x"}, {"name": "length-2"}],
)
def test_another_question_is_another_version_and_asked_anew(changed, serve, cache):
    server = serve(by_length)
    first = ask(server, texts(3), cache=cache)
    second = ask(server, texts(3), **{"cache": cache, **changed})
    assert second.cost.cached == 0
    assert first.version != second.version


def test_a_budget_stops_before_it_is_passed_and_the_next_call_goes_on(serve, cache):
    server = serve(by_length)
    price, budget = Price(per_item=1), Budget(100)
    with pytest.raises(
        BudgetSpent, match=r"96 of 100 cents are spent.* 96 of 200 items are answered"
    ) as caught:
        ask(server, texts(200), price=price, budget=budget, cache=cache)
    assert budget.spent == 96 == caught.value.predictions.cost.cents
    assert caught.value.predictions.answered.sum() == 96
    found = ask(server, texts(200), price=price, budget=Budget(104), cache=cache)
    assert found.answered.all()
    asked = [one["id"] for body in server.asked for one in body["items"]]
    assert len(asked) == len(set(asked)) == 200


@pytest.mark.slow
def test_a_process_that_is_killed_goes_on_where_it_was(serve, tmp_path):
    released = threading.Event()

    def answer(body, number):
        if number > 3:
            released.wait(10)
            raise Drop
        return by_length(body)

    server = serve(answer)
    script = f"""
from groundswell.assist.models import HttpPredictor, Limits, PredictionCache
from tests.unit.assist.models.server import HERE, texts
model = HttpPredictor({server.url!r}, name="length", allowed=HERE, limits=Limits(at_once=1),
                      cache=PredictionCache({str(tmp_path / "cache.db")!r}))
model.predict(texts(200), {CLASSES!r})
"""
    process = subprocess.Popen([sys.executable, "-c", script])
    deadline = time.monotonic() + 30
    while len(server.asked) < 4 and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    released.set()
    done = {one["id"] for body in server.asked[:3] for one in body["items"]}
    server.asked.clear()
    server.answer = by_length
    cache = PredictionCache(tmp_path / "cache.db")
    found = ask(server, texts(200), cache=cache)
    cache.close()
    asked = [one["id"] for body in server.asked for one in body["items"]]
    assert found.answered.all()
    assert len(asked) == len(set(asked)) == 200 - 96
    assert not done & set(asked)


@pytest.fixture
def lengths(serve):
    return serve(by_length)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(40)))
def test_the_order_of_items_never_matters(order, lengths):
    items = [text("x" * i) for i in range(40)]
    found = ask(lengths, [items[i] for i in order])
    np.testing.assert_array_equal(found.probabilities, ask(lengths, items).probabilities[list(order)])
