"""A cache of remote shards on the local disk, of limited size."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from groundswell.errors import UnreadableSource
from groundswell.feed.manifest import File
from groundswell.feed.storage.files import new_file, sha256_of

CACHE_BYTES = 100 * 1024**3
"""Bytes that a cache of remote shards takes at most unless told otherwise."""


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


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes; the system lets go of it when its holder dies."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
