"""Removing what nobody needs: versions that retention lets go, files that no version has, media of no item.

Nothing is taken from under anybody. A version that a process has open stays; files stay while somebody writes; and
of a version that goes, its manifest and the list of what was set aside remain, so that lineage has no holes.
"""

import os
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from groundswell.errors import StoreError
from groundswell.items import ItemKind, naming_rows
from groundswell.organize.catalogue import read_entry
from groundswell.organize.fragments import flush_folder, map_files
from groundswell.organize.heads import heads_in, manifests_in
from groundswell.organize.holds import alone_with, writers_file
from groundswell.organize.leftovers import unneeded
from groundswell.organize.manifest import REMOVED, Manifest, StoredFile, manifest_file
from groundswell.organize.refs import refs_in
from groundswell.organize.retention import Retention, to_remove
from groundswell.organize.store import DatasetStore

WAIT_SECONDS = 2.0
"""How long the sweep waits for writers to end before it leaves their dataset for the next time."""

_DIGEST_LENGTH = 64
_MEDIA = pa.array([kind.value for kind in ItemKind if kind.is_media])

MEDIA_GRACE_SECONDS = 24 * 3600.0
"""Media younger than this stay: their version may still be in the making, in another process or on another machine."""


@dataclass(frozen=True)
class CleanUp:
    """What was removed from a dataset, or would be.

    Attributes:
        versions: numbers of the versions that went.
        in_use: of those that would have gone but are open somewhere.
        files: data files that went, of these versions and of writers that were killed.
        freed_bytes: what these files took.
        busy: whether files were left alone, as somebody was writing.
    """

    dataset: str
    versions: tuple[int, ...]
    in_use: tuple[int, ...]
    files: int
    freed_bytes: int
    busy: bool


def clean_up(
    store: DatasetStore,
    name: str,
    *,
    policy: Retention | None = None,
    keep: Collection[int] = (),
    dry_run: bool = False,
) -> CleanUp:
    """Remove what a dataset's retention lets go, and files that no version of it has.

    Args:
        store: whose dataset.
        name: of the dataset.
        policy: instead of the retention that the catalogue has for it.
        keep: numbers of versions that others refer to, and that must stay.
        dry_run: only say what would go.

    Raises:
        NotFound: there is no such dataset.
    """
    folder = store.existing(name)
    wanted = policy or read_entry(folder).retention
    going = [
        manifest.number
        for manifest in to_remove(list(manifests_in(folder)), wanted, _kept(folder, keep), store.now())
    ]
    if dry_run:
        files, freed = unneeded(folder, set(going))
        return CleanUp(name, tuple(going), (), len(files), freed, busy=False)
    gone = tuple(number for number in going if _remove_version(folder, number, keep))
    with alone_with(writers_file(folder), WAIT_SECONDS) as alone:
        files, freed = unneeded(folder) if alone else ([], 0)
        for path in files:
            path.unlink(missing_ok=True)
    left = tuple(number for number in going if number not in gone)
    return CleanUp(name, gone, left, len(files), freed, busy=not alone)


def _kept(folder: Path, keep: Collection[int]) -> set[int]:
    return {*keep, *heads_in(folder).values(), *(ref.number for ref in refs_in(folder))}


def _remove_version(folder: Path, number: int, keep: Collection[int]) -> bool:
    """Move a manifest to those of removed versions, unless the version is open or has got a name meanwhile."""
    path = folder / manifest_file(number)
    try:
        with alone_with(path) as alone:
            if not alone or number in _kept(folder, keep):
                return False
            (folder / REMOVED).mkdir(exist_ok=True)
            path.rename(folder / REMOVED / path.name)
    except FileNotFoundError:  # somebody else cleans up, too
        return False
    flush_folder(folder / REMOVED)
    flush_folder(folder)
    return True


# ── media ──


def clean_up_media(
    store: DatasetStore, *, grace_seconds: float = MEDIA_GRACE_SECONDS, dry_run: bool = False
) -> tuple[int, int]:
    """Remove media that no item of any version has or names; returns how many, and their bytes.

    Those that write datasets are waited for, as in `clean_up`; where they do not end, nothing is removed. Needs
    the ids of all media in memory, about 120 bytes each.

    Args:
        store: whose media.
        grace_seconds: media that were put within this time stay.
        dry_run: only count.
    """
    before = time.time() - grace_seconds
    with alone_with(writers_file(store.blobs.root), WAIT_SECONDS) as alone:
        old = [
            (path, stat.st_size)
            for path, stat in (_blobs(store.blobs.root) if alone else ())
            if stat.st_mtime < before
        ]
        needed = _media_ids(store) if old else set()
        idle = [(path, size) for path, size in old if path.name not in needed]
        for path, _ in () if dry_run else idle:
            path.unlink(missing_ok=True)
    return len(idle), sum(size for _, size in idle)


def _media_ids(store: DatasetStore) -> set[str]:
    """Return the ids of all media of all versions that are there; rows that versions share are read once."""
    found: set[str] = set()
    for name in store.names():
        seen: set[str] = set()
        for manifest in manifests_in(store.root / name):
            for file in manifest.groups[0].files:
                if file.sha256 not in seen:
                    seen.add(file.sha256)
                    found.update(_media_in(store.root / name, manifest, file))
    return found


def _media_in(folder: Path, manifest: Manifest, file: StoredFile) -> list[str]:
    try:
        table = map_files(folder / "data", [file]).select(["id", "kind", "text"])
    except StoreError:
        if (folder / manifest_file(manifest.number)).exists():
            raise
        return []  # the version was removed while we looked
    ids: list[str] = table.filter(pc.is_in(table["kind"], value_set=_MEDIA))["id"].to_pylist()
    named = (naming_rows(batch) for batch in table.to_batches())
    return ids + [digest for rows in named for digests in rows.values() for digest in digests]


def _blobs(root: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder) / name
            if len(name) == _DIGEST_LENGTH or name.startswith(".new-"):
                yield path, path.stat()
