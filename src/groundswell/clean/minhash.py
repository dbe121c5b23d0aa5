"""MinHash of texts: shingles, band keys that near copies share, and the Jaccard similarity itself."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, compress

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

BANDS, ROWS_PER_BAND = 14, 8
"""A pair of Jaccard similarity s shares a band with probability 1 - (1 - s^8)^14: 0.92 at 0.8, 1.00 at 0.9.

The banding of FineWeb (Penedo et al. 2024, arXiv:2406.17557): 112 hashes in 14 buckets of 8."""

SHINGLE = 5
MIN_WORDS = 16
"""Texts of fewer words are compared by runs of 5 characters: one changed word spoils 5 word shingles,
so short near copies would never be found by words."""

SKETCH = 512
"""Shingles kept for each text: the comparison is exact up to here, above it an estimate (bottom-k)."""

_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"\d+")
_SEEDS = np.random.default_rng(20261122).integers(1, 2**63, size=(2, BANDS * ROWS_PER_BAND), dtype=np.uint64)
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Sketches:
    """Texts as the search for near copies sees them, one row for each text.

    Attributes:
        keys: band keys, uint64 `[n, BANDS]`; undefined where the sketch is empty.
        shingles: for each text its smallest `SKETCH` distinct shingle hashes, ascending.
        is_short: True where shingles are of characters, not of words.
    """

    keys: Hashes
    shingles: list[Hashes]
    is_short: NDArray[np.bool_]


def sketch(texts: Sequence[str]) -> Sketches:
    """Return the sketches of texts; one without any letter or digit has no shingles and matches nothing."""
    words = [_WORD.findall(text.lower()) for text in texts]
    is_short = np.array([len(of_text) < MIN_WORDS for of_text in words], bool)
    flat, lengths = _shingles(_units(words, is_short))
    keys = _band_keys(_minima(flat, lengths))
    keys[is_short] ^= _salts(list(compress(words, is_short)))[:, None]
    parts = np.split(flat, np.cumsum(lengths)[:-1]) if len(lengths) else []
    return Sketches(keys, [np.unique(part)[:SKETCH] for part in parts], is_short)


def jaccard(one: Hashes, other: Hashes) -> float:
    """Return the Jaccard similarity of two sketches, 0 to 1; exact if both hold all their shingles.

    Of longer texts the standard error is at most 0.022. Two empty sketches have similarity 0.

    Source:
        Bottom-k sketches: Cohen and Kaplan (2007), Summarizing data using bottom-k sketches, PODC.
    """
    union = np.union1d(one, other)
    if len(one) >= SKETCH or len(other) >= SKETCH:
        union = union[:SKETCH]
    if not union.size:
        return 0.0
    shared = np.intersect1d(one, other, assume_unique=True)
    return float(np.count_nonzero(shared <= union[-1]) / union.size)


def _units(words: list[list[str]], is_short: NDArray[np.bool_]) -> list[Hashes]:
    """Return what shingles are made of: code points of short texts, hashes of the words of others."""
    known = {word: _stable_hash(word) for word in set(chain.from_iterable(compress(words, ~is_short)))}
    return [
        _characters(of_text)
        if short
        else np.fromiter(map(known.__getitem__, of_text), np.uint64, len(of_text))
        for of_text, short in zip(words, is_short, strict=True)
    ]


def _characters(words: list[str]) -> Hashes:
    """Return the code points of the words, single spaces between and around them; empty if no words."""
    if not words:
        return np.empty(0, np.uint64)
    text = f" {' '.join(words)} ".ljust(SHINGLE)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)


def _stable_hash(text: str) -> int:
    return int.from_bytes(
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little"
    )


def _salts(texts: list[list[str]]) -> Hashes:
    """Return a hash of each short text's numbers: `order 17` and `order 18` are no copies of each other."""
    numbers = (" ".join(_DIGITS.findall(" ".join(words))) for words in texts)
    return np.fromiter((_stable_hash(entry) if entry else 0 for entry in numbers), np.uint64, len(texts))


def _shingles(units: list[Hashes]) -> tuple[Hashes, NDArray[np.int64]]:
    """Return the hashes of every run of `SHINGLE` units, text after text, and how many each text has."""
    flat = _mix(np.concatenate(units)) if units else np.empty(0, np.uint64)
    rolled = np.zeros(max(len(flat) - SHINGLE + 1, 0), np.uint64)
    for shift in range(SHINGLE):
        rolled = rolled * _MULTIPLIER + flat[shift : shift + len(rolled)]
    lengths = np.array([len(unit) for unit in units], np.int64)
    counts = np.maximum(lengths - SHINGLE + 1, 0)
    starts = np.cumsum(lengths) - lengths
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return _mix(rolled[np.repeat(starts, counts) + within]), counts


def _minima(flat: Hashes, lengths: NDArray[np.int64]) -> Hashes:
    """Return the least value of each of the 112 hash functions over each text's shingles, `[n, 112]`."""
    minima = np.zeros((len(lengths), BANDS * ROWS_PER_BAND), np.uint64)
    has_any = lengths > 0
    starts = (np.cumsum(lengths) - lengths)[has_any]
    if starts.size:
        for place, (factor, offset) in enumerate(_SEEDS.T):
            values = (flat * (factor | np.uint64(1)) + offset) >> np.uint64(16)
            minima[has_any, place] = np.minimum.reduceat(values, starts)
    return minima


def _band_keys(minima: Hashes) -> Hashes:
    """Return one key per band, `[n, BANDS]`; the same values in another band have another key."""
    keys = np.zeros((len(minima), BANDS), np.uint64)
    for row in range(ROWS_PER_BAND):
        keys = _mix(keys + minima[:, row::ROWS_PER_BAND])
    bands: Hashes = np.arange(BANDS, dtype=np.uint64)
    return _mix(keys + bands)


def _mix(values: Hashes) -> Hashes:
    """Return a bijective scrambling of 64-bit values.

    Source:
        The finaliser of SplitMix64: Steele, Lea and Flood (2014), doi:10.1145/2660193.2660195.
    """
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
