"""How each type of column is read from its Arrow shards into NumPy.

Texts and bytes are copied once, straight from the shard's memory to the Python object; numbers are gathered
in C. Where the samples of many batches lie is worked out for all of them at once; only what is asked for is
then read. The dtype of the result depends on the column alone, never on which rows are in a batch.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from groundswell.feed.pieces import Pieces

Gather = Callable[[int, int], npt.NDArray[Any]]
"""Returns the values of the samples from a first to before a last, numbered as in the `Places` it was made of."""

_FEW = 64
"""Up to so many samples plain Python is the faster one."""

_SMALL_BYTES = 64
"""Up to this size a value is gathered for many batches at once; a larger one when its batch is asked for."""


@dataclass(frozen=True)
class Places:
    """Where some samples lie: for each its shard and its row in that shard, int64 `[size]` each."""

    shards: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]

    @cached_property
    def present(self) -> list[int]:
        """The shards that occur, ascending."""
        if len(self.shards) <= _FEW:
            return sorted(set(self.shards.tolist()))
        return list(np.unique(self.shards).tolist())

    @cached_property
    def groups(self) -> list[tuple[int, npt.NDArray[np.intp]]]:
        """For each shard that occurs, which of the samples lie in it."""
        if len(self.present) < 2:
            return [(shard, np.arange(len(self.rows))) for shard in self.present]
        order = np.argsort(self.shards, kind="stable")
        starts = np.searchsorted(self.shards[order], self.present)
        return list(zip(self.present, np.split(order, starts[1:]), strict=True))

    @cached_property
    def runs(self) -> list[int]:
        """Number of each sample's run: samples of one run follow one another in one shard."""
        follows = (np.diff(self.rows) == 1) & (np.diff(self.shards) == 0)
        return list(np.concatenate([[0], np.cumsum(~follows)]).tolist())

    def part(self, first: int, last: int) -> "Places":
        """Return some of the places."""
        return Places(self.shards[first:last], self.rows[first:last])


class Layout(Protocol):
    """How one type of column is read."""

    def open(self, array: pa.Array) -> Any:
        """Prepare one shard of the column for random access."""
        ...

    def prepare(self, places: Places, opened: Callable[[int], Any]) -> Gather:
        """Return what gathers the values at `places`; `opened` gives a shard as `open` prepared it."""
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

    def prepare(self, places: Places, opened: Callable[[int], npt.NDArray[Any]]) -> Gather:
        """Return what gives new arrays `[size]`, or `[size, length]` for vectors."""
        arrays = {shard: opened(shard) for shard in places.present or [0]}
        if next(iter(arrays.values()))[:1].nbytes > _SMALL_BYTES:
            return lambda first, last: _gathered(places.part(first, last), arrays)
        values = _gathered(places, arrays)
        return lambda first, last: values[first:last]


def _gathered(places: Places, arrays: dict[int, npt.NDArray[Any]]) -> npt.NDArray[Any]:
    if len(arrays) == 1:
        return next(iter(arrays.values()))[places.rows]
    like = next(iter(arrays.values()))
    values = np.empty((len(places.rows), *like.shape[1:]), like.dtype)
    for shard, where in places.groups:
        values[where] = arrays[shard][places.rows[where]]
    return values


@dataclass(frozen=True)
class Slices:
    """One shard of a column whose values are slices of one buffer.

    Attributes:
        starts: where each value starts, and at the end where the last one ends; int `[rows + 1]`.
        data: the buffer: a memoryview of bytes, or an array of numbers.
        missing: which values are missing, bool `[rows]`; None if none is.
        array: the column itself.
    """

    starts: npt.NDArray[Any]
    data: Any
    missing: npt.NDArray[np.bool_] | None
    array: pa.Array


Parts = Iterable[tuple[Any, int, int]]
"""For each sample the buffer that holds it, where it starts and where it ends."""


class Sliced:
    """Values of any length: a Python object for each sample, None where it is missing.

    Args:
        read: gives the objects for the parts of a batch; one call for all of them.
    """

    def __init__(self, read: Callable[[Parts], list[Any]]) -> None:
        self._read = read

    def open(self, array: pa.Array) -> Slices:
        """Return the column's buffer and where its values lie."""
        starts, data = _list_buffers(array) if _is_list(array.type) else _byte_buffers(array)
        missing = array.is_null().to_numpy(zero_copy_only=False) if array.null_count else None
        return Slices(starts, data, missing, array)

    def prepare(self, places: Places, opened: Callable[[int], Slices]) -> Gather:
        """Return what gives object arrays `[size]`."""
        slices = {shard: opened(shard) for shard in places.present}
        buffers = [slices[shard].data for shard in places.shards.tolist()]
        starts, ends = _bounds(places, slices)
        missing = _missing(places, slices)

        def gather(first: int, last: int) -> npt.NDArray[Any]:
            parts = zip(buffers[first:last], starts[first:last], ends[first:last], strict=True)
            values = as_objects(self._read(parts))
            if missing is not None:
                values[missing[first:last]] = None
            return values

        return gather

    def prepare_pieces(self, places: Places, pieces: Pieces) -> Gather:
        """Return what gives the same for shards that are not opened."""
        shards, rows = places.shards.tolist(), places.rows.tolist()

        def gather(first: int, last: int) -> npt.NDArray[Any]:
            values = pieces.values(shards[first:last], rows[first:last])
            return as_objects(self._read((value, 0, len(value)) for value in values))

        return gather


