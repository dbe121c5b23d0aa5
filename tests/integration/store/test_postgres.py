"""The embedded server under every way to die. Each test has a data folder of its own."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from groundswell.errors import DataFolderBusy, DataFolderNewer, StoreError
from groundswell.store.binaries import find_binaries
from groundswell.store.postgres import running_dsn, start_postgres
from groundswell.store.processes import UNPRIVILEGED, processes_in

NOBODY = 65534

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stopped database, to be copied: quicker than making one for each test."""
    home = tmp_path_factory.mktemp("pristine") / "home"
    with start_postgres(home):
        pass
    return home


@pytest.fixture
def home(pristine: Path, tmp_path: Path) -> Path:
    subprocess.run(["cp", "-a", pristine, tmp_path / "home"], check=True)
    return tmp_path / "home"


@pytest.fixture
def adopts_and_never_reaps() -> Iterator[None]:
    """Make this process what PID 1 is in many containers: it inherits orphans and leaves them zombies."""
    set_child_subreaper = 36
    libc = ctypes.CDLL(None)
    libc.prctl(set_child_subreaper, 1, 0, 0, 0)
    yield
    libc.prctl(set_child_subreaper, 0, 0, 0, 0)
    for pid in _children():
        os.waitpid(pid, os.WNOHANG)


