"""Data files that no version has: of writers that failed or were killed, and of versions that were removed."""

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from groundswell.organize.heads import manifests_in
from groundswell.organize.manifest import (
    INDEX,
    REMOVED,
    Manifest,
    index_name,
    manifest_file,
    numbers_in,
    read_manifest,
)


def unneeded(folder: Path, going: Collection[int] = ()) -> tuple[list[Path], int]:
    """Return the data files that no version needs once those of `going` are removed, and their bytes."""
    live = [each for each in manifests_in(folder) if each.number not in going]
    gone = [each for each in manifests_in(folder) if each.number in going] + _removed(folder)
    needed = {file.sha256 for manifest in live for file in manifest.files}
    needed |= {file.sha256 for manifest in gone for file in manifest.drop_files}
    files = [path for path in _files(folder / "data") if path.stem not in needed]
    files += _idle_indexes(folder, {file.sha256 for manifest in live for file in manifest.files})
    return files, sum(path.stat().st_size for path in files)


def _idle_indexes(folder: Path, needed: set[str]) -> list[Path]:
    """Return the files of indexes of data that is gone, of another format, or half made."""
    used = {index_name(digest) for digest in needed}
    with suppress(FileNotFoundError):
        idle = [entry for entry in (folder / INDEX).iterdir() if entry.name not in used]
        return [path for entry in idle for path in entry.rglob("*") if path.is_file()]
    return []


def _removed(folder: Path) -> list[Manifest]:
    return [
        read_manifest(folder / REMOVED / manifest_file(number)) for number in numbers_in(folder / REMOVED)
    ]


def _files(folder: Path) -> list[Path]:
    with suppress(FileNotFoundError):
        return [path for path in folder.iterdir() if path.is_file()]
    return []
