"""Kernels of `statistics.c`, `grams.c` and `spots.c`."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.clean.kernels.texts import Texts, call


def text_statistics(texts: Texts, stop_words: NDArray[np.uint64], statistics: int) -> NDArray[np.float64]:
    """Return the statistics of each text, `[n, statistics]`; see `heuristics.statistics`.

    Args:
        texts: `n` of them.
        stop_words: hashes of `word_hashes`, at most 64.
        statistics: how many there are.
    """
    found = np.zeros((texts.rows, statistics), np.float64)
    call("text_statistics", texts, len(stop_words), stop_words, found)
    return found


def word_hashes(words: tuple[str, ...]) -> NDArray[np.uint64]:
    """Return the hash by which the kernels know each word; case does not count."""
    hashes = np.zeros(len(words), np.uint64)
    call("word_hashes", Texts.of(pa.array(words, pa.large_string())), hashes)
    return hashes


def gram_hashes(texts: Texts, size: int) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Return how many runs of `size` words each text has, `[n]`, and the hashes of all, text after text."""
    counts = np.zeros(texts.rows, np.int64)
    hashes = np.empty(texts.size_bytes, np.uint64)
    call("gram_hashes", texts, size, np.zeros(size, np.uint64), counts, hashes)
    return counts, hashes[: int(counts.sum())].copy()


def find_spots(texts: Texts) -> NDArray[np.int64]:
    """Return row, kind, start and end of each place that may be personal, `[m, 4]`; see `privacy.spots`."""
    room = texts.rows + 1024
    while True:
        spots = np.empty((room, 4), np.int64)
        found = call("find_spots", texts, room, spots)
        if found <= room:
            return spots[:found]
        room = found
