"""Kernels of `minhash.c`."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.clean.kernels.texts import Texts, call, raw_call

BANDS, SKETCH = 14, 512
"""As in `minhash.c`."""

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Sketched:
    """What `sketch_texts` returns; see `minhash.Sketches`."""

    keys: NDArray[np.uint64]
    ends: Rows
    hashes: NDArray[np.uint32]
    is_short: NDArray[np.bool_]


def sketch_texts(texts: Texts) -> Sketched:
    """Return band keys `[n, BANDS]`, and the sketches of all texts one after the other."""
    keys = np.zeros((texts.rows, BANDS), np.uint64)
    ends, is_short = np.zeros(texts.rows, np.int64), np.zeros(texts.rows, np.bool_)
    hashes = np.empty(texts.rows * SKETCH, np.uint32)
    call("sketch_texts", texts, keys, ends, hashes, is_short)
    return Sketched(keys, ends, hashes[: int(ends[-1]) if texts.rows else 0], is_short)


def compare_sketches(
    one: Rows, other: Rows, starts: Rows, ends: Rows, hashes: NDArray[np.uint32]
) -> NDArray[np.float64]:
    """Return the similarity of each pair of rows `one[i]`, `other[i]`, whose sketches lie in `hashes`."""
    similarities = np.zeros(len(one), np.float64)
    raw_call("compare_sketches", len(one), one, other, starts, ends, hashes, similarities)
    return similarities
