"""A version in the making, and the one step that makes it a version."""

import os
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from groundswell.clean import Operator, fingerprint, recipe_of
from groundswell.errors import InputError, NotFound
from groundswell.items import ITEM_SCHEMA, Drop, ItemKind, drops_to_batch, naming_rows, unbundle
from groundswell.organize.disk import writing_to
from groundswell.organize.fragments import FragmentWriter, flush_folder, path_of, schema_of
from groundswell.organize.groups import extended
from groundswell.organize.heads import require_branch, taken_numbers
from groundswell.organize.holds import alone_with, writers_file, writing_into
from groundswell.organize.leftovers import unneeded
from groundswell.organize.manifest import MAIN, ColumnGroup, Manifest, Parent, manifest_file
from groundswell.organize.quota import Quota
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
        branch: the line of versions that it goes on.
        quota: what may be kept.
        onto: a version that it goes on from: its rows stay in front, shared and not rewritten, and items
            that it has are not added again. Remembering its ids takes about 120 bytes each.

    Attributes:
        left_out: reason code to number of items that were to be added and were not.
    """

    def __init__(
        self,
        folder: Path,
        blobs: BlobStore,
        created_at: datetime,
        branch: str = MAIN,
        quota: Quota | None = None,
        onto: Version | None = None,
    ) -> None:
        self.folder, self.blobs, self.created_at, self.branch, self.onto = (
            folder,
            blobs,
            created_at,
            branch,
            onto,
        )
        self._known = frozenset[str](onto.ids()) if onto is not None else frozenset[str]()
        self._room = (quota or Quota(())).room()
        self._media_bytes = 0
        self._committed = False
        self._writing = ExitStack()
        self._schema = None if onto is None else schema_of_rows(onto)
        self._items = FragmentWriter(folder / "data", self._schema)
        self._drops = FragmentWriter(folder / "data")
        self._waiting: list[Drop] = []
        self._reasons: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()

    def add(self, batch: pa.RecordBatch) -> None:
        """Append items; the bytes of media go to the blob store.

        Items that the version before has already are set aside, with the reason `duplicate:known`, and records that
        name media which neither come with them nor are kept already, with `media:missing`.

        Raises:
            InputError: other columns than before, or media that is not what its id or its name says.
            OverQuota: with these, more is kept than the organization may.
            StoreError: the disk is full, or the folder may not be written.
        """
        if self._known:
            batch = self._new(batch)
        with writing_to(self.folder):
            if "data" in batch.schema.names:
                media_bytes = pc.sum(pc.binary_length(batch["data"])).as_py() or 0
                self._require_room(media_bytes)
                if media_bytes and not self._media_bytes:
                    self._writing.enter_context(writing_into(self.blobs.root))
                _keep_media(batch, self.blobs)
                self._media_bytes += media_bytes
                batch = batch.drop_columns(["data"])
            self._items.add(self._with_later_columns(self._with_all_media(batch)))
        self._require_room()

    def _with_later_columns(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Add nulls for columns that rows of the version before got later and that compacting put among theirs."""
        if self.onto is None or self._schema is None:
            return batch
        for field in self._schema:
            if field.name not in batch.schema.names and field.name not in ITEM_SCHEMA.names:
                batch = batch.append_column(field, pa.nulls(batch.num_rows, field.type))
        return (
            batch.select(self._schema.names) if set(self._schema.names) == set(batch.schema.names) else batch
        )

    def _new(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the rows that the version before lacks, and note the others."""
        assert self.onto is not None
        known = [place for place, each in enumerate(batch["id"].to_pylist()) if each in self._known]
        where = f"already in {self.onto.name} version {self.onto.number}"
        drops = [_left_out(batch, place, "append", "duplicate:known", where) for place in known]
        return self._without(
            batch,
            {
                place: replace(drop, kept=drop.item_id, likeness=1.0)
                for place, drop in zip(known, drops, strict=True)
            },
        )

    def _with_all_media(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the rows whose media are all kept by now, and note the others: records that name what nobody has."""
        absent = {
            place: next((digest for digest in digests if digest not in self.blobs), None)
            for place, digests in naming_rows(batch).items()
        }
        return self._without(
            batch,
            {
                place: _left_out(
                    batch, place, "save", "media:missing", f"names {digest}, whose bytes came with no record"
                )
                for place, digest in absent.items()
                if digest is not None
            },
        )

    def _without(self, batch: pa.RecordBatch, left: Mapping[int, Drop]) -> pa.RecordBatch:
        """Return the rows that are not left out, and note those that are."""
        if not left:
            return batch
        for drop in left.values():
            self.left_out[drop.reason] += 1
            self.drop(drop)
        return batch.filter(pa.array([place not in left for place in range(batch.num_rows)], pa.bool_()))

    @property
    def rows(self) -> int:
        """How many items were added so far, those that the version before has already not counted."""
        return self._items.rows

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
        even_without_rows: bool = False,
    ) -> Version:
        """Make the version, whole and durable, and return it.

        A draft that goes on from a version and has no new row makes none: that version is returned, unless
        `even_without_rows` says that what was set aside and the lineage are worth one.

        Raises:
            NotFound: its branch is not there.
            OverQuota: more would be kept than the organization may.
            StoreError: the disk is full, or the folder may not be written.
        """
        self._write_drops()
        if self.onto is not None and self._items.rows == 0 and not even_without_rows:
            return self.onto
        with writing_to(self.folder):
            groups, drop_files = self._groups(), self._drops.finish()
        self._require_room()
        manifest = Manifest(
            name=self.folder.name,
            number=0,
            rows=self._items.rows + (self.onto.rows if self.onto is not None else 0),
            groups=groups,
            created_at=self.created_at,
            branch=self.branch,
            parents=tuple(as_parent(parent) for parent in (*([self.onto] if self.onto else ()), *parents)),
            recipe={"fingerprint": fingerprint(recipe), "steps": recipe_of(recipe)},
            lineage=dict(lineage or {}),
            drop_counts=dict(self._reasons.most_common()),
            drop_files=drop_files,
        )
        version = publish(self.folder, manifest, self.blobs)
        self._committed = True
        return version

    def _groups(self) -> tuple[ColumnGroup, ...]:
        if self.onto is None:
            if self._items.rows == 0:
                self._items.add(pa.RecordBatch.from_pylist([], _STORED_SCHEMA))
            files = self._items.finish()
            return (ColumnGroup(self._items.columns, files),)
        if self._items.rows == 0:
            return self.onto.manifest.groups
        return extended(self.onto, self._items.finish(), self.folder / "data")

    def __enter__(self) -> "Draft":
        self._writing.enter_context(writing_into(self.folder))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._items.abort()
        self._drops.abort()
        self._writing.close()
        if not self._committed:
            self._take_back()

    def _take_back(self) -> None:
        """Remove the files of a draft that came to nothing, unless others write just now; clean-up finds them then."""
        written = {path_of(self.folder / "data", file) for file in (*self._items.files, *self._drops.files)}
        if written:
            with alone_with(writers_file(self.folder)) as alone:
                for path in written.intersection(unneeded(self.folder)[0]) if alone else ():
                    path.unlink(missing_ok=True)

    def _require_room(self, coming_bytes: int = 0) -> None:
        added_bytes = self._items.size_bytes + self._drops.size_bytes + self._media_bytes
        self._room.require(added_bytes, coming_bytes)

    def _write_drops(self) -> None:
        if self._waiting:
            with writing_to(self.folder):
                self._drops.add(drops_to_batch(self._waiting))
            self._waiting = []


