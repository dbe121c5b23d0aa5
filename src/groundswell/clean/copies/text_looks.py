"""Texts as the search for near copies sees them: band keys, and sketches to compare."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.clean import minhash
from groundswell.clean.copies.first_fit import Likeness
from groundswell.clean.job.shelf import Taken

Rows = NDArray[np.int64]
Keys = NDArray[np.uint64]

LONG, SHORT = 0, 1
"""The first four bytes of a look; only looks of one sort are compared."""

_WORD = 4
"""Bytes of a shingle hash."""


@dataclass(frozen=True)
class TextLooks:
    """The looks of a column of texts.

    Attributes:
        rows: those that have anything to compare, `[m]`.
        keys: their band keys, `[m, BANDS]`.
        looks: of every row of the column; without a sketch for the others.
    """

    rows: Rows
    keys: Keys
    looks: pa.Array


def look_at_texts(texts: pa.Array) -> TextLooks:
    """Return the looks of texts; a null looks like an empty text."""
    sketches = minhash.sketch(texts)
    rows = np.flatnonzero(sketches.ends > sketches.starts)
    heads = sketches.starts + np.arange(len(texts))
    is_head = np.zeros(len(sketches.hashes) + len(texts), np.bool_)
    is_head[heads] = True
    words = np.empty(len(is_head), np.uint32)
    words[is_head] = np.where(sketches.is_short, SHORT, LONG)
    words[~is_head] = sketches.hashes
    ends = np.append(heads, len(words)) * _WORD
    buffers = [None, pa.py_buffer(ends.astype(np.int64)), pa.py_buffer(words)]
    return TextLooks(rows, sketches.keys[rows], pa.Array.from_buffers(pa.large_binary(), len(texts), buffers))


def compare_texts(looks: Taken, one: Rows, other: Rows, *, least: float, least_of_short: float) -> Likeness:
    """Return the Jaccard similarity of pairs of looks of texts, not-a-number where it is less than `least`."""
    words = looks.data.view(np.uint32)
    heads = looks.starts // _WORD
    is_short = words[heads] == SHORT
    likeness = minhash.jaccards(one, other, heads + 1, looks.ends // _WORD, words)
    enough = likeness >= np.where(is_short[one], least_of_short, least)
    return np.where(enough & (is_short[one] == is_short[other]), likeness, np.nan)
