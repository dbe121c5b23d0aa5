"""Finding the row that kills a process: where a task was when it died, and how it goes on from there."""

import mmap
import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Protocol, runtime_checkable

import pyarrow as pa

from groundswell.clean.job.parts import OnDrop, Part
from groundswell.ids import ItemId
from groundswell.items import Drop

_LAYOUT = struct.Struct("<qqqq")
_PIECES = 16
"""Into how many pieces rows are cut after each death: of 1,024 rows the guilty one is alone after three."""

NO_ACCIDENT = 3
"""Deaths at the same row, worked on alone, after which it is set aside."""

MOST_DEATHS = 5
"""Deaths of one task that point at no row, after which the run is given up."""


@dataclass(frozen=True)
class Spot:
    """Rows `first` to `last` (excluded) of a batch; batches are counted as they are read.

    While a record is read `batch` is its number, counted from 0, and `first` and `last` are -1.
    """

    batch: int
    first: int
    last: int

    @property
    def is_reading(self) -> bool:
        """Whether a record was being read."""
        return self.first < 0

    @property
    def is_one_row(self) -> bool:
        """Whether one row was worked on alone."""
        return self.last - self.first == 1


class Watch:
    """Where a task is, in memory that outlives its process.

    Args:
        path: a file of `prepare`; None to watch nothing.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._memory: mmap.mmap | None = None
        self._marks = 0
        self.spot: Spot | None = None
        if path is not None:
            with open(path, "r+b") as file:
                self._memory = mmap.mmap(file.fileno(), _LAYOUT.size)

    def mark(self, spot: Spot | None) -> None:
        """Note what is worked on from now on; None between tasks."""
        self.spot = spot
        self._marks += 1
        if self._memory is not None:
            where = (spot.batch, spot.first, spot.last) if spot else (-1, -1, -1)
            self._memory[: _LAYOUT.size] = _LAYOUT.pack(self._marks, *where)


def prepare(path: Path) -> None:
    """Make a file to be watched; there is no spot in it yet."""
    path.write_bytes(_LAYOUT.pack(0, -1, -1, -1))


def look(path: Path) -> tuple[int, Spot | None]:
    """Return how many marks were made in a file of `prepare`, and the last spot; None between tasks."""
    marks, batch, first, last = _LAYOUT.unpack(path.read_bytes()[: _LAYOUT.size])
    return marks, Spot(batch, first, last) if batch >= 0 else None


@dataclass(frozen=True)
class Care:
    """What is known of the deaths that a task has died.

    Attributes:
        deaths: where it was, death by death; None where that is not known.
    """

    deaths: tuple[Spot | None, ...] = ()

    def guilty(self, batch: int) -> list[int]:
        """Return the rows of a batch that died alone so often that it is no accident; they are set aside."""
        counts = Counter(spot for spot in self.deaths if spot and spot.batch == batch and spot.is_one_row)
        return sorted(spot.first for spot, count in counts.items() if count >= NO_ACCIDENT)

    def unreadable(self) -> tuple[int, ...]:
        """Return the records that died so often while they were read; they are not read again."""
        counts = Counter(spot.batch for spot in self.deaths if spot and spot.is_reading)
        return tuple(sorted(record for record, count in counts.items() if count >= NO_ACCIDENT))

    def pieces(self, batch: int, rows: int) -> list[Spot]:
        """Return how the rows of a batch are worked on, in order; guilty rows are not among them."""
        edges = {0, rows}
        for spot in self.deaths:
            if spot and spot.batch == batch and not spot.is_reading:
                size = max((spot.last - spot.first) // _PIECES, 1)
                edges.update([*range(spot.first, spot.last, size), spot.last])
        cuts = sorted(edges)
        guilty = self.guilty(batch)
        pieces = [Spot(batch, first, last) for first, last in pairwise(cuts)]
        return [piece for piece in pieces if not (piece.is_one_row and piece.first in guilty)]

    def is_hopeless(self) -> bool:
        """Tell whether the deaths no longer lead anywhere."""
        unknown = sum(spot is None for spot in self.deaths)
        reading = Counter(spot.batch for spot in self.deaths if spot and spot.is_reading)
        return unknown >= MOST_DEATHS or any(count >= MOST_DEATHS for count in reading.values())


NO_CARE = Care()


@runtime_checkable
class Sparing(Protocol):
    """A part that can leave records out which killed the process that read them."""

    def sparing(self, records: tuple[int, ...]) -> Part:
        """Return the same part, with these records (counted from 0) set aside unread."""
        ...


def carefully(
    number: int, batch: pa.RecordBatch, care: Care, watch: Watch, on_drop: OnDrop
) -> Iterator[pa.RecordBatch]:
    """Yield a batch, cut where care is needed and less the guilty rows, marking each piece."""
    for row in care.guilty(number):
        on_drop(_killed(batch, row))
    for piece in care.pieces(number, batch.num_rows):
        watch.mark(piece)
        yield batch.slice(piece.first, piece.last - piece.first)
    watch.mark(None)


def _killed(batch: pa.RecordBatch, row: int) -> Drop:
    item_id, source, locator = (batch[name][row].as_py() for name in ("id", "source", "locator"))
    detail = "the process that worked on it died each time: out of memory, stalled or crashed"
    return Drop(ItemId(item_id), source, locator, "run", "operator:killed", detail, failed=True)
