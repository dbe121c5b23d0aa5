"""Files of snapshots on the local disk: made beside their place, named by digest, found damaged."""

import errno
import hashlib
import resource
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from groundswell.errors import StoreError, UnreadableSource
from groundswell.feed.atomic import flush

T = TypeVar("T")


def damaged(what: str | Path, detail: str) -> UnreadableSource:
    """Return the error that says a file of a snapshot is damaged, and what to do."""
    return UnreadableSource(f"{what} is damaged: {detail}; remove it and make the snapshot again")


def with_descriptor(take: Callable[[], T]) -> T:
    """Do something that takes a descriptor; where the process has too many, its limit is raised to what it may be.

    Every mapping keeps a descriptor as long as it lives, and shells set the limit low for the sake of old programs.

    Raises:
        StoreError: the process may not have more.
    """
    try:
        return take()
    except OSError as error:
        held, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        if error.errno != errno.EMFILE:
            raise
        if held >= most:
            raise StoreError(
                f"this process has {held} files open and may not have more; allow more (`ulimit -Hn`), "
                "or feed with window=..., or make the snapshot with larger shards"
            ) from error
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        return with_descriptor(take)


def require_size(path: str, found_bytes: int, size_bytes: int) -> None:
    """Raise `UnreadableSource` if a file has another length than the manifest says."""
    if found_bytes != size_bytes:
        raise damaged(path, f"it has {found_bytes} bytes, the manifest says {size_bytes}")


def sha256_of(path: str | Path) -> str:
    """Return the digest of a file's bytes, 64 hexadecimal digits."""
    with open(path, "rb") as file:
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
def temporary(parent: Path | None) -> Iterator[Path]:
    """Give a folder that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix=".groundswell-", dir=parent) as folder:
        yield Path(folder)
