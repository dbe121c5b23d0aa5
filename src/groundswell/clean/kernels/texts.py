"""How Python and the kernels hand texts and arrays to each other, without copying."""

import ctypes
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.clean.kernels.library import library

_NOTHING = np.zeros(2, np.int64)


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
        first, last = (
            ctypes.c_int64.from_address(self.offsets + 8 * place).value for place in (0, self.rows)
        )
        return last - first


def call(name: str, texts: Texts, *arguments: int | NDArray[Any]) -> int:
    """Call a kernel on texts; whole numbers are passed as int64, arrays by address.

    Raises:
        MemoryError: the kernel says that memory ran out.
    """
    status = raw_call(name, texts.rows, _Address(texts.offsets), _Address(texts.data), *arguments)
    if status < 0:
        raise MemoryError(f"no memory to look at {texts.rows:,} texts of {texts.size_bytes:,} bytes")
    return status


class _Address(int):
    """A whole number that is an address."""


def raw_call(name: str, *arguments: int | NDArray[Any]) -> int:
    """Call a kernel and return what it returns; 0 of one that returns nothing."""
    function = getattr(library(), name)
    function.restype = ctypes.c_int64
    return int(function(*map(_passed, arguments)))


def _passed(argument: int | NDArray[Any]) -> Any:
    if isinstance(argument, _Address):
        return ctypes.c_void_p(int(argument))
    if isinstance(argument, int):
        return ctypes.c_int64(argument)
    if not argument.flags.c_contiguous:
        raise ValueError("a kernel needs contiguous memory")
    return ctypes.c_void_p(argument.ctypes.data)


def written_texts(written: NDArray[np.uint8], ends: NDArray[np.int64]) -> pa.Array:
    """Return the texts that a kernel wrote one after the other, as a column."""
    offsets = np.concatenate([np.zeros(1, np.int64), ends])
    data = written[: int(offsets[-1])].copy()  # the room that a kernel is given is larger
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.large_string(), len(ends), buffers)
