"""Texts that quote evaluation sets go; texts that only use their wording stay."""

from collections.abc import Callable
from typing import Any

import pytest

from groundswell.clean import DropContaminated
from groundswell.errors import InputError

Flow = Callable[..., Any]

QUESTION = (
    "If a train leaves the station at noon and travels sixty miles an hour, when does it reach the next town?"
)
SHORT = "Name the largest moon of the planet Saturn"
SETS = {"trains": [QUESTION], "moons": [SHORT]}


def test_a_text_that_quotes_a_question_goes_and_the_set_is_named(flow: Flow) -> None:
    quoted = f"He asked: {QUESTION.upper().replace(',', '')} Nobody knew."
    outcome = flow(["Trains leave at noon.", quoted], DropContaminated.of(SETS))
    assert outcome.texts == ["Trains leave at noon."]
    (drop,) = outcome.drops
    assert (drop.reason, drop.detail) == ("contamination:evaluation", "9 runs of words of trains")


def test_a_short_question_is_looked_for_whole(flow: Flow) -> None:
    outcome = flow([f"quiz: {SHORT}?", "the largest moon of the planet Saturn"], DropContaminated.of(SETS))
    assert outcome.reasons == ["contamination:evaluation"]
    assert outcome.drops[0].detail == "1 runs of words of moons"


def test_the_wording_that_all_questions_share_is_none(flow: Flow) -> None:
    wording = "Read the passage below with great care and then choose which one of the four answers is right"
    operator = DropContaminated.of({"quiz": [f"{wording} {place} {QUESTION}{place}" for place in range(20)]})
    assert flow([f"{wording} here"], operator).reasons == []


def test_equal_sets_are_equal_operators_and_have_equal_parameters() -> None:
    one, other = DropContaminated.of(SETS), DropContaminated.of(dict(SETS))
    assert one == other
    assert hash(one) == hash(other)
    assert one.params() == other.params()
    assert one.params() != DropContaminated.of({"trains": [QUESTION], "moons": [f"{SHORT} now"]}).params()


def test_a_set_without_anything_to_look_for_is_refused() -> None:
    with pytest.raises(InputError, match="set 'words' has no text of at least 8 words"):
        DropContaminated.of({"words": ["one", "two"]})
