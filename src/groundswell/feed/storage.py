"""Where snapshots lie: a folder, or an object store with a cache of limited size on the local disk."""

import fcntl
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from groundswell.errors import Conflict, MissingExtra, StoreError, UnreadableSource
from groundswell.feed.atomic import flush
from groundswell.feed.manifest import File

NOT_FOUND = 44
"""Exit status of `groundswell.feed.fetching` where there is no such file."""

CACHE_BYTES = 100 * 1024**3
"""Bytes that a cache of remote shards takes at most unless told otherwise."""

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

    def local(self, file: File) -> Path:
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
        return (self.folder / name).read_bytes()

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
        return _temporary(self.folder)

    def add(self, file: File, path: Path) -> bool:
        """Move a shard's file here; see `Storage.add`."""
        target = self.folder / file.name
        if target.exists():
            return False
        target.parent.mkdir(exist_ok=True)
        flush(path)
        os.replace(path, target)
        return True

    def local(self, file: File) -> Path:
        """Return where a shard's file lies, after a look at its size; see `Storage.local`."""
        path = self.folder / file.name
        try:
            found = path.stat().st_size
        except OSError as error:
            raise damaged(path, "it cannot be found or opened") from error
        if found != file.size_bytes:
            raise damaged(path, f"it has {found} bytes, the manifest says {file.size_bytes}")
        return path


class Cache:
    """Files from elsewhere on the local disk; those not used for the longest time give way to new ones.

    Processes may share it. A file that is mapped can be removed: the mapping stays valid, and the disk space comes
    back when it ends, so no reader ever waits for another.

    Args:
        folder: where the files lie.
        limit_bytes: what they may take together.
    """

    def __init__(self, folder: Path, limit_bytes: int = CACHE_BYTES) -> None:
        self.folder = folder
        self.limit_bytes = limit_bytes

    def get(self, file: File, fetch: Callable[[Path], None]) -> Path:
        """Return where a file lies, fetching it if it is not there.

        What is fetched is compared with its digest, and fetched once more if it differs.

        Args:
            file: what is wanted.
            fetch: writes it to a path.

        Raises:
            UnreadableSource: it was damaged twice.
        """
        path = self.folder / Path(file.name).name
        if not self._has(path, file):
            self.folder.mkdir(parents=True, exist_ok=True)
            with _locked(path.with_suffix(".lock")):
                if not self._has(path, file):
                    self._make_room(file.size_bytes)
                    self._fetch(file, path, fetch)
        return path

    def drop(self, file: File) -> None:
        """Forget a file, so that it is fetched again."""
        (self.folder / Path(file.name).name).unlink(missing_ok=True)

    def _has(self, path: Path, file: File) -> bool:
        try:
            if path.stat().st_size != file.size_bytes:
                return False
            os.utime(path)  # when it was last used
        except FileNotFoundError:
            return False
        return True

    def _fetch(self, file: File, path: Path, fetch: Callable[[Path], None]) -> None:
        for _ in range(2):
            with new_file(path) as partial:
                fetch(partial)
                if sha256_of(partial) == file.sha256:
                    os.replace(partial, path)
                    return
        raise UnreadableSource(
            f"{file.name} is damaged: fetched twice, its bytes do not have the digest of its name; "
            "remove it from the store and make the snapshot again"
        )

    def _make_room(self, size_bytes: int) -> None:
        files = []
        for entry in os.scandir(self.folder):
            with suppress(FileNotFoundError):
                if entry.name.endswith(".arrow"):
                    files.append((entry.stat().st_mtime_ns, entry.stat().st_size, entry.path))
        over = sum(size for _, size, _ in files) + size_bytes - self.limit_bytes
        for _, size, path in sorted(files):
            if over <= 0:
                return
            Path(path).unlink(missing_ok=True)
            over -= size


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
        return _temporary(None)

    def add(self, file: File, path: Path) -> bool:
        """Upload a shard's file; see `Storage.add`."""
        with suppress(FileNotFoundError), _explained(f"{self.url}/{file.name}"):
            _obstore().head(self._open(), file.name)
            return False
        with _explained(f"{self.url}/{file.name}"):
            _obstore().put(self._open(), file.name, path)
        return True

    def local(self, file: File) -> Path:
        """Return where the cache has a shard's file; see `Storage.local`."""
        try:
            return self.cache.get(file, lambda path: self._download(file.name, path))
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


def damaged(what: str | Path, detail: str) -> UnreadableSource:
    """Return the error that says a file of a snapshot is damaged, and what to do."""
    return UnreadableSource(f"{what} is damaged: {detail}; remove it and make the snapshot again")


def sha256_of(path: Path) -> str:
    """Return the digest of a file's bytes, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def new_file(beside: Path) -> Iterator[Path]:
    """Give an unused path in the same folder, which is made; what is still there at the end is removed."""
    beside.parent.mkdir(parents=True, exist_ok=True)
    path = beside.with_name(f".{uuid.uuid4().hex}.part")
    try:
        yield path
        if path.exists():
            flush(path)
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _temporary(parent: Path | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=".groundswell-", dir=parent) as folder:
        yield Path(folder)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes; the system lets go of it when its holder dies."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


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
    command = [sys.executable, "-m", "groundswell.feed.fetching", url, name, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == NOT_FOUND:
        raise FileNotFoundError(f"{url}/{name}")
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        raise StoreError(f"{url}/{name} cannot be fetched: {reason}")
