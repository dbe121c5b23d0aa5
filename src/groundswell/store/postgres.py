"""The embedded PostgreSQL: a child process that starts, recovers, stops and dies with its owner.

Everything is addressed from inside: the server works in its data folder, is told that this is
`/proc/self/cwd`, and opens its socket in `.`. So it needs no right to walk the folders above, which
may stay closed (0700) when root starts it for an unprivileged account.
"""

import logging
import os
import signal
import subprocess
import tempfile
import threading
import time
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg

from groundswell.errors import StoreError
from groundswell.store.cluster import HERE, OWNER, environment, initialise, installation_for, write_settings
from groundswell.store.folder import FolderLock, require_known_format, write_format
from groundswell.store.processes import database_account, processes_in, spawn, stop_leftovers

log = logging.getLogger(__name__)

DATA = "postgres"
LOG = "postgres.log"
LOG_LIMIT_BYTES = 10_000_000
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432")
"""Bytes: what the kernel's `sun_path` holds, less the socket's own name."""

ACCIDENT_SECONDS = 10.0
"""A server that ran so long ended by accident, and is started again at once, however often that happened before."""

STOPPING = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))
"""A clean shutdown with a checkpoint; one that leaves recovery to the next start; the end. Seconds."""


def start_postgres(folder: Path) -> "EmbeddedPostgres":
    """Start the database of a data folder, creating it if need be, and return when it answers.

    Example:
        >>> with start_postgres(Path("groundswell-data")) as server:
        ...     migrate(server.dsn)

    Raises:
        DataFolderBusy: another process holds the folder.
        DataFolderNewer: a newer release wrote it.
        StoreError: PostgreSQL is missing or ended at once; the message holds the tail of its log.
    """
    return EmbeddedPostgres(folder).start()


def running_dsn(folder: Path) -> str | None:
    """Return the address of the server that some process now runs on a data folder, if any does."""
    data = folder.absolute() / DATA
    return _dsn(data) if data.exists() and processes_in(data) else None


class EmbeddedPostgres:
    """One PostgreSQL server on one data folder, a child of this process; used once.

    While started it is kept alive: a postmaster that was killed is started again and recovers. It
    gets SIGINT, a clean shutdown, when this process ends in any way, `kill -9` included. It listens
    on a Unix socket in a folder that only its account may enter; there is no TCP port.

    Attributes:
        folder: the data folder; `postgres/` and `postgres.log` are below it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._data = self.folder / DATA
        self._lock: FolderLock | None = None
        self._keeper: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._spawning = threading.Lock()
        self._answered = threading.Event()
        self._stopping = threading.Event()
        self._ended = threading.Event()

    @property
    def dsn(self) -> str:
        """Where to connect as the database's owner; the same at each start."""
        return _dsn(self._data)

    @property
    def pid(self) -> int:
        """The postmaster's process id; another one after each restart."""
        if self._process is None:
            raise StoreError(f"the database in {self.folder} was not started; call start()")
        return self._process.pid

    def start(self) -> Self:
        """Start the server and wait, however long crash recovery takes, until it answers."""
        self._lock = FolderLock(self.folder)
        try:
            self._prepare()
            self._keeper = threading.Thread(target=self._keep, name="groundswell-postgres", daemon=True)
            self._keeper.start()
            self._wait_for_answer()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop the server cleanly and give the folder free; harmless when repeated."""
        with self._spawning:
            self._stopping.set()
        if self._keeper is not None:
            for number, patience_s in STOPPING:
                if self._process is not None:
                    self._process.send_signal(number)
                if self._ended.wait(patience_s):
                    break
            self._keeper = None
        if self._lock is not None:
            _forget_short_name(self._data)
            self._lock.close()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _prepare(self) -> None:
        require_known_format(self.folder)
        self._account = database_account(self.folder, self._data)
        self._binaries = installation_for(self._data, self._account)
        if self._data.exists():
            self._account.take(self._data)
            stop_leftovers(self._data)
        else:
            initialise(self._data, self._binaries, self._account)
        write_format(self.folder, self._binaries.major)

    def _keep(self) -> None:
        # The kernel ties the server's life to this very thread, so it does nothing but wait for it.
        pause_s = 0.0
        try:
            while not self._stopping.wait(pause_s) and self._spawn():
                assert self._process is not None
                began = time.monotonic()
                code = self._process.wait()
                if self._stopping.is_set() or not self._answered.is_set():
                    return
                accident = time.monotonic() - began > ACCIDENT_SECONDS
                pause_s = 0.1 if accident else min(5.0, pause_s * 2 + 0.1)
                log.error("PostgreSQL ended (%d); starting it again in %.1f s", code, pause_s)
                stop_leftovers(self._data)
        except (OSError, StoreError) as error:
            log.error("PostgreSQL cannot be kept running: %s", error)
        finally:
            self._ended.set()

    def _spawn(self) -> bool:
        write_settings(self._data, self._account)
        command: list[str | Path] = [self._binaries.folder / "postgres", "-D", HERE]
        with self._spawning, _log_file(self.folder / LOG).open("ab") as output:
            if self._stopping.is_set():
                return False
            self._process = spawn(
                command, cwd=self._data, account=self._account, output=output, env=environment()
            )
        return True

    def _wait_for_answer(self) -> None:
        while not self._ended.wait(0.02):
            try:
                _create_database(self.dsn)
            except psycopg.OperationalError:
                continue
            self._answered.set()
            return
        raise StoreError(
            f"PostgreSQL ended while it started on {self._data}; {self.folder / LOG} ends with:\n"
            + _tail(self.folder / LOG)
        )


def _create_database(dsn: str) -> None:
    with psycopg.connect(dsn, dbname="postgres", autocommit=True, connect_timeout=10) as connection:
        known = connection.execute("select from pg_database where datname = %s", (OWNER,)).fetchone()
        if known is None:
            connection.execute(f"create database {OWNER}")


def _dsn(data: Path) -> str:
    return f"postgresql://{OWNER}@/{OWNER}?host={quote(str(_short_name(data)), safe='')}"


def _short_name(data: Path) -> Path:
    """Return a name of the folder that fits a socket address: itself, or a link among temporary files.

    Raises:
        StoreError: the link's name is taken by something that is not ours.
    """
    if len(os.fsencode(data)) <= LONGEST_SOCKET_FOLDER:
        return data
    link = _link(data)
    try:
        link.symlink_to(data)
    except FileExistsError:
        if link.lstat().st_uid != os.geteuid() or not link.is_symlink() or link.readlink() != data:
            raise StoreError(
                f"{link} is in the way of a short name for {data}; remove it, or use a folder "
                f"with a path under {LONGEST_SOCKET_FOLDER} bytes"
            ) from None
    return link


def _forget_short_name(data: Path) -> None:
    link = _link(data)
    if link.is_symlink() and link.readlink() == data:
        link.unlink()


def _link(data: Path) -> Path:
    name = f"groundswell-{os.geteuid()}-{sha256(os.fsencode(data)).hexdigest()[:16]}"
    link = Path(tempfile.gettempdir()) / name
    # A long TMPDIR does not help: connecting would fail for ever.
    return link if len(os.fsencode(link)) <= LONGEST_SOCKET_FOLDER else Path("/tmp") / name


def _log_file(path: Path) -> Path:
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path


def _tail(path: Path, lines: int = 12) -> str:
    said = path.read_text(errors="replace") if path.exists() else "(nothing)"
    return "\n".join(said.splitlines()[-lines:])
