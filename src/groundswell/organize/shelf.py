"""Datasets as they are read: named, versioned, each version traceable to what it was made from."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from groundswell import clock
from groundswell.errors import NotFound, StoreError
from groundswell.organize.heads import At, heads_in, manifests_in, number_of, split_reference
from groundswell.organize.manifest import (
    MAIN,
    REMOVED,
    Parent,
    manifest_file,
    numbers_in,
    read_manifest,
    require_name,
)
from groundswell.organize.quota import Quota, own_limit
from groundswell.organize.refs import Ref, refs_in
from groundswell.organize.version import Version
from groundswell.store.blobs import BlobStore


class Shelf:
    """The reading half of `DatasetStore`, which says what the arguments are."""

    def __init__(
        self,
        root: Path,
        blobs: BlobStore,
        *,
        now: Callable[[], datetime] = clock.now,
        quota_bytes: int | None = None,
    ) -> None:
        self.root = Path(root)
        self.blobs = blobs
        self.now = now
        own = own_limit(self.root)
        self.quota = Quota((self.root, blobs.root), quota_bytes if own is None else own)

    def names(self) -> list[str]:
        """Return the names of all datasets, in order."""
        if not self.root.is_dir():
            return []
        return sorted(entry.name for entry in self.root.iterdir() if numbers_in(entry))

    def versions(self, name: str) -> list[Version]:
        """Return all versions of a dataset, the oldest first; none if there is no such dataset.

        Raises:
            InvalidName: no dataset can have this name.
        """
        folder = self.root / require_name(name)
        return [Version(folder, manifest, self.blobs) for manifest in manifests_in(folder)][::-1]

    def open(self, name: str, at: At | None = None) -> Version:
        """Return a version of a dataset, which retention leaves alone while it is open.

        Args:
            name: of the dataset; or a reference such as `reviews@3`, `reviews@gold`, `reviews@2026-11-29`.
            at: a number, a tag, a branch (its newest version) or a date; an instant gives what was the newest
                then. None gives the newest of the main line.

        Raises:
            InvalidName: no dataset can have this name.
            InputError: two versions are named, or a date is none.
            NotFound: there is no such dataset or version, or it was removed.
            DataFolderNewer: a newer release wrote it.
        """
        name, told = split_reference(name)
        folder = self.existing(name)
        wanted = at if at is not None else told or MAIN
        while True:
            number, line = number_of(folder, wanted)
            try:
                version = replace(self._open(name, number), line=line)
                version.hold()
                return version
            except NotFound:  # removed since we looked; there is a newer one, or the next look says so
                continue

    def existing(self, name: str) -> Path:
        """Return the folder of a dataset that is there.

        Raises:
            InvalidName: no dataset can have this name.
            NotFound: there is no such dataset.
        """
        folder = self.root / require_name(name)
        if not numbers_in(folder):
            known = ", ".join(self.names()) or "none"
            raise NotFound(f"there is no dataset {name!r}; there are: {known}")
        return folder

    def refs(self, name: str) -> list[Ref]:
        """Return the tags and branches of a dataset, by name.

        Raises:
            InvalidName: no dataset can have this name.
            NotFound: there is no such dataset.
        """
        return refs_in(self.existing(name))

    def heads(self, name: str) -> dict[str, int]:
        """Return the number of the newest version of each branch of a dataset, `main` among them.

        Raises:
            InvalidName: no dataset can have this name.
            NotFound: there is no such dataset.
        """
        return heads_in(self.existing(name))

    def trace(self, version: Version) -> list[Version]:
        """Return all versions that a version comes from, the nearest first, each once.

        Those that retention has removed are among them: what they were made of is still known, their rows are not.

        Raises:
            NotFound: an ancestor is no longer there.
            StoreError: an ancestor is not what it was.
        """
        found: dict[tuple[str, int], Version] = {}
        waiting = list(version.parents)
        while waiting:
            parent = waiting.pop(0)
            if (parent.name, parent.number) not in found:
                ancestor = self._require(parent)
                found[parent.name, parent.number] = ancestor
                waiting.extend(ancestor.parents)
        return list(found.values())

    def _require(self, parent: Parent) -> Version:
        folder = self.root / require_name(parent.name)
        gone = folder / REMOVED / manifest_file(parent.number)
        if (folder / manifest_file(parent.number)).exists() or not gone.exists():
            number, _ = number_of(self.existing(parent.name), parent.number)
            version = self._open(parent.name, number)
        else:
            version = Version(folder, read_manifest(gone), self.blobs)
        if version.digest != parent.digest:
            raise StoreError(f"{version} is not what it was when others were made from it")
        return version

    def _open(self, name: str, number: int) -> Version:
        folder = self.root / name
        path = folder / manifest_file(number)
        try:
            return Version(folder, read_manifest(path), self.blobs)
        except StoreError:
            if path.exists():
                raise
            raise NotFound(f"version {number} of {name} was removed just now") from None
