"""What models have said before, on disk: asking again costs nothing, and a run that was killed goes on."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from groundswell.errors import StoreError
from groundswell.ids import ItemId
from groundswell.quality.result import Floats

_TABLE = """
CREATE TABLE IF NOT EXISTS prediction (
    asked TEXT NOT NULL,
    item TEXT NOT NULL,
    probabilities BLOB NOT NULL,
    PRIMARY KEY (asked, item)
) WITHOUT ROWID
"""


class PredictionCache:
    """Predictions by what was asked and by item, in one SQLite file.

    SQLite, rather than a file for each prediction: a million predictions are one file instead of a million, each batch
    is stored wholly or not at all whenever the process is killed, and several processes may share the file. It
    holds digests and probabilities: no item, no prompt and no key.
    """

    def __init__(self, path: str | Path) -> None:
        """Open or create the file; its folder must exist.

        Raises:
            StoreError: it cannot be opened, or is no such file.
        """
        self._path, self._lock = path, threading.Lock()
        with self._said_clearly():
            self._connection = sqlite3.connect(
                path, timeout=60, check_same_thread=False, isolation_level=None
            )
        try:
            with self._said_clearly():
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = NORMAL")
                self._connection.execute(_TABLE)
        except StoreError:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        with self._lock, self._said_clearly():
            count: int = self._connection.execute("SELECT count(*) FROM prediction").fetchone()[0]
        return count

    def find(self, asked: str, items: Iterable[ItemId], n_classes: int) -> dict[ItemId, Floats]:
        """Return the predictions there are, each `[n_classes]`."""
        query = "SELECT probabilities FROM prediction WHERE asked = ? AND item = ?"
        found = {}
        with self._lock, self._said_clearly():
            for item in items:
                row = self._connection.execute(query, (asked, item)).fetchone()
                if row is not None and len(row[0]) == 8 * n_classes:
                    found[item] = np.frombuffer(row[0], "<f8").astype(np.float64)
        return found

    def keep(self, asked: str, rows: Mapping[ItemId, Floats]) -> None:
        """Store predictions, all or none; durable against the end of the process when it returns.

        Raises:
            StoreError: the disk is full, say.
        """
        values = [(asked, item, row.astype("<f8").tobytes()) for item, row in rows.items()]
        with self._lock, self._said_clearly(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT OR REPLACE INTO prediction VALUES (?, ?, ?)", values)

    @contextmanager
    def _said_clearly(self) -> Iterator[None]:
        """Turn what SQLite says into an error of ours."""
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"the cache {self._path} cannot be used: {error}; name another file") from error


def digest_of(asked: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what is asked, 64 hexadecimal digits; the order of keys does not matter."""
    canonical = json.dumps(asked, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
