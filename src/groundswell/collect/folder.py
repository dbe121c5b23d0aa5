"""Walking a folder in a stable order, without following symbolic links."""

import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from glob import has_magic
from itertools import takewhile
from pathlib import Path

from groundswell.collect.lines import COMPRESSIONS
from groundswell.collect.source import Origin, Place, printable
from groundswell.errors import TooLarge
from groundswell.items import Drop

_FOLDER = "folder"
_UNREADABLE = "file:unreadable"
_NOISE = {"thumbs.db", "desktop.ini"}
_WILD = re.compile(r"\*|\?|\[!?\]?[^\]/]*\]|.", re.DOTALL)
_MEANING = {"*": "[^/]*", "?": "[^/]"}

_NOTES = {"README", "LICENSE", "LICENCE", "CHANGELOG", "NOTICE"}
"""Names of files that describe the data beside them."""


@dataclass(frozen=True)
class Found:
    """One entry of a folder: a file, or something that is not read.

    Attributes:
        path: where it is.
        relative: the same below the folder, with `/`, as valid Unicode.
        size_bytes: of a file.
        modified_ns: when a file was last written, in nanoseconds.
        reason: a stable code where it is not read, else empty.
        detail: why, for a person.
    """

    path: Path
    relative: str
    size_bytes: int = 0
    reason: str = ""
    detail: str = ""
    modified_ns: int = 0

    @property
    def state(self) -> str:
        """A line that differs once the file has changed."""
        return f"{self.relative}\t{self.size_bytes}\t{self.modified_ns}"

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
    return Found(path, _relative(path, root), status.st_size, modified_ns=status.st_mtime_ns)


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
    return _census(str(spec), path, "folder", walk(path))


def look_at_pattern(spec: str) -> Place | None:
    """Say what matches a pattern such as `data/*.jsonl.gz` or `crawl/**/*.warc.gz`; None if it is no pattern."""
    if not has_magic(spec):
        return None
    root, _ = _cut(spec)
    return _census(spec, root, "pattern", _matching(spec))


def entries_of(place: Place) -> Iterator[Found]:
    """Yield the files at a place: the file itself, those below a folder, or those that match a pattern."""
    if place.kind == "pattern":
        return _matching(place.spec)
    if place.kind == "folder":
        return walk(place.path)
    return iter([_entry(place.path, place.path.parent)])


def _matching(spec: str) -> Iterator[Found]:
    """Yield what matches a pattern below its root, in the order of names; links are not followed."""
    root, pattern = _cut(spec)
    return (found for found in walk(root) if pattern.fullmatch(found.relative))


def _cut(spec: str) -> tuple[Path, re.Pattern[str]]:
    """Return the folder above all that can match a pattern, and an expression for what lies below it.

    As in a shell, `*` and `?` stop at `/`, and `**` stands for any number of folders.
    """
    parts = Path(spec).expanduser().parts
    above = list(takewhile(lambda part: not has_magic(part), parts))
    below = parts[len(above) :]
    expressions = ["(?:[^/]+/)*" if part == "**" else _of_name(part) for part in below[:-1]]
    last = "(?:[^/]+/)*[^/]+" if below[-1] == "**" else _of_name(below[-1]).removesuffix("/")
    return Path(*above), re.compile("".join(expressions) + last)


def _of_name(part: str) -> str:
    """Return an expression for one name of a path, and the slash behind it."""
    return "".join(map(_expression, _WILD.findall(part))) + "/"


def _expression(piece: str) -> str:
    if piece in _MEANING:
        return _MEANING[piece]
    is_set = len(piece) > 2 and piece.startswith("[")
    return piece.replace("[!", "[^", 1).replace("\\", r"\\") if is_set else re.escape(piece)


def read_at_most(path: Path, limit: int) -> bytes:
    """Return a file's bytes.

    Raises:
        TooLarge: it holds more than `limit` bytes, for example because it grew since it was listed.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise TooLarge(f"over {limit:,} bytes")
    return data


def _census(spec: str, path: Path, kind: str, entries: Iterator[Found]) -> Place:
    """Count the suffixes of files; what only describes the others counts if there are no others."""
    suffixes: Counter[str] = Counter()
    notes: Counter[str] = Counter()
    size_bytes = 0
    for found in entries:
        if not found.reason:
            counted = notes if found.path.stem.upper() in _NOTES else suffixes
            counted[_suffix(found.path)] += 1
            size_bytes += found.size_bytes
    return Place(spec, path, kind, suffixes or notes, size_bytes)


def _suffix(path: Path) -> str:
    if path.suffix.lower() in COMPRESSIONS:
        path = path.with_suffix("")
    return path.suffix.lower()
