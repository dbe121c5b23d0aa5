"""Snapshots in an object store, by way of `obstore`."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from groundswell.errors import Conflict, MissingExtra, StoreError, UnreadableSource
from groundswell.feed.manifest import File
from groundswell.feed.storage.cache import Cache
from groundswell.feed.storage.files import damaged, temporary

NOT_FOUND = 44
"""Exit status of `groundswell.feed.storage.fetching` where there is no such file."""


class Bucket:
    """A prefix of an object store: `s3://`, `gs://`, `az://`, `http(s)://`, `file://`, by way of `obstore`.

    Keys and endpoints come from the environment, as each cloud's own tools have it.

    Args:
        url: bucket and prefix.
        cache: where shards are kept while they are read.

    Raises:
        MissingExtra: `obstore` is not installed.
        StoreError: there is no such kind of store.
    """

    def __init__(self, url: str, cache: Cache) -> None:
        self.url = url.rstrip("/")
        self.cache = cache
        self._store: Any = None
        self._open()

    def __str__(self) -> str:
        return self.url

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_store": None}

    def names(self) -> list[str]:
        """Return the names of all files at the top."""
        with _explained(self.url):
            found = _obstore().list_with_delimiter(self._open())
        return [each["path"] for each in found["objects"]]

    def read(self, name: str) -> bytes:
        """Return the content of a small file."""
        with _explained(f"{self.url}/{name}"):
            return bytes(_obstore().get(self._open(), name).bytes())

    def write(self, name: str, content: bytes) -> None:
        """Store a small file; see `Storage.write`."""
        try:
            with _explained(f"{self.url}/{name}"):
                _obstore().put(self._open(), name, content, mode="create")
        except FileExistsError:
            raise Conflict(f"{self.url}/{name} exists") from None

    def staging(self) -> AbstractContextManager[Path]:
        """Give a folder for temporary files; see `Storage.staging`."""
        return temporary(None)

    def add(self, file: File, path: Path) -> bool:
        """Upload a shard's file; see `Storage.add`."""
        with suppress(FileNotFoundError), _explained(f"{self.url}/{file.name}"):
            _obstore().head(self._open(), file.name)
            return False
        with _explained(f"{self.url}/{file.name}"):
            _obstore().put(self._open(), file.name, path)
        return True

    def local(self, file: File) -> str:
        """Return where the cache has a shard's file; see `Storage.local`."""
        try:
            return str(self.cache.get(file, lambda path: self._download(file.name, path)))
        except UnreadableSource as error:
            raise UnreadableSource(f"{self.url}/{error}") from None
        except FileNotFoundError as error:
            raise damaged(f"{self.url}/{file.name}", "it cannot be found") from error

    def _download(self, name: str, path: Path) -> None:
        if _is_forked():
            _download_apart(self.url, name, path)
        else:
            self.download(name, path)

    def download(self, name: str, path: Path) -> None:
        """Write a file of the bucket to a path, in parts.

        Raises:
            FileNotFoundError: there is no such file.
            StoreError: the store cannot be used.
        """
        with _explained(f"{self.url}/{name}"), path.open("wb") as target:
            for chunk in _obstore().get(self._open(), name).stream():
                target.write(chunk)

    def _open(self) -> Any:
        if self._store is None:
            with _explained(self.url):
                options = {"mkdir": True} if self.url.startswith("file:") else {}
                self._store = import_module("obstore.store").from_url(self.url, **options)
        return self._store


@contextmanager
def _explained(what: str) -> Iterator[None]:
    """Turn what an object store says into an error of ours; a missing or existing file stays as it is."""
    _obstore()
    errors: Any = import_module("obstore.exceptions")
    try:
        yield
    except errors.AlreadyExistsError as error:
        raise FileExistsError(what) from error
    except errors.BaseError as error:
        reason = str(error).split("\n", 1)[0]
        raise StoreError(f"{what} cannot be used: {reason}; see the address and the credentials") from error


def _obstore() -> Any:
    """Return the library; its threads belong to the process that first used it."""
    try:
        library = import_module("obstore")
    except ImportError as error:
        raise MissingExtra(
            "object stores need obstore; install it: pip install 'groundswell[remote]'"
        ) from error
    if _is_forked():
        raise StoreError(
            "an object store that was used before a process forked cannot be opened in the fork; open the "
            "snapshot before forking, or start the process by spawn"
        )
    if not _users:
        _users.append(os.getpid())
    return library


_users: list[int] = []
"""Processes that use `obstore`: this one, and those that it was forked from."""


def _is_forked() -> bool:
    """Say whether this process was forked from one that used `obstore`: its threads are not here, calls would hang."""
    return bool(_users) and os.getpid() not in _users


def _download_apart(url: str, name: str, path: Path) -> None:
    """Download in a new process, for workers that were forked. It costs a third of a second more for each shard."""
    command = [sys.executable, "-m", "groundswell.feed.storage.fetching", url, name, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == NOT_FOUND:
        raise FileNotFoundError(f"{url}/{name}")
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        raise StoreError(f"{url}/{name} cannot be fetched: {reason}")
