"""What names a person or opens a door is taken out; what only looks like it stays."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.clean import RedactPersonal
from groundswell.errors import InputError
from groundswell.items import Item, ItemKind

Flow = Callable[..., Any]

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAK\n-----END RSA PRIVATE KEY-----"
TOKEN = "ghp_" + "aB3" * 12


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to Jane.Doe+x@mail.example-corp.co.uk, soon", "write to <email>, soon"),
        ("m\u00fcller@m\u00fcnchen.de schreibt", "<email> schreibt"),
        ("call +49 30 901820 now", "call <phone> now"),
        ("call +1 (202) 456-1111.", "call <phone>."),
        ("pay to DE89 3704 0044 0532 0130 00 today", "pay to <iban> today"),
        ("card 4111-1111-1111-1111 expired", "card <card> expired"),
        ("from 93.184.216.34:8080", "from <ip>:8080"),
        ("host 2606:2800:220:1:248:1893:25c8:1946 answers", "host <ip> answers"),
        (f"token={TOKEN}.", "token=<secret>."),
        ("AKIAIOSFODNN7EXAMPLE is one", "<secret> is one"),
        (f"a\n{KEY}\nb", "a\n<secret>\nb"),
        ("two a@b.cd and c@d.ef", "two <email> and <email>"),
    ],
)
def test_it_is_taken_out(flow: Flow, text: str, expected: str) -> None:
    assert flow([text], RedactPersonal()).texts == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "write to name@example.com",
        "logo@2x.png and foo@bar and @user and a@b",
        "systemd-backlight@.service",
        "call 030 901820",
        "order 4111111111111112",
        "from 192.168.0.1, 127.0.0.1 and 10.0.0.1",
        "version 3.12.3.1 of section 14.3.3.1",
        "at 12:34:56 with std::vector and 64::",
        "hf_raise_for_status_of_a_response_with_words",
        "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----",
        "2023-01-15 2023-01-16 20230115",
        "0.172845716928584 and 979 -1.22611180822657148235",
        "FF1152AMT0221 D1215994A VIRTEX FPGA",
    ],
)
def test_what_only_looks_like_it_stays(flow: Flow, text: str) -> None:
    assert flow([text], RedactPersonal()).texts == [text]


def test_national_phone_numbers_are_found_for_regions_that_are_named(flow: Flow) -> None:
    assert flow(["call 030 901820"], RedactPersonal(regions=("DE",))).texts == ["call <phone>"]


def test_texts_may_be_dropped_instead(flow: Flow) -> None:
    outcome = flow(["fine", "a@b.cd c@d.ef +49 30 901820"], RedactPersonal(action="drop"))
    assert outcome.texts == ["fine"]
    (drop,) = outcome.drops
    assert (drop.reason, drop.detail) == ("personal:email", "2 email, 1 phone")


def test_only_the_kinds_that_are_asked_for_are_looked_for(flow: Flow) -> None:
    assert flow(["a@b.cd +49 30 901820"], RedactPersonal(kinds=("phone",))).texts == ["a@b.cd <phone>"]
    with pytest.raises(InputError, match="no kind 'shoe' of personal things"):
        RedactPersonal(kinds=("shoe",))  # type: ignore[arg-type]


def find_jane(texts: list[str]) -> list[list[tuple[int, int]]]:
    return [
        [(text.index("J\u00e4ne"), text.index("J\u00e4ne") + 4)] if "J\u00e4ne" in text else []
        for text in texts
    ]


def test_a_model_may_find_names(flow: Flow) -> None:
    operator = RedactPersonal(names=find_jane)
    assert flow(["\u00fcber J\u00e4ne <j@x.yz>", "nobody"], operator).texts == [
        "\u00fcber <name> <<email>>",
        "nobody",
    ]
    assert operator.params()["names"] == "find_jane"


def test_records_stay_json(flow: Flow) -> None:
    record = json.dumps({"messages": [{"role": "user", "content": "I am a@b.cd"}]})
    item = Item(ItemKind.RECORD, record, None, "application/json", "s", "l", datetime(2026, 1, 1, tzinfo=UTC))
    (kept,) = flow([item], RedactPersonal()).kept
    assert kept.record == {"messages": [{"role": "user", "content": "I am <email>"}]}
    assert kept.derived_from == item.id


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.sampled_from(["a@b.cd", " ", "\u00e9", "93.184.216.34", "x", "4111111111111111", "\n", "."]),
        max_size=12,
    ).map(" ".join)
)
def test_twice_is_once_and_nothing_else_changes(flow: Flow, text: str) -> None:
    (once,) = flow([text], RedactPersonal()).texts
    assert flow([once], RedactPersonal()).texts == [once]
    assert [c for c in once if c in "\u00e9\n"] == [c for c in text if c in "\u00e9\n"]
