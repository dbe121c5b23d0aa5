"""Hot loops over texts, compiled: they read Arrow's buffers where they lie and release Python's lock."""

import ctypes
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.clean.kernels.library import library

__all__ = ["Sketched", "Texts", "compare_sketches", "sketch_texts"]

BANDS, SKETCH = 14, 512
"""As in `minhash.c`."""


@dataclass(frozen=True)
class Texts:
    """A column of texts as the kernels see it; a null is an empty text.

    Attributes:
        rows: how many.
        offsets: address of `rows + 1` int64 offsets.
        data: address of the bytes, UTF-8.
        column: what owns the memory.
    """

    rows: int
    offsets: int
    data: int
    column: pa.Array

    @classmethod
    def of(cls, column: pa.Array) -> "Texts":
        """Return the view of an Arrow column of strings; a column of large strings is not copied."""
        if column.null_count:
            column = column.fill_null("")
        column = column.cast(pa.large_string())
        _, offsets, data = column.buffers()
        start = offsets.address + 8 * column.offset if offsets else _NOTHING.ctypes.data
        return cls(len(column), start, data.address if data else _NOTHING.ctypes.data, column)

    @property
    def size_bytes(self) -> int:
        """The length of all texts together, as UTF-8."""
        if not self.rows:
            return 0
        first, last = (
            ctypes.c_int64.from_address(self.offsets + 8 * place).value for place in (0, self.rows)
        )
        return last - first


_NOTHING = np.zeros(2, np.int64)


@dataclass(frozen=True)
class Sketched:
    """What `sketch_texts` returns; see `minhash.Sketches`."""

    keys: NDArray[np.uint64]
    ends: NDArray[np.int64]
    hashes: NDArray[np.uint32]
    is_short: NDArray[np.bool_]


def sketch_texts(texts: Texts) -> Sketched:
    """Return band keys `[n, BANDS]`, and the sketches of all texts one after the other."""
    keys = np.zeros((texts.rows, BANDS), np.uint64)
    ends, is_short = np.zeros(texts.rows, np.int64), np.zeros(texts.rows, np.bool_)
    hashes = np.empty(texts.rows * SKETCH, np.uint32)
    status = library().sketch_texts(
        ctypes.c_int64(texts.rows),
        ctypes.c_void_p(texts.offsets),
        ctypes.c_void_p(texts.data),
        *_pointers(keys, ends, hashes, is_short),
    )
    _require_memory(status)
    return Sketched(keys, ends, hashes[: int(ends[-1]) if texts.rows else 0], is_short)


def compare_sketches(
    one: NDArray[np.int64],
    other: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    hashes: NDArray[np.uint32],
) -> NDArray[np.float64]:
    """Return the similarity of each pair of rows `one[i]`, `other[i]`, whose sketches lie in `hashes`."""
    similarities = np.zeros(len(one), np.float64)
    arrays = (one, other, starts, ends, hashes, similarities)
    library().compare_sketches(ctypes.c_int64(len(one)), *_pointers(*arrays))
    return similarities


def _pointers(*arrays: NDArray[Any]) -> list[ctypes.c_void_p]:
    if not all(array.flags.c_contiguous for array in arrays):
        raise ValueError("a kernel needs contiguous memory")
    return [ctypes.c_void_p(array.ctypes.data) for array in arrays]


def _require_memory(status: int) -> None:
    if status:
        raise MemoryError("no memory for a text of this length")
