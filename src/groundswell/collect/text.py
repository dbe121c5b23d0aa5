"""Sources: a plain text file, one item a line; a folder of text files, one item a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from groundswell.collect.folder import Found, walk
from groundswell.collect.good import require_good
from groundswell.collect.images import read_at_most
from groundswell.collect.lines import read_lines
from groundswell.collect.shares import WHOLE, Share, shares_of_lines
from groundswell.collect.source import Options, Origin, Place, printable
from groundswell.errors import TooLarge
from groundswell.items import Drop, Item

SUFFIXES = (".txt", ".text")


@dataclass(frozen=True)
class TextLines:
    """The lines of a text file, plain or compressed; blank lines separate and are no records."""

    place: Place
    options: Options
    share: Share = WHOLE
    name: ClassVar[str] = "text"

    @classmethod
    def recognises(cls, place: Place) -> bool:
        """Take a text file."""
        return place.file_ends_with(*SUFFIXES)

    @classmethod
    def open(cls, place: Place, options: Options) -> "TextLines":
        """Return the source."""
        return cls(place, options)

    def read(self) -> Iterator[Item | Drop]:
        """Yield an item for each line that is not blank."""
        origin = Origin(printable(self.place.spec), self.name, self.options)
        return self.share.required_good(self._records(origin), origin.source)

    def state(self) -> Iterator[str]:
        """Yield the file's name, size and time."""
        yield from self.place.state()

    def parts(self, part_bytes: int) -> "Sequence[TextLines]":
        """Return spans of lines."""
        return [replace(self, share=share) for share in shares_of_lines(self.place, part_bytes, str)]

    def describe(self) -> str:
        """Return what is read."""
        return f"lines of {printable(self.place.spec)}"

    def size_bytes(self) -> int:
        """Return the size of the file as stored."""
        return self.place.size_bytes

    def _records(self, origin: Origin) -> Iterator[Item | Drop]:
        for line in read_lines(self.place.path, self.options.max_item_bytes, self.share.span):
            locator = f"line {line.number}"
            if line.reason:
                yield origin.failure(locator, line.reason, line.detail)
            elif line.text.strip():
                yield origin.text(line.text, locator)


@dataclass(frozen=True)
class TextFolder:
    """The text files below a folder, at any depth, in the order of names: each file is one item."""

    place: Place
    options: Options
    name: ClassVar[str] = "texts"

    @classmethod
    def recognises(cls, place: Place) -> bool:
        """Take a folder with a text file in it."""
        return place.folder_has(*SUFFIXES)

    @classmethod
    def open(cls, place: Place, options: Options) -> "TextFolder":
        """Return the source."""
        return cls(place, options)

    def read(self) -> Iterator[Item | Drop]:
        """Yield an item for each file."""
        origin = Origin(printable(self.place.spec), self.name, self.options)
        return require_good((_record(found, origin) for found in walk(self.place.path)), origin.source)

    def describe(self) -> str:
        """Return what is read."""
        return f"text files in {printable(self.place.spec)}"

    def size_bytes(self) -> int:
        """Return the size of all files in the folder."""
        return self.place.size_bytes


def _record(found: Found, origin: Origin) -> Item | Drop:
    if found.reason:
        return found.set_aside(origin)
    if found.suffix not in SUFFIXES:
        return origin.refusal(
            found.relative, "file:unsupported", f"{found.suffix or 'no suffix'}: no text file"
        )
    try:
        data = read_at_most(found.path, origin.options.max_item_bytes)
        return origin.text(data.decode("utf-8-sig"), found.relative)
    except OSError as error:
        return origin.failure(found.relative, "file:unreadable", error.strerror or str(error))
    except TooLarge as error:
        return origin.failure(found.relative, "item:too_large", str(error))
    except UnicodeDecodeError as error:
        return origin.failure(found.relative, "text:encoding", f"byte {error.start} is not UTF-8")
