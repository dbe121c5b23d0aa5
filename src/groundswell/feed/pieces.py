"""Single values of a column, read where they lie in its shards' files.

To open a shard with Arrow, and to touch a page of it for every small value, takes several times as long as to read
these few values from the file. So this is how a feed that was just made or resumed has its first batches; who reads
many is better served by open shards.
"""

import mmap
import os
import struct
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from groundswell.errors import UnreadableSource
from groundswell.feed.manifest import File
from groundswell.feed.storage.files import damaged, require_size, with_descriptor

FIRST_ROWS = 1024
"""Rows that a reader reads one by one before it opens shards: enough for a first batch, and soon over."""

_MAPPED_BYTES = 128 * 1024
"""From this size on a value is mapped. C libraries give memory of this size back to the system and take it anew for
every copy, whose pages then cost more than those of a mapping; what is smaller goes where an earlier one was."""

_MAGIC = b"ARROW1"
"""How every Arrow file begins."""


class FirstRows:
    """Counts the rows that a reader was asked for, and says whether these are still among the first ones."""

    def __init__(self) -> None:
        self._left = FIRST_ROWS

    def still(self, rows: int) -> bool:
        """Count so many rows more; False for none."""
        self._left -= rows
        return rows > 0 <= self._left


class Pieces:
    """A column in some shards, whose values are stretches of one buffer in each, and none is missing.

    Args:
        folder: what the names of the files are relative to.
        files: for each shard what the manifest says of the file that holds the column, with its `buffers`.
        is_large: whether the places of values are written in 64 bits, else in 32.
        dtype: of the numbers that values are lists of; None for texts and bytes.
    """

    def __init__(
        self, folder: str, files: Mapping[int, File], is_large: bool, dtype: npt.DTypeLike | None
    ) -> None:
        self._folder = folder
        self._files = files
        self._places = struct.Struct("<qq" if is_large else "<ii")
        self._dtype = None if dtype is None else np.dtype(dtype)

    def values(self, shards: Sequence[int], rows: Sequence[int]) -> list[Any]:
        """Return the values of samples: each a read-only memoryview of its bytes, or an array of its numbers.

        Args:
            shards: of each sample its shard.
            rows: of each sample its row in the shard.

        Raises:
            UnreadableSource: a file is missing or damaged; the message names it.
        """
        return self._each(shards, lambda opened, place: self._value(opened, rows[place]))

    def stretches(self, shards: Sequence[int], starts: Sequence[int], size: int) -> list[Any]:
        """Return stretches of the joined values of shards; see `values`.

        Args:
            shards: of each stretch its shard.
            starts: of each stretch where it begins among the shard's numbers.
            size: of every stretch.
        """
        return self._each(
            shards, lambda opened, place: self._stretch(opened, starts[place], starts[place] + size)
        )

    def _each(self, shards: Sequence[int], read: "Callable[[_Opened, int], Any]") -> list[Any]:
        """Return what is read for each place in `shards`; one file is open at a time."""
        found: list[Any] = [None] * len(shards)
        by_shard = sorted(range(len(shards)), key=shards.__getitem__)
        for shard, places in groupby(by_shard, key=shards.__getitem__):
            with _Opened(self._folder, self._files[shard]) as opened:
                for place in places:
                    found[place] = read(opened, place)
        return found

    def _value(self, opened: "_Opened", row: int) -> Any:
        size = self._places.size
        places = opened.read(opened.file.buffers[0] + row * size // 2, size)
        return self._stretch(opened, *self._places.unpack(places))

    def _stretch(self, opened: "_Opened", start: int, end: int) -> Any:
        at = opened.file.buffers[1]
        if self._dtype is None:
            return opened.read(at + start, end - start)
        item = self._dtype.itemsize
        return np.frombuffer(opened.read(at + start * item, (end - start) * item), self._dtype)


class _Opened:
    """A shard's file while values are read from it; what was read stays when it is closed."""

    def __init__(self, folder: str, file: File) -> None:
        self.file = file
        self._path = f"{folder}/{file.name}"
        self._mapped: memoryview | None = None

    def __enter__(self) -> "_Opened":
        try:
            self._descriptor = with_descriptor(lambda: os.open(self._path, os.O_RDONLY))
        except OSError as error:
            raise damaged(self._path, "it cannot be found or opened") from error
        try:
            require_size(self._path, os.lseek(self._descriptor, 0, os.SEEK_END), self.file.size_bytes)
        except UnreadableSource:
            os.close(self._descriptor)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def read(self, at: int, size: int) -> memoryview:
        """Return some of the file's bytes.

        Raises:
            UnreadableSource: there are none at this place.
        """
        if not (at >= 0 <= size and at + size <= self.file.size_bytes):
            raise damaged(self._path, f"a value of it would be the {size} bytes from {at} on")
        if not size:  # as all values would be in a file of zeros
            self._require_arrow()
        if size < _MAPPED_BYTES:
            return memoryview(os.pread(self._descriptor, size, at))
        if self._mapped is None:
            whole = with_descriptor(lambda: mmap.mmap(self._descriptor, 0, access=mmap.ACCESS_READ))
            self._mapped = memoryview(whole)
        return self._mapped[at : at + size]

    def _require_arrow(self) -> None:
        if os.pread(self._descriptor, len(_MAGIC), 0) != _MAGIC:
            raise damaged(self._path, "it is not an Arrow file")
