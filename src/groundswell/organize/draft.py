"""A version in the making, and the one step that makes it a version."""

import os
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa

from groundswell.clean import Operator, fingerprint, recipe_of
from groundswell.errors import InputError
from groundswell.items import ITEM_SCHEMA, Drop, ItemKind, drops_to_batch
from groundswell.organize.disk import writing_to
from groundswell.organize.fragments import FragmentWriter, flush_folder
from groundswell.organize.manifest import ColumnGroup, Manifest, Parent, manifest_file, numbers_in
from groundswell.organize.version import Version
from groundswell.store.blobs import BlobStore

_DROPS_AT_ONCE = 1024
_STORED_SCHEMA = pa.schema([field for field in ITEM_SCHEMA if field.name != "data"])


class Draft:
    """A new version of a dataset, batch by batch. A context: leaving it without `commit` leaves nothing.

    Args:
        folder: of the dataset; its name is the dataset's.
        blobs: where the bytes of media go.
        created_at: what the version will say of itself, aware.
    """

    def __init__(self, folder: Path, blobs: BlobStore, created_at: datetime) -> None:
        self.folder, self.blobs, self.created_at = folder, blobs, created_at
        self._items, self._drops = FragmentWriter(folder / "data"), FragmentWriter(folder / "data")
        self._waiting: list[Drop] = []
        self._reasons: Counter[str] = Counter()

    def add(self, batch: pa.RecordBatch) -> None:
        """Append items; the bytes of media go to the blob store.

        Raises:
            InputError: other columns than before, or media that is not what its id says.
            StoreError: the disk is full, or the folder may not be written.
        """
        with writing_to(self.folder):
            if "data" in batch.schema.names:
                _keep_media(batch, self.blobs)
                batch = batch.drop_columns(["data"])
            self._items.add(batch)

    def drop(self, drop: Drop) -> None:
        """Note a record that was set aside."""
        self._reasons[drop.reason] += 1
        self._waiting.append(drop)
        if len(self._waiting) >= _DROPS_AT_ONCE:
            self._write_drops()

    def commit(
        self,
        *,
        parents: Sequence[Version] = (),
        recipe: Sequence[Operator] = (),
        lineage: Mapping[str, Any] | None = None,
    ) -> Version:
        """Make the version, whole and durable, and return it.

        Raises:
            StoreError: the disk is full, or the folder may not be written.
        """
        self._write_drops()
        if self._items.rows == 0:
            self._items.add(pa.RecordBatch.from_pylist([], _STORED_SCHEMA))
        with writing_to(self.folder):
            files, drop_files = self._items.finish(), self._drops.finish()
        manifest = Manifest(
            name=self.folder.name,
            number=0,
            rows=self._items.rows,
            groups=(ColumnGroup(self._items.columns, files),),
            created_at=self.created_at,
            parents=tuple(as_parent(parent) for parent in parents),
            recipe={"fingerprint": fingerprint(recipe), "steps": recipe_of(recipe)},
            lineage=dict(lineage or {}),
            drop_counts=dict(self._reasons.most_common()),
            drop_files=drop_files,
        )
        return publish(self.folder, manifest, self.blobs)

    def __enter__(self) -> "Draft":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._items.abort()
        self._drops.abort()

    def _write_drops(self) -> None:
        if self._waiting:
            with writing_to(self.folder):
                self._drops.add(drops_to_batch(self._waiting))
            self._waiting = []


def publish(folder: Path, manifest: Manifest, blobs: BlobStore) -> Version:
    """Give a manifest the next free number and its name, and return the version that it is from then on.

    Everything it lists must be on disk. Two writers never get the same number.

    Raises:
        StoreError: the disk is full, or the folder may not be written.
    """
    while True:
        taken = numbers_in(folder)
        previous = taken[-1] if taken else None
        numbered = replace(manifest, number=(previous or 0) + 1, previous=previous)
        with writing_to(folder):
            if _claim(folder, numbered):
                return Version(folder, numbered, blobs)


def _claim(folder: Path, manifest: Manifest) -> bool:
    """Write the manifest under its name unless the name is taken; the file appears whole."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".new-", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(manifest.to_json())
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.link(temporary, folder / manifest_file(manifest.number))
    except FileExistsError:
        return False
    finally:
        os.unlink(temporary)
    flush_folder(folder)
    return True


def as_parent(version: Version) -> Parent:
    """Return the reference to a version that is written into those made from it."""
    return Parent(version.name, version.number, version.digest)


def _keep_media(batch: pa.RecordBatch, blobs: BlobStore) -> None:
    """Put the bytes of all media into the blob store, under the ids that the items have."""
    kinds = batch["kind"].to_pylist()
    media = [place for place, kind in enumerate(kinds) if ItemKind(kind).is_media]
    digests = blobs.put_many([batch["data"][place].as_py() or b"" for place in media])
    for place, digest in zip(media, digests, strict=True):
        if (item_id := batch["id"][place].as_py()) != digest:
            raise InputError(f"item {item_id} holds other bytes: their digest is {digest}")
