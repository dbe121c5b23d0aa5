"""Runs of cleaning that outlive their process: where their files are, when they began, and when they go."""

import fcntl
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from groundswell import clock
from groundswell.clean import RunFolder
from groundswell.errors import Conflict
from groundswell.organize.disk import writing_to

KEEP_RUNS = timedelta(days=14)
"""A run that was stopped goes once nobody has gone on with it for so long."""

_PLAN = "plan.json"
_TRASH = ".trash"


@dataclass(frozen=True)
class Run:
    """A run, new or gone on with.

    Attributes:
        folder: where its files are.
        id: names this run, and no other of the same identity; it is written into the version that it ends with.
        began_at: when it began, aware.
    """

    folder: RunFolder
    id: str
    began_at: datetime


@dataclass(frozen=True)
class OldRun:
    """A run that was stopped and that nobody has gone on with: when it last wrote anything, and how much it has."""

    name: str
    last_at: datetime
    size_bytes: int


@contextmanager
def open_run(root: Path, name: str, identity: str, now: datetime) -> Iterator[Run]:
    """Hold the run of an identity: the same source, steps and name go on with what a run before has done.

    Its files go when the block ends well, and those of old runs beside it; else they stay for the next one.

    Args:
        root: the folder of all runs.
        name: of the dataset, for people who look at the folder.
        identity: hexadecimal digits that are equal for equal runs.
        now: when it began, if it is new.

    Raises:
        Conflict: another process is at this run.
        StoreError: the disk is full, or the folder may not be written.
    """
    folder = RunFolder(root / f"{name}-{identity[:16]}")
    with _held(folder.root):
        yield _planned(folder, now)
        _remove(folder.root)
    remove_old_runs(root, clock.now())


@contextmanager
def temporary_run(root: Path | None, now: datetime) -> Iterator[Run]:
    """Hold a run that nobody goes on with, however it ends.

    Args:
        root: the folder in which its own is made; that of the machine for such things if None.
        now: when it begins.

    Raises:
        StoreError: the disk is full, or the folder may not be written.
    """
    if root is not None:
        with writing_to(root):
            root.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="groundswell-", dir=root) as folder,
        nullcontext() if root is None else _held(Path(folder)),
    ):
        yield Run(RunFolder(Path(folder), is_temporary=True), secrets.token_hex(8), now)


def remove_old_runs(
    root: Path, now: datetime, *, keep: timedelta = KEEP_RUNS, dry_run: bool = False
) -> list[OldRun]:
    """Remove the runs that nobody has gone on with, and return them; those that a process is at stay.

    Args:
        root: the folder of all runs; it need not be there.
        now: aware.
        keep: how long a run stays after it last wrote anything.
        dry_run: only say what would go.
    """
    found = [path for path in sorted(root.glob("*")) if path.is_dir()] if root.is_dir() else []
    old = [run for run in map(_old_run, found) if now - run.last_at > keep]
    return [run for run in old if dry_run or _removed(root / run.name)]


def _old_run(folder: Path) -> OldRun:
    last, size_bytes = folder.stat().st_mtime, 0
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # a process is at it, and it is young anyhow
            status = path.lstat()
            last, size_bytes = max(last, status.st_mtime), size_bytes + status.st_size
    return OldRun(folder.name, datetime.fromtimestamp(last, UTC), size_bytes)


def _removed(folder: Path) -> bool:
    """Remove a run unless a process is at it; says whether it went."""
    try:
        with _held(folder):
            _remove(folder)
    except Conflict:
        return False
    return True


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder against other processes; the kernel lets it go, however this one ends."""
    lock = folder.with_name(f".{folder.name}.lock")
    with writing_to(folder.parent):
        folder.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(lock, os.O_CREAT | os.O_RDWR, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise Conflict(f"another process is at the same run ({folder}); wait for it, or stop it") from None
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(handle)


def _planned(folder: RunFolder, now: datetime) -> Run:
    """Return the run of a folder; if it is new, write down when it began."""
    try:
        plan = json.loads(folder.path(_PLAN).read_text())
    except FileNotFoundError:
        plan = {"id": secrets.token_hex(8), "began_at": now.isoformat()}
        with writing_to(folder.root.parent):
            folder.root.mkdir(exist_ok=True)
            file = folder.create(_PLAN)
            file.write(json.dumps(plan).encode())
            folder.publish(file, _PLAN)
    return Run(folder, plan["id"], datetime.fromisoformat(plan["began_at"]))


def _remove(folder: Path) -> None:
    """Remove a folder so that, if this is cut short, nobody takes what is left for a run."""
    trash = folder.with_name(f".{folder.name}{_TRASH}")
    shutil.rmtree(trash, ignore_errors=True)
    folder.rename(trash)
    shutil.rmtree(trash, ignore_errors=True)
