"""Source: a plain text file, one item a line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from groundswell.collect.lines import read_lines
from groundswell.collect.one import OneFile
from groundswell.collect.shares import shares_of_lines
from groundswell.collect.source import Origin, Place
from groundswell.items import Drop, Item

SUFFIXES = (".txt", ".text")


@dataclass(frozen=True)
class TextLines(OneFile):
    """The lines of a text file, plain or compressed; blank lines separate and are no records."""

    name: ClassVar[str] = "text"
    what: ClassVar[str] = "lines"

    @classmethod
    def recognises(cls, place: Place) -> bool:
        """Take a text file."""
        return place.file_ends_with(*SUFFIXES)

    def parts(self, part_bytes: int) -> "Sequence[TextLines]":
        """Return spans of lines."""
        return [replace(self, share=share) for share in shares_of_lines(self.place, part_bytes, str)]

    def records(self, origin: Origin) -> Iterator[Item | Drop]:
        """Yield an item for each record."""
        for line in read_lines(self.place.path, self.options.max_item_bytes, self.share.span):
            locator = f"line {line.number}"
            if line.reason:
                yield origin.failure(locator, line.reason, line.detail)
            elif line.text.strip():
                yield origin.text(line.text, locator)
