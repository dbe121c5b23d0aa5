"""What counts as the same word: case, punctuation, whitespace and Unicode form, each said openly."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, NamedTuple

from groundswell.errors import InputError

_PIECE = re.compile("^p*w+p*|w+p*")
"""A word with the punctuation after it, and before it at the start, in a mask of `w` and `p`."""


class Token(NamedTuple):
    """One word of a text.

    Attributes:
        key: what is compared: the word after normalisation, never empty.
        written: what the text has there, with its punctuation and a space where one follows.
    """

    key: str
    written: str


@dataclass(frozen=True)
class Normal:
    """How texts are cut into words, and which differences between words do not count.

    Nothing is lost: every word keeps what was written, and `"".join` of that is the text again (with single
    spaces, and in Unicode NFC). Whitespace only ever separates.

    Attributes:
        case: whether case is ignored (Unicode case folding: `Straße` is `STRASSE`).
        punctuation: whether punctuation is ignored; a hyphen or a slash inside a word then cuts it in two. An
            apostrophe inside a word and a point or comma inside a number are kept.
        unicode: whether canonically equivalent characters are the same (NFC).
        unit: what is a word: what whitespace separates, or each character, for languages without spaces.
    """

    case: bool = True
    punctuation: bool = True
    unicode: bool = True
    unit: Literal["word", "character"] = "word"

    def __post_init__(self) -> None:
        if self.unit not in ("word", "character"):
            raise InputError(f"unit must be 'word' or 'character', not {self.unit!r}")

    def __call__(self, text: str) -> str:
        """Return the text with everything that does not count taken away; may be empty."""
        return ("" if self.unit == "character" else " ").join(self.keys(text))

    def keys(self, text: str) -> tuple[str, ...]:
        """Return the words that are compared; none for a text of nothing but spaces and punctuation."""
        return tuple(token.key for token in self.tokens(text))

    def tokens(self, text: str) -> list[Token]:
        """Return the words of a text, each with what was written.

        Punctuation that stands alone goes to the word before it, or else to the first.

        Raises:
            InputError: `text` is not a string.
        """
        if not isinstance(text, str):
            raise InputError(f"a text must be a string, not {type(text).__name__} {text!r}")
        found: list[Token] = []
        waiting = ""
        for key, written in self._pieces(unicodedata.normalize("NFC", text) if self.unicode else text):
            if key:
                found.append(Token(self._folded(key), waiting + written))
                waiting = ""
            elif found:
                found[-1] = Token(found[-1].key, found[-1].written + written)
            else:
                waiting += written
        return found

    def _pieces(self, text: str) -> list[tuple[str, str]]:
        """Return (what is left of it, what was written) of each piece of a text; the first may be empty."""
        pieces = []
        for chunk in text.split():
            parts = self._parts(chunk)
            parts[-1] = (parts[-1][0], parts[-1][1] + " ")
            pieces += parts
        return pieces

    def _parts(self, chunk: str) -> list[tuple[str, str]]:
        """Return the pieces of what stands between two spaces."""
        if self.unit == "character":
            return [("" if self.punctuation and _is_punctuation(one) else one, one) for one in chunk]
        if not self.punctuation or chunk.isalnum():
            return [(chunk, chunk)]
        mask = "".join("p" if _is_ignored(chunk, place) else "w" for place in range(len(chunk)))
        spans = [found.span() for found in _PIECE.finditer(mask)]
        return [(_kept(chunk, mask, *span), chunk[slice(*span)]) for span in spans] or [("", chunk)]

    def _folded(self, key: str) -> str:
        """Return a word without its case, where case does not count."""
        if not self.case:
            return key
        folded = key.casefold()
        return unicodedata.normalize("NFC", folded) if self.unicode else folded


def without_punctuation(text: str) -> str:
    """Return a text without any of its punctuation."""
    return "".join(character for character in text if not _is_punctuation(character))


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character).startswith("P")


def _is_ignored(chunk: str, place: int) -> bool:
    """Say whether a character is punctuation that belongs to no word or number."""
    character = chunk[place]
    if not _is_punctuation(character):
        return False
    before, after = chunk[place - 1 : place], chunk[place + 1 : place + 2]
    if character in "'’":
        return not (before.isalnum() and after.isalnum())
    return not (character in ".," and before.isdigit() and after.isdigit())


def _kept(chunk: str, mask: str, start: int, end: int) -> str:
    """Return the characters of a piece that count, with one kind of apostrophe."""
    kept = (chunk[place] for place in range(start, end) if mask[place] == "w")
    return "".join(kept).replace("’", "'")
