"""Texts in memory are a source like any other."""

from datetime import UTC, datetime
from typing import Any

import pytest

from groundswell.collect import Options, Records
from groundswell.errors import EmptySource, UnreadableSource
from groundswell.items import Drop

OPTIONS = Options(datetime(2026, 1, 2, tzinfo=UTC), max_item_bytes=20)


def test_texts_and_mappings_become_items_and_the_rest_is_set_aside() -> None:
    rows: list[Any] = ["a", {"text": "b", "n": 1}, {"n": 2}, 5, None, {"text": 3}, "x" * 21, "\ud800"]
    found = list(Records(rows, OPTIONS).read())
    assert [each.reason if isinstance(each, Drop) else (each.text, dict(each.meta)) for each in found] == [
        ("a", {}),
        ("b", {"n": 1}),
        "record:no_text",
        "record:no_text",
        "record:no_text",
        "record:no_text",
        "item:too_large",
        "text:encoding",
    ]
    assert found[1].locator == "row 1"


def test_a_row_that_was_given_is_not_changed() -> None:
    row = {"text": "a", "n": 1}
    list(Records([row], OPTIONS).read())
    assert row == {"text": "a", "n": 1}


def test_an_empty_list_is_empty_and_one_without_texts_is_unreadable() -> None:
    with pytest.raises(EmptySource):
        list(Records([], OPTIONS).read())
    with pytest.raises(UnreadableSource, match="row 0: no text under 'text'"):
        list(Records([{"n": 1}], OPTIONS).read())
