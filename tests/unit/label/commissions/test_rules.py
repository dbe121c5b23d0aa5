"""Decisions about commissions."""

from dataclasses import replace
from datetime import timedelta

import pytest

from groundswell.errors import InputError, InvalidName
from groundswell.label.commissions.asked import Wanted
from groundswell.label.commissions.rules import (
    MAX_CALLBACK_ATTEMPTS,
    callback_door,
    check_metadata,
    check_storable,
    check_tags,
    check_text,
    dataset_name,
    merged,
    new_public_id,
    pause_after,
    settings_of,
    signature_of,
    spec_of,
)
from groundswell.organize.manifest import require_name


def test_twenty_tries_take_a_day_with_pauses_that_grow() -> None:
    pauses = [pause for n in range(1, MAX_CALLBACK_ATTEMPTS) if (pause := pause_after(n)) is not None]
    assert len(pauses) == 19
    assert sum(pauses, timedelta()) == pytest.approx(timedelta(hours=24), abs=timedelta(minutes=1))
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=5)
    assert pause_after(MAX_CALLBACK_ATTEMPTS) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/x",
        "https://example.org:8443/",
        "http://10.0.0.5:8000/x",
        "http://hooks.example.org/x",
    ],
)
def test_callbacks_go_by_https_or_where_the_operator_allows(url: str) -> None:
    assert callback_door(url, ["http://10.0.0.5:8000", "http://hooks.example.org"]).check(url).host


def test_plain_http_is_refused_with_the_setting_that_allows_it() -> None:
    with pytest.raises(InputError, match=r"GROUNDSWELL_CALLBACK_HOSTS=http://example\.org:8080"):
        callback_door("http://example.org:8080/x", [])


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "http://[::1]/",
        "https://127.0.0.1/",
        "http://10.0.0.5:9000/",
        "http://example.org/",
        "me@example.org",
        "https://a:b@example.org/",
        "file:///etc/passwd",
        "https://example.org/" + "x" * 2000,
        "https://example.org/\x00",
        "x",
        "",
        7,
        None,
    ],
)
def test_callbacks_go_nowhere_else(url: object) -> None:
    with pytest.raises(InputError):
        callback_door(url, ["http://10.0.0.5:8000"])


def test_what_is_merged_keeps_what_only_one_has() -> None:
    assert merged({"a": {"b": 1, "c": 1}, "d": 1}, {"a": {"c": 2}, "d": {"e": 1}}) == {
        "a": {"b": 1, "c": 2},
        "d": {"e": 1},
    }


def test_tags_keep_their_order_and_come_once() -> None:
    assert check_tags(["b", "a", "b"]) == ["b", "a"]
    for wrong in ("ab", [1], ["x" * 201], [f"t{n}" for n in range(101)], [""]):
        with pytest.raises(InputError):
            check_tags(wrong)


def test_metadata_are_an_object_of_ten_kilobytes() -> None:
    assert check_metadata({"a": "x" * 10_000}) == {"a": "x" * 10_000}
    for wrong in ([], "x", {"a": "x" * 10_240}):
        with pytest.raises(InputError):
            check_metadata(wrong)


def test_what_cannot_be_kept_is_refused() -> None:
    deep: object = 1
    for _ in range(60):
        deep = [deep]
    for wrong in ("\x00", {"\x00": 1}, [["\ud800"]], deep):
        with pytest.raises(InputError):
            check_storable(wrong)
    check_storable({"a": [1, None, "é"]})


def test_names_are_printable() -> None:
    for wrong in ("", " ", "a\nb", "x" * 181, 7):
        with pytest.raises(InvalidName):
            check_text("a name", wrong)


def test_settings_are_known_and_of_their_type() -> None:
    assert settings_of({"groundswell": {"answers": 3, "review_share": 1}}) == {
        "answers": 3,
        "review_share": 1,
    }
    assert settings_of({}) == {}
    for wrong in ({"answers": True}, {"answers": "3"}, {"colour": 1}, [1]):
        with pytest.raises(InputError):
            settings_of({"groundswell": wrong})


def test_what_decides_how_a_task_is_worked_on_names_its_project() -> None:
    spec = spec_of(Wanted("text_choice", ("a", "b")), "Look.", {"answers": 3})
    name = signature_of(7, spec)
    assert name == signature_of(7, replace(spec))
    others = [
        signature_of(8, spec),
        signature_of(None, spec),
        signature_of(7, replace(spec, instructions="Look twice.")),
        signature_of(7, replace(spec, classes=("b", "a"))),
        signature_of(7, replace(spec, answers=4)),
        signature_of(7, replace(spec, audit_share=0.1)),
        signature_of(7, replace(spec, purpose="training")),
    ]
    assert len({name, *others}) == 8


@pytest.mark.parametrize("name", ["Streets / of Rome", "日本", "x" * 180, "-a-"])
def test_a_dataset_is_called_after_its_project(name: str) -> None:
    assert require_name(dataset_name(name, "0123456789abcdef"))


def test_public_ids_are_24_digits_and_different() -> None:
    made = {new_public_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(one) == 24 and int(one, 16) for one in made)
