"""Terms: what texts and queries are cut into, so that a word is found however it is written.

Words are runs of letters, digits, marks and underscores, in small letters and without accents. Runs of Chinese,
Japanese kana, Thai and other scripts that put no spaces between words become pairs of characters, as search engines
do for them. The work on each word is done once for each distinct word, so indexing costs about what Arrow needs.
"""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_BETWEEN = r"[^\p{L}\p{N}\p{M}_]+"
_WORD = re.compile(r"[\w\u0300-\u036f]+")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf\u31f0-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]+"
)
MAX_TERM = 64
"""Characters of a term; what is longer is no word, and is cut."""


def terms_of(text: str) -> list[str]:
    """Return the terms of a text, in order; none of a text without letters and digits."""
    array = pc.split_pattern_regex(pa.array([text], pa.large_string()), pattern=_BETWEEN).flatten()
    return [term for word in array.to_pylist() for term in terms_of_word(word)]


def terms_of_word(word: str) -> list[str]:
    """Return the terms of a run of letters and digits: itself folded, or pairs of its characters."""
    plain = folded(word)
    if not plain:
        return []
    if plain.isascii() or not _UNSPACED.search(plain):
        return [plain[:MAX_TERM]]
    found: list[str] = []
    start = 0
    for run in _UNSPACED.finditer(plain):
        found += [plain[start : run.start()][:MAX_TERM]] if run.start() > start else []
        found += _pairs(run[0])
        start = run.end()
    return found + ([plain[start:][:MAX_TERM]] if start < len(plain) else [])


def folded(word: str) -> str:
    """Return a word in small letters, in compatibility form and without marks."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word).casefold()
    plain = "".join(c for c in apart if not unicodedata.combining(c))
    return unicodedata.normalize("NFKC", plain)


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)] or [run]


class Stream:
    """The terms of many texts, one after the other.

    Attributes:
        vocabulary: distinct terms, ascending.
        codes: for each term of each text, in order, its place in `vocabulary`, int32 `[terms]`.
        lengths: how many terms each text has, int64 `[texts]`.
    """

    def __init__(self, texts: pa.Array) -> None:
        words = pc.split_pattern_regex(texts.cast(pa.large_string()), pattern=_BETWEEN)
        counts = pc.fill_null(pc.list_value_length(words), 0).to_numpy(zero_copy_only=False)
        encoded = words.flatten().dictionary_encode()
        coded: NDArray[np.int64] = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        distinct = encoded.dictionary.to_pylist()
        cut = [terms_of_word(word) for word in distinct]
        self.vocabulary = sorted({term for terms in cut for term in terms})
        self.codes, each = _replaced(coded, cut, self.vocabulary)
        ends = np.concatenate([[0], np.cumsum(each)])
        bounds = np.concatenate([[0], np.cumsum(counts.astype(np.int64))])
        self.lengths: NDArray[np.int64] = np.diff(ends[bounds])


def _replaced(
    coded: NDArray[np.int64], cut: Sequence[list[str]], vocabulary: Sequence[str]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Replace each word by its terms; returns their codes, and how many each word has, `[words]`."""
    place = {term: number for number, term in enumerate(vocabulary)}
    sizes = np.array([len(terms) for terms in cut], np.int64)
    flat = np.array([place[term] for terms in cut for term in terms], np.int32)
    starts = np.cumsum(sizes) - sizes
    each = sizes[coded] if len(sizes) else np.zeros(0, np.int64)
    total = int(each.sum())
    within = np.arange(total) - np.repeat(np.cumsum(each) - each, each)
    return flat[np.repeat(starts[coded], each) + within] if total else np.zeros(0, np.int32), each
