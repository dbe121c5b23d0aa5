"""Writes the C table of what each Unicode character is, from the Unicode data of the Python that builds."""

import unicodedata
from collections.abc import Callable, Sequence

PAGE = 256
CODE_POINTS = 0x110000

WORD, ALONE, LETTER, DIGIT, SPACE, UPPER, MARK, TERMINAL = (1 << bit for bit in range(8))
"""Bits of a character: part of a word; a word by itself; and the usual classes."""

_WRITTEN_WITHOUT_SPACES = ("CJK ", "HIRAGANA ", "THAI ", "LAO ", "KHMER ", "MYANMAR ")
_JOINERS = "\u200c\u200d"
_ENDS_OF_SENTENCES = (
    ".!?\u2026\u203c\u203d\u2047\u2048\u2049\u3002\uff0e\uff61\uff01\uff1f\ufe52\ufe56\ufe57"
    "\u0964\u0965\u06d4\u061f\u0589\u055c\u055e\u1362\u1367\u1368\u17d4\u17d5\u104a\u104b\u0f0d\u0f0e\u0df4"
)
"""Of the scripts in most use, from the property Sentence_Terminal of Unicode, and the ellipsis."""


def flags_of(character: str) -> int:
    r"""Return the bits of a character.

    A word is what UTS 18 calls one: letters, marks, digits, connectors (`_`) and joiners; Python's `\w`
    lacks the marks, and so cuts every word of Hindi in pieces. In scripts that put no spaces between words each
    letter is a word by itself, as ideographs and Hiragana are in UAX 29.

    Source:
        Unicode Technical Standard 18, annex C; Unicode Standard Annex 29, section 4.1.1.
    """
    category = unicodedata.category(character)
    is_word = character.isalnum() or category[0] == "M" or category == "Pc" or character in _JOINERS
    is_alone = (
        is_word
        and category in ("Lo", "Lm")
        and unicodedata.name(character, "").startswith(_WRITTEN_WITHOUT_SPACES)
    )
    facts = (
        is_word,
        is_alone,
        character.isalpha(),
        category == "Nd",
        character.isspace(),
        character.isupper(),
        category[0] == "M",
        character in _ENDS_OF_SENTENCES,
    )
    return sum(1 << bit for bit, holds in enumerate(facts) if holds)


def lower_of(character: str) -> int:
    """Return how far the lower-case form of a character lies from it; both forms of sigma are one."""
    lower = character.lower()
    if lower == "\N{GREEK SMALL LETTER FINAL SIGMA}":
        lower = "\N{GREEK SMALL LETTER SIGMA}"
    return ord(lower[0]) - ord(character)


def header() -> str:
    """Return the text of `characters.h`: two tables of two levels, with equal pages stored once."""
    flags, flag_pages = _two_levels(flags_of)
    lower, lower_pages = _two_levels(lower_of)
    return "\n".join(
        [
            f'#define UNICODE_VERSION "{unicodedata.unidata_version}"',
            *(f"#define {name} {value}" for name, value in _names().items()),
            _array("uint16_t", "FLAG_PAGE", flag_pages),
            _array("uint8_t", "FLAGS", flags),
            _array("uint16_t", "LOWER_PAGE", lower_pages),
            _array("int32_t", "LOWER", lower),
            "",
        ]
    )


def _names() -> dict[str, int]:
    return {
        name: globals()[name]
        for name in ("WORD", "ALONE", "LETTER", "DIGIT", "SPACE", "UPPER", "MARK", "TERMINAL")
    }


def _two_levels(value: Callable[[str], int]) -> tuple[list[int], list[int]]:
    """Return the values of distinct pages one after the other, and for each page which of these it is."""
    values: list[int] = []
    places: dict[tuple[int, ...], int] = {}
    pages = []
    for start in range(0, CODE_POINTS, PAGE):
        page = tuple(value(chr(point)) for point in range(start, start + PAGE))
        if page not in places:
            places[page] = len(places)
            values.extend(page)
        pages.append(places[page])
    return values, pages


def _array(kind: str, name: str, values: Sequence[int]) -> str:
    return f"static const {kind} {name}[{len(values)}] = {{{','.join(map(str, values))}}};"
