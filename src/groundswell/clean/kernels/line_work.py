"""Kernels of `lines.c` and `normal.c`."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.clean.kernels.texts import Texts, call, written_texts


def c4_lines(
    texts: Texts, *, min_words: int, max_word_length: int, min_sentences: int, needs_terminal: bool
) -> tuple[pa.Array, NDArray[np.uint8]]:
    """Return the texts with the lines that C4 keeps, and for each 0, or the number of why it goes."""
    rules = np.array([min_words, max_word_length, min_sentences, needs_terminal], np.int64)
    written, ends = np.empty(texts.size_bytes, np.uint8), np.zeros(texts.rows, np.int64)
    verdicts = np.zeros(texts.rows, np.uint8)
    call("c4_lines", texts, rules, written, ends, verdicts)
    return written_texts(written, ends), verdicts


def piece_hashes(
    texts: Texts, *, is_paragraph: bool, min_characters: int
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Return how many lines or paragraphs each text has, `[n]`, and a hash of what each says, text after text.

    The hash is of the words in lower case: 0 for a piece without any, and for one of under `min_characters`.
    """
    counts = np.zeros(texts.rows, np.int64)
    hashes = np.empty(texts.size_bytes + texts.rows, np.uint64)
    call("piece_hashes", texts, is_paragraph, min_characters, counts, hashes)
    return counts, hashes[: int(counts.sum())].copy()


def keep_pieces(texts: Texts, keeps: NDArray[np.bool_], *, is_paragraph: bool) -> pa.Array:
    """Return the texts with those of their lines or paragraphs for which `keeps` is true."""
    written, ends = np.empty(texts.size_bytes, np.uint8), np.zeros(texts.rows, np.int64)
    call("keep_pieces", texts, is_paragraph, keeps, written, ends)
    return written_texts(written, ends)


def normalize_texts(texts: Texts) -> tuple[pa.Array, NDArray[np.bool_]]:
    """Return the texts with plain white space, and which of them normal form C may still change."""
    written, ends = np.empty(texts.size_bytes, np.uint8), np.zeros(texts.rows, np.int64)
    may_compose = np.zeros(texts.rows, np.bool_)
    call("normalize_texts", texts, written, ends, may_compose)
    return written_texts(written, ends), may_compose
