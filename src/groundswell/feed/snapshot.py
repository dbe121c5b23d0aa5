"""Snapshots: dataset versions as immutable shards, ready to be read at random.

A snapshot is a manifest and the shards that it names by their digests: Arrow IPC files, uncompressed, so that
they are mapped into memory and read in place by anything that knows Arrow. One folder or bucket holds the
snapshots of all versions of a dataset; what did not change between two of them is stored once.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from groundswell.errors import Conflict, SourceNotFound, StoreError
from groundswell.feed.cutting import cut
from groundswell.feed.layouts import is_bytes, is_large
from groundswell.feed.manifest import (
    File,
    Manifest,
    Origin,
    Shard,
    from_json,
    manifest_name,
    number_of,
    to_json,
)
from groundswell.feed.pieces import Pieces
from groundswell.feed.samples import count_elements, count_nulls
from groundswell.feed.shards import map_file, write_shard
from groundswell.feed.storage import Folder, Storage, storage_at
from groundswell.feed.storage.buckets import Bucket
from groundswell.feed.storage.cache import Cache
from groundswell.feed.storage.files import damaged, sha256_of

SHARD_BYTES = 64 * 1024**2
SHARD_ROWS = 2**18

MOST_OPEN = 4096
"""Shards that are kept mapped at a time; more than most systems let a process map would be refused."""

_FETCHING = 8
"""Files that are fetched from a bucket at a time."""


class Version(Protocol):
    """What a snapshot needs of a dataset version."""

    @property
    def name(self) -> str:
        """Name of the dataset."""
        ...

    @property
    def number(self) -> int:
        """Number of the version."""
        ...

    @property
    def digest(self) -> str:
        """Names the version's content."""
        ...

    @property
    def rows(self) -> int:
        """Number of items."""
        ...

    def batches(
        self, columns: Sequence[str] | None = None, with_data: bool = False
    ) -> Iterable[pa.RecordBatch]:
        """All rows, always in the same order; `with_data` brings the bytes of media."""
        ...


class Snapshot:
    """A stored snapshot, as `Samples`: files of shards are fetched and mapped into memory when they are first read.

    Attributes:
        storage: where it lies.
        manifest: what it holds; verified when the snapshot was opened.
        most_open: how many shards a reader keeps mapped.
    """

    def __init__(self, storage: Storage, manifest: Manifest) -> None:
        self.storage = storage
        self.manifest = manifest
        self.most_open = MOST_OPEN
        self._schemas: dict[tuple[str, ...], pa.Schema] = {}
        if (
            isinstance(storage, Bucket) and manifest.shards
        ):  # what was removed from the cache shall not stay mapped
            largest = max(1, *(shard.size_bytes for shard in manifest.shards))
            self.most_open = max(1, min(MOST_OPEN, storage.cache.limit_bytes // largest))

    def __repr__(self) -> str:
        origin = self.manifest.origin
        return f"<Snapshot of {origin.name} version {origin.number}: {self.rows:,} rows in {self.storage}>"

    @property
    def digest(self) -> str:
        """The version's digest: a feed's state moves between snapshots of one version."""
        return self.manifest.origin.digest

    @property
    def rows(self) -> int:
        """Number of samples."""
        return self.manifest.rows

    @cached_property
    def schema(self) -> pa.Schema:
        """Columns, as the manifest has them."""
        return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(self.manifest.schema)))

    @property
    def shard_rows(self) -> Sequence[int]:
        """Rows of each shard."""
        return [shard.rows for shard in self.manifest.shards]

    @property
    def nulls(self) -> Mapping[str, int]:
        """For each column the number of missing values."""
        return self.manifest.nulls

    def shard(self, number: int, names: Sequence[str] | None = None) -> pa.RecordBatch:
        """Return a shard, mapped into memory, or some columns of it: only the files that hold these are needed.

        Raises:
            UnreadableSource: a file is missing, has another length than the manifest says, or is damaged.
        """
        wanted = [name for name, _ in self.manifest.columns] if names is None else list(names)
        sought = set(wanted)
        columns: dict[str, pa.Array] = {}
        for file in self.manifest.shards[number].files:
            if not sought.isdisjoint(file.columns):
                columns.update(zip(file.columns, self._map(file).columns, strict=True))
        return pa.RecordBatch.from_arrays([columns[name] for name in wanted], names=wanted)

    def elements(self, number: int, name: str) -> int:
        """Return how many elements the lists of a column have together in a shard, from the manifest where it says so.

        Raises:
            UnreadableSource: the file had to be read and is damaged.
        """
        noted = self.manifest.shards[number].elements.get(name)
        return count_elements(self.shard(number, [name]).column(name)) if noted is None else noted

    def pieces(self, numbers: Sequence[int], name: str) -> Pieces | None:
        """Return what reads single values of a column in some shards, where these lie in a folder.

        None where the manifest does not say where the values lie; a cache's files are looked after when mapped.
        """
        if not isinstance(self.storage, Folder):
            return None
        held = ((number, self.manifest.shards[number].files) for number in numbers)
        files = {number: next(file for file in own if name in file.columns) for number, own in held}
        if not all(file.buffers for file in files.values()):
            return None
        kind = self.schema.field(name).type
        dtype = None if is_bytes(kind) else kind.value_type.to_pandas_dtype()
        return Pieces(str(self.storage), files, is_large(kind), dtype)

    def fetch(self, numbers: Sequence[int], names: Sequence[str]) -> None:
        """Fetch the files of a bucket that hold these columns of shards, several at a time, if the cache holds them.

        Raises:
            UnreadableSource: a file is missing or damaged.
        """
        if isinstance(self.storage, Bucket) and len(numbers) > 1:
            shards = (self.manifest.shards[number] for number in numbers)
            files = [
                file for shard in shards for file in shard.files if not set(names).isdisjoint(file.columns)
            ]
            if sum(file.size_bytes for file in files) <= self.storage.cache.limit_bytes:
                with ThreadPoolExecutor(_FETCHING, thread_name_prefix="groundswell-fetch") as pool:
                    list(pool.map(self.storage.local, files))

    def verify(self) -> None:
        """Read every file and compare its digest with the manifest.

        Raises:
            UnreadableSource: a file is damaged; the message names it.
        """
        for file in {file for shard in self.manifest.shards for file in shard.files}:
            path = self.storage.local(file)
            if sha256_of(path) != file.sha256:
                raise damaged(path, f"its bytes do not have the digest {file.sha256}")

    def _map(self, file: File) -> pa.RecordBatch:
        """Map a file; one that a cache holds and that is damaged is fetched anew, once."""
        schema = self._schema_of(file.columns)
        try:
            return map_file(self.storage.local(file), schema)
        except (pa.ArrowException, OSError, EOFError, ValueError, IndexError) as error:
            if not isinstance(self.storage, Bucket):
                raise damaged(self.storage.local(file), f"it is not an Arrow file: {error}") from error
            self.storage.cache.drop(file)
            return map_file(self.storage.local(file), schema)

    def _schema_of(self, columns: tuple[str, ...]) -> pa.Schema:
        if columns not in self._schemas:
            self._schemas[columns] = pa.schema([self.schema.field(name) for name in columns])
        return self._schemas[columns]


