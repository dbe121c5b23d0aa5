"""Runs of cleaning that outlive their process: where their files are, and when they began."""

import fcntl
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from groundswell.clean import RunFolder
from groundswell.errors import Conflict
from groundswell.organize.disk import writing_to

_PLAN = "plan.json"


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


@contextmanager
def open_run(root: Path, name: str, identity: str, now: datetime) -> Iterator[Run]:
    """Hold the run of an identity: the same source, steps and name go on with what a run before has done.

    Its files go when the block ends well; else they stay for the next one.

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
    with tempfile.TemporaryDirectory(prefix="groundswell-", dir=root) as folder:
        yield Run(RunFolder(Path(folder), is_temporary=True), secrets.token_hex(8), now)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder against other processes; the kernel lets it go, however this one ends."""
    lock = folder.with_name(f".{folder.name}.lock")
    with writing_to(folder.parent):
        folder.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(lock, os.O_CREAT | os.O_RDWR, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
        lock.unlink(missing_ok=True)
    except BlockingIOError:
        raise Conflict(f"another process is at the same run ({folder}); wait for it, or stop it") from None
    finally:
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
    trash = folder.with_name(f".{folder.name}.trash")
    shutil.rmtree(trash, ignore_errors=True)
    folder.rename(trash)
    shutil.rmtree(trash, ignore_errors=True)
