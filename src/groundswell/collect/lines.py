"""Lines of a text file, plain or compressed: bounded in memory, each decoded or named as a problem."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from groundswell.errors import UnreadableSource

COMPRESSIONS = (".gz", ".zst")
_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_SKIP_BYTES = 1 << 16


@dataclass(frozen=True)
class Line:
    """One line of a file, without its line ending.

    Attributes:
        number: its place in the file, from 1.
        text: what it says; empty where there is a problem.
        reason: a stable code where the line cannot be used, else empty.
        detail: what was found, for a person.
    """

    number: int
    text: str
    reason: str = ""
    detail: str = ""


def read_lines(path: Path, max_bytes: int) -> Iterator[Line]:
    r"""Yield the lines of a UTF-8 file; `.gz` and `.zst` are decompressed on the way.

    Ends of line are `\n` and `\r\n`; a byte order mark is left out. A line over `max_bytes` is never
    held in memory whole. A damaged end of a compressed file becomes a last line with a problem.

    Raises:
        UnreadableSource: the file cannot be opened, or is UTF-16.
    """
    with _opened(path) as stream:
        number = 0
        try:
            while raw := stream.readline(max_bytes + 2):
                number += 1
                yield _line(number, raw, stream, max_bytes, path)
        except (OSError, EOFError, zlib.error) as error:
            yield Line(number + 1, "", "file:damaged", f"cannot be read from here on: {error}")


def _line(number: int, raw: bytes, stream: BinaryIO, max_bytes: int, path: Path) -> Line:
    if number == 1:
        raw = _without_mark(raw, path)
    body = raw.removesuffix(b"\n").removesuffix(b"\r")
    if len(body) > max_bytes:
        if not raw.endswith(b"\n"):
            _skip_line(stream)
        return Line(number, "", "item:too_large", f"over {max_bytes:,} bytes")
    try:
        return Line(number, body.decode())
    except UnicodeDecodeError as error:
        detail = f"byte 0x{body[error.start]:02x} at {error.start} is not UTF-8; convert the file with iconv"
        return Line(number, "", "text:encoding", detail)


def _without_mark(raw: bytes, path: Path) -> bytes:
    if raw.startswith(_UTF16_BOMS):
        raise UnreadableSource(f"{path} is UTF-16; convert it: iconv -f utf-16 -t utf-8 {path.name}")
    return raw.removeprefix(_BOM)


def _skip_line(stream: BinaryIO) -> None:
    while chunk := stream.readline(_SKIP_BYTES):
        if chunk.endswith(b"\n"):
            return


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        stream = _open(path)
    except OSError as error:
        raise UnreadableSource(f"{path} cannot be opened: {error.strerror or error}") from error
    with stream:
        yield stream


def _open(path: Path) -> BinaryIO:
    if path.suffix.lower() == ".gz":
        return cast(BinaryIO, gzip.open(path, "rb"))
    if path.suffix.lower() == ".zst":
        return cast(BinaryIO, io.BufferedReader(pa.CompressedInputStream(pa.OSFile(str(path)), "zstd")))
    return path.open("rb")
