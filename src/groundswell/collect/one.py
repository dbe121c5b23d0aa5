"""Sources that read one file of records."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from groundswell.collect.known import Known, cursor_of
from groundswell.collect.shares import WHOLE, Share
from groundswell.collect.source import Cursor, Options, Origin, Place, Source, printable
from groundswell.items import Drop, Item


@dataclass(frozen=True)
class OneFile(ABC):
    """A file of records, or a share of it.

    Attributes:
        share: what is read of it.
    """

    place: Place
    options: Options
    share: Share = WHOLE
    name: ClassVar[str]
    what: ClassVar[str]

    @classmethod
    def open(cls, place: Place, options: Options) -> Self:
        """Return the source."""
        return cls(place, options)

    def read(self) -> Iterator[Item | Drop]:
        """Yield an item for each record.

        Raises:
            MissingColumn: the column of texts is not there.
            EmptySource: it holds no records.
            UnreadableSource: it is not what its name says.
        """
        spec, folder = printable(self.place.spec), self.place.path.parent
        origin = Origin(spec, self.name, self.options, folder)
        return self.share.required_good(self.records(origin), origin.source)

    def describe(self) -> str:
        """Return what is read."""
        return f"{self.what} of {printable(self.place.spec)}"

    def size_bytes(self) -> int:
        """Return the size of the file as stored."""
        return self.place.size_bytes

    def state(self) -> Iterator[str]:
        """Yield the file's name, size and time."""
        status = self.place.path.stat()
        yield f"{self.place.path.name}\t{status.st_size}\t{status.st_mtime_ns}"

    def cursor(self, before: Cursor | None = None) -> Cursor:
        """Return the file's state."""
        return cursor_of(self.state(), before)

    def after(self, cursor: Cursor) -> Source:
        """Return the whole file if it has changed, else nothing."""
        known = Known.from_json(cursor)
        return self if any(state not in known for state in self.state()) else Nothing(self.describe())

    @abstractmethod
    def records(self, origin: Origin) -> Iterator[Item | Drop]:
        """Yield an item for each record, or a drop."""


@dataclass(frozen=True)
class Nothing:
    """What is new where nothing is.

    Attributes:
        of: what was looked at.
    """

    of: str
    name: ClassVar[str] = "nothing"

    def read(self) -> Iterator[Item | Drop]:
        """Yield nothing."""
        return iter(())

    def describe(self) -> str:
        """Return what was looked at."""
        return self.of

    def size_bytes(self) -> int:
        """Return 0."""
        return 0
