"""The text column is the one that was named, or the only sensible one; else the error says how to name it."""

import pytest

from groundswell.collect.columns import choose_text_column
from groundswell.errors import MissingColumn


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        ({"id": False, "text": True, "title": True}, "text"),
        ({"body": True, "content": True}, "content"),
        ({"body": True, "title": True}, "body"),
        ({"id": False, "review": True}, "review"),
        ({"text": False, "review": True}, "review"),
        ({"id": True, "Text": True}, "Text"),
    ],
)
def test_it_is_found(columns: dict[str, bool], chosen: str) -> None:
    assert choose_text_column(columns, None, "s") == chosen


def test_the_named_column_wins() -> None:
    assert choose_text_column({"text": True, "title": True}, "title", "s") == "title"


def test_a_named_column_that_is_not_there_is_missing_and_the_others_are_listed() -> None:
    with pytest.raises(MissingColumn, match=r"s has no column 'txt'; it has 'id', 'text'"):
        choose_text_column({"id": False, "text": True}, "txt", "s")


@pytest.mark.parametrize("columns", [{"a": True, "b": True}, {"a": False}, {}])
def test_without_a_single_answer_the_remedy_is_named(columns: dict[str, bool]) -> None:
    with pytest.raises(MissingColumn, match="--text-column"):
        choose_text_column(columns, None, "s")