def open_snapshot(
    where: str | Path,
    number: int | None = None,
    *,
    cache: str | Path | Cache | None = None,
    verify: bool = False,
) -> Snapshot:
    """Open a snapshot; its manifest is verified always, its shards on demand.

    Args:
        where: the folder or URL that `snapshot` wrote to.
        number: of the version; None opens the newest.
        cache: for a URL: the folder that holds shards while they are read; a `Cache` says how much it may hold.
        verify: read all shards and compare their digests.

    Raises:
        SourceNotFound: there is no snapshot, or none of that version.
        DataFolderNewer: it was written by a newer release.
        UnreadableSource: the manifest or, with `verify`, a shard is damaged; the message names the file.
    """
    storage = storage_at(where, cache)
    held = _numbers(storage)
    if not held:
        raise SourceNotFound(f"{where} is no snapshot: there is no manifest in it")
    if number is not None and number not in held:
        versions = ", ".join(map(str, held))
        raise SourceNotFound(f"{where} has no snapshot of version {number}; it has {versions}")
    opened = Snapshot(storage, _read(storage, held[-1] if number is None else number))
    if verify:
        opened.verify()
    return opened


def newest_snapshot(where: str | Path, cache: str | Path | Cache | None = None) -> int:
    """Return the number of the newest version that has a snapshot here.

    Raises:
        SourceNotFound: there is none.
    """
    held = _numbers(storage_at(where, cache))
    if not held:
        raise SourceNotFound(f"{where} is no snapshot: there is no manifest in it")
    return held[-1]


