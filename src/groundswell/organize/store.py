"""The datasets of an organization: named, versioned, immutable, in a folder and without a database."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from numpy.typing import ArrayLike

from groundswell import clock
from groundswell.clean import Operator
from groundswell.errors import NotFound, StoreError
from groundswell.items import Drop
from groundswell.organize.disk import writing_to
from groundswell.organize.draft import Draft, as_parent, publish
from groundswell.organize.fragments import FragmentWriter
from groundswell.organize.manifest import (
    ColumnGroup,
    Manifest,
    Parent,
    manifest_file,
    numbers_in,
    read_manifest,
    require_name,
)
from groundswell.organize.rows import aligned, mask_of
from groundswell.organize.version import Version
from groundswell.store.blobs import BlobStore


class DatasetStore:
    """Named datasets below a folder, each a series of immutable versions.

    A version is seen when its manifest has its name, which is the last step; a writer that is killed
    leaves nothing to see. Any number of processes may write at once: each gets a number of its own.

    Args:
        root: the folder; one subfolder for each dataset.
        blobs: where the bytes of media go.
        now: tells the time, for `created_at`.
    """

    def __init__(self, root: Path, blobs: BlobStore, *, now: Callable[[], datetime] = clock.now) -> None:
        self.root = Path(root)
        self.blobs = blobs
        self.now = now

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
        return [self._open(name, number) for number in numbers_in(self.root / require_name(name))]

    def open(self, name: str, number: int | None = None) -> Version:
        """Return a version of a dataset: the newest, or the one of that number.

        Raises:
            InvalidName: no dataset can have this name.
            NotFound: there is no such dataset or version.
            DataFolderNewer: a newer release wrote it.
        """
        numbers = numbers_in(self.root / require_name(name))
        if not numbers:
            known = ", ".join(self.names()) or "none"
            raise NotFound(f"there is no dataset {name!r}; there are: {known}")
        if number is not None and number not in numbers:
            raise NotFound(f"dataset {name!r} has no version {number}; it has 1 to {numbers[-1]}")
        return self._open(name, numbers[-1] if number is None else number)

    def draft(self, name: str) -> Draft:
        """Return a place to write a new version into, batch by batch.

        Raises:
            InvalidName: no dataset can have this name.
        """
        return Draft(self.root / require_name(name), self.blobs, self.now())

    def write(
        self,
        name: str,
        batches: Iterable[pa.RecordBatch],
        *,
        parents: Sequence[Version] = (),
        recipe: Sequence[Operator] = (),
        drops: Iterable[Drop] = (),
        lineage: Mapping[str, Any] | None = None,
    ) -> Version:
        """Write batches of items as a new version and return it.

        Args:
            name: of the dataset, new or not.
            batches: of `ITEM_SCHEMA`, or wider; all with the same columns.
            parents: the versions that the items come from.
            recipe: the pipeline that made them.
            drops: what was set aside on the way; read after the batches, so it may fill as they flow.
            lineage: whatever else should be known, JSON-compatible.

        Raises:
            InvalidName: no dataset can have this name.
            InputError: batches differ in their columns, or an item of media is not what its id says.
        """
        with self.draft(name) as draft:
            for batch in batches:
                draft.add(batch)
            for drop in drops:
                draft.drop(drop)
            return draft.commit(parents=parents, recipe=recipe, lineage=lineage)

    def add_columns(
        self, version: Version, table: pa.Table, *, lineage: Mapping[str, Any] | None = None
    ) -> Version:
        """Return a new version with more columns; the columns that are there are shared, not rewritten.

        Args:
            version: what to add to.
            table: a column `id`, each at most once, and the new columns. Items that it does not name
                get nulls. A column that was added before is replaced.
            lineage: where the new columns come from, JSON-compatible.

        Raises:
            MissingColumn: the table has no `id`, or nothing else.
            InputError: an id is there twice, or is not in the version; or a column is one that every
                item has from the start.
            StoreError: the disk is full, or the folder may not be written.
        """
        columns = aligned(version, table)
        with writing_to(self.root / version.name):
            group = _written(columns, self.root / version.name / "data")
        manifest = Manifest(
            name=version.name,
            number=0,
            rows=version.rows,
            groups=(*version.manifest.groups, group),
            created_at=self.now(),
            parents=(as_parent(version),),
            lineage=dict(lineage or {}),
        )
        return publish(self.root / version.name, manifest, self.blobs)

    def select(
        self,
        version: Version,
        *,
        ids: Iterable[str] | None = None,
        mask: ArrayLike | None = None,
        name: str | None = None,
        lineage: Mapping[str, Any] | None = None,
    ) -> Version:
        """Write some rows of a version, in the same order, as a new version.

        Args:
            version: what to choose from.
            ids: which items; give these or `mask`.
            mask: boolean `[rows]`: True keeps the row.
            name: the dataset to write to; the same one if None.
            lineage: why these, JSON-compatible.

        Raises:
            InputError: neither or both are given, or the mask has another length.
            NotFound: an id is not in the version.
        """
        keep = mask_of(version, ids, mask)
        with self.draft(name or version.name) as draft:
            start = 0
            for batch in version.batches():
                draft.add(batch.filter(pa.array(keep[start : start + batch.num_rows])))
                start += batch.num_rows
            return draft.commit(parents=[version], lineage=lineage)

    def trace(self, version: Version) -> list[Version]:
        """Return all versions that a version comes from, the nearest first, each once.

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
        version = self.open(parent.name, parent.number)
        if version.digest != parent.digest:
            raise StoreError(f"{version} is not what it was when others were made from it")
        return version

    def _open(self, name: str, number: int) -> Version:
        folder = self.root / name
        return Version(folder, read_manifest(folder / manifest_file(number)), self.blobs)


def _written(table: pa.Table, folder: Path) -> ColumnGroup:
    writer = FragmentWriter(folder)
    try:
        for batch in table.combine_chunks().to_batches() or [pa.RecordBatch.from_pylist([], table.schema)]:
            writer.add(batch)
        return ColumnGroup(tuple(table.column_names), writer.finish())
    finally:
        writer.abort()
