"""What may be asked of a model of others, and what a batch of its answers comes to."""

import dataclasses

import numpy as np
import pytest

from groundswell.assist.models import BudgetSpent, Cost, ModelUnavailable, Predictions, Unanswered
from groundswell.errors import InputError, InvalidName, InvalidSetting, NotAllowed
from groundswell.label.predictors.model import PredictorSpec, PredictorState
from groundswell.label.predictors.rules import (
    LEAST_TELLING,
    Access,
    check_name,
    check_spec,
    outcome,
    pause_after,
    shown,
    version_of,
)
from groundswell.settings import Settings

GOOD = PredictorSpec("http", "https://api.example.org/predict")
ACCESS = Access(
    ["api.example.org", "http://10.0.0.5:8000"], {"OPENAI": "api.example.org sk-1", "BARE": "sk-2"}
)


def said(answered, reasons):
    """Predictions of items a, b, c ...: those of `reasons` are unanswered, `(reason, passing)`."""
    names = [chr(97 + n) for n in range(answered + len(reasons))]
    rows = np.full((len(names), 2), np.nan)
    rows[:answered] = [0.75, 0.25]
    refused = [Unanswered(name, *why) for name, why in zip(names[answered:], reasons, strict=True)]
    return Predictions(tuple(names), ("cat", "dog"), rows, tuple(refused), "m@1", Cost())


def test_answers_are_kept_and_what_the_model_itself_cannot_answer_is_not_asked_again():
    found = outcome([7, 8, 9], said(2, [("too dark", False)]), None)
    assert (found.state, found.error) == (PredictorState.ASKING, "too dark")
    assert found.rows == {7: [0.75, 0.25], 8: [0.75, 0.25], 9: None}


def test_what_failed_because_the_model_was_down_is_asked_again():
    found = outcome([7, 8], said(1, [("503", True)]), None)
    assert (found.state, found.rows, found.error) == (PredictorState.UNREACHABLE, {7: [0.75, 0.25]}, "503")


@pytest.mark.parametrize(
    ("kind", "state"),
    [(BudgetSpent, PredictorState.BUDGET_SPENT), (ModelUnavailable, PredictorState.UNREACHABLE)],
)
def test_what_ended_early_keeps_answers_and_refuses_nothing_for_good(kind, state):
    part = said(1, [("odd", False), ("not asked", True)])
    found = outcome([7, 8, 9], part, kind("enough", part))
    assert (found.state, found.rows) == (state, {7: [0.75, 0.25]})
    assert found.error.startswith("enough")


def test_a_batch_without_one_answer_speaks_against_the_model_and_a_few_tasks_against_themselves():
    odd = [("odd", False)] * LEAST_TELLING
    assert outcome(list(range(LEAST_TELLING)), said(0, odd), None).state == PredictorState.UNREACHABLE
    assert outcome(list(range(LEAST_TELLING)), said(0, odd), None).rows == {}
    few = outcome([7, 8], said(0, odd[:2]), None)
    assert (few.state, few.rows) == (PredictorState.ASKING, {7: None, 8: None})


def test_nothing_asked_is_nothing_wrong():
    found = outcome([], said(0, []), None)
    assert (found.state, found.rows, found.error) == (PredictorState.ASKING, {}, None)


def test_a_host_that_is_listed_plainly_is_public_and_asked_by_https_only():
    assert not ACCESS.allowed("https://API.example.org/v1").private
    assert ACCESS.allowed("http://10.0.0.5:8000/predict").private
    for url in (
        "http://api.example.org/",
        "https://api.example.org:8443/",
        "http://10.0.0.5/",
        "https://x.org/",
    ):
        with pytest.raises(NotAllowed, match="GROUNDSWELL_MODEL_HOSTS"):
            ACCESS.allowed(url)
    with pytest.raises(NotAllowed, match="GROUNDSWELL_MODEL_HOSTS"):
        Access().allowed(GOOD.url)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "smoke"},
        {"kind": "chat"},
        {"per_item": -1.0},
        {"budget_cents": float("nan")},
        {"per_million_in": float("inf")},
        {"url": "https://api.example.org/?key=1"},
        {"url": "https://me:pw@api.example.org/"},
        {"model": "a\x00b"},
        {"instructions": "x" * 100_001},
        {"key": "OTHER"},
    ],
)
def test_what_could_never_be_asked_is_refused(wrong):
    check_spec(GOOD, ACCESS)
    with pytest.raises(InputError):
        check_spec(dataclasses.replace(GOOD, **wrong), ACCESS)


@pytest.mark.parametrize("name", ["", "Spam", "a b", "../x", "-x", "x" * 65, "spam\n"])
def test_a_predictor_has_a_name_that_fits_an_address(name):
    check_name("spam-7.b_1")
    with pytest.raises(InvalidName):
        check_name(name)


def test_a_version_is_of_all_that_decides_an_answer():
    given = ["http", "https://x", "m", "look", ["a", "b"]]
    others = [
        [*given[:at], other, *given[at + 1 :]]
        for at, other in enumerate(["chat", "https://y", "n", "Look", ["b", "a"]])
    ]
    assert len({version_of(*one) for one in [given, given, *others]}) == 6


@pytest.mark.parametrize(
    ("name", "url"),
    [("OPENAI", "http://10.0.0.5:8000/v1"), ("OPENAI", "https://api.example.org:444/v1"), ("BARE", GOOD.url)],
)
def test_a_key_goes_to_its_own_host_only(name, url):
    assert ACCESS.key("OPENAI", "https://api.example.org/v1") == "sk-1"
    with pytest.raises(NotAllowed, match="another host"):
        ACCESS.key(name, url)


def test_pauses_double_up_to_an_hour():
    assert [pause_after(n, 30).total_seconds() for n in (1, 2, 3, 8, 10_000)] == [30, 60, 120, 3600, 3600]


def test_words_of_a_server_become_words_that_can_be_stored():
    assert shown("a\x00b\ud800" + "x" * 1000) == "ab?" + "x" * 497


def test_the_operator_gives_hosts_and_keys_by_variables():
    environ = {
        "GROUNDSWELL_MODEL_HOSTS": " api.example.org, http://10.0.0.5:8000 ,",
        "GROUNDSWELL_MODEL_KEY_OPENAI": "sk-Very-Secret",
        "GROUNDSWELL_MODEL_KEY_MY_OWN": "x",
    }
    given = Settings.from_env(environ)
    assert given.model_hosts == ("api.example.org", "http://10.0.0.5:8000")
    assert given.model_key == {"OPENAI": "sk-Very-Secret", "MY_OWN": "x"}
    assert "Secret" not in repr(given)
    assert "Secret" not in repr(Access(given.model_hosts, given.model_key))
    assert Settings.from_env({}).model_hosts == ()


@pytest.mark.parametrize("name", ["MODEL_KEY", "MODEL_KEY_", "MODEL_KEYS_X", "MODELHOSTS"])
def test_a_variable_that_is_none_is_refused(name):
    with pytest.raises(InvalidSetting, match="MODEL_HOSTS"):
        Settings.from_env({f"GROUNDSWELL_{name}": "x"})
