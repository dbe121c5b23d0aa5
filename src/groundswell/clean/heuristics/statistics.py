"""What rules for documents ask of a text."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.clean import kernels

STATISTICS = {
    "characters": "how many characters",
    "words": "how many words",
    "word_length": "mean length of the words, in characters",
    "letter_words": "share of the words and symbols that have a letter in them",
    "hashes_per_word": "`#` for each word or symbol",
    "ellipses_per_word": "`...` and the one-character ellipsis for each word or symbol",
    "stop_words": "how many different stop words occur",
    "upper_case": "share of the letters that are upper case",
    "digits": "share of the characters that are digits",
    "lines": "how many lines with something in them",
    "bullet_lines": "share of the lines that begin with a bullet or a hyphen",
    "ellipsis_lines": "share of the lines that end with an ellipsis",
    "terminal_lines": "share of the lines that end with a mark that ends sentences",
    "short_lines": "share of the lines of at most 30 characters",
    "newlines_per_word": "ends of line for each word",
    "repeated_lines": "share of the lines that were there before",
    "repeated_line_characters": "characters of those lines, as a share of all",
    "repeated_paragraphs": "share of the paragraphs that were there before",
    "repeated_paragraph_characters": "characters of those paragraphs, as a share of all",
    **{
        f"top_{size}_words": f"characters of all copies of the most frequent run of {size} words, as a share of all"
        for size in (2, 3, 4)
    },
    **{
        f"repeated_{size}_words": f"characters of runs of {size} words that were there before, as a share of all"
        for size in range(5, 11)
    },
}
"""Every statistic, and what it is. A word is a run of letters, marks, digits and connectors; a symbol is what
stands between spaces without any word in it. Lines are trimmed. Shares of nothing are 0."""

STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
"""Rae et al. (2021), arXiv:2112.11446, appendix A.1.1."""

_PLACES = {name: place for place, name in enumerate(STATISTICS)}


@dataclass(frozen=True)
class Statistics:
    """The statistics of a column of texts.

    Attributes:
        values: `[n, len(STATISTICS)]`.
    """

    values: NDArray[np.float64]

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        return self.values[:, _PLACES[name]]


def statistics_of(texts: pa.Array, stop_words: tuple[str, ...] = STOP_WORDS) -> Statistics:
    """Return the statistics of texts; a null is an empty text.

    Args:
        texts: a column of strings.
        stop_words: of which language there shall be some; at most 64.
    """
    found = kernels.text_statistics(kernels.Texts.of(texts), kernels.word_hashes(stop_words), len(STATISTICS))
    return Statistics(found)
