"""Snapshots: a dataset version as immutable shards on disk, ready to be read at random.

A snapshot is a folder: Arrow IPC files, uncompressed, so that they are mapped into memory and read in
place by anything that knows Arrow, and a manifest that names each by its digest.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from groundswell.errors import Conflict, StoreError, UnreadableSource
from groundswell.feed.atomic import whole_folder
from groundswell.feed.manifest import FILE_NAME, Manifest, Origin, Shard, read_manifest, write_manifest
from groundswell.feed.rebatch import rebatch
from groundswell.feed.samples import count_nulls

SHARD_BYTES = 64 * 1024**2
SHARD_ROWS = 2**18


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
    """A snapshot on disk, as `Samples`: shards are mapped into memory when they are first read.

    Attributes:
        folder: where it lies.
        manifest: what it holds; verified when the snapshot was opened.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self._mapped: dict[int, pa.RecordBatch] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_mapped": {}}

    def __repr__(self) -> str:
        origin = self.manifest.origin
        return f"<Snapshot of {origin.name} version {origin.number}: {self.rows:,} rows in {self.folder}>"

    @property
    def digest(self) -> str:
        """The version's digest: a feed's state moves between snapshots of one version."""
        return self.manifest.origin.digest

    @property
    def rows(self) -> int:
        """Number of samples."""
        return self.manifest.rows

    @property
    def schema(self) -> pa.Schema:
        """Columns, read from the first shard."""
        return self.shard(0).schema

    @property
    def shard_rows(self) -> Sequence[int]:
        """Rows of each shard."""
        return [shard.rows for shard in self.manifest.shards]

    @property
    def nulls(self) -> Mapping[str, int]:
        """For each column the number of missing values."""
        return self.manifest.nulls

    def shard(self, number: int) -> pa.RecordBatch:
        """Return a shard, mapped into memory.

        Raises:
            UnreadableSource: the file is missing, has another length than the manifest says, or is damaged.
        """
        if number not in self._mapped:
            self._mapped[number] = _map_shard(self.folder, self.manifest.shards[number])
        return self._mapped[number]

    def verify(self) -> None:
        """Read every shard and compare its digest with the manifest.

        Raises:
            UnreadableSource: a shard is damaged; the message names its file.
        """
        for shard in self.manifest.shards:
            path = self.folder / shard.file
            _check_size(path, shard)
            if _sha256(path) != shard.sha256:
                raise _damaged(path, f"its bytes do not have the digest {shard.sha256}")


def open_snapshot(folder: str | Path, *, verify: bool = False) -> Snapshot:
    """Open the snapshot in a folder; its manifest is verified always, its shards on demand.

    Args:
        folder: what `snapshot` wrote.
        verify: read all shards and compare their digests.

    Raises:
        SourceNotFound: there is no snapshot.
        DataFolderNewer: it was written by a newer release.
        UnreadableSource: the manifest or, with `verify`, a shard is damaged; the message names the file.
    """
    opened = Snapshot(Path(folder), read_manifest(Path(folder)))
    if verify:
        opened.verify()
    return opened


def snapshot(
    version: Version,
    folder: str | Path,
    *,
    columns: Sequence[str] | None = None,
    shard_bytes: int = SHARD_BYTES,
) -> Snapshot:
    """Write a version as a snapshot, or open it where that was done before.

    The folder appears whole or not at all, and the same version gives the same bytes. One shard is held in
    memory at a time.

    Args:
        version: what is written.
        folder: where the snapshot shall stand.
        columns: columns to write, `id` always among them; None means all.
        shard_bytes: payload bytes at which a shard is full.

    Raises:
        Conflict: the folder holds something else: another version or another choice of columns.
        StoreError: the version gave another number of rows than it states.
    """
    target = Path(folder)
    selection = None if columns is None else tuple(dict.fromkeys(["id", *columns]))
    if not target.exists():
        _write(version, target, selection, shard_bytes)
    return _require_same(open_snapshot(target), version, selection)


def _write(version: Version, target: Path, selection: tuple[str, ...] | None, shard_bytes: int) -> None:
    try:
        with whole_folder(target, known_by=FILE_NAME) as partial:
            manifest = _write_shards(version, partial, selection, shard_bytes)
            write_manifest(manifest, partial)
    except (OSError, Conflict):
        if not target.exists():  # else another process was faster with the same
            raise


def _write_shards(
    version: Version, partial: Path, selection: tuple[str, ...] | None, shard_bytes: int
) -> Manifest:
    shards: list[Shard] = []
    nulls: dict[str, int] = {}
    schema = pa.schema([])
    for batch in rebatch(read_version(version, selection), max_rows=SHARD_ROWS, max_bytes=shard_bytes):
        schema = batch.schema
        shards.append(_write_shard(batch, partial / f"shard-{len(shards):06d}.arrow"))
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
        rows=rows,
        nulls=nulls,
        shards=tuple(shards),
    )


def read_version(version: Version, selection: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    """Yield a version's batches with the selected columns in the selected order; None means all."""
    with_data = selection is None or "data" in selection
    names = None if selection is None else list(selection)
    for batch in version.batches(names, with_data=with_data):
        yield batch if names is None else batch.select(names)


def _write_shard(batch: pa.RecordBatch, path: Path) -> Shard:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return Shard(path.name, batch.num_rows, path.stat().st_size, _sha256(path))


def _map_shard(folder: Path, shard: Shard) -> pa.RecordBatch:
    path = folder / shard.file
    _check_size(path, shard)
    try:
        return pa.ipc.open_file(pa.memory_map(str(path))).get_batch(0)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, f"it is not an Arrow file: {error}") from error


def _check_size(path: Path, shard: Shard) -> None:
    try:
        found = path.stat().st_size
    except OSError as error:
        raise _damaged(path, "it cannot be found or opened") from error
    if found != shard.size_bytes:
        raise _damaged(path, f"it has {found} bytes, the manifest says {shard.size_bytes}")


def _damaged(path: Path, detail: str) -> UnreadableSource:
    return UnreadableSource(f"{path} is damaged: {detail}; remove the snapshot's folder and make it again")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _require_same(found: Snapshot, version: Version, selection: tuple[str, ...] | None) -> Snapshot:
    origin = found.manifest.origin
    if origin.digest != version.digest:
        other = f"{origin.name} version {origin.number}"
        raise Conflict(f"{found.folder} holds a snapshot of {other}; choose another folder")
    if found.manifest.selection != selection:
        held = found.manifest.selection or "all"
        raise Conflict(
            f"{found.folder} holds columns {held}, asked for {selection or 'all'}; choose another folder"
        )
    return found
