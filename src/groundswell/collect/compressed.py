"""Opening files that may be compressed, within what their size can explain."""

import bz2
import gzip
import io
import lzma
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa

from groundswell.errors import UnreadableSource

MOST_EXPANSION = 200
"""Text that is written once compresses to a fifth or so, logs to a fiftieth. More than this is a bomb, if it is more
than `FREE_BYTES` too."""

FREE_BYTES = 1 << 30


class TooMuch(Exception):
    """A compressed file holds more than its size can explain."""


def _zstd(path: Path) -> Any:
    return io.BufferedReader(pa.CompressedInputStream(pa.OSFile(str(path)), "zstd"))


_OPENERS: dict[str, Callable[[Path], Any]] = {
    ".gz": gzip.open,
    ".zst": _zstd,
    ".bz2": bz2.open,
    ".xz": lzma.open,
}
COMPRESSIONS = tuple(_OPENERS)
"""Suffixes of compressed files."""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading; one with a suffix of `COMPRESSIONS` is decompressed.

    Reading raises `TooMuch` once a compressed file has given more than its size can explain.

    Raises:
        UnreadableSource: it cannot be opened.
    """
    opener = _OPENERS.get(path.suffix.lower())
    try:
        stream = path.open("rb") if opener is None else _Bounded(opener(path), path.stat().st_size)
    except OSError as error:
        raise UnreadableSource(f"{path} cannot be opened: {error.strerror or error}") from error
    with stream:
        yield cast(BinaryIO, stream)


class _Bounded:
    """A decompressing stream that counts what it gives."""

    def __init__(self, stream: Any, size_bytes: int) -> None:
        self._stream = stream
        self._given = 0
        self._most = max(FREE_BYTES, MOST_EXPANSION * size_bytes)

    def read(self, size: int = -1) -> bytes:
        """Read some bytes."""
        return self._counted(self._stream.read(size))

    def readline(self, size: int = -1) -> bytes:
        """Read a line, or `size` bytes of it."""
        return self._counted(self._stream.readline(size))

    def _counted(self, data: bytes) -> bytes:
        self._given += len(data)
        if self._given > self._most:
            raise TooMuch(f"over {self._most:,} bytes come out of a file that is far smaller: a bomb")
        return data

    def __enter__(self) -> "_Bounded":
        return self

    def __exit__(self, *error: object) -> None:
        self._stream.close()
