"""Where snapshots lie: a folder, or an object store with a cache of limited size on the local disk."""

import os
import re
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from groundswell.errors import Conflict
from groundswell.feed.atomic import flush
from groundswell.feed.manifest import File
from groundswell.feed.storage.buckets import Bucket
from groundswell.feed.storage.cache import Cache
from groundswell.feed.storage.files import damaged, new_file, require_size, temporary

_URL = re.compile(r"[a-z][a-z0-9+.-]+://")


class Storage(Protocol):
    """Holds the files of snapshots by name; what was stored never changes."""

    def names(self) -> list[str]:
        """Return the names of all files at the top, manifests among them; none if there is nothing yet."""
        ...

    def read(self, name: str) -> bytes:
        """Return the content of a small file."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Store a small file, whole or not at all.

        Raises:
            Conflict: there is one of this name.
        """
        ...

    def staging(self) -> AbstractContextManager[Path]:
        """Give a folder on the local disk in which files are made before they are added."""
        ...

    def add(self, file: File, path: Path) -> bool:
        """Store what lies at `path` as a shard's file unless it is there; returns whether it was stored."""
        ...

    def local(self, file: File) -> str:
        """Return a path at which a shard's file can be mapped.

        Raises:
            UnreadableSource: it is missing or damaged; the message names it.
        """
        ...


class Folder:
    """A folder on a local or mounted disk.

    Args:
        folder: where it is, or will be.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __str__(self) -> str:
        return str(self.folder)

    def names(self) -> list[str]:
        """Return the names of all files at the top."""
        try:
            return [entry.name for entry in os.scandir(self.folder) if entry.is_file()]
        except (FileNotFoundError, NotADirectoryError):
            return []

    def read(self, name: str) -> bytes:
        """Return the content of a small file."""
        with open(f"{self.folder}/{name}", "rb", buffering=0) as file:
            return file.read()

    def write(self, name: str, content: bytes) -> None:
        """Store a small file; see `Storage.write`."""
        with new_file(self.folder / name) as partial:
            partial.write_bytes(content)
            try:
                os.link(partial, self.folder / name)
            except FileExistsError:
                raise Conflict(f"{self.folder / name} exists") from None
        flush(self.folder)

    def staging(self) -> AbstractContextManager[Path]:
        """Give a folder on the same disk; see `Storage.staging`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return temporary(self.folder)

    def add(self, file: File, path: Path) -> bool:
        """Move a shard's file here; see `Storage.add`."""
        target = self.folder / file.name
        if target.exists():
            return False
        target.parent.mkdir(exist_ok=True)
        flush(path)
        os.replace(path, target)
        return True

    def local(self, file: File) -> str:
        """Return where a shard's file lies, after a look at its size; see `Storage.local`."""
        path = f"{self.folder}/{file.name}"  # a path object takes longer than the look
        try:
            found = os.stat(path).st_size
        except OSError as error:
            raise damaged(path, "it cannot be found or opened") from error
        require_size(path, found, file.size_bytes)
        return path


def storage_at(where: str | Path, cache: str | Path | Cache | None = None) -> Storage:
    """Return the storage at a path or a URL.

    Args:
        where: a folder, or a URL such as `s3://bucket/prefix`.
        cache: for a URL: the folder that holds shards while they are read, or a `Cache` with a limit of its own;
            None takes `~/.cache/groundswell/shards`.
    """
    if not is_url(where):
        return Folder(Path(where))
    base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    chosen = base / "groundswell" / "shards" if cache is None else cache
    return Bucket(str(where), chosen if isinstance(chosen, Cache) else Cache(Path(chosen)))


def is_url(where: str | Path) -> bool:
    """Say whether this is a URL and no path."""
    return isinstance(where, str) and bool(_URL.match(where))
