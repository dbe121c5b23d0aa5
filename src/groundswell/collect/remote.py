"""Sources of files that are elsewhere: what they share, whoever holds the files."""

import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import ClassVar, Self

from groundswell.collect.documents import Documents
from groundswell.collect.each import EachFile
from groundswell.collect.files import SUFFIXES as RECORDS
from groundswell.collect.files import Files
from groundswell.collect.folder import Found
from groundswell.collect.good import require_good
from groundswell.collect.images import Images
from groundswell.collect.known import Known, cursor_of
from groundswell.collect.lines import COMPRESSIONS
from groundswell.collect.recordings import Recordings
from groundswell.collect.source import Cursor, Options, Origin, Place, one_line
from groundswell.items import Drop, Item

_MAKERS: tuple[type[EachFile], ...] = (Images, Recordings, Documents)
_PART_OBJECTS = 4096


@dataclass(frozen=True)
class Object:
    """One file: its path below the place, its size, and what changes when it does.

    Attributes:
        at: the state of the place that it is to be asked for, where there are several.
    """

    path: str
    size_bytes: int
    version: str
    at: str = ""

    @property
    def state(self) -> str:
        """A line that differs once the file has changed."""
        return f"{self.path}\t{self.size_bytes}\t{self.version}"


@dataclass(frozen=True)
class Remote(ABC):
    """Files elsewhere, in the order of their names: each is read as a file of its suffix is.

    What vanishes between the listing and its turn is set aside.

    Attributes:
        objects: those that are read; all if None.
    """

    place: Place
    options: Options
    objects: tuple[Object, ...] | None = None
    name: ClassVar[str]
    schemes: ClassVar[tuple[str, ...]]

    @classmethod
    def recognises(cls, place: Place) -> bool:
        """Take what begins with one of the schemes."""
        return place.spec.startswith(cls.schemes)

    @classmethod
    def open(cls, place: Place, options: Options) -> Self:
        """Return the source."""
        return cls(place, options)

    @abstractmethod
    def listed(self) -> list[Object]:
        """Return all files, by name.

        Raises:
            SourceNotFound: nothing is there, or it may not be listed.
            MissingExtra: what is needed to ask is not installed.
        """

    @abstractmethod
    def data(self, each: Object) -> bytes:
        """Return the bytes of a file."""

    @abstractmethod
    def file(self, each: Object, folder: Path) -> Path:
        """Return a copy of a file on this machine, with its suffixes; `folder` is there for it, and goes afterwards."""

    @abstractmethod
    def refusals(self) -> tuple[type[Exception], ...]:
        """Return what is raised where a file is refused, or answered with what nobody expects."""

    def is_about_others(self, each: Object) -> bool:
        """Say whether a file only describes those beside it."""
        return False

    def read(self) -> Iterator[Item | Drop]:
        """Yield an item for each record of each object.

        Raises:
            SourceNotFound: nothing is there, or it may not be listed.
            MissingExtra: obstore is not installed.
        """
        origin = Origin(one_line(self.place.spec), self.name, self.options)
        records = (record for each in self._objects() for record in self._read(each, origin))
        return require_good(records, origin.source) if self.objects is None else records

    def size_bytes(self) -> int | None:
        """Return the size of the objects, as far as it is known without a listing."""
        return None if self.objects is None else sum(each.size_bytes for each in self.objects)

    def state(self) -> Iterator[str]:
        """Yield name, size and version of each object."""
        return (each.state for each in self._objects())

    def cursor(self, before: Cursor | None = None) -> Cursor:
        """Return which objects there are, in a few bytes each."""
        return cursor_of(self.state(), before)

    def after(self, cursor: Cursor) -> Self:
        """Return the objects that were not there before, or have changed."""
        known = Known.from_json(cursor)
        return replace(self, objects=tuple(each for each in self._objects() if each.state not in known))

    def parts(self, part_bytes: int) -> Sequence[Self]:
        """Return groups of objects."""
        groups: list[list[Object]] = [[]]
        for each in self._objects():
            if sum(one.size_bytes for one in groups[-1]) >= part_bytes or len(groups[-1]) >= _PART_OBJECTS:
                groups.append([])
            groups[-1].append(each)
        return [replace(self, objects=tuple(group)) for group in groups]

    def _objects(self) -> Iterator[Object]:
        return iter(self.listed() if self.objects is None else self.objects)

    def _read(self, each: Object, origin: Origin) -> Iterator[Item | Drop]:
        suffix = _suffix(each.path)
        maker = next((kind for kind in _MAKERS if suffix in kind.suffixes), None)
        try:
            if self.is_about_others(each) or (maker is None and suffix not in RECORDS):
                yield origin.refusal(
                    each.path, "file:unsupported", f"{suffix or 'no suffix'}: nothing that is read"
                )
            elif maker is None:
                yield from self._records(each)
            elif each.size_bytes > self.options.max_item_bytes:
                yield origin.failure(each.path, "item:too_large", f"{each.size_bytes:,} bytes")
            else:
                found = Found(Path(each.path), each.path, each.size_bytes)
                yield maker(self.place, self.options).make(self.data(each), found, origin)
        except FileNotFoundError:
            yield origin.failure(each.path, "file:vanished", "it was listed, and is not there any more")
        except self.refusals() as error:
            yield origin.failure(each.path, "file:unreadable", first_line(error))

    def _records(self, each: Object) -> Iterator[Item | Drop]:
        """Read a file as one of records."""
        with tempfile.TemporaryDirectory(prefix="groundswell-") as folder:
            path = self.file(each, Path(folder))
            found = Found(path, each.path, path.stat().st_size)
            yield from Files(self.place, self.options, (found,)).read()


def first_line(error: Exception) -> str:
    """Return the first line of what a library says."""
    return one_line(str(error).strip().partition("\n")[0])


def _suffix(path: str) -> str:
    """Return the suffix that says how a file is read, in lower case, without that of a compression."""
    suffixes = [suffix.lower() for suffix in PurePosixPath(path).suffixes]
    is_compressed = len(suffixes) > 1 and suffixes[-1] in COMPRESSIONS
    return suffixes[-2] if is_compressed else (suffixes or [""])[-1]
