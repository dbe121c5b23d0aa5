"""Sources that read several files, of a folder or a pattern."""

from abc import ABC
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from groundswell.collect.folder import Found, entries_of
from groundswell.collect.known import Known, cursor_of
from groundswell.collect.source import Cursor, Options, Place

_PART_FILES = 4096


@dataclass(frozen=True)
class SeveralFiles(ABC):
    """The files below a folder, at any depth, or those that match a pattern, in the order of names.

    Attributes:
        files: those that are read; all if None.
    """

    place: Place
    options: Options
    files: tuple[Found, ...] | None = None
    suffixes: ClassVar[tuple[str, ...]]

    @classmethod
    def recognises(cls, place: Place) -> bool:
        """Take a folder or pattern with such a file in it."""
        return place.folder_has(*cls.suffixes)

    @classmethod
    def open(cls, place: Place, options: Options) -> Self:
        """Return the source."""
        return cls(place, options)

    def size_bytes(self) -> int:
        """Return the size of the files."""
        if self.files is None:
            return self.place.size_bytes
        return sum(found.size_bytes for found in self.files)

    def state(self) -> Iterator[str]:
        """Yield name, size and time of each file, and the name of what is not read, such as a link."""
        return (found.state for found in self.found())

    def cursor(self, before: Cursor | None = None) -> Cursor:
        """Return which files there are, in a few bytes each."""
        return cursor_of(self.state(), before)

    def after(self, cursor: Cursor) -> Self:
        """Return the files that were not there before; one that has changed is read again as a whole."""
        known = Known.from_json(cursor)
        return replace(self, files=tuple(found for found in self.found() if found.state not in known))

    def found(self) -> Iterator[Found]:
        """Yield the files that are read, and what else lies there."""
        return entries_of(self.place) if self.files is None else iter(self.files)


def grouped(files: Iterator[Found], part_bytes: int) -> Iterator[tuple[Found, ...]]:
    """Yield files in groups of about `part_bytes`, and of a bounded number."""
    group: list[Found] = []
    size_bytes = 0
    for found in files:
        group.append(found)
        size_bytes += found.size_bytes
        if size_bytes >= part_bytes or len(group) >= _PART_FILES:
            yield tuple(group)
            group, size_bytes = [], 0
    if group:
        yield tuple(group)