class Texts(Sliced):
    """Texts: `str` objects, None where one is missing. Samples that lie one after another are converted in C."""

    def __init__(self) -> None:
        super().__init__(read_texts)

    def prepare(self, places: Places, opened: Callable[[int], Slices]) -> Gather:
        """Return what gives object arrays `[size]`."""
        scattered: Gather | None = None
        runs = places.runs

        def gather(first: int, last: int) -> npt.NDArray[Any]:
            nonlocal scattered
            if last > first and runs[first] == runs[last - 1]:
                array = opened(int(places.shards[first])).array
                values = array.slice(int(places.rows[first]), last - first)
                return np.asarray(values.to_numpy(zero_copy_only=False))
            scattered = scattered or super(Texts, self).prepare(places, opened)
            return scattered(first, last)

        return gather


class Objects:
    """All else: whatever Python object Arrow makes of a value."""

    def open(self, array: pa.Array) -> pa.Array:
        """Return the column as it is."""
        return array

    def prepare(self, places: Places, opened: Callable[[int], pa.Array]) -> Gather:
        """Return what gives object arrays `[size]`."""
        arrays = {shard: opened(shard) for shard in places.present}

        def gather(first: int, last: int) -> npt.NDArray[Any]:
            part = places.part(first, last)
            pairs = zip(part.shards.tolist(), part.rows.tolist(), strict=True)
            return as_objects([arrays[shard][row].as_py() for shard, row in pairs])

        return gather


def read_texts(parts: Parts) -> list[Any]:
    """Return each part as a `str`; by way of `bytes`, whose decoder is the faster one."""
    return [data[start:end].tobytes().decode() for data, start, end in parts]


def read_bytes(parts: Parts) -> list[Any]:
    """Return each part as `bytes` of its own."""
    return [data[start:end].tobytes() for data, start, end in parts]


def read_views(parts: Parts) -> list[Any]:
    """Return each part as a read-only view of the shard's memory."""
    return [data[start:end] for data, start, end in parts]


def read_numbers(parts: Parts) -> list[Any]:
    """Return each part as an array of its own."""
    return [data[start:end].copy() for data, start, end in parts]


def as_objects(values: list[Any]) -> npt.NDArray[Any]:
    """Return objects as an array of them, also where they are sequences themselves."""
    return np.fromiter(values, dtype=object, count=len(values))


def layout_of(kind: pa.DataType, *, has_nulls: bool, views: bool = False) -> Layout:
    """Return how a column of this type is read.

    Integers and truth values have no missing value in NumPy, so where some are missing they are objects.

    Args:
        kind: type of the column.
        has_nulls: whether any value in the dataset is missing.
        views: give bytes as views of the shard's memory instead of copies.
    """
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return Texts()
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return Sliced(read_views if views else read_bytes)
    if _is_list(kind) and _is_number(kind.value_type):
        return Sliced(read_numbers)
    if _is_fixed(kind) and (not has_nulls or any(is_kind(kind) for is_kind in _WITH_MISSING)):
        return Fixed()
    return Objects()


def is_sliced(kind: pa.DataType) -> bool:
    """Say whether values of this type are read as stretches of one buffer: texts, bytes and lists of numbers."""
    return is_bytes(kind) or (_is_list(kind) and _is_number(kind.value_type))


def is_bytes(kind: pa.DataType) -> bool:
    """Say whether values of this type are texts or bytes of any length."""
    return any(is_kind(kind) for is_kind in _BYTES)


def is_large(kind: pa.DataType) -> bool:
    """Say whether a type of values of any length counts them in 64 bits, and not in 32."""
    return any(is_kind(kind) for is_kind in _LARGE)


def is_list_of_integers(kind: pa.DataType) -> bool:
    """Say whether values of this type are lists of whole numbers, such as tokens."""
    return _is_list(kind) and bool(pa.types.is_integer(kind.value_type))


def _bounds(places: Places, slices: dict[int, Slices]) -> tuple[list[int], list[int]]:
    """Return where each sample starts and ends in its buffer."""
    starts, ends = np.empty((2, len(places.rows)), dtype=np.int64)
    for shard, where in places.groups:
        rows = places.rows[where]
        starts[where], ends[where] = slices[shard].starts[rows], slices[shard].starts[rows + 1]
    return starts.tolist(), ends.tolist()


def _missing(places: Places, slices: dict[int, Slices]) -> npt.NDArray[np.bool_] | None:
    if all(each.missing is None for each in slices.values()):
        return None
    found = np.zeros(len(places.rows), dtype=bool)
    for shard, where in places.groups:
        missing = slices[shard].missing
        found[where] = False if missing is None else missing[places.rows[where]]
    return found


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def _is_fixed(kind: pa.DataType) -> bool:
    if pa.types.is_fixed_size_list(kind):
        return _is_number(kind.value_type)
    return _is_number(kind) or pa.types.is_boolean(kind) or any(is_kind(kind) for is_kind in _WITH_MISSING)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _byte_buffers(array: pa.Array) -> tuple[npt.NDArray[Any], memoryview]:
    """Return where each value starts (one entry more than there are values) and the bytes of all of them."""
    _, offsets, data = array.buffers()
    starts = np.frombuffer(offsets or b"\0" * 8, dtype=np.int64 if is_large(array.type) else np.int32)
    return starts[array.offset : array.offset + len(array) + 1], memoryview(data or b"")


def _list_buffers(array: pa.Array) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    return array.offsets.to_numpy(), array.values.to_numpy(zero_copy_only=False)


_LARGE = (pa.types.is_large_string, pa.types.is_large_binary, pa.types.is_large_list)

_BYTES = (pa.types.is_string, pa.types.is_binary, pa.types.is_large_string, pa.types.is_large_binary)

_WITH_MISSING = (pa.types.is_floating, pa.types.is_timestamp, pa.types.is_date32)
