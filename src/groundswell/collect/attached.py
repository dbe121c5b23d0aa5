"""The media that records name by a file, or hold as bytes: read, opened, and named by their digests from then on."""

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from groundswell.collect.endings import IMAGES, RECORDINGS
from groundswell.collect.meta import plain
from groundswell.errors import TooLarge, UnreadableSource
from groundswell.items.media import reference_to

_ENDINGS = frozenset(IMAGES + RECORDINGS)
"""Of files that are read; an object with another `file` stays as it is."""

_MAX_DEPTH = 32
_OPENING = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC


class NotAttached(Exception):
    """A medium that a record names could not be had.

    Attributes:
        reason: a stable code of two parts.
        detail: which, and why, for a person.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, str(plain(detail))


def may_hold_media(text: str) -> bool:
    """Say whether a record may name or hold media, from its plain JSON: most do not, and need not be gone through."""
    return '"file": "' in text or '"bytes": "<' in text


@dataclass
class Attaching:
    """Reads the media of one record.

    An object below the top of a record whose `file` ends as images and recordings do gets the fields of a reference in
    its place. So does an object with `bytes` and `path`, as data sets of Hugging Face hold media.

    Attributes:
        folder: where the record's file lies; names are relative to it, and lead nowhere else. None where there is
            none: then what names a file stays as it is.
        max_bytes: limit on all media of the record together.
        media: those that were read, by their digest.
    """

    folder: Path | None
    max_bytes: int
    media: dict[str, bytes] = field(default_factory=dict)

    def within(self, value: Any, depth: int = 0) -> Any:
        """Return a value within a record, with references in the place of what names or holds media.

        Raises:
            NotAttached: a medium is not there, may not be read, is broken or too large.
        """
        if depth < _MAX_DEPTH and isinstance(value, Mapping):
            inner = {name: self.within(one, depth + 1) for name, one in value.items()}
            return self._with_medium(inner) if depth else inner
        if depth < _MAX_DEPTH and isinstance(value, list | tuple):
            return [self.within(one, depth + 1) for one in value]
        return value

    def _with_medium(self, value: dict[str, Any]) -> dict[str, Any]:
        file, data, path = value.get("file"), value.get("bytes"), value.get("path")
        if self.folder and _ending(file) in _ENDINGS:
            made = self._reference(self._read(self.folder, str(file)), str(file))
        elif isinstance(data, bytes) and (_ending(path) in _ENDINGS or (not path and _opens(data))):
            made = self._reference(data, path or "the bytes of a record")
        else:
            return value
        return {name: one for name, one in value.items() if name not in ("file", "bytes", "path")} | made

    def _reference(self, data: bytes, name: str) -> dict[str, Any]:
        try:
            made = reference_to(data)
        except TooLarge as error:
            raise NotAttached("media:too_large", f"{name}: {error}") from error
        except UnreadableSource as error:
            raise NotAttached("media:broken", f"{name}: {error}") from error
        self.media[made["media"]] = data
        if sum(map(len, self.media.values())) > self.max_bytes:
            raise NotAttached("item:too_large", f"with {name} the media are over {self.max_bytes:,} bytes")
        return made

    def _read(self, folder: Path, name: str) -> bytes:
        if "://" in name:
            raise NotAttached(
                "media:address", f"{name}: what records name is read from files, and never fetched"
            )
        left = self.max_bytes - sum(map(len, self.media.values()))
        with _opened(folder, name) as file:
            data = file.read(left + 1)
        if len(data) > left:
            raise NotAttached("item:too_large", f"with {name} the media are over {self.max_bytes:,} bytes")
        return data


def _ending(name: object) -> str:
    return os.path.splitext(name)[1].lower() if isinstance(name, str) else ""


def _opens(data: bytes) -> bool:
    try:
        return bool(reference_to(data))
    except (TooLarge, UnreadableSource):
        return False


@contextmanager
def _opened(folder: Path, name: str) -> Iterator[BinaryIO]:
    """Open a file below a folder.

    Raises:
        NotAttached: it is not there, no file, not below the folder, or may not be read.
    """
    if name.startswith("/") or ".." in name.split("/") or "\x00" in name:
        raise NotAttached(
            "media:outside", f"{name}: only files below the folder of the file that names them are read"
        )
    try:
        with os.fdopen(_descend(folder, name), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise NotAttached("file:special", f"{name}: neither a file nor a folder")
            yield file
    except (FileNotFoundError, UnicodeEncodeError):
        raise NotAttached("media:missing", f"{name}: there is no such file") from None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise NotAttached("media:outside", f"{name}: symbolic links are not followed") from None
        raise NotAttached("file:unreadable", f"{name}: {error.strerror}") from None


def _descend(folder: Path, name: str) -> int:
    """Open a file step by step from its folder: no link leads out of it, not even one that is made meanwhile."""
    *folders, last = [part for part in name.split("/") if part not in ("", ".")]
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in folders:
            above, handle = handle, os.open(part, _OPENING | os.O_DIRECTORY, dir_fd=handle)
            os.close(above)
        return os.open(last, _OPENING | os.O_NONBLOCK, dir_fd=handle)
    finally:
        os.close(handle)
