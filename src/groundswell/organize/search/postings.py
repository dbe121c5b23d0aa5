"""An inverted index over the texts of some rows: which rows have a term, how often, and where."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.organize.search.arrays import load_array, load_terms, save_array, save_terms
from groundswell.organize.search.terms import Stream

Rows = NDArray[np.int64]
_MOST_COUNTED = 2**16 - 1


@dataclass(frozen=True)
class Postings:
    """The index of some texts, mapped into memory: only what a query touches is read.

    Attributes:
        folder: where it lies.
        rows: how many texts it covers, numbered from 0.
    """

    folder: Path
    rows: int

    @cached_property
    def terms(self) -> pa.Array:
        """Distinct terms, ascending by code points."""
        return load_terms(self.folder / "terms.arrow")

    @cached_property
    def lengths(self) -> NDArray[np.uint32]:
        """How many terms each text has, `[rows]`."""
        return load_array(self.folder / "lengths.npy")

    @cached_property
    def total_length(self) -> int:
        """Terms of all texts together."""
        return int(self.lengths.sum(dtype=np.int64))

    def find(self, term: str, *, prefix: bool = False) -> slice:
        """Return the range of terms that are, or with `prefix` begin with, this one; empty where none is."""
        first = bisect_left(self._ordered, term)
        if prefix:
            return slice(first, bisect_left(self._ordered, term + "\U0010ffff", first))
        there = first < len(self.terms) and self.terms[first].as_py() == term
        return slice(first, first + there)

    def rows_with(self, terms: slice) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
        """Return the rows that have some terms, and how often; a row once for each of the terms that it has.

        Rows are int64, which NumPy indexes by ten times as quickly as by what is stored.
        """
        start, end = _span(self._posting_ends, terms)
        return self._posting_rows[start:end].astype(np.int64), self._posting_counts[start:end]

    def rows_with_phrase(self, ranges: list[slice]) -> NDArray[np.int64]:
        """Return the rows, ascending and each once, in which terms of these ranges follow one another."""
        spans = [_span(self._position_ends, terms) for terms in ranges]
        if any(start == end for start, end in spans):
            return np.zeros(0, np.int64)
        found: NDArray[Any] | None = None
        # The rarest first: what is looked up is never more than it has.
        for number in sorted(range(len(ranges)), key=lambda at: spans[at][1] - spans[at][0]):
            start, end = spans[number]
            begins = self._positions[start:end].astype(np.int64) - number
            if ranges[number].stop - ranges[number].start > 1:
                begins = np.sort(begins)  # of several terms, each ascending
            found = begins if found is None else found[_is_in(found, begins)]
        assert found is not None
        return np.unique(self.row_of(found))

    def row_of(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows in which positions lie."""
        return np.searchsorted(self._starts, positions, side="right").astype(np.int64) - 1

    @cached_property
    def _ordered(self) -> "_Ordered":
        return _Ordered(self.terms)

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        """Position of the first term of each row; one position between rows is left empty, so phrases end there."""
        before = np.concatenate([[0], np.cumsum(self.lengths, dtype=np.int64)[:-1]])
        return before + np.arange(self.rows)

    @cached_property
    def _positions(self) -> NDArray[np.uint32]:
        return load_array(self.folder / "positions.npy")

    @cached_property
    def _position_ends(self) -> NDArray[np.int64]:
        return load_array(self.folder / "position_ends.npy")

    @cached_property
    def _posting_rows(self) -> NDArray[np.uint32]:
        return load_array(self.folder / "posting_rows.npy")

    @cached_property
    def _posting_counts(self) -> NDArray[np.uint16]:
        return load_array(self.folder / "posting_counts.npy")

    @cached_property
    def _posting_ends(self) -> NDArray[np.int64]:
        return load_array(self.folder / "posting_ends.npy")


class _Ordered:
    """Terms as `bisect` wants them."""

    def __init__(self, terms: pa.Array) -> None:
        self.terms = terms

    def __len__(self) -> int:
        return len(self.terms)

    def __getitem__(self, place: int) -> str:
        term: str = self.terms[place].as_py()
        return term


def write_postings(texts: pa.Array, folder: Path) -> None:
    """Index texts, nulls among them, into a folder that is there."""
    stream = Stream(texts)
    row_of = np.repeat(np.arange(len(texts), dtype=np.uint32), stream.lengths)
    order = np.argsort(stream.codes, kind="stable")
    codes, rows = stream.codes[order], row_of[order]
    is_first = np.ones(len(codes), bool)
    is_first[1:] = (codes[1:] != codes[:-1]) | (rows[1:] != rows[:-1])
    firsts = np.flatnonzero(is_first)
    counts = np.diff(np.append(firsts, len(codes)))
    terms = np.arange(len(stream.vocabulary))
    save_terms(folder / "terms.arrow", stream.vocabulary)
    save_array(folder / "lengths.npy", stream.lengths.astype(np.uint32))
    save_array(folder / "positions.npy", (order + rows).astype(np.uint32))
    save_array(folder / "position_ends.npy", np.searchsorted(codes, terms, side="right"))
    save_array(folder / "posting_rows.npy", rows[firsts])
    save_array(folder / "posting_counts.npy", np.minimum(counts, _MOST_COUNTED).astype(np.uint16))
    save_array(folder / "posting_ends.npy", np.searchsorted(codes[firsts], terms, side="right"))


def _span(ends: NDArray[np.int64], terms: slice) -> tuple[int, int]:
    if terms.stop <= terms.start:
        return 0, 0
    return int(ends[terms.start - 1]) if terms.start else 0, int(ends[terms.stop - 1])


def _is_in(values: NDArray[np.int64], among: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which values are among others, which are ascending."""
    places = np.searchsorted(among, values)
    places[places == len(among)] = len(among) - 1
    return np.asarray(among[places] == values)
