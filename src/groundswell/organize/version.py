"""A version of a dataset: an immutable table of items, with all that is known of where it comes from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike

from groundswell.errors import MissingColumn, NotFound
from groundswell.ids import ItemId
from groundswell.items import (
    DROP_SCHEMA,
    ITEM_SCHEMA,
    Drop,
    Item,
    ItemKind,
    bundle,
    drops_of,
    items_of,
    naming_rows,
)
from groundswell.organize.fragments import map_files, require_whole
from groundswell.organize.holds import Hold
from groundswell.organize.manifest import Manifest, Parent, StoredFile, manifest_file
from groundswell.store.blobs import BlobStore

_DATA = ITEM_SCHEMA.field("data")
_MEDIA_BYTES = 64 * 1024 * 1024
"""Media that one batch brings at most, unless a single item has more."""


@dataclass(frozen=True, repr=False)
class Version:
    """Items in a fixed order; nothing about it ever changes.

    Tables are mapped into memory, so that opening costs nothing and random access reads only what is
    asked. The column `data` (bytes of media) lies in the blob store and comes when it is asked for.
    Copies cheaply to other processes. While it is open, retention leaves it alone.

    Attributes:
        folder: the dataset's folder.
        manifest: what the version consists of.
        blobs: where the bytes of its media are.
        line: the branch that it was opened by; None for the one that it belongs to.
    """

    folder: Path
    manifest: Manifest
    blobs: BlobStore
    line: str | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """Name of the dataset."""
        return self.manifest.name

    @property
    def number(self) -> int:
        """Number of the version, from 1."""
        return self.manifest.number

    @property
    def digest(self) -> str:
        """Names the content, 64 hexadecimal digits."""
        return self.manifest.digest

    @property
    def rows(self) -> int:
        """How many items it holds."""
        return self.manifest.rows

    @property
    def columns(self) -> tuple[str, ...]:
        """The stored columns, in order; `data` is not among them."""
        return tuple(self._group_of)

    @property
    def branch(self) -> str:
        """The line of versions in which what is made of it goes on; `main` unless it is an experiment."""
        return self.line or self.manifest.branch

    @property
    def created_at(self) -> datetime:
        """When it was committed, aware."""
        return self.manifest.created_at

    @property
    def parents(self) -> tuple[Parent, ...]:
        """The versions that it was made from."""
        return self.manifest.parents

    @property
    def lineage(self) -> Mapping[str, Any]:
        """What its maker said of how it was made."""
        return self.manifest.lineage

    @property
    def drop_counts(self) -> Mapping[str, int]:
        """Reason code to number of records that were set aside when it was made."""
        return self.manifest.drop_counts

    def files_of(self, column: str) -> tuple[StoredFile, ...] | None:
        """Return the files that hold a column, or None where there is no such column; equal files are equal values."""
        place = self._group_of.get(column)
        return None if place is None else self.manifest.groups[place].files

    def to_table(self, columns: Sequence[str] | None = None) -> pa.Table:
        """Return stored columns of all rows, mapped into memory; None means all.

        Raises:
            MissingColumn: there is no such column.
        """
        wanted = self.columns if columns is None else tuple(columns)
        for name in wanted:
            if name not in self._group_of:
                raise MissingColumn(f"{self} has no column {name!r}; it has {', '.join(self.columns)}")
        fields = [self._tables[self._group_of[name]].schema.field(name) for name in wanted]
        return pa.table([self._tables[self._group_of[name]][name] for name in wanted], pa.schema(fields))

    def batches(
        self,
        columns: Sequence[str] | None = None,
        with_data: bool = False,
        *,
        batch_rows: int = 1024,
        first: int = 0,
        count: int | None = None,
    ) -> Iterator[pa.RecordBatch]:
        """Yield all rows in order, or `count` of them from `first` on.

        Args:
            columns: which; None means all that are stored.
            with_data: bring `data`, too: the bytes of media, of records the bundle of those they name, null for texts.
            batch_rows: most rows in a batch.
            first: the row to begin with.
            count: how many rows; all that there are if None.

        Raises:
            MissingColumn: there is no such column.
        """
        wanted = [name for name in columns or self.columns if name != _DATA.name]
        if not with_data:
            yield from self.to_table(wanted).slice(first, count).to_batches(batch_rows)
            return
        needed = [*wanted, *(name for name in ("id", "kind", "text") if name not in wanted)]
        order = list(columns or _with_data_in_place(wanted))
        if _DATA.name not in order:
            order.append(_DATA.name)
        for batch in self.to_table(needed).slice(first, count).to_batches(batch_rows):
            for part in _with_media(batch, self.blobs):
                yield part.select(order)

    def batches_of(self, rows: ArrayLike) -> Iterator[pa.RecordBatch]:
        """Yield some rows in the given order, as items are: the columns that every item has, with `data`."""
        stored = [name for name in ITEM_SCHEMA.names if name != _DATA.name]
        for batch in self.take(rows, stored).combine_chunks().to_batches():
            for part in _with_media(batch, self.blobs):
                yield part.select(ITEM_SCHEMA.names)

    def take(self, rows: ArrayLike, columns: Sequence[str] | None = None) -> pa.Table:
        """Return the rows at the given places, in the given order; reads only these.

        Args:
            rows: whole numbers from 0 to `rows - 1`, in any order, with repeats if you like.
            columns: which; None means all that are stored.
        """
        wanted = np.asarray(rows, np.int64)
        if wanted.size and (wanted.min() < 0 or wanted.max() >= self.rows):
            raise IndexError(f"{self} has rows 0 to {self.rows - 1}")
        table = self.to_table(columns)
        return pa.table([_take(column, wanted) for column in table.columns], table.schema)

    def ids(self) -> list[ItemId]:
        """Return the ids of all items, in order."""
        return [ItemId(each) for each in self.to_table(["id"])["id"].to_pylist()]

    def items(self) -> Iterator[Item]:
        """Yield all items, media with their bytes, in order."""
        for batch in self.batches(ITEM_SCHEMA.names, with_data=True):
            yield from items_of(batch)

    def drops(self) -> Iterator[Drop]:
        """Yield what was set aside when the version was made, and why."""
        for batch in self.drops_table().to_batches(1024):
            yield from drops_of(batch)

    def drops_table(self) -> pa.Table:
        """Return what was set aside as a table of `DROP_SCHEMA`, mapped into memory.

        Versions made before drops had a column have nulls there.
        """
        files = self.manifest.drop_files
        if not files:
            return DROP_SCHEMA.empty_table()
        return pa.concat_tables(
            [DROP_SCHEMA.empty_table(), map_files(self._data, files)], promote_options="default"
        )

    def verify(self) -> None:
        """Compare every file with its digest.

        Raises:
            StoreError: a file is missing or was changed.
        """
        for file in self.manifest.files:
            require_whole(self._data, file)

    def hold(self) -> None:
        """Keep the version from being removed while this object lives; `DatasetStore.open` has done so.

        Raises:
            NotFound: retention has removed it.
        """
        self._held  # noqa: B018 - made once, and kept

    def __repr__(self) -> str:
        return f"<{self.name} version {self.number}: {self.rows:,} items>"

    def __getstate__(self) -> dict[str, Any]:
        return {"folder": self.folder, "manifest": self.manifest, "blobs": self.blobs, "line": self.line}

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @cached_property
    def _held(self) -> Hold:
        try:
            return Hold(self.folder / manifest_file(self.number))
        except NotFound:
            raise NotFound(
                f"version {self.number} of {self.name} was removed, as retention said; "
                f"`groundswell datasets {self.name}` lists those there are"
            ) from None

    @cached_property
    def _group_of(self) -> dict[str, int]:
        """Column to the number of the group that has its newest values."""
        return {name: place for place, group in enumerate(self.manifest.groups) for name in group.columns}

    @cached_property
    def _tables(self) -> list[pa.Table]:
        self.hold()
        return [map_files(self._data, group.files) for group in self.manifest.groups]


def _take(column: pa.ChunkedArray, rows: np.ndarray[Any, np.dtype[np.int64]]) -> pa.ChunkedArray:
    """Take rows chunk by chunk: Arrow's own would first join all chunks of texts."""
    if not rows.size:
        return column.slice(0, 0)
    ends = np.cumsum([len(chunk) for chunk in column.chunks])
    chunk_of = np.searchsorted(ends, rows, side="right")
    order = np.argsort(chunk_of, kind="stable")
    parts = [
        column.chunk(int(chunk)).take(
            pa.array(rows[chunk_of == chunk] - (ends[chunk] - len(column.chunk(int(chunk)))))
        )
        for chunk in np.unique(chunk_of)
    ]
    return pa.chunked_array([pa.concat_arrays(parts).take(pa.array(np.argsort(order, kind="stable")))])


