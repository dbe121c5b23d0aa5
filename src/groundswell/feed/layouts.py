"""How each type of column is read from its Arrow shards into NumPy.

Texts and bytes are copied once, straight from the shard's memory to the Python object; numbers are gathered
in C. The dtype of the result depends on the column alone, never on which rows happen to be in a batch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Reader = Callable[[int], Any]
"""Returns the value of one row of one shard."""


@dataclass(frozen=True)
class Places:
    """Where the samples of a batch lie: for each its shard and its row in that shard, int64 `[size]` each."""

    shards: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """Shard and row of each sample, in the batch's order."""
        return list(zip(self.shards.tolist(), self.rows.tolist(), strict=True))

    @cached_property
    def present(self) -> list[int]:
        """The shards that occur."""
        return sorted(set(self.shards.tolist()))

    @cached_property
    def groups(self) -> list[tuple[int, npt.NDArray[np.intp]]]:
        """For each shard that occurs, which of the batch's samples lie in it."""
        return [(shard, np.flatnonzero(self.shards == shard)) for shard in self.present]

    @property
    def is_scattered(self) -> bool:
        """Whether so few samples share a shard that handling them together costs more than it saves."""
        return len(self.rows) < _FEW * len(self.present)


_FEW = 8


class Layout(Protocol):
    """How one type of column is read."""

    def open(self, array: pa.Array) -> Any:
        """Prepare one shard of the column for random access."""
        ...

    def gather(self, places: Places, opened: Callable[[int], Any]) -> npt.NDArray[Any]:
        """Return the values at `places`; `opened` gives a shard as `open` prepared it."""
        ...


class Fixed:
    """Numbers, truth values, instants, and vectors of one length: arrays of their own dtype.

    A missing float is NaN, a missing instant NaT; instants are UTC.
    """

    def open(self, array: pa.Array) -> npt.NDArray[Any]:
        """Return the column as one array, without a copy where its type permits."""
        if pa.types.is_fixed_size_list(array.type):
            return self.open(array.flatten()).reshape(len(array), array.type.list_size)
        return np.asarray(array.to_numpy(zero_copy_only=False))

    def gather(self, places: Places, opened: Callable[[int], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Return a new array `[size]`, or `[size, length]` for vectors."""
        arrays = {shard: opened(shard) for shard in places.present or [0]}
        if len(arrays) == 1:
            return next(iter(arrays.values()))[places.rows]
        like = arrays[places.present[0]]
        values = np.empty((len(places.rows), *like.shape[1:]), like.dtype)
        if places.is_scattered:
            for place, (shard, row) in enumerate(places.pairs):
                values[place] = arrays[shard][row]
        else:
            for shard, where in places.groups:
                values[where] = arrays[shard][places.rows[where]]
        return values


class Objects:
    """Texts, bytes, lists and all else: a Python object for each sample, None where it is missing."""

    def __init__(self, reader: Callable[[pa.Array], Reader]) -> None:
        self._reader = reader

    def open(self, array: pa.Array) -> Reader:
        """Return what reads one row."""
        return self._reader(array)

    def gather(self, places: Places, opened: Callable[[int], Reader]) -> npt.NDArray[Any]:
        """Return an object array `[size]`."""
        readers = {shard: opened(shard) for shard in places.present}
        values = (readers[shard](row) for shard, row in places.pairs)
        return np.fromiter(values, dtype=object, count=len(places.pairs))


class Texts(Objects):
    """Texts: `str` objects, None where one is missing.

    Samples that all lie in one shard are converted in C. Scattered ones are read one by one, since calling
    Arrow for a few at a time costs more than it saves.
    """

    def __init__(self) -> None:
        super().__init__(_read_text)

    def open(self, array: pa.Array) -> Any:
        """Return the column, and what reads one row."""
        return array, super().open(array)

    def gather(self, places: Places, opened: Callable[[int], Any]) -> npt.NDArray[Any]:
        """Return an object array `[size]`."""
        if len(places.present) == 1:
            array, _ = opened(places.present[0])
            return np.asarray(_pick(array, places.rows).to_numpy(zero_copy_only=False))
        return super().gather(places, lambda shard: opened(shard)[1])


def _pick(array: pa.Array, rows: npt.NDArray[np.int64]) -> pa.Array:
    """Return rows of an array, without a copy if they follow one another."""
    if (np.diff(rows) == 1).all():
        return array.slice(int(rows[0]), len(rows))
    return array.take(pa.array(rows))


def layout_of(kind: pa.DataType, *, has_nulls: bool) -> Layout:
    """Return how a column of this type is read; `has_nulls` says whether any value in the dataset is missing.

    Integers and truth values have no missing value in NumPy, so where some are missing they are objects.
    """
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return Texts()
    if _is_fixed(kind) and (not has_nulls or any(is_kind(kind) for is_kind in _WITH_MISSING)):
        return Fixed()
    return Objects(next((reader for is_kind, reader in _READERS if is_kind(kind)), _read_any))


def _is_fixed(kind: pa.DataType) -> bool:
    if pa.types.is_fixed_size_list(kind):
        return _is_number(kind.value_type)
    return _is_number(kind) or pa.types.is_boolean(kind) or any(is_kind(kind) for is_kind in _WITH_MISSING)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _is_numbers(kind: pa.DataType) -> bool:
    return (pa.types.is_list(kind) or pa.types.is_large_list(kind)) and _is_number(kind.value_type)


def _read_text(array: pa.Array) -> Reader:
    starts, data = _buffers(array)
    return _or_none(array, lambda row: str(data[starts[row] : starts[row + 1]], "utf-8"))


def _read_bytes(array: pa.Array) -> Reader:
    starts, data = _buffers(array)
    return _or_none(array, lambda row: bytes(data[starts[row] : starts[row + 1]]))


def _read_numbers(array: pa.Array) -> Reader:
    numbers = array.values.to_numpy(zero_copy_only=False)
    starts = array.offsets.to_numpy()
    return _or_none(array, lambda row: numbers[starts[row] : starts[row + 1]].copy())


def _read_any(array: pa.Array) -> Reader:
    return lambda row: array[row].as_py()


def _or_none(array: pa.Array, read: Reader) -> Reader:
    """Wrap `read` to give None for a missing value; without missing values it stays as it is."""
    if not array.null_count:
        return read
    missing = array.is_null().to_numpy(zero_copy_only=False)
    return lambda row: None if missing[row] else read(row)


def _buffers(array: pa.Array) -> tuple[memoryview, memoryview]:
    """Return where each value starts (one entry more than there are values) and the bytes of all of them."""
    _, offsets, data = array.buffers()
    is_large = pa.types.is_large_string(array.type) or pa.types.is_large_binary(array.type)
    starts = memoryview(offsets or b"\0" * 8).cast("q" if is_large else "i")
    return starts[array.offset : array.offset + len(array) + 1], memoryview(data or b"")


_READERS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array], Reader]], ...] = (
    (pa.types.is_binary, _read_bytes),
    (pa.types.is_large_binary, _read_bytes),
    (_is_numbers, _read_numbers),
)

_WITH_MISSING = (pa.types.is_floating, pa.types.is_timestamp, pa.types.is_date32)
