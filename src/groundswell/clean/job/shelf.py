"""Byte strings by row number, on disk: written once in order, read in any order a few at a time."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.clean.job.files import RunFolder

Rows = NDArray[np.int64]

_ENDS_SUFFIX = ".ends"
_GAP_BYTES = 16 * 1024
"""Rows that lie nearer than this are read at once: a call costs as much as copying some kilobytes."""


@dataclass(frozen=True)
class Taken:
    """Byte strings that were read: that of row `i` is `data[starts[i]:ends[i]]`."""

    data: NDArray[np.uint8]
    starts: Rows
    ends: Rows

    def text(self, place: int) -> str:
        """Return one of them as text."""
        return bytes(self.data[self.starts[place] : self.ends[place]]).decode()


def taken_of(column: pa.Array) -> Taken:
    """Return a column of binary values as if it had been read; null is empty."""
    column = column.cast(pa.large_binary())
    _, offsets, data = column.buffers()
    if not len(column):
        return Taken(np.empty(0, np.uint8), np.empty(0, np.int64), np.empty(0, np.int64))
    ends = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
    return Taken(np.frombuffer(data or b"", np.uint8), ends[:-1], ends[1:])


class ShelfWriter:
    """Writes byte strings in the order of their rows; there is nothing to read before `close`."""

    def __init__(self, folder: RunFolder, name: str) -> None:
        self.folder, self.name = folder, name
        self._data, self._ends = folder.create(name), folder.create(name + _ENDS_SUFFIX)
        self._written = 0

    def add(self, column: pa.Array) -> None:
        """Append a column of binary or string values."""
        column = column.cast(pa.large_binary())
        _, offset_buffer, data = column.buffers()
        if not len(column):
            return
        offsets = np.frombuffer(offset_buffer, np.int64)[column.offset : column.offset + len(column) + 1]
        self._ends.write((offsets[1:] - offsets[0] + self._written).tobytes())
        self._data.write(memoryview(data)[offsets[0] : offsets[-1]] if data else b"")
        self._written += int(offsets[-1] - offsets[0])

    def close(self) -> None:
        """Finish the files and give them their names."""
        self.folder.publish(self._data, self.name)
        self.folder.publish(self._ends, self.name + _ENDS_SUFFIX)

    def discard(self) -> None:
        """Leave nothing behind."""
        self.folder.discard(self._data, self.name)
        self.folder.discard(self._ends, self.name + _ENDS_SUFFIX)


class Shelf:
    """Reads what a `ShelfWriter` wrote."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ends = np.fromfile(path.with_name(path.name + _ENDS_SUFFIX), np.int64)

    def sizes(self, rows: Rows) -> Rows:
        """Return the length of each row in bytes."""
        return np.asarray(self.ends[rows] - self._starts(rows), np.int64)

    def take(self, rows: Rows) -> Taken:
        """Return the byte strings of rows, which must ascend."""
        starts, ends = self._starts(rows), self.ends[rows]
        if not len(rows):
            return Taken(np.empty(0, np.uint8), starts, ends)
        is_new = np.concatenate([[True], starts[1:] - ends[:-1] > _GAP_BYTES])
        firsts = np.flatnonzero(is_new)
        lasts = np.append(firsts[1:], len(rows)) - 1
        with open(self.path, "rb") as file:
            spans = [
                os.pread(file.fileno(), end - start, start)
                for start, end in zip(starts[firsts].tolist(), ends[lasts].tolist(), strict=True)
            ]
        moved = np.cumsum([0, *map(len, spans)])[:-1] - starts[firsts]
        shift = moved[np.cumsum(is_new) - 1]
        return Taken(np.frombuffer(b"".join(spans), np.uint8), starts + shift, ends + shift)

    def _starts(self, rows: Rows) -> Rows:
        return np.asarray(np.where(rows > 0, self.ends[rows - 1], 0), np.int64)


def joined(parts: list[Taken]) -> Taken:
    """Return several readings as one, in order."""
    sizes = np.array([len(part.data) for part in parts], np.int64)
    shifts: Any = np.cumsum(sizes) - sizes
    return Taken(
        np.concatenate([np.empty(0, np.uint8), *(part.data for part in parts)]),
        np.concatenate([np.empty(0, np.int64), *(p.starts + s for p, s in zip(parts, shifts, strict=True))]),
        np.concatenate([np.empty(0, np.int64), *(p.ends + s for p, s in zip(parts, shifts, strict=True))]),
    )
