"""Source: a table in a CSV or TSV file."""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, count, islice
from typing import ClassVar

from groundswell.collect.columns import USUAL_NAMES, choose_text_column
from groundswell.collect.lines import Line, read_lines
from groundswell.collect.one import OneFile
from groundswell.collect.source import Origin, Place
from groundswell.errors import UnreadableSource
from groundswell.items import Drop, Item

SUFFIXES = (".csv", ".tsv")
DELIMITERS = (",", ";", "\t")
_SAMPLE_ROWS = 20


@dataclass(frozen=True)
class Csv(OneFile):
    """The rows of a CSV file with a header, plain or compressed; the delimiter is found among `,` `;` tab.

    Quoted fields may hold line ends. A row with too few or too many fields, or with a quote that never
    closes, is set aside, and reading goes on at the next line. Fields other than the text go to `meta`. Of
    columns with the same name, the second becomes `<name>_2`, and so on.
    """

    name: ClassVar[str] = "csv"
    what: ClassVar[str] = "rows"
    reads_records: ClassVar[bool] = True

    @classmethod
    def recognises(cls, place: Place) -> bool:
        """Take a file by its suffix."""
        return place.file_ends_with(*SUFFIXES)

    def records(self, origin: Origin) -> Iterator[Item | Drop]:
        """Yield an item for each record."""
        delimiter = self._delimiter()
        rows = self._rows(delimiter)
        header = next(rows, None)
        if header is None:
            return
        if header.reason:
            raise UnreadableSource(f"{origin.source}, header: {header.detail}")
        header = replace(header, fields=_distinct(header.fields))
        column = choose_text_column(self._columns(header, delimiter), self.options.text_column, origin.source)
        for row in rows:
            yield _record(row, header.fields, column, origin)

    def _rows(self, delimiter: str) -> "Iterator[Row]":
        return read_rows(
            read_lines(self.place.path, self.options.max_item_bytes), delimiter, self.options.max_item_bytes
        )

    def _delimiter(self) -> str:
        """Return the delimiter that splits the first rows into the most fields, equally many in each."""
        best, most = DELIMITERS[0], 1
        for delimiter in DELIMITERS:
            widths = {
                len(row.fields) for row in islice(self._rows(delimiter), _SAMPLE_ROWS) if not row.reason
            }
            if len(widths) == 1 and max(widths) > most:
                best, most = delimiter, max(widths)
        return best if most > 1 else self._delimiter_of_header()

    def _delimiter_of_header(self) -> str:
        header = next(read_lines(self.place.path, self.options.max_item_bytes), None)
        return max(DELIMITERS, key=header.text.count) if header else DELIMITERS[0]

    def _columns(self, header: "Row", delimiter: str) -> dict[str, bool]:
        """Return the columns, and whether each is of texts: by its name, or by words in the first rows."""
        sample = list(islice(self._rows(delimiter), 1, _SAMPLE_ROWS))
        return {
            name: name.lower() in USUAL_NAMES
            or any(len(row.fields) > place and _is_words(row.fields[place]) for row in sample)
            for place, name in enumerate(header.fields)
        }


@dataclass(frozen=True)
class Row:
    """One row: the line on which it begins, and its fields or the problem with it."""

    number: int
    fields: list[str]
    reason: str = ""
    detail: str = ""


@dataclass
class _Feed:
    """The lines that the parser draws for one row; they can be given back if the row is bad."""

    lines: Iterator[Line]
    max_characters: int
    ahead: deque[Line] = field(default_factory=deque)
    drawn: list[Line] = field(default_factory=list)
    characters: int = 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = self.ahead.popleft() if self.ahead else next(self.lines)
        self.drawn.append(line)
        self.characters += len(line.text)
        if line.reason:
            raise _BadRow(line.reason, line.detail)
        if self.characters > self.max_characters and len(self.drawn) > 1:
            raise _BadRow("item:too_large", f"a row over {self.max_characters:,} characters")
        return line.text + "\n"

    def begin(self) -> None:
        self.drawn.clear()
        self.characters = 0

    def give_back_all_but_first(self) -> None:
        self.ahead.extendleft(reversed(self.drawn[1:]))


class _BadRow(Exception):
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


def read_rows(lines: Iterator[Line], delimiter: str, max_characters: int) -> Iterator[Row]:
    """Parse lines into rows; a bad row costs its first line only, and blank lines are no rows."""
    csv.field_size_limit(max(csv.field_size_limit(), max_characters))  # the parser's limit is the process's
    feed = _Feed(lines, max_characters)
    while True:
        feed.begin()
        try:
            fields = next(csv.reader(feed, delimiter=delimiter, strict=True))
        except StopIteration:
            return
        except (_BadRow, csv.Error) as problem:
            yield _bad_row(feed, problem)
            feed.give_back_all_but_first()
        else:
            if fields:
                yield Row(feed.drawn[0].number, fields)


def _bad_row(feed: _Feed, problem: Exception) -> Row:
    first = feed.drawn[0]
    if isinstance(problem, _BadRow) and len(feed.drawn) == 1:
        return Row(first.number, [], problem.reason, problem.detail)
    return Row(first.number, [], "csv:invalid", f"not a row of CSV: {problem}")


def _distinct(names: list[str]) -> list[str]:
    """Number names that come again, so that no column hides another."""
    found: list[str] = []
    for name in names:
        numbered = (f"{name}_{number}" for number in count(2))
        found.append(next(free for free in chain([name], numbered) if free not in found))
    return found


def _is_words(value: str) -> bool:
    if not value.strip():
        return False
    try:
        float(value)
    except ValueError:
        return True
    return False


def _record(row: Row, header: list[str], column: str, origin: Origin) -> Item | Drop:
    locator = f"line {row.number}"
    if row.reason:
        return origin.failure(locator, row.reason, row.detail)
    if len(row.fields) != len(header):
        detail = f"{len(row.fields)} fields where the header has {len(header)}"
        return origin.failure(locator, "csv:fields", detail)
    fields = dict(zip(header, row.fields, strict=True))
    return origin.row(fields, column, locator, without_text="csv:fields")
