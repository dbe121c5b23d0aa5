"""The manifest of a dataset version: one JSON file that says everything about it."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from groundswell.errors import DataFolderNewer, InvalidName, StoreError

FORMAT = 2
"""Raised when an older release could misread what a newer one wrote: 2 has branches."""

MAIN = "main"
"""The line of versions that a dataset begins with."""

REMOVED = "removed"
"""Folder of the manifests of versions that retention has removed: where they came from stays known."""

INDEX = "index"
"""Folder of what makes versions searchable; it can always be made anew."""

INDEX_FORMAT = 1
"""In the name of an index; one of another format is made anew, and the old one swept away."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_FILE = re.compile(r"v(\d{6,})\.json")


@dataclass(frozen=True)
class StoredFile:
    """An Arrow file, named by the digest of its bytes."""

    sha256: str
    rows: int
    size_bytes: int


@dataclass(frozen=True)
class ColumnGroup:
    """Columns that were written together; the rows of its files, in order, are the version's rows."""

    columns: tuple[str, ...]
    files: tuple[StoredFile, ...]


@dataclass(frozen=True)
class Parent:
    """A version that another was made from; the digest proves that it is still the same."""

    name: str
    number: int
    digest: str


@dataclass(frozen=True)
class Manifest:
    """What a version is. A column that is in several groups is that of the last.

    Attributes:
        name: the dataset.
        number: of the version, from 1.
        rows: how many items it holds.
        groups: its columns and files; at least one.
        created_at: when it was committed, aware.
        branch: the line of versions that it belongs to.
        previous: number of the version that was the newest of that branch before, or None.
        parents: what it was made from.
        recipe: fingerprint and steps of the pipeline that made it.
        lineage: what the maker had to say, JSON-compatible.
        drop_counts: reason code to number of records that were set aside.
        drop_files: where these records are listed.
    """

    name: str
    number: int
    rows: int
    groups: tuple[ColumnGroup, ...]
    created_at: datetime
    branch: str = MAIN
    previous: int | None = None
    parents: tuple[Parent, ...] = ()
    recipe: Mapping[str, Any] = field(default_factory=dict)
    lineage: Mapping[str, Any] = field(default_factory=dict)
    drop_counts: Mapping[str, int] = field(default_factory=dict)
    drop_files: tuple[StoredFile, ...] = ()

    @property
    def digest(self) -> str:
        """Names the content: equal for equal columns, rows and order of rows, whoever wrote them when."""
        content = [(group.columns, [file.sha256 for file in group.files]) for group in self.groups]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    @property
    def files(self) -> tuple[StoredFile, ...]:
        """Every file that the version needs, those that list what was set aside among them."""
        return (*self.drop_files, *(file for group in self.groups for file in group.files))

    def to_json(self) -> str:
        """Return the manifest as it is stored."""
        plain = asdict(self) | {
            "format": FORMAT,
            "digest": self.digest,
            "created_at": self.created_at.isoformat(),
        }
        return json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=False, default=str)


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        DataFolderNewer: a newer release wrote it.
        StoreError: it is damaged.
    """
    try:
        stored = json.loads(path.read_text("utf-8"))
        number = int(stored["format"])
        if number > FORMAT:
            raise DataFolderNewer(
                f"{path} has format {number}; this release reads up to {FORMAT}. Install a newer groundswell"
            )
        return _from_plain(stored)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} is damaged: {type(error).__name__}: {error}") from error


def _from_plain(stored: dict[str, Any]) -> Manifest:
    groups = [
        ColumnGroup(tuple(group["columns"]), tuple(StoredFile(**file) for file in group["files"]))
        for group in stored["groups"]
    ]
    manifest = Manifest(
        name=stored["name"],
        number=stored["number"],
        rows=stored["rows"],
        groups=tuple(groups),
        created_at=datetime.fromisoformat(stored["created_at"]),
        branch=stored.get("branch", MAIN),
        previous=stored["previous"],
        parents=tuple(Parent(**parent) for parent in stored["parents"]),
        recipe=stored["recipe"],
        lineage=stored["lineage"],
        drop_counts=stored["drop_counts"],
        drop_files=tuple(StoredFile(**file) for file in stored["drop_files"]),
    )
    if manifest.digest != stored["digest"]:
        raise ValueError("the digest does not fit the files it lists")
    return manifest


def require_name(name: str) -> str:
    """Return a dataset's name if it may be one; only such names ever become part of a path.

    Raises:
        InvalidName: the name has other characters than allowed, or is too long.
    """
    if not _NAME.fullmatch(name):
        raise InvalidName(
            f"{name[:80]!r} cannot name a dataset: use 1 to 64 of a-z 0-9 . _ - and begin with a-z or 0-9"
        )
    return name


def manifest_file(number: int) -> str:
    """Return the file name of a version's manifest."""
    return f"v{number:06d}.json"


def numbers_in(folder: Path) -> list[int]:
    """Return the numbers of all versions whose manifests are in `folder`, ascending; it need not exist."""
    try:
        names = [entry.name for entry in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(int(found[1]) for name in names if (found := _FILE.fullmatch(name)))


def index_name(digest: str) -> str:
    """Return the name of the folder of the index of a data file."""
    return f"{INDEX_FORMAT}-{digest}"