def _children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def _owner(home: Path, then: str) -> "subprocess.Popen[str]":
    """Start another process that owns the server of `home`, and wait until it printed a line."""
    script = textwrap.dedent(
        f"""
        import sys, time
        from pathlib import Path
        import psycopg
        from groundswell.store.postgres import start_postgres
        server = start_postgres(Path({str(home)!r}))
        {then}
        print(server.pid, flush=True)
        time.sleep(60)
        """
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip().isdigit()
    return process


def _rows(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        (count,) = connection.execute("select count(*) from t").fetchone() or (0,)
    return int(count)


def _write(dsn: str, rows: int) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("create table if not exists t (n int)")
        for n in range(rows):
            connection.execute("insert into t values (%s)", (n,))


def _wait_until_gone(home: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while processes_in(home / "postgres"):
        assert time.monotonic() < deadline, f"{processes_in(home / 'postgres')} still run"
        time.sleep(0.05)


def test_a_new_folder_gets_a_private_database_that_keeps_its_rows(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    with start_postgres(home) as server:
        _write(server.dsn, 3)
        assert running_dsn(home) == server.dsn
    assert (home / "postgres").stat().st_mode & 0o777 == 0o700
    assert running_dsn(home) is None
    with start_postgres(home) as again:
        assert _rows(again.dsn) == 3
        assert again.dsn == server.dsn


def test_answers_are_flushed_checked_and_reached_by_the_socket_only(home: Path) -> None:
    with start_postgres(home) as server, psycopg.connect(server.dsn) as connection:
        shown = {
            name: connection.execute(f"show {name}").fetchone()[0]  # type: ignore[index, call-overload]
            for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")
        }
        assert set(shown.values()) == {"on"}
        for name, value in {"listen_addresses": "", "server_encoding": "UTF8", "TimeZone": "UTC"}.items():
            assert connection.execute(f"show {name}").fetchone() == (value,)  # type: ignore[call-overload]


def test_letters_beyond_ascii_have_cases_and_sort_by_code_point(home: Path) -> None:
    with start_postgres(home) as server, psycopg.connect(server.dsn) as connection:
        assert connection.execute("select lower('ÉCOLE'), 'Z' < 'a'").fetchone() == ("école", True)


def test_a_setting_of_the_operator_survives_a_restart(home: Path) -> None:
    with start_postgres(home) as server, psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("alter system set work_mem = '33MB'")
    with start_postgres(home) as server, psycopg.connect(server.dsn) as connection:
        assert connection.execute("show work_mem").fetchone() == ("33MB",)


def test_a_second_opener_is_told_who_holds_the_folder(home: Path) -> None:
    with start_postgres(home), pytest.raises(DataFolderBusy, match=f"in use by process {os.getpid()};"):
        start_postgres(home)
    with start_postgres(home) as server:
        _write(server.dsn, 1)


def test_a_killed_postmaster_is_started_again_with_every_acknowledged_row(home: Path) -> None:
    with start_postgres(home) as server:
        _write(server.dsn, 200)
        killed = server.pid
        os.kill(killed, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while True:
            try:
                assert _rows(server.dsn) == 200
                break
            except psycopg.OperationalError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        assert server.pid != killed


def test_after_a_killed_owner_no_server_is_left_and_no_row_is_lost(home: Path) -> None:
    with _owner(
        home, "psycopg.connect(server.dsn, autocommit=True).execute('create table t as select 1')"
    ) as owner:
        owner.kill()
    _wait_until_gone(home, seconds=10)
    with start_postgres(home) as server:
        assert _rows(server.dsn) == 1


def test_a_start_right_after_the_owner_was_killed_waits_for_its_server_to_end(home: Path) -> None:
    with _owner(home, "") as owner:
        owner.kill()
    with start_postgres(home) as server:
        _write(server.dsn, 1)


@pytest.mark.usefixtures("adopts_and_never_reaps")
def test_killing_everything_at_once_leaves_nothing_in_the_way_not_even_zombies(home: Path) -> None:
    with _owner(
        home, "psycopg.connect(server.dsn, autocommit=True).execute('create table t as select 1')"
    ) as owner:
        stale = int((home / "postgres" / "postmaster.pid").read_text().split()[0])
        os.kill(owner.pid, signal.SIGSTOP)  # so that it cannot reap, nor start another
        os.waitpid(owner.pid, os.WUNTRACED)
        for pid in (stale, owner.pid):  # the postmaster's own children die with it
            os.kill(pid, signal.SIGKILL)
    os.kill(stale, 0)  # a zombie: it still takes signals
    with start_postgres(home) as server:
        assert _rows(server.dsn) == 1


def test_a_pid_file_that_names_a_stranger_is_not_believed(home: Path) -> None:
    (home / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{home}\n0\n5432\n.\n\n  1  1\nready\n")
    with start_postgres(home) as server:
        _write(server.dsn, 1)


def test_a_server_that_nobody_owns_is_stopped_cleanly_and_replaced(home: Path) -> None:
    data = home / "postgres"
    status = data.stat()
    switch = {"user": status.st_uid, "group": status.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    with subprocess.Popen(
        [find_binaries().folder / "postgres", "-D", "/proc/self/cwd"],
        cwd=data,
        stderr=subprocess.DEVNULL,
        **switch,  # type: ignore[arg-type]
    ) as nobodys:
        while not (data / "postmaster.pid").exists() or "ready" not in (data / "postmaster.pid").read_text():
            time.sleep(0.05)
        with start_postgres(home) as server:
            assert server.pid != nobodys.pid
            assert nobodys.wait(timeout=10) == 0


def test_it_stops_while_clients_are_connected(home: Path) -> None:
    with start_postgres(home) as server:
        client = psycopg.connect(server.dsn)
    with pytest.raises(psycopg.OperationalError):
        client.execute("select 1")
    client.close()


def test_ctrl_c_in_the_terminal_does_not_reach_the_server_before_us(home: Path) -> None:
    with start_postgres(home) as server:
        assert os.getsid(server.pid) != os.getsid(0)


def test_it_outlives_the_thread_that_started_it(home: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        server = pool.submit(start_postgres, home).result()
    with server:
        time.sleep(0.3)
        _write(server.dsn, 1)


def test_a_path_longer_than_a_socket_address_works(
    pristine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("t" * 100)))  # too long itself: /tmp is taken
    deep = tmp_path / ("x" * 150) / "home"
    deep.parent.mkdir()
    subprocess.run(["cp", "-a", pristine, deep], check=True)
    with start_postgres(deep) as server:
        _write(server.dsn, 2)
        assert running_dsn(deep) == server.dsn
    with start_postgres(deep) as server:
        assert _rows(server.dsn) == 2
        (link,) = (
            path
            for path in Path("/tmp").glob("groundswell-*")
            if path.is_symlink() and path.readlink() == deep / "postgres"
        )
    assert not link.is_symlink()


def test_a_broken_setting_is_reported_with_the_end_of_the_log(home: Path) -> None:
    (home / "postgres" / "postgresql.auto.conf").write_text("shared_buffers = 'plenty'\n")
    with pytest.raises(StoreError, match=r'(?s)postgres\.log ends with:.*"shared_buffers": "plenty"'):
        start_postgres(home)
    (home / "postgres" / "postgresql.auto.conf").write_text("")
    with start_postgres(home):
        pass


def test_a_failed_creation_leaves_nothing_half_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundswell.store.cluster.OWNER", "pg_reserved")
    with pytest.raises(StoreError, match=r'database could not be created.*"pg_'):
        start_postgres(tmp_path / "home")
    assert not (tmp_path / "home" / "postgres").exists()
    monkeypatch.undo()
    with start_postgres(tmp_path / "home"):
        pass


def test_a_database_of_a_newer_postgres_is_left_alone(home: Path) -> None:
    (home / "postgres" / "PG_VERSION").write_text("99\n")
    with pytest.raises(DataFolderNewer, match="was written by PostgreSQL 99"):
        start_postgres(home)


def test_a_folder_of_a_newer_release_is_left_alone(home: Path) -> None:
    (home / "groundswell.json").write_text('{"format": 2, "postgres": 18}')
    with pytest.raises(DataFolderNewer, match="has format 2"):
        start_postgres(home)


@as_root
def test_root_runs_it_as_nobody_in_particular_and_opens_no_folder(home: Path) -> None:
    closed = home.parent
    closed.chmod(0o700)
    with start_postgres(home) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid == UNPRIVILEGED
        _write(server.dsn, 1)
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
def test_root_keeps_the_owner_of_a_users_folder(home: Path) -> None:
    shutil.chown(home, 12345, 12345)
    subprocess.run(["chown", "-R", "12345:12345", home / "postgres"], check=True)
    with start_postgres(home) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid == 12345


@as_root
def test_an_ordinary_user_runs_it_as_themselves(folder_of_nobody: Path) -> None:
    assert _as_nobody(lambda: start_postgres(folder_of_nobody / "home").stop()) == ""
    assert (folder_of_nobody / "home" / "postgres").stat().st_uid == NOBODY


@as_root
def test_an_ordinary_user_is_told_whose_database_it_is(pristine: Path, folder_of_nobody: Path) -> None:
    home = folder_of_nobody / "home"
    subprocess.run(["cp", "-a", pristine, home], check=True)
    for path in (home, home / "groundswell.lock"):
        shutil.chown(path, NOBODY, NOBODY)
    said = _as_nobody(lambda: start_postgres(home).stop())
    assert f"belongs to user {UNPRIVILEGED}, you are {NOBODY}; start as that user or as root" in said


@pytest.fixture
def folder_of_nobody() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="groundswell-test-"))  # tmp_path is closed to other users
    shutil.chown(folder, NOBODY, NOBODY)
    yield folder
    shutil.rmtree(folder)


def _python_for_everyone() -> str | None:
    return next(
        (path for path in ("/usr/bin/python3", "/usr/local/bin/python3") if Path(path).exists()), None
    )


def _as_nobody(act: Callable[[], None]) -> str:
    """Run `act` as another user, and return the message of the StoreError that it raised, if any.

    A fork, not a new interpreter: the present one may be in a folder which only root may enter.
    """
    if _python_for_everyone() is None:
        pytest.skip("no Python is in a folder that other users may enter")
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            sys.executable = _python_for_everyone()
            act()
        except StoreError as error:
            os.write(write, str(error).encode())
        except BaseException as error:
            os.write(write, repr(error).encode())
            os._exit(1)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as said:
        text = said.read()
    assert os.waitpid(child, 0)[1] == 0, text
    return text


def test_a_link_that_is_not_ours_is_not_followed(
    pristine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("y" * 150)
    subprocess.run(["cp", "-a", pristine, deep], check=True)
    with tempfile.TemporaryDirectory(
        prefix="gs"
    ) as short:  # pytest's own folder may be too deep for a socket
        monkeypatch.setattr(tempfile, "tempdir", short)
        _refuses_a_link_in_its_way(deep, Path(short))


def _refuses_a_link_in_its_way(deep: Path, links: Path) -> None:
    with start_postgres(deep):
        (link,) = (path for path in links.iterdir() if path.is_symlink())
    link.symlink_to("/elsewhere")
    with pytest.raises(StoreError, match=f"{link} is in the way of a short name"):
        start_postgres(deep)
    assert link.is_symlink()
