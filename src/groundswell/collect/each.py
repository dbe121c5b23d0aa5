"""Sources that make one item of each file of a folder."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from groundswell.collect.folder import Found, entries_of, read_at_most
from groundswell.collect.good import require_good
from groundswell.collect.known import Known
from groundswell.collect.source import Cursor, Options, Origin, Place, printable
from groundswell.errors import TooLarge
from groundswell.items import Drop, Item

_PART_FILES = 4096


@dataclass(frozen=True)
class EachFile(ABC):
    """The files below a folder, at any depth, in the order of names: each file is one item.

    Attributes:
        files: those that are read; all if None.
        spared: places, from 0, of files that are not opened, since whoever did so died.
    """

    place: Place
    options: Options
    files: tuple[Found, ...] | None = None
    spared: frozenset[int] = frozenset()
    name: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]
    what: ClassVar[str]

    @classmethod
    def recognises(cls, place: Place) -> bool:
        """Take a folder with such a file in it."""
        return place.folder_has(*cls.suffixes)

    @classmethod
    def open(cls, place: Place, options: Options) -> Self:
        """Return the source."""
        return cls(place, options)

    def read(self) -> Iterator[Item | Drop]:
        """Yield an item for each file."""
        origin = Origin(printable(self.place.spec), self.name, self.options)
        records = (self._item(number, found, origin) for number, found in enumerate(self._found()))
        return require_good(records, origin.source) if self.files is None else records

    def describe(self) -> str:
        """Return what is read."""
        return f"{self.what}s in {printable(self.place.spec)}"

    def size_bytes(self) -> int:
        """Return the size of the files."""
        if self.files is None:
            return self.place.size_bytes
        return sum(found.size_bytes for found in self.files)

    def state(self) -> Iterator[str]:
        """Yield name, size and time of each file."""
        return (found.state for found in self._found() if not found.reason)

    def cursor(self, before: Cursor | None = None) -> Cursor:
        """Return which files there are, in a few bytes each."""
        now = Known.of(self.state())
        return (Known.from_json(before) | now if before else now).to_json()

    def after(self, cursor: Cursor) -> Self:
        """Return the files that were not there before, or have changed."""
        known = Known.from_json(cursor)
        return replace(self, files=tuple(found for found in self._found() if found.state not in known))

    def parts(self, part_bytes: int) -> Sequence[Self]:
        """Return groups of files."""
        return [replace(self, files=tuple(group)) for group in _groups(self._found(), part_bytes)]

    def sparing(self, records: tuple[int, ...]) -> Self:
        """Return the source with some of its files set aside unopened."""
        return replace(self, files=tuple(self._found()), spared=frozenset(records))

    @abstractmethod
    def make(self, data: bytes, found: Found, origin: Origin) -> Item | Drop:
        """Return the item of a file's bytes; a drop if it is damaged or not what its name says."""

    def _found(self) -> Iterator[Found]:
        return entries_of(self.place) if self.files is None else iter(self.files)

    def _item(self, number: int, found: Found, origin: Origin) -> Item | Drop:
        if found.reason:
            return found.set_aside(origin)
        if found.suffix not in self.suffixes:
            detail = f"{found.suffix or 'no suffix'}: no {self.what}"
            return origin.refusal(found.relative, "file:unsupported", detail)
        if number in self.spared:
            detail = "the process that opened it died each time: out of memory, stalled or crashed"
            return origin.failure(found.relative, "file:killed", detail)
        return _guarded(lambda data: self.make(data, found, origin), found, origin)


def _guarded(make: Callable[[bytes], Item | Drop], found: Found, origin: Origin) -> Item | Drop:
    limit = origin.options.max_item_bytes
    try:
        if found.size_bytes > limit:
            raise TooLarge(f"{found.size_bytes:,} bytes; the limit is {limit:,}")
        data = read_at_most(found.path, limit)
    except OSError as error:
        return origin.failure(found.relative, "file:unreadable", error.strerror or str(error))
    except TooLarge as error:
        return origin.failure(found.relative, "item:too_large", str(error))
    return make(data)


def _groups(files: Iterator[Found], part_bytes: int) -> Iterator[list[Found]]:
    group: list[Found] = []
    size_bytes = 0
    for found in files:
        group.append(found)
        size_bytes += found.size_bytes
        if size_bytes >= part_bytes or len(group) >= _PART_FILES:
            yield group
            group, size_bytes = [], 0
    if group:
        yield group
