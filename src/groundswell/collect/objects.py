"""Source: objects below a prefix of S3, Google Cloud Storage or Azure."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, Self

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
from groundswell.errors import MissingExtra, SourceNotFound
from groundswell.items import Drop, Item

SCHEMES = ("s3://", "gs://", "az://", "abfs://", "file://")
_MAKERS: tuple[type[EachFile], ...] = (Images, Recordings, Documents)
_PART_OBJECTS = 4096
_CHUNK_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Object:
    """One object: its path below the prefix, its size, and what changes when it does."""

    path: str
    size_bytes: int
    version: str

    @property
    def state(self) -> str:
        """A line that differs once the object has changed."""
        return f"{self.path}\t{self.size_bytes}\t{self.version}"


@dataclass(frozen=True)
class Objects:
    """The objects below a prefix, in the order of their names: each is read as a file of its suffix is.

    Files of records are downloaded one at a time into a temporary folder; images, recordings and documents
    are read in memory. What vanishes between the listing and its turn is set aside. Credentials come from
    where the cloud's own tools look for them, such as `AWS_ACCESS_KEY_ID`. Needs `pip install 'groundswell[clean]'`.

    Attributes:
        objects: those that are read; all if None.
    """

    place: Place
    options: Options
    objects: tuple[Object, ...] | None = None
    name: ClassVar[str] = "objects"

    @classmethod
    def recognises(cls, place: Place) -> bool:
        """Take what begins with a scheme of object stores."""
        return place.spec.startswith(SCHEMES)

    @classmethod
    def open(cls, place: Place, options: Options) -> "Objects":
        """Return the source."""
        return cls(place, options)

    def read(self) -> Iterator[Item | Drop]:
        """Yield an item for each record of each object.

        Raises:
            SourceNotFound: nothing is there, or it may not be listed.
            MissingExtra: obstore is not installed.
        """
        origin = Origin(one_line(self.place.spec), self.name, self.options)
        records = (record for each in self._objects() for record in self._read(each, origin))
        return require_good(records, origin.source) if self.objects is None else records

    def describe(self) -> str:
        """Return what is read."""
        return f"objects below {one_line(self.place.spec)}"

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
        return iter(_listed(self.place.spec) if self.objects is None else self.objects)

    def _read(self, each: Object, origin: Origin) -> Iterator[Item | Drop]:
        suffixes = [suffix.lower() for suffix in PurePosixPath(each.path).suffixes]
        suffix = (
            suffixes[-2] if len(suffixes) > 1 and suffixes[-1] in COMPRESSIONS else (suffixes or [""])[-1]
        )
        maker = next((kind for kind in _MAKERS if suffix in kind.suffixes), None)
        try:
            if suffix in RECORDS:
                yield from self._records(each)
            elif maker is None:
                yield origin.refusal(
                    each.path, "file:unsupported", f"{suffix or 'no suffix'}: nothing that is read"
                )
            elif each.size_bytes > self.options.max_item_bytes:
                yield origin.failure(each.path, "item:too_large", f"{each.size_bytes:,} bytes")
            else:
                data = bytes(_store(self.place.spec).get(each.path).bytes())
                found = Found(Path(each.path), each.path, each.size_bytes)
                yield maker(self.place, self.options).make(data, found, origin)
        except FileNotFoundError:
            yield origin.failure(each.path, "file:vanished", "it was listed, and is not there any more")
        except _refusals() as error:
            yield origin.failure(each.path, "file:unreadable", _first_line(error))

    def _records(self, each: Object) -> Iterator[Item | Drop]:
        """Download an object, and read it as a file of records."""
        with tempfile.TemporaryDirectory(prefix="groundswell-") as folder:
            path = Path(folder) / PurePosixPath(each.path).name
            with path.open("wb") as file:
                for chunk in _store(self.place.spec).get(each.path).stream(min_chunk_size=_CHUNK_BYTES):
                    file.write(chunk)
            found = Found(path, each.path, path.stat().st_size)
            yield from Files(self.place, self.options, (found,)).read()


def _listed(spec: str) -> list[Object]:
    try:
        found = [
            Object(each["path"], each["size"], each["e_tag"] or str(each["last_modified"]))
            for chunk in _store(spec).list()
            for each in chunk
        ]
    except _refusals() as error:
        raise SourceNotFound(f"{one_line(spec)} cannot be listed: {_first_line(error)}") from error
    if not found:
        raise SourceNotFound(f"there are no objects below {one_line(spec)}")
    return sorted(found, key=lambda each: each.path)


@cache
def _store(spec: str) -> Any:
    try:
        from obstore.store import from_url
    except ImportError as error:
        raise MissingExtra("reading object stores needs obstore: pip install 'groundswell[clean]'") from error
    return from_url(spec)


def _refusals() -> tuple[type[Exception], ...]:
    """Return what the library raises where a server refuses, or answers with what nobody expects."""
    try:
        from obstore.exceptions import BaseError
    except ImportError:
        return (OSError, ValueError)
    return (OSError, ValueError, BaseError)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
