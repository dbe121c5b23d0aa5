"""PostgreSQL as operating-system processes: who runs it, how it dies with us, what was left behind."""

import contextlib
import logging
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from groundswell.errors import DataFolderBusy, StoreError

log = logging.getLogger(__name__)

PID_FILES = ("postmaster.pid", ".s.PGSQL.5432.lock")
"""With these PostgreSQL keeps a second server away; a zombie's number in them keeps away every one."""

UNPRIVILEGED = 65533
"""PostgreSQL refuses to run as root; it then runs as this number, which belongs to nobody else."""

NOBODY = 65534
"""What nearly every system calls nobody; any other named account would do."""

LAUNCH = str(Path(__file__).with_name("launch.py"))


@dataclass(frozen=True)
class Account:
    """The user and group that own the database files and run its server."""

    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        """Whether this process already runs as that user."""
        return self.uid == os.geteuid()

    def take(self, path: Path) -> None:
        """Give `path` and all below it to this account; nothing to do when we are it."""
        if self.is_ours:
            return
        os.chown(path, self.uid, self.gid, follow_symlinks=False)
        if path.is_dir() and not path.is_symlink():
            for child in path.iterdir():
                with contextlib.suppress(FileNotFoundError):  # a server that is just ending tidies up
                    self.take(child)


def database_account(folder: Path, data: Path) -> Account:
    """Say which account runs the database of a data folder.

    Not root: ourselves. Root: the owner of the existing database or of the folder, so that a start
    with `sudo` does not lock the user out; where root owns them, `UNPRIVILEGED`.

    Raises:
        StoreError: the database belongs to another user and we are not root.
    """
    found = (data if data.exists() else folder).stat()
    if os.geteuid() == 0:
        return Account(found.st_uid, found.st_gid) if found.st_uid else Account(UNPRIVILEGED, UNPRIVILEGED)
    if data.exists() and found.st_uid != os.geteuid():
        raise StoreError(
            f"the database in {data} belongs to user {found.st_uid}, you are {os.geteuid()}; start as that "
            f"user or as root, or hand it over: sudo chown -R {os.geteuid()}:{os.getegid()} {folder}"
        )
    return Account(os.geteuid(), os.getegid())


def account_for_initdb(account: Account) -> Account:
    """Return an account with a name: `initdb` looks its user up, the server does not.

    Raises:
        StoreError: we are not root and have no name ourselves.
    """
    known = {entry.pw_uid: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
    if account.uid in known:
        return account
    if not account.is_ours and known:
        entry = known.get(NOBODY) or next(iter(known.values()))
        return Account(entry.pw_uid, entry.pw_gid)
    raise StoreError(
        f"user {account.uid} has no entry in /etc/passwd, which initdb needs; "
        "add one, or set GROUNDSWELL_DATABASE_URL to a running PostgreSQL"
    )


def spawn(
    command: Sequence[str | Path], *, cwd: Path, account: Account, output: IO[Any], env: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start a program as `account` that gets SIGINT when the calling *thread* ends (see `launch`).

    It gets a session of its own: Ctrl-C in the terminal reaches us first, and we stop it last.
    """
    us = (os.getpid(), account.uid, account.gid)
    return subprocess.Popen(
        [sys.executable, "-I", "-S", LAUNCH, *map(str, us), *map(str, command)],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def processes_in(data: Path) -> list[int]:
    """Return the living PostgreSQL processes of a database folder, which is where they all work.

    Zombies do not count: they have no working folder any more, though `kill(pid, 0)` finds them.
    """
    home = data.stat()
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _works_in(entry, (home.st_dev, home.st_ino))
    ]


def stop_leftovers(data: Path) -> None:
    """Stop what a killed owner left running, and remove its stale pid files.

    Only for the holder of the folder's lock. The files may go only when no process is left, as they
    guard against two servers writing the same data.

    Raises:
        DataFolderBusy: a leftover process survives even SIGKILL.
    """
    for number, patience_s in ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
        if _emptied(data, number, patience_s):
            for name in PID_FILES:
                (data / name).unlink(missing_ok=True)
            return
    raise DataFolderBusy(
        f"processes {processes_in(data)} of an earlier run still work in {data} and do not end; "
        "stop them, or restart the machine"
    )


def _works_in(entry: Path, home: tuple[int, int]) -> bool:
    try:
        status = (entry / "cwd").stat()
        return (status.st_dev, status.st_ino) == home and (entry / "comm").read_text().strip() == "postgres"
    except OSError:
        return False


def _emptied(data: Path, number: signal.Signals, patience_s: float) -> bool:
    living = processes_in(data)
    if not living:
        return True
    leader = _postmaster(data)
    if leader in living:
        log.warning("stopping PostgreSQL %d, left behind by an earlier run, with %s", leader, number.name)
        _signal(leader, number)
    elif number is not signal.SIGINT:  # to a single backend SIGINT means something else
        for pid in living:
            _signal(pid, number)
    else:
        patience_s = 5.0  # backends without a postmaster notice by themselves
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if not processes_in(data):
            return True
        time.sleep(0.02)
    return False


def _postmaster(data: Path) -> int | None:
    try:
        return int((data / PID_FILES[0]).read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        log.debug("process %d is already gone", pid)
