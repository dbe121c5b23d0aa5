"""Statistics are what plain Python counts."""

import re
from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.clean.kernels.words import raw_words, words

from groundswell.clean.heuristics.statistics import STATISTICS, STOP_WORDS, statistics_of

ENDS = ".!?\u2026\u3002\u0964"
PIECES = st.sampled_from(
    [
        "a",
        "the",
        "The",
        "of",
        "word",
        "be",
        " ",
        "  ",
        "\n",
        "\n\n",
        ".",
        "...",
        "\u2026",
        "- ",
        "#",
        "--",
        "1",
        "\u4e2d",
        "\u00c9t\u00e9",
    ]
)
TEXTS = st.lists(PIECES, max_size=60).map("".join) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=60
)


def by_hand(text: str) -> dict[str, float]:
    found = words(text)
    lengths = [len(word) for word in raw_words(text)]
    symbols = [token for token in text.split() if not raw_words(token)]
    tokens = len(found) + len(symbols)
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    letters = [character for character in text if character.isalpha()]
    paragraphs = paragraphs_of(text)
    return {
        "characters": len(text),
        "words": len(found),
        "word_length": ratio(sum(lengths), len(found)),
        "letter_words": ratio(sum(any(c.isalpha() for c in word) for word in raw_words(text)), tokens),
        "hashes_per_word": ratio(text.count("#"), tokens),
        "ellipses_per_word": ratio(text.count("...") + text.count("\u2026"), tokens),
        "stop_words": len(set(STOP_WORDS) & set(found)),
        "upper_case": ratio(sum(c.isupper() for c in text), len(letters)),
        "digits": ratio(len(re.findall(r"\d", text)), len(text)),
        "lines": len(lines),
        "bullet_lines": ratio(sum(line[0] in "-\u2022" for line in lines), len(lines)),
        "ellipsis_lines": ratio(sum(line.endswith(("...", "\u2026")) for line in lines), len(lines)),
        "short_lines": ratio(sum(len(line) <= 30 for line in lines), len(lines)),
        "newlines_per_word": ratio(text.count("\n"), len(found)),
        "repeated_lines": ratio(len(lines) - len(set(lines)), len(lines)),
        "repeated_line_characters": ratio(repeated_characters(lines), len(text)),
        "repeated_paragraphs": ratio(len(paragraphs) - len(set(paragraphs)), len(paragraphs)),
        "repeated_paragraph_characters": ratio(sum(len("".join(p)) for p in later(paragraphs)), len(text)),
        **{f"top_{n}_words": ratio(top(found, lengths, n), len(text)) for n in (2, 3, 4)},
        **{f"repeated_{n}_words": ratio(repeated(found, lengths, n), len(text)) for n in range(5, 11)},
    }


def ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def later(pieces: list) -> list:
    return [piece for place, piece in enumerate(pieces) if piece in pieces[:place]]


def repeated_characters(lines: list[str]) -> int:
    return sum(map(len, later(lines)))


def paragraphs_of(text: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for line in text.split("\n"):
        found = [*found[:-1], (*found[-1], line.strip())] if line.strip() else [*found, ()]
    return [paragraph for paragraph in found if paragraph]


def top(found: list[str], lengths: list[int], size: int) -> int:
    counts = Counter(tuple(found[place : place + size]) for place in range(len(found) - size + 1))
    if not counts or max(counts.values()) < 2:
        return 0
    run, count = counts.most_common(1)[0]
    where = next(place for place in range(len(found)) if tuple(found[place : place + size]) == run)
    return count * (sum(lengths[where : where + size]) + size - 1)


def repeated(found: list[str], lengths: list[int], size: int) -> int:
    seen: set[tuple[str, ...]] = set()
    characters = place = 0
    while place <= len(found) - size:
        run = tuple(found[place : place + size])
        if run in seen:
            characters += sum(lengths[place : place + size])
            place += size
        else:
            seen.add(run)
            place += 1
    return characters


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_they_are_what_plain_python_counts(text: str) -> None:
    found = statistics_of(pa.array([text]))
    for name, value in by_hand(text).items():
        assert found[name][0] == pytest.approx(value, abs=1e-9), name


def test_every_statistic_has_a_column_and_a_meaning() -> None:
    found = statistics_of(pa.array(["a", None], pa.string()))
    assert found.values.shape == (2, len(STATISTICS))
    assert found["words"].tolist() == [1, 0]
    assert all(STATISTICS.values())


@pytest.mark.parametrize(
    ("line", "ends"), [(f"word{end}", True) for end in ENDS] + [("word,", False), ("word", False)]
)
def test_lines_that_end_sentences_are_told(line: str, ends: bool) -> None:
    assert statistics_of(pa.array([line]))["terminal_lines"][0] == ends


def test_stop_words_may_be_of_any_language() -> None:
    found = statistics_of(pa.array(["Der Hund und die Katze"]), ("der", "und", "oder"))
    assert found["stop_words"][0] == 2


def test_a_text_does_not_depend_on_its_neighbours() -> None:
    texts = ["a b a b a b", "", "the end. " * 500, "\n\n- x\n- x\n"]
    together = statistics_of(pa.array(texts)).values
    alone = [statistics_of(pa.array([text])).values[0] for text in texts]
    assert (together == alone).all()