def schema_of_rows(version: Version) -> pa.Schema:
    """Return the columns that the rows of a version have from the start, without the bytes of media."""
    first = version.manifest.groups[0]
    return schema_of(version.folder / "data", first.files[0])


def publish(folder: Path, manifest: Manifest, blobs: BlobStore) -> Version:
    """Give a manifest the next free number and its name, and return the version that it is from then on.

    Everything it lists must be on disk, and the caller one of its folder's writers (`writing_into`). Two writers
    never get the same number, and no number is given twice.

    Raises:
        NotFound: its branch is not there, or a file that it shares with a version that was removed meanwhile.
        StoreError: the disk is full, or the folder may not be written.
    """
    _require_files(folder, manifest)
    while True:
        number = max(taken_numbers(folder), default=0) + 1
        numbered = replace(manifest, number=number, previous=require_branch(folder, manifest.branch))
        with writing_to(folder):
            if _claim(folder, numbered):
                return Version(folder, numbered, blobs)


def _require_files(folder: Path, manifest: Manifest) -> None:
    if not all(path_of(folder / "data", file).is_file() for file in manifest.files):
        raise NotFound(
            f"files of {manifest.name} that this version shares were removed with another version; "
            "make it anew from one that is there"
        )


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
    """Put the bytes of all media into the blob store, under the ids that items have, or the names that records use."""
    kinds = batch["kind"].to_pylist()
    media = [place for place, kind in enumerate(kinds) if ItemKind(kind).is_media]
    digests = blobs.put_many([batch["data"][place].as_py() or b"" for place in media])
    for place, digest in zip(media, digests, strict=True):
        if (item_id := batch["id"][place].as_py()) != digest:
            raise InputError(f"item {item_id} holds other bytes: their digest is {digest}")
    within: dict[str, bytes] = {}
    for place, named in naming_rows(batch).items():
        bundled = unbundle(batch["data"][place].as_py())
        within |= {digest: bundled[digest] for digest in named if digest in bundled}
    blobs.put_many(list(within.values()))


def _left_out(batch: pa.RecordBatch, place: int, step: str, reason: str, detail: str) -> Drop:
    item_id, source, locator = (batch[name][place].as_py() for name in ("id", "source", "locator"))
    return Drop(item_id, source, locator, step, reason, detail)
