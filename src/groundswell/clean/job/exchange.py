"""Records on their way to other tasks: each map task writes one file, each reduce task reads its share of all."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.clean.job.files import RunFolder

Records = NDArray[Any]
"""A structured array; the runs of one exchange have one dtype."""

Destinations = NDArray[np.int64]

FLUSH_BYTES = 32 * 1024 * 1024
_INDEX_SUFFIX = ".index"
_INDEX = np.dtype([("destination", "<i8"), ("start", "<i8"), ("count", "<i8")])
"""One entry for each run of records of one destination."""


class Sender:
    """Writes records for many destinations into one file, a run for each of them in every flush.

    Args:
        folder: of the run.
        name: of the file; its index goes beside it. Neither is there before `close`.
        dtype: of the records.
    """

    def __init__(self, folder: RunFolder, name: str, dtype: np.dtype[Any]) -> None:
        self.folder, self.name, self.dtype = folder, name, dtype
        self._file = folder.create(name)
        self._waiting: list[tuple[Destinations, Records]] = []
        self._waiting_bytes = 0
        self._index: list[Records] = []
        self._written = 0

    def send(self, destinations: Destinations, records: Records) -> None:
        """Send `records[i]` to `destinations[i]`."""
        if len(records):
            self._waiting.append((destinations, records))
            self._waiting_bytes += records.nbytes + destinations.nbytes
            if self._waiting_bytes >= FLUSH_BYTES:
                self._flush()

    def close(self) -> None:
        """Finish the file and give it its name."""
        self._flush()
        self.folder.publish(self._file, self.name)
        index = self.folder.create(self.name + _INDEX_SUFFIX)
        index.write(np.concatenate([np.empty(0, _INDEX), *self._index]).tobytes())
        self.folder.publish(index, self.name + _INDEX_SUFFIX)

    def discard(self) -> None:
        """Leave nothing behind."""
        self.folder.discard(self._file, self.name)

    def _flush(self) -> None:
        if not self._waiting:
            return
        destinations = np.concatenate([entry[0] for entry in self._waiting])
        records = np.concatenate([entry[1] for entry in self._waiting])
        if destinations.max() < 1 << 16:
            destinations = destinations.astype(
                np.uint16
            )  # such numbers are sorted by their digits: ten times as fast
        order = np.argsort(destinations, kind="stable")
        named, starts, counts = np.unique(destinations[order], return_index=True, return_counts=True)
        index = np.empty(len(named), _INDEX)
        index["destination"], index["start"], index["count"] = named, starts + self._written, counts
        self._index.append(index)
        self._file.write(records[order].data)
        self._written += len(records)
        self._waiting, self._waiting_bytes = [], 0


class Receiver:
    """The files of one exchange, by destination.

    Args:
        paths: the files, in the order of the tasks that wrote them.
        dtype: of the records.
    """

    def __init__(self, paths: Sequence[Path], dtype: np.dtype[Any]) -> None:
        self.paths, self.dtype = paths, dtype

    def counts(self) -> dict[int, int]:
        """Return how many records there are for each destination that has any, in order."""
        total: dict[int, int] = {}
        for path in self.paths:
            for destination, _, count in _read_index(path).tolist():
                total[destination] = total.get(destination, 0) + count
        return dict(sorted(total.items()))

    def read(self, first: int, last: int) -> Iterator[Records]:
        """Yield the records for the destinations `first` to `last`, in the order in which they were sent.

        Between destinations there is no order.
        """
        for path in self.paths:
            index = _read_index(path)
            ours = index[(index["destination"] >= first) & (index["destination"] <= last)]
            if len(ours):
                with open(path, "rb") as file:
                    yield from _runs(file.fileno(), ours, self.dtype)


@dataclass(frozen=True)
class Share:
    """Neighbouring destinations that one task takes: `first` to `last`."""

    first: int
    last: int

    @property
    def name(self) -> str:
        """A name that tells what it holds: a run that goes on within other limits is shared out differently."""
        return f"{self.first:05d}-{self.last:05d}"


def shares_of(counts: dict[int, int], most: int) -> list[Share]:
    """Share destinations out, in order: each share has at most `most` records or one destination."""
    found: list[Share] = []
    held = 0
    for destination, count in counts.items():
        if found and held + count <= most:
            found[-1] = Share(found[-1].first, destination)
            held += count
        else:
            found.append(Share(destination, destination))
            held = count
    return found


def _runs(handle: int, index: Records, dtype: np.dtype[Any]) -> Iterator[Records]:
    """Yield the records of an index; runs that touch are read at once."""
    ends = index["start"] + index["count"]
    is_new = np.concatenate([[True], index["start"][1:] != ends[:-1]])
    firsts = np.flatnonzero(is_new)
    lasts = np.append(firsts[1:], len(index)) - 1
    for start, end in zip(index["start"][firsts].tolist(), ends[lasts].tolist(), strict=True):
        data = os.pread(handle, (end - start) * dtype.itemsize, start * dtype.itemsize)
        yield np.frombuffer(data, dtype)


def _read_index(path: Path) -> Records:
    return np.fromfile(path.with_name(path.name + _INDEX_SUFFIX), _INDEX)
