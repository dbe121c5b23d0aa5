"""Files and folders that appear whole or not at all."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from groundswell.errors import Conflict


@contextmanager
def whole_file(destination: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a path to write to: it becomes `destination` at the end of the block, and nothing after an error.

    Args:
        destination: where the file shall stand; missing parent folders are made.
        overwrite: replace what is there, at the last moment and in one step.

    Raises:
        Conflict: `destination` exists and `overwrite` is False, or it is a folder.
    """
    _require_free(destination, overwrite=overwrite and not destination.is_dir())
    partial = _partial(destination)
    try:
        yield partial
        flush(partial)
        os.replace(partial, destination)
        flush(destination.parent)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def whole_folder(destination: Path, *, known_by: str, overwrite: bool = False) -> Iterator[Path]:
    """Give a folder to fill: it becomes `destination` at the end of the block, and nothing after an error.

    Args:
        destination: where the folder shall stand; missing parent folders are made.
        known_by: name of a file that every such folder has; only these are ever overwritten, so that a
            slip of the hand does not delete a home folder.
        overwrite: replace the folder that is there, with all that is in it.

    Raises:
        Conflict: `destination` exists, and `overwrite` is False or it is not such a folder.
    """
    _require_free(destination, overwrite=overwrite and (destination / known_by).is_file())
    partial = _partial(destination)
    partial.mkdir()
    try:
        yield partial
        flush(partial / known_by)
        _move_folder(partial, destination, overwrite=overwrite)
        flush(destination.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _require_free(destination: Path, *, overwrite: bool) -> None:
    if not overwrite and os.path.lexists(destination):
        raise Conflict(f"{destination} exists and is not overwritten; choose another name or remove it")
    destination.parent.mkdir(parents=True, exist_ok=True)


def _partial(destination: Path) -> Path:
    """Return an unused hidden path beside `destination`, so that the final rename stays on one disk."""
    return destination.with_name(f".{destination.name[:100]}.{uuid.uuid4().hex}.part")


def _move_folder(partial: Path, destination: Path, *, overwrite: bool) -> None:
    """Move `partial` to `destination`; a folder that is there steps aside first and comes back on failure."""
    if not overwrite or not destination.exists():
        os.rename(partial, destination)
        return
    aside = _partial(destination)
    os.rename(destination, aside)
    try:
        os.rename(partial, destination)
    except OSError:
        os.rename(aside, destination)
        raise
    shutil.rmtree(aside)


def flush(path: Path) -> None:
    """Make a file or folder survive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
