"""Documents go by the first rule that they break, and the reason says which and by how much."""

from collections.abc import Callable
from typing import Any

import pytest

from groundswell.clean import FINEWEB_QUALITY, GOPHER_QUALITY, GOPHER_REPETITION, DropByRules, Rule
from groundswell.errors import InputError

Flow = Callable[..., Any]

GOOD = "\n".join(
    f"The {name} of the house that we have seen with you is to be sold to the person number {place} of the street."
    for place, name in enumerate(["door", "roof", "wall", "floor", "window", "garden", "kitchen", "cellar"])
)


def test_good_text_stays_under_the_rules_for_quality(flow: Flow) -> None:
    assert flow([GOOD], DropByRules((*GOPHER_QUALITY, *FINEWEB_QUALITY))).texts == [GOOD]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("too short", "gopher:words"),
        (GOOD.replace("house", "h" * 400), "gopher:word_length"),
        (GOOD.replace(" the ", " # the ").replace("The", "# The"), "gopher:hashes_per_word"),
        (GOOD.replace(" to ", "... ").replace(" that ", "... "), "gopher:ellipses_per_word"),
        ("\n".join(f"- {line}" for line in GOOD.splitlines()), "gopher:bullet_lines"),
        ("\n".join(f"{line[:-1]}..." for line in GOOD.splitlines()), "gopher:ellipsis_lines"),
        (GOOD.replace(" ", " 5555 "), "gopher:letter_words"),
        (" ".join(f"xyz{n}" for n in range(90)), "gopher:stop_words"),
        (GOOD.replace(".", ","), "fineweb:terminal_lines"),
        (
            GOOD.replace("that we ", "that\nwe ")
            .replace("to be ", "to be\n")
            .replace("with you ", "with\nyou "),
            "fineweb:short_lines",
        ),
        (f"{GOOD}\n{GOOD.splitlines()[0]}", "fineweb:repeated_line_characters"),
        ("\n".join([GOOD] * 3), "repetition:repeated_lines"),
        (" ".join(["buy now"] * 60), "repetition:top_2_words"),
    ],
)
def test_each_fault_has_its_rule(flow: Flow, text: str, reason: str) -> None:
    outcome = flow([text], DropByRules((*GOPHER_QUALITY, *FINEWEB_QUALITY, *GOPHER_REPETITION)))
    families = reason.partition(":")[0]
    if families == "repetition":
        outcome = flow([text], DropByRules(GOPHER_REPETITION))
    assert outcome.reasons == [reason]


def test_the_detail_says_what_was_found_and_what_was_asked(flow: Flow) -> None:
    (drop,) = flow(["only four words here"], DropByRules(GOPHER_QUALITY)).drops
    assert drop.detail == "words 4; the least is 50"
    (drop,) = flow(["a b a b a b"], DropByRules((Rule("top_2_words", most=0.2),))).drops
    assert drop.detail == "top_2_words 0.8182; the most is 0.2"


def test_bounds_are_allowed_themselves(flow: Flow) -> None:
    assert flow(["a b c"], DropByRules((Rule("words", 3, 3),))).texts == ["a b c"]


def test_a_rule_about_nothing_known_is_refused() -> None:
    with pytest.raises(InputError, match="no statistic 'wrods'; there are characters, words"):
        Rule("wrods")


def test_too_many_stop_words_are_refused() -> None:
    with pytest.raises(InputError, match="65 stop words"):
        DropByRules(stop_words=("a",) * 65)


def test_the_constants_are_those_of_the_papers() -> None:
    bounds = {rule.statistic: (rule.least, rule.most) for rule in (*GOPHER_QUALITY, *GOPHER_REPETITION)}
    assert bounds["words"] == (50, 100_000)
    assert bounds["stop_words"] == (2, None)
    assert [bounds[f"repeated_{n}_words"][1] for n in range(5, 11)] == [0.15, 0.14, 0.13, 0.12, 0.11, 0.10]
    assert [bounds[f"top_{n}_words"][1] for n in (2, 3, 4)] == [0.20, 0.18, 0.16]
