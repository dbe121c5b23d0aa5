"""MinHash of texts: shingles, band keys that near copies share, and the Jaccard similarity itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.clean import kernels

BANDS, ROWS_PER_BAND = 14, 8
"""A pair of Jaccard similarity s shares a band with probability 1 - (1 - s^8)^14: 0.92 at 0.8, 1.00 at 0.9.

The banding of FineWeb (Penedo et al. 2024, arXiv:2406.17557): 112 hashes in 14 buckets of 8."""

SHINGLE = 5
MIN_WORDS = 16
"""Texts of fewer words are compared by runs of 5 characters: one changed word spoils 5 word shingles,
so short near copies would never be found by words. Such texts share no key if they name other numbers:
`order 17` and `order 18` are no copies of each other."""

SKETCH = 512
"""Shingles kept for each text: the comparison is exact up to here, above it an estimate (bottom-k)."""

Hashes = NDArray[np.uint32]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Sketches:
    """Texts as the search for near copies sees them, one row for each text.

    Attributes:
        keys: band keys, uint64 `[n, BANDS]`; undefined where the sketch is empty.
        starts: where the sketch of each text begins in `hashes`, `[n]`.
        ends: where it ends.
        hashes: of each text its smallest `SKETCH` distinct shingle hashes, ascending; text after text.
        is_short: True where shingles are of characters, not of words.
    """

    keys: NDArray[np.uint64]
    starts: Rows
    ends: Rows
    hashes: Hashes
    is_short: NDArray[np.bool_]

    def shingles(self, row: int) -> Hashes:
        """Return the sketch of one text."""
        return self.hashes[self.starts[row] : self.ends[row]]


def sketch(texts: pa.Array | Sequence[str]) -> Sketches:
    """Return the sketches of texts; one without any letter or digit has no shingles and matches nothing.

    A word is a run of letters, marks, digits and connectors, in lower case; in scripts that put no spaces
    between words each letter is one.
    """
    column = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.large_string())
    found = kernels.sketch_texts(kernels.Texts.of(column))
    starts = np.concatenate([np.zeros(1, np.int64), found.ends])[:-1]
    return Sketches(found.keys, starts, found.ends, found.hashes, found.is_short)


def jaccard(one: Hashes, other: Hashes) -> float:
    """Return the Jaccard similarity of two sketches, 0 to 1; exact if both hold all their shingles.

    Of longer texts the standard error is at most 0.022. Two empty sketches have similarity 0.

    Source:
        Bottom-k sketches: Cohen and Kaplan (2007), Summarizing data using bottom-k sketches, PODC.
    """
    ends = np.cumsum([len(one), len(other)])
    both = np.ascontiguousarray(np.concatenate([one, other]), np.uint32)
    return float(
        jaccards(np.zeros(1, np.int64), np.ones(1, np.int64), ends - [len(one), len(other)], ends, both)[0]
    )


def jaccards(one: Rows, other: Rows, starts: Rows, ends: Rows, hashes: Hashes) -> NDArray[np.float64]:
    """Return the similarity of each pair of rows `one[i]`, `other[i]`; see `jaccard`.

    Args:
        one: rows of the first of each pair.
        other: rows of the second.
        starts: where the sketch of each row begins in `hashes`.
        ends: where it ends.
        hashes: the sketches of all rows.
    """
    return kernels.compare_sketches(one, other, starts, ends, hashes)
