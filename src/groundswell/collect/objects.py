"""Source: objects below a prefix of S3, Google Cloud Storage or Azure."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from groundswell.collect.remote import Object, Remote, first_line
from groundswell.collect.source import one_line
from groundswell.errors import MissingExtra, SourceNotFound

_CHUNK_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Objects(Remote):
    """The objects below a prefix, in the order of their names: each is read as a file of its suffix is.

    Files of records are downloaded one at a time into a temporary folder; images, recordings and documents
    are read in memory. Credentials come from where the cloud's own tools look for them, such as
    `AWS_ACCESS_KEY_ID`. Needs `pip install 'groundswell[clean]'`.
    """

    name: ClassVar[str] = "objects"
    schemes: ClassVar[tuple[str, ...]] = ("s3://", "gs://", "az://", "abfs://", "file://")

    def describe(self) -> str:
        """Return what is read."""
        return f"objects below {one_line(self.place.spec)}"

    def listed(self) -> list[Object]:
        """Return all objects, by name.

        Raises:
            SourceNotFound: nothing is there, or it may not be listed.
            MissingExtra: obstore is not installed.
        """
        spec = self.place.spec
        try:
            found = [
                Object(each["path"], each["size"], each["e_tag"] or str(each["last_modified"]))
                for chunk in _store(spec).list()
                for each in chunk
            ]
        except _refusals() as error:
            raise SourceNotFound(f"{one_line(spec)} cannot be listed: {first_line(error)}") from error
        if not found:
            raise SourceNotFound(f"there are no objects below {one_line(spec)}")
        return sorted(found, key=lambda each: each.path)

    def data(self, each: Object) -> bytes:
        """Return the bytes of an object."""
        return bytes(_store(self.place.spec).get(each.path).bytes())

    def file(self, each: Object, folder: Path) -> Path:
        """Download an object into the folder."""
        path = folder / PurePosixPath(each.path).name
        with path.open("wb") as file:
            for chunk in _store(self.place.spec).get(each.path).stream(min_chunk_size=_CHUNK_BYTES):
                file.write(chunk)
        return path

    def refusals(self) -> tuple[type[Exception], ...]:
        """Return what the library raises."""
        return _refusals()


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
