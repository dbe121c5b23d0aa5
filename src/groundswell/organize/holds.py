"""Who uses what just now, as the kernel knows it: nothing is removed under a reader or a writer.

All of it is `flock` on files of the dataset's folder. A process that ends in any way lets go of what it held, so
there is nothing to clean up after it, and no time after which somebody who is merely slow is taken for dead.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from groundswell.errors import NotFound
from groundswell.organize.disk import writing_to

_WRITERS = ".writers"
_PAUSE_SECONDS = 0.02


class Hold:
    """Keeps a file from being removed for as long as this object lives, or its process.

    Raises:
        NotFound: the file is not there.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = -1
        try:
            self._descriptor = os.open(path, os.O_RDONLY)
            fcntl.flock(self._descriptor, fcntl.LOCK_SH)
            path.stat()  # whoever removed it held it alone until it was gone
        except FileNotFoundError:
            raise NotFound(f"{path} is not there; it was removed") from None

    def __del__(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)


@contextmanager
def alone_with(path: Path, wait_seconds: float = 0.0) -> Iterator[bool]:
    """Give True while nobody else holds a file, or False where somebody does; at once, or after some waiting."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield _locked(descriptor, time.monotonic() + wait_seconds)
    finally:
        os.close(descriptor)


def _locked(descriptor: int, deadline: float) -> bool:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_PAUSE_SECONDS)


@contextmanager
def writing_into(folder: Path) -> Iterator[None]:
    """Keep files that no version names yet from being swept away, until the version that names them is there.

    Any number of writers may be in a folder; they wait only while it is swept.

    Raises:
        StoreError: the folder cannot be made or written.
    """
    hold = Hold(writers_file(folder))
    try:
        yield
    finally:
        del hold


def writers_file(folder: Path) -> Path:
    """Return the file that the writers of a folder hold; it is made where it is missing.

    Raises:
        StoreError: the folder cannot be made or written.
    """
    path = folder / _WRITERS
    if not path.exists():
        with writing_to(folder):
            folder.mkdir(parents=True, exist_ok=True)
            path.touch()
    return path
