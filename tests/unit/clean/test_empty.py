"""Texts that say nothing are dropped."""

from collections.abc import Callable
from typing import Any

from groundswell.clean import DropEmptyText

Flow = Callable[..., Any]


def test_only_blank_texts_are_empty(flow: Flow) -> None:
    outcome = flow(["", "  \n", "a", "\u3000"], DropEmptyText())
    assert outcome.texts == ["a"]
    assert outcome.reasons == ["text:empty"] * 3


def test_the_limit_is_inclusive_and_does_not_count_the_ends(flow: Flow) -> None:
    outcome = flow(["abc", " ab  ", ""], DropEmptyText(min_characters=3))
    assert outcome.texts == ["abc"]
    assert outcome.reasons == ["text:too_short", "text:empty"]
    assert outcome.drops[0].detail == "2 characters; the least is 3"
