"""Sources that make one item of each file of a folder."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from groundswell.collect.folder import Found, read_at_most
from groundswell.collect.good import require_good
from groundswell.collect.several import SeveralFiles, grouped
from groundswell.collect.source import Origin, printable
from groundswell.errors import TooLarge
from groundswell.items import Drop, Item


@dataclass(frozen=True)
class EachFile(SeveralFiles):
    """Each file is one item.

    Attributes:
        spared: places, from 0, of files that are not opened, since whoever did so died.
    """

    spared: frozenset[int] = frozenset()
    name: ClassVar[str]
    what: ClassVar[str]

    def read(self) -> Iterator[Item | Drop]:
        """Yield an item for each file."""
        origin = Origin(printable(self.place.spec), self.name, self.options)
        records = (self._item(number, found, origin) for number, found in enumerate(self.found()))
        return require_good(records, origin.source) if self.files is None else records

    def describe(self) -> str:
        """Return what is read."""
        return f"{self.what}s in {printable(self.place.spec)}"

    def parts(self, part_bytes: int) -> Sequence[Self]:
        """Return groups of files."""
        return [replace(self, files=group) for group in grouped(self.found(), part_bytes)]

    def sparing(self, records: tuple[int, ...]) -> Self:
        """Return the source with some of its files set aside unopened."""
        return replace(self, files=tuple(self.found()), spared=frozenset(records))

    @abstractmethod
    def make(self, data: bytes, found: Found, origin: Origin) -> Item | Drop:
        """Return the item of a file's bytes; a drop if it is damaged or not what its name says."""

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
