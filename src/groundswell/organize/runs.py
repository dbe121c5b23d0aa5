"""Runs of cleaning that outlive their process: where their files are, and when they began."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from groundswell.clean import RunFolder
from groundswell.errors import Conflict
from groundswell.organize.disk import writing_to

_PLAN = "plan.json"
_LOCK = "lock"


@dataclass(frozen=True)
class Run:
    """A run, new or gone on with.

    Attributes:
        folder: where its files are.
        began_at: when it began, aware.
        is_resumed: whether a process before this one began it.
    """

    folder: RunFolder
    began_at: datetime
    is_resumed: bool


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
    folder = root / f"{name}-{identity[:16]}"
    with writing_to(root):
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o644)
    try:
        _take(lock, folder)
        is_resumed = (folder / _PLAN).exists()
        yield Run(RunFolder(folder), _began_at(RunFolder(folder), now), is_resumed)
        shutil.rmtree(folder)
    finally:
        os.close(lock)


def _take(lock: int, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Conflict(f"another process is at the same run ({folder}); wait for it, or stop it") from None


def _began_at(folder: RunFolder, now: datetime) -> datetime:
    """Return when the run began, and write it down if that is now."""
    try:
        return datetime.fromisoformat(json.loads(folder.path(_PLAN).read_text())["began_at"])
    except FileNotFoundError:
        with writing_to(folder.root):
            file = folder.create(_PLAN)
            file.write(json.dumps({"began_at": now.isoformat()}).encode())
            folder.publish(file, _PLAN)
        return now
