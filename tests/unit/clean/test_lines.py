"""Lines and paragraphs that many texts have go; the first text keeps them, if asked."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.clean import DropRepeatedLines

Flow = Callable[..., Any]
NOTICE = "All rights reserved by the owners of this page."


def test_a_notice_stays_in_the_first_text_only(flow: Flow) -> None:
    outcome = flow([f"First page.\n{NOTICE}", f"{NOTICE}\nSecond page.", NOTICE], DropRepeatedLines(), rows=1)
    assert outcome.texts == [f"First page.\n{NOTICE}", "Second page."]
    assert [(drop.locator, drop.reason) for drop in outcome.drops] == [("line 2", "lines:all_repeated")]
    assert [item.derived_from is None for item in outcome.kept] == [True, False]


def test_it_may_go_everywhere_once_it_is_in_too_many(flow: Flow) -> None:
    texts = [f"Page {place} says something.\n{NOTICE}" for place in range(4)]
    everywhere = DropRepeatedLines(most_texts=3, keeps_first=False)
    assert flow(texts, everywhere).texts == [f"Page {place} says something." for place in range(4)]
    assert flow(texts[:3], everywhere).texts == texts[:3]


def test_case_spaces_and_punctuation_do_not_count(flow: Flow) -> None:
    texts = ["x\nAll rights reserved, by us.", "y\nall  RIGHTS reserved by us"]
    assert flow(texts, DropRepeatedLines()).texts == [texts[0], "y"]


def test_short_lines_stay(flow: Flow) -> None:
    texts = ["one\nContents", "two\nContents"]
    assert flow(texts, DropRepeatedLines()).texts == texts


def test_paragraphs_are_compared_whole(flow: Flow) -> None:
    both = "A line that is here twice.\nAnother line of it."
    texts = [f"Intro to the first page.\n\n{both}\n\nEnd of it.", f"{both}\n\nA line that is here twice."]
    outcome = flow(texts, DropRepeatedLines(unit="paragraph"))
    assert outcome.texts == [texts[0], "A line that is here twice."]


LINES = st.sampled_from(
    ["a long line number one, it is", "a long line number two, it is", "short", "a third long line, it is"]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.lists(LINES, min_size=1, max_size=4).map("\n".join), max_size=6), st.integers(1, 4))
def test_no_two_texts_share_a_long_line_and_no_line_is_lost(flow: Flow, texts: list[str], rows: int) -> None:
    kept = flow(texts, DropRepeatedLines(), rows=rows).texts
    lines = [set(text.split("\n")) - {"short"} for text in kept]
    assert sum(map(len, lines)) == len(set().union(*lines)) if lines else True
    assert set().union(*lines) == {line for text in texts for line in text.split("\n")} - {"short"}


@pytest.mark.parametrize("texts", [[], [""], ["", ""]])
def test_nothing_is_nothing(flow: Flow, texts: list[str]) -> None:
    assert flow(texts, DropRepeatedLines()).texts == texts
