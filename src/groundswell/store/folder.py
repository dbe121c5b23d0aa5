"""The data folder: one process at a time, and never one written by a newer release."""

import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from groundswell.errors import DataFolderBusy, DataFolderNewer, StoreError

FORMAT = 1
"""Raised by a release that lays the folder out so that an older one would damage it."""

VERSION_FILE = "groundswell.json"
LOCK_FILE = "groundswell.lock"

_held: set[int] = set()


def _let_go_after_fork() -> None:
    # A forked worker that outlives its parent must not keep the folder locked.
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_let_go_after_fork)


class FolderLock:
    """Holds a data folder for this process until closed, or until the process ends in any way.

    The kernel keeps the lock (`flock`), so nothing is left to clean up after a `kill -9`; the file's
    text, the holder's process id, only serves the error message of a second comer.

    Raises:
        DataFolderBusy: another process, or another opening in this one, holds it.
        StoreError: the folder cannot be created or written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._descriptor = _open(folder)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, 32, 0).decode(errors="replace").strip()
            os.close(self._descriptor)
            raise DataFolderBusy(
                f"data folder {folder} is in use by process {holder or '(unknown)'}; "
                "stop it, or set GROUNDSWELL_HOME to another folder"
            ) from None
        _held.add(self._descriptor)
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, str(os.getpid()).encode(), 0)

    def close(self) -> None:
        """Let another process have the folder; harmless when repeated."""
        if self._descriptor in _held:
            _held.remove(self._descriptor)
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def require_known_format(folder: Path) -> None:
    """Refuse a data folder that a newer release wrote; an empty or missing one is fine.

    Raises:
        DataFolderNewer: its format number is above ours.
        StoreError: its version file is damaged.
    """
    path = folder / VERSION_FILE
    try:
        found = int(json.loads(path.read_text())["format"])
    except (FileNotFoundError, NotADirectoryError):
        return
    except (ValueError, KeyError, TypeError):
        raise StoreError(
            f'{path} is damaged; restore it from a backup, or write {{"format": {FORMAT}}} into it '
            "if this release wrote the folder"
        ) from None
    if found > FORMAT:
        raise DataFolderNewer(
            f"data folder {folder} has format {found}, this release knows up to {FORMAT}; upgrade groundswell"
        )


def write_format(folder: Path, postgres_major: int) -> None:
    """Record the folder's format and PostgreSQL version, in one atomic step."""
    staged = folder / f".{VERSION_FILE}.new"
    staged.write_text(json.dumps({"format": FORMAT, "postgres": postgres_major}) + "\n")
    staged.replace(folder / VERSION_FILE)


def _open(folder: Path) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(
            f"data folder {folder} cannot be used ({error.strerror}); "
            "set GROUNDSWELL_HOME to a folder that you may write"
        ) from error
