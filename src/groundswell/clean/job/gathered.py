"""What the tasks of one step noted of all rows, as files of the run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from groundswell.clean.job.exchange import Receiver
from groundswell.clean.job.files import RunFolder
from groundswell.clean.job.shelf import Shelf, Taken, joined

Rows = NDArray[np.int64]

KEYED = np.dtype([("key", "<u8"), ("row", "<i8")])
"""A key that a row has."""

KEY_BUCKETS = 256

_ROW_BITS = 40
_OPEN_SHELVES = 64


def row_of(part: int, rows: Rows) -> Rows:
    """Return numbers that name rows in the whole run: they ascend in the order of reading."""
    return rows + (part << _ROW_BITS)


def parts_of(rows: Rows) -> Rows:
    """Return the part of each row of the run."""
    return rows >> _ROW_BITS


def within_part(rows: Rows) -> Rows:
    """Return the number of each row within its part."""
    return rows & ((1 << _ROW_BITS) - 1)


def bucket_of(keys: NDArray[np.uint64]) -> Rows:
    """Return the bucket of each key, 0 to `KEY_BUCKETS` - 1; keys must be hashes."""
    return (keys >> np.uint64(56)).astype(np.int64)


@dataclass(frozen=True)
class Gathered:
    """Where the notes of one step lie.

    Attributes:
        folder: of the run.
        step: the name of the step, a prefix of its files.
        parts: how many parts the run has; their numbers are 0 to `parts` - 1.
        known: how many of these, the first, are there already: they are compared with, never dropped.
        counts: what was counted, of the parts that are not there already.
    """

    folder: RunFolder
    step: str
    parts: int
    known: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)

    def name(self, kind: str, of: int | str) -> str:
        """Return the name of a file of this step, for one part or one share of the work."""
        return f"{self.step}.{kind}.{of:05d}" if isinstance(of, int) else f"{self.step}.{kind}.{of}"

    def path(self, kind: str, of: int | str) -> Path:
        """Return the path of a file of this step."""
        return self.folder.path(self.name(kind, of))

    def keys(self) -> Receiver:
        """Return the keys of all rows, by bucket."""
        return Receiver([self.path("keys", part) for part in range(self.parts)], KEYED)

    def take(self, shelf: str, rows: Rows) -> Taken:
        """Return what a shelf holds for rows of the run, which must ascend."""
        parts = parts_of(rows)
        named, starts = np.unique(parts, return_index=True)
        ends = np.append(starts[1:], len(rows))
        return joined(
            [
                _open(self.path(shelf, part)).take(within_part(rows[start:end]))
                for part, start, end in zip(named.tolist(), starts.tolist(), ends.tolist(), strict=True)
            ]
        )


@lru_cache(maxsize=_OPEN_SHELVES)
def _open(path: Path) -> Shelf:
    return Shelf(path)