def snapshot(
    version: Version,
    where: str | Path,
    *,
    columns: Sequence[str] | None = None,
    shard_bytes: int = SHARD_BYTES,
    cache: str | Path | Cache | None = None,
) -> Snapshot:
    """Write a version as a snapshot, or open it where that was done before.

    The same version gives the same bytes. Shards that another version left in the same place are used again, and
    those that a killed run left, too; the manifest comes last, so a snapshot is there whole or not at all. One
    shard is held in memory at a time.

    Args:
        version: what is written.
        where: a folder, or a URL such as `s3://bucket/prefix` (needs `obstore`), for this dataset alone.
        columns: columns to write, `id` always among them; None means all.
        shard_bytes: payload bytes at which a shard is full.
        cache: for a URL: see `open_snapshot`.

    Raises:
        Conflict: the place holds another dataset, another choice of columns, or another version of this number.
        StoreError: the version gave another number of rows than it states.
    """
    storage = storage_at(where, cache)
    selection = None if columns is None else tuple(dict.fromkeys(["id", *columns]))
    held = _numbers(storage)
    newest = _read(storage, held[-1]) if held else None
    if newest is not None:
        _require_same_dataset(storage, newest, version, selection)
    if version.number not in held:
        manifest = _write_shards(version, storage, selection, shard_bytes, newest)
        with suppress(Conflict):  # another process was faster with the same
            storage.write(manifest_name(version.number), to_json(manifest))
    return _require_same_version(Snapshot(storage, _read(storage, version.number)), version)


def _write_shards(
    version: Version,
    storage: Storage,
    selection: tuple[str, ...] | None,
    shard_bytes: int,
    newest: Manifest | None,
) -> Manifest:
    shards: list[Shard] = []
    nulls: dict[str, int] = {}
    schema = pa.schema([])
    gone = _Gone(storage, newest)
    with storage.staging() as staging:
        for batch in cut(read_version(version, selection), shard_bytes=shard_bytes, shard_rows=SHARD_ROWS):
            schema = batch.schema
            shards.append(write_shard(batch, storage, staging))
            gone.see(shards[-1], batch)
            nulls = {name: nulls.get(name, 0) + count for name, count in count_nulls([batch]).items()}
    rows = sum(shard.rows for shard in shards)
    if rows != version.rows:
        raise StoreError(
            f"{version.name} version {version.number} states {version.rows} rows but gave {rows}"
        )
    return Manifest(
        origin=Origin(version.name, version.number, version.digest),
        selection=selection,
        columns=tuple((field.name, str(field.type)) for field in schema),
        schema=base64.b64encode(schema.serialize()).decode(),
        rows=rows,
        nulls=nulls,
        shards=tuple(shards),
        previous=None if newest is None else newest.origin.number,
        retracted=gone.ids(),
    )


def read_version(version: Version, selection: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    """Yield a version's batches with the selected columns in the selected order; None means all."""
    with_data = selection is None or "data" in selection
    names = None if selection is None else list(selection)
    for batch in version.batches(names, with_data=with_data):
        yield batch if names is None else batch.select(names)


class _Gone:
    """Finds which items of an earlier snapshot a new one has no more; only shards that differ are compared."""

    def __init__(self, storage: Storage, earlier: Manifest | None) -> None:
        self._earlier = None if earlier is None else Snapshot(storage, earlier)
        self._same = {_id_file(shard) for shard in earlier.shards} if earlier else set()
        self._kept: set[File] = set()
        self._seen: set[str] = set()

    def see(self, shard: Shard, batch: pa.RecordBatch) -> None:
        """Take note of a shard of the new snapshot."""
        if _id_file(shard) in self._same:
            self._kept.add(_id_file(shard))
        elif self._earlier is not None:
            self._seen.update(batch.column("id").to_pylist())

    def ids(self) -> tuple[str, ...]:
        """Return the ids that are gone, ascending."""
        if self._earlier is None:
            return ()
        before: set[str] = set()
        for number, shard in enumerate(self._earlier.manifest.shards):
            if _id_file(shard) not in self._kept:
                before.update(self._earlier.shard(number, ["id"]).column("id").to_pylist())
        return tuple(sorted(before - self._seen))


def _id_file(shard: Shard) -> File:
    return next(file for file in shard.files if "id" in file.columns)


def _numbers(storage: Storage) -> list[int]:
    """Return the versions that have snapshots here, ascending."""
    return sorted(number for name in storage.names() if (number := number_of(name)) is not None)


def _read(storage: Storage, number: int) -> Manifest:
    name = manifest_name(number)
    return from_json(storage.read(name), f"{storage}/{name}")


def _require_same_dataset(
    storage: Storage, found: Manifest, version: Version, selection: tuple[str, ...] | None
) -> None:
    if found.origin.name != version.name:
        raise Conflict(f"{storage} holds snapshots of {found.origin.name!r}; choose another place")
    if found.selection != selection:
        held = found.selection or "all"
        raise Conflict(
            f"{storage} holds columns {held}, asked for {selection or 'all'}; choose another place"
        )


def _require_same_version(found: Snapshot, version: Version) -> Snapshot:
    origin = found.manifest.origin
    if origin.digest != version.digest:
        other = f"another {origin.name} version {origin.number}"
        raise Conflict(f"{found.storage} holds a snapshot of {other}; choose another place")
    return found