def _with_data_in_place(columns: Sequence[str]) -> list[str]:
    """Return the columns with `data` after `text`, where the schema of items has it."""
    place = columns.index("text") + 1 if "text" in columns else len(columns)
    return [*columns[:place], _DATA.name, *columns[place:]]


def _with_media(batch: pa.RecordBatch, blobs: BlobStore) -> Iterator[pa.RecordBatch]:
    """Yield the batch with its `data`, in parts that hold a limited number of bytes."""
    named = naming_rows(batch)
    payloads: list[bytes | None] = []
    start = size_bytes = 0
    for place, (item_id, kind) in enumerate(
        zip(batch["id"].to_pylist(), batch["kind"].to_pylist(), strict=True)
    ):
        is_media = ItemKind(kind).is_media
        within: dict[str, bytes] = (
            {} if is_media else {digest: blobs.get(digest) for digest in named.get(place, ())}
        )
        payloads.append(blobs.get(item_id) if is_media else bundle(within))
        size_bytes += len(payloads[-1] or b"")
        if place + 1 == batch.num_rows or size_bytes >= _MEDIA_BYTES:
            part = batch.slice(start, len(payloads))
            yield part.append_column(_DATA, pa.array(payloads, _DATA.type))
            start, size_bytes, payloads = place + 1, 0, []
