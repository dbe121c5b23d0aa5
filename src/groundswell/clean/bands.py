"""Finding rows that share a band key with earlier rows, without holding one Python object per key."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MAX_PER_KEY = 32
"""Rows looked at per key and run: boilerplate shares keys by the thousand, and one match is enough."""

Keys = NDArray[np.uint64]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class _Run:
    """Keys in ascending order, and for each the row that has it."""

    keys: Keys
    rows: Rows


class BandIndex:
    """Which rows have which band keys. Grows by 16 bytes a key, in sorted runs of doubling size."""

    def __init__(self) -> None:
        self._runs: list[_Run] = []

    def add(self, keys: Keys, rows: Rows) -> None:
        """Remember keys.

        Args:
            keys: `[n, bands]`.
            rows: `[n]`, the number by which each is reported later.
        """
        if not keys.size:
            return
        self._runs.append(_sorted_run(keys.ravel(), np.repeat(rows, keys.shape[1])))
        while len(self._runs) > 1 and len(self._runs[-2].keys) < 2 * len(self._runs[-1].keys):
            last, before = self._runs.pop(), self._runs.pop()
            merged = np.concatenate([before.keys, last.keys]), np.concatenate([before.rows, last.rows])
            self._runs.append(_sorted_run(*merged))

    def matches(self, keys: Keys) -> list[Rows]:
        """Return for each row of `[n, bands]` keys the remembered rows that share one: most shared first."""
        found: list[tuple[Rows, Rows]] = [_pairs(run, keys) for run in self._runs]
        asked = np.concatenate([pair[0] for pair in found]) if found else np.empty(0, np.int64)
        given = np.concatenate([pair[1] for pair in found]) if found else np.empty(0, np.int64)
        pairs, shared = np.unique(np.stack([asked, given], axis=1), axis=0, return_counts=True)
        pairs = pairs[np.lexsort((pairs[:, 1], -shared, pairs[:, 0]))]
        return (
            np.split(pairs[:, 1], np.searchsorted(pairs[:, 0], np.arange(1, len(keys)))) if len(keys) else []
        )


def _sorted_run(keys: Keys, rows: Rows) -> _Run:
    order = np.argsort(keys, kind="stable")
    return _Run(keys[order], rows[order])


def _pairs(run: _Run, keys: Keys) -> tuple[Rows, Rows]:
    """Return (asking row, remembered row) for each shared key, at most `_MAX_PER_KEY` a key."""
    flat = keys.ravel()
    left = np.searchsorted(run.keys, flat, side="left")
    counts = np.minimum(np.searchsorted(run.keys, flat, side="right") - left, _MAX_PER_KEY)
    asked = np.repeat(np.arange(flat.size) // max(keys.shape[1], 1), counts)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return asked, run.rows[np.repeat(left, counts) + within]
