"""Lines of a text file, plain or compressed: bounded in memory, each decoded or named as a problem."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import Path
from typing import BinaryIO

from groundswell.collect.compressed import COMPRESSIONS, TooMuch, opened
from groundswell.collect.spans import Span
from groundswell.errors import UnreadableSource

__all__ = ["COMPRESSIONS", "Line", "read_lines"]

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


def read_lines(path: Path, max_bytes: int, span: Span | None = None) -> Iterator[Line]:
    r"""Yield the lines of a UTF-8 file; one with a suffix of `COMPRESSIONS` is decompressed on the way.

    Ends of line are `\n` and `\r\n`; a byte order mark is left out. A line over `max_bytes` is never
    held in memory whole. A damaged end of a compressed file becomes a last line with a problem, and so does
    the place from which on it holds more than its size can explain.

    Args:
        path: of the file.
        max_bytes: the longest line.
        span: the lines that are read, of a file that is not compressed; all if None.

    Raises:
        UnreadableSource: the file cannot be opened, or is UTF-16.
    """
    with opened(path) as stream:
        number = span.first_line - 1 if span else 0
        left = span.end - span.start if span else None
        if span:
            stream.seek(span.start)
        try:
            while (left is None or left > 0) and (raw := stream.readline(max_bytes + 2)):
                number += 1
                taken = len(raw)
                if number == 1:
                    raw = _without_mark(raw, path)
                body = raw.removesuffix(b"\n").removesuffix(b"\r")
                if len(body) > max_bytes:
                    taken += 0 if raw.endswith(b"\n") else _skip_line(stream)
                    yield Line(number, "", "item:too_large", f"over {max_bytes:,} bytes")
                else:
                    yield _decoded(number, body)
                left = None if left is None else left - taken
        except TooMuch as error:
            yield Line(number + 1, "", "file:bomb", str(error))
        except (OSError, EOFError, zlib.error, LZMAError) as error:
            yield Line(number + 1, "", "file:damaged", f"cannot be read from here on: {error}")


def _decoded(number: int, body: bytes) -> Line:
    try:
        return Line(number, body.decode())
    except UnicodeDecodeError as error:
        detail = f"byte 0x{body[error.start]:02x} at {error.start} is not UTF-8; convert the file with iconv"
        return Line(number, "", "text:encoding", detail)


def _without_mark(raw: bytes, path: Path) -> bytes:
    if raw.startswith(_UTF16_BOMS):
        raise UnreadableSource(f"{path} is UTF-16; convert it: iconv -f utf-16 -t utf-8 {path.name}")
    return raw.removeprefix(_BOM)


def _skip_line(stream: BinaryIO) -> int:
    """Skip the rest of a line; returns how many bytes that was."""
    skipped = 0
    while chunk := stream.readline(_SKIP_BYTES):
        skipped += len(chunk)
        if chunk.endswith(b"\n"):
            break
    return skipped
