"""Lines that are sentences stay, as in plain Python; texts that have too few of them go."""

import re
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.clean import KeepC4Lines, kernels

Flow = Callable[..., Any]
CITATION = re.compile(r"\[\d*]|\[edit]|\[citation needed]")
POLICIES = [
    "terms of use",
    "privacy policy",
    "cookie policy",
    "uses cookies",
    "use of cookies",
    "use cookies",
]
GOOD = (
    "This is one sentence of many words. And another one.\nThe third has a question, does it not? Yes. Well!"
)


def by_hand(text: str) -> str | None:
    """The line rules in plain Python; None where the text goes for a phrase or a bracket."""
    kept = []
    for line in text.split("\n"):
        line = line.strip()
        tokens = line.split()
        if any(len(token) > 20 for token in tokens) or not tokens:
            continue
        line = CITATION.sub("", line)
        if not line.endswith((".", "?", "!", '"', "'")) or line.endswith("...") or len(tokens) < 3:
            continue
        low = line.lower()
        if "lorem ipsum" in low or ("{" in line and "javascript" not in low):
            return None
        if "javascript" in low or any(policy in low for policy in POLICIES):
            continue
        kept.append(line)
    return "\n".join(kept)


PARTS = st.sampled_from(
    [
        "one two three.",
        "no end",
        "...",
        "[12]",
        "[edit]",
        "[citation needed]",
        "[x",
        "{",
        "JavaScript on.",
        "\n",
        " ",
        '"',
        "Lorem Ipsum",
        "we use cookies here.",
        "w" * 21,
        "\u00e9t\u00e9 est l\u00e0!",
        "a b.",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PARTS, max_size=12).map("".join))
def test_lines_are_kept_as_in_plain_python(text: str) -> None:
    texts, verdicts = kernels.c4_lines(
        kernels.Texts.of(pa.array([text], pa.large_string())),
        min_words=3,
        max_word_length=20,
        min_sentences=0,
        needs_terminal=True,
    )
    assert (None if verdicts[0] else texts[0].as_py()) == by_hand(text)


def test_a_changed_text_is_a_new_item_and_the_line_is_gone(flow: Flow) -> None:
    (item,) = flow([f"Menu\n{GOOD}\nHome About Contact"], KeepC4Lines()).kept
    assert item.text == GOOD
    assert item.derived_from is not None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Only one sentence here.", "c4:few_sentences"),
        (f"{GOOD}\nLorem ipsum dolor sit amet.", "c4:lorem_ipsum"),
        (f"{GOOD}\nfunction() {{ return 1 }}.", "c4:curly_bracket"),
        ("", "c4:few_sentences"),
    ],
)
def test_texts_go_with_a_reason(flow: Flow, text: str, reason: str) -> None:
    assert flow([text], KeepC4Lines()).reasons == [reason]


def test_ends_of_lines_may_be_let_off(flow: Flow) -> None:
    text = f"A title without an end\n{GOOD}"
    assert flow([text], KeepC4Lines(needs_terminal=False)).texts == [text]
