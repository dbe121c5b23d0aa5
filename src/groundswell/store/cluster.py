"""A PostgreSQL data folder on disk: making a new one whole or not at all, and its settings."""

import os
import shutil
import tempfile
from pathlib import Path

from groundswell.errors import DataFolderNewer, StoreError
from groundswell.store.binaries import Binaries, find_binaries, reachable
from groundswell.store.processes import Account, account_for_initdb, spawn

HERE = "/proc/self/cwd"
"""How the server names its own data folder, wherever that is."""

OWNER = "groundswell"
"""The superuser role, and the database; reachable only through the folder's socket."""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_directories": ".",
    "max_connections": "100",
    "synchronous_commit": "on",  # an acknowledged answer survives power loss
    "recovery_init_sync_method": "syncfs",  # one flush instead of one for each file, after a crash
    "wal_compression": "off",  # a page compressed with pglz costs 0.1 ms, five times what logging it whole does
    "max_wal_size": "8GB",  # full load writes 10 MB/s; each checkpoint makes commits wait, and pages be logged whole
    "min_wal_size": "1GB",  # files of the log that are used again cost nothing; until there are some,
    "wal_init_zero": "off",  # new ones are not filled first: that held up every commit for 50 to 150 ms
    "checkpoint_timeout": "15min",
    "autovacuum_naptime": "10s",  # the queue's tables turn over many times a minute
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",  # one report must not take the cores from the annotators
    "jit": "off",  # short statements never win back its start-up
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
    "lc_messages": "C",
}

_MB = 1024 * 1024


def installation_for(data: Path, account: Account) -> Binaries:
    """Return the PostgreSQL that can open `data` (the newest where there is none yet) as `account`.

    Raises:
        DataFolderNewer: `data` needs a newer PostgreSQL than is installed.
        StoreError: none is installed, or only a newer one.
    """
    if not data.exists():
        return reachable(find_binaries(), account.uid)
    needed = int((data / "PG_VERSION").read_text())
    try:
        return reachable(find_binaries(needed), account.uid)
    except StoreError as error:
        if needed > find_binaries().major:
            raise DataFolderNewer(f"{data} was written by PostgreSQL {needed}: {error}") from error
        raise


def initialise(data: Path, binaries: Binaries, account: Account) -> None:
    """Create a new, empty cluster in `data`; killed halfway, it leaves nothing there.

    Encoding UTF-8, page checksums, the order of code points everywhere (from PostgreSQL 17 with the
    built-in provider, so that a new C library cannot disturb an index).

    Raises:
        StoreError: `initdb` failed; the message holds what it said.
    """
    staged = data.with_name(f".{data.name}.new")
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(mode=0o700)
    try:
        maker = account_for_initdb(account)
        maker.take(staged)
        _run_initdb(staged, binaries, maker)
        account.take(staged)
        staged.rename(data)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise


def write_settings(data: Path, account: Account) -> None:
    """Write our settings into `postgresql.conf`, at each start; `ALTER SYSTEM` still overrides them."""
    lines = ["# Written by groundswell at each start. To change a setting: ALTER SYSTEM SET name = value;"]
    settings = SETTINGS | {"shared_buffers": f"{shared_buffers_mb(memory_bytes())}MB"}
    lines += [f"{name} = '{value}'" for name, value in settings.items()]
    path = data / "postgresql.conf"
    path.write_text("\n".join(lines) + "\n")
    account.take(path)


def shared_buffers_mb(memory: int) -> int:
    """Return PostgreSQL's cache for a machine of `memory` bytes: an eighth, from 64 MB to 2 GB.

    Less than the quarter that is usual on a dedicated server, as the service and the models it
    trains share the machine; the rest still serves as the system's file cache.
    """
    return max(64, min(2048, memory // 8 // _MB))


def memory_bytes() -> int:
    """Return the memory that this process may use: the machine's, or its container's if less."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            return min(machine, int(Path(limit).read_text()))
        except (OSError, ValueError):
            continue
    return machine


def _run_initdb(folder: Path, binaries: Binaries, account: Account) -> None:
    # fmt: off
    command: list[str | Path] = [
        binaries.folder / "initdb", "--pgdata", HERE, "--username", OWNER, "--data-checksums",
        "--auth-local", "trust", "--auth-host", "reject", "--encoding", "UTF8", "--locale", "C",
    ]
    # fmt: on
    if binaries.major >= 17:
        command += ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
        command += [
            "--sync-method",
            "syncfs",
        ]  # one flush instead of a thousand: 0.9 s, not 4, on a busy disk
    with tempfile.TemporaryFile() as output:
        process = spawn(command, cwd=folder, account=account, output=output, env=environment())
        if process.wait() != 0:
            output.seek(0)
            said = output.read().decode(errors="replace").strip()
            raise StoreError(f"the database could not be created in {folder.parent}: {said}")


def environment() -> dict[str, str]:
    """Return our environment without the `PG*` variables that would redirect PostgreSQL's programs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}
