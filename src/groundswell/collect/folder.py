"""Walking a folder in a stable order, without following symbolic links."""

import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from groundswell.collect.lines import COMPRESSIONS
from groundswell.collect.source import Origin, Place, printable
from groundswell.items import Drop

_FOLDER = "folder"
_UNREADABLE = "file:unreadable"
_NOISE = {"thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Found:
    """One entry of a folder: a file, or something that is not read.

    Attributes:
        path: where it is.
        relative: the same below the folder, with `/`, as valid Unicode.
        size_bytes: of a file.
        reason: a stable code where it is not read, else empty.
        detail: why, for a person.
    """

    path: Path
    relative: str
    size_bytes: int = 0
    reason: str = ""
    detail: str = ""

    @property
    def suffix(self) -> str:
        """The lower-case suffix, with its dot."""
        return self.path.suffix.lower()

    def set_aside(self, origin: Origin) -> Drop:
        """Return the drop of an entry that is not read: an error where it should have been readable."""
        make = origin.failure if self.reason == _UNREADABLE else origin.refusal
        return make(self.relative, self.reason, self.detail)


def walk(root: Path) -> Iterator[Found]:
    """Yield every entry below `root`, folder by folder in the order of names; hidden ones are left out.

    Symbolic links, devices and what cannot be listed come with a reason, so that they can be counted.
    """
    pending = [_entries(root, root)]
    while pending:
        found = next(pending[-1], None)
        if found is None:
            pending.pop()
        elif found.reason == _FOLDER:
            pending.append(_entries(found.path, root))
        else:
            yield found


def _entries(folder: Path, root: Path) -> Iterator[Found]:
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        yield _set_aside(folder, root, _UNREADABLE, error.strerror or str(error))
        return
    for name in names:
        if not name.startswith(".") and name.lower() not in _NOISE:
            yield _entry(folder / name, root)


def _entry(path: Path, root: Path) -> Found:
    try:
        status = path.lstat()
    except OSError as error:
        return _set_aside(path, root, _UNREADABLE, error.strerror or str(error))
    if stat.S_ISDIR(status.st_mode):
        return _set_aside(path, root, _FOLDER, "")
    if stat.S_ISLNK(status.st_mode):
        return _set_aside(path, root, "file:symlink", "symbolic links are not followed")
    if not stat.S_ISREG(status.st_mode):
        return _set_aside(path, root, "file:special", "neither a file nor a folder")
    return Found(path, _relative(path, root), status.st_size)


def _set_aside(path: Path, root: Path, reason: str, detail: str) -> Found:
    return Found(path, _relative(path, root), 0, reason, detail)


def _relative(path: Path, root: Path) -> str:
    return printable(path.relative_to(root).as_posix())


def look(spec: str | Path) -> Place:
    """Say what is at the place that the user named: nothing, a file, a folder, and of which suffixes."""
    path = Path(spec).expanduser()
    if path.is_file():
        return Place(str(spec), path, "file", {_suffix(path): 1}, path.stat().st_size)
    if not path.is_dir():
        return Place(str(spec), path, "other" if path.exists() else "nothing")
    suffixes: Counter[str] = Counter()
    size_bytes = 0
    for found in walk(path):
        if not found.reason:
            suffixes[_suffix(found.path)] += 1
            size_bytes += found.size_bytes
    return Place(str(spec), path, "folder", suffixes, size_bytes)


def _suffix(path: Path) -> str:
    if path.suffix.lower() in COMPRESSIONS:
        path = path.with_suffix("")
    return path.suffix.lower()
