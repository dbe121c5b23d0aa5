"""Packing: documents into rows of one length, so that no step is spent on padding and no document is cut that fits."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from groundswell.errors import InputError

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Packing:
    """Which pieces of which documents stand in which row.

    A piece is a whole document, or part of one that is longer than a row. The pieces of row r are
    `row_starts[r]` to `row_starts[r + 1] - 1`.

    Attributes:
        size: tokens of a row.
        documents: document of each piece, int64 `[pieces]`.
        starts: where in its document each piece starts, int64 `[pieces]`.
        lengths: tokens of each piece, at least 1, int64 `[pieces]`.
        row_starts: first piece of each row and, at the end, the number of pieces; int64 `[rows + 1]`.
    """

    size: int
    documents: Numbers
    starts: Numbers
    lengths: Numbers
    row_starts: Numbers

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.row_starts) - 1

    @property
    def waste(self) -> float:
        """Share of the rows' places that hold no token, 0 to 1; 0 without rows."""
        return 1 - float(self.lengths.sum()) / (self.rows * self.size) if self.rows else 0.0


def best_fit(lengths: npt.ArrayLike, size: int, *, seed: int = 0) -> Packing:
    """Pack documents of known lengths by best fit decreasing: nearly no waste, and none is cut that fits.

    The longest comes first, and each goes into the row in which it leaves the least space. A document longer
    than a row fills rows of its own, and its rest is packed like a document. Time does not grow
    with the number of documents but for sorting: documents of one length are placed together.

    Args:
        lengths: tokens of each document; those of 0 are left out.
        size: tokens of a row, at least 1.
        seed: which of several documents of one length goes where.

    Raises:
        InputError: `size` is under 1.

    Source:
        Best fit decreasing: Johnson (1973), "Near-optimal bin packing algorithms" (thesis, MIT). Its use for
        training: Ding et al. (2024), "Fewer truncations improve language modeling", arXiv:2404.10830.
    """
    if size < 1:
        raise InputError(f"a row has at least 1 token, got {size}")
    pieces = _pieces(np.asarray(lengths, dtype=np.int64), size, seed)
    rows = _fill(pieces[2], size)
    order = np.argsort(rows, kind="stable")
    documents, starts, sizes = (column[order] for column in pieces)
    count = int(rows.max()) + 1 if len(rows) else 0
    return Packing(size, documents, starts, sizes, np.searchsorted(rows[order], np.arange(count + 1)))


def _pieces(lengths: Numbers, size: int, seed: int) -> tuple[Numbers, Numbers, Numbers]:
    """Return document, start and length of each piece, the longest first; of one length in an order by the seed."""
    shuffled = np.random.Generator(np.random.PCG64(abs(seed))).permutation(np.flatnonzero(lengths))
    counts = -(-lengths[shuffled] // size)
    documents = np.repeat(shuffled, counts)
    within = np.arange(len(documents)) - np.repeat(np.cumsum(counts) - counts, counts)
    starts = within * size
    sizes = np.minimum(lengths[documents] - starts, size)
    order = np.argsort(-sizes, kind="stable")
    return documents[order], starts[order], sizes[order]


def _fill(sizes: Numbers, size: int) -> Numbers:
    """Return the row of each piece; `sizes` is descending.

    Rows are kept by the space that they have left. All pieces of one length are placed at once: the row with the
    least space that suffices takes as many as fit, then the next one.
    """
    rows = np.empty(len(sizes), dtype=np.int64)
    open_rows: dict[int, list[Numbers]] = defaultdict(list)
    spaces = 0  # bit s is set where some row has s left
    next_row = first = 0
    for length, count in zip(*_runs(sizes), strict=True):
        left = count
        while left:
            fitting = spaces >> length
            space = length + (fitting & -fitting).bit_length() - 1 if fitting else size
            each = space // length
            if fitting:
                held = np.concatenate(open_rows.pop(space))
                spaces &= ~(1 << space)
            else:
                held = np.arange(next_row, next_row + -(-left // each))
                next_row += len(held)
            used = held[: -(-left // each)]
            placed = min(left, len(used) * each)
            rows[first : first + placed] = np.repeat(used, each)[:placed]
            _keep(open_rows, held[len(used) :], space)
            last = placed - (len(used) - 1) * each  # the last row may take fewer
            _keep(open_rows, used[:-1], space - each * length)
            _keep(open_rows, used[-1:], space - last * length)
            for remaining in {space, space - each * length, space - last * length} - {0}:
                spaces |= (1 << remaining) if open_rows.get(remaining) else 0
            first, left = first + placed, left - placed
    return rows


def _keep(open_rows: dict[int, list[Numbers]], rows: Numbers, space: int) -> None:
    if len(rows) and space:
        open_rows[space].append(rows)


def _runs(sizes: Numbers) -> tuple[list[int], list[int]]:
    """Return the distinct sizes, in order, and how many pieces have each."""
    starts = np.flatnonzero(np.diff(sizes, prepend=-1))
    counts = np.diff(starts, append=len(sizes))
    return sizes[starts].tolist(), counts.tolist()


def pack_stream(
    lengths: Iterable[int], size: int, *, open_rows: int = 16
) -> Iterator[list[tuple[int, int, int]]]:
    """Pack documents as they come, when their lengths are not known before.

    So many rows are held open; each document goes into the one in which it leaves the least space. Where it fits
    none, the fullest row is given out and a new one opened. Every row is given out once, in an order that
    depends on the lengths alone.

    Args:
        lengths: tokens of each document; those of 0 are left out.
        size: tokens of a row, at least 1.
        open_rows: more waste less and hold more.

    Yields:
        For each row its pieces: document (numbered from 0), start in it, and length.

    Raises:
        InputError: `size` or `open_rows` is under 1.
    """
    if size < 1 or open_rows < 1:
        raise InputError(f"size and open_rows must be at least 1, got {size} and {open_rows}")
    held: list[tuple[int, list[tuple[int, int, int]]]] = []  # space left and pieces, the oldest first
    for document, length in enumerate(lengths):
        for start in range(0, length, size):
            piece = document, start, min(size, length - start)
            fitting = [place for place, (space, _) in enumerate(held) if space >= piece[2]]
            if fitting:
                space, pieces = held.pop(min(fitting, key=lambda place: held[place][0]))
            else:
                if len(held) == open_rows:
                    yield held.pop(min(range(open_rows), key=lambda place: held[place][0]))[1]
                space, pieces = size, []
            pieces.append(piece)
            if space == piece[2]:
                yield pieces
            else:
                held.append((space - piece[2], pieces))
    yield from (pieces for _, pieces in held)
