"""Cutting a text file into spans of whole lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Span:
    """Some lines of a file.

    Attributes:
        start: where the first of them begins, in bytes.
        end: where the last of them ends.
        first_line: the number of the first, from 1.
    """

    start: int
    end: int
    first_line: int


def line_spans(path: Path, part_bytes: int) -> list[Span]:
    """Return spans of about `part_bytes`, or of one line, that cover a file; one for an empty file.

    Reads the whole file once, to count its lines, a megabyte at a time.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        edges = [0, *_cuts(file, size, part_bytes), size]
        spans: list[Span] = []
        line = 1
        for start, end in pairwise(edges):
            spans.append(Span(start, end, line))
            line += _count_lines(file, start, end)
    return spans


def _cuts(file: BinaryIO, size: int, part_bytes: int) -> Iterator[int]:
    """Yield the ends of the first lines that end `part_bytes` after the last cut."""
    cut = 0
    while cut + part_bytes < size:
        file.seek(cut + part_bytes - 1)
        while (piece := file.readline(_BLOCK)) and not piece.endswith(b"\n"):
            pass
        cut = file.tell()
        if cut < size:
            yield cut


def _count_lines(file: BinaryIO, start: int, end: int) -> int:
    file.seek(start)
    lines = 0
    while start < end:
        block = file.read(min(_BLOCK, end - start))
        if not block:
            return lines
        lines += block.count(b"\n")
        start += len(block)
    return lines
