"""Arrow files of a dataset: written in order, named by digest, mapped into memory to be read."""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

from groundswell.errors import InputError, StoreError
from groundswell.organize.manifest import StoredFile

FILE_ROWS = 1 << 18
"""Rows of a full file."""

_CHUNK_ROWS = 1 << 13
_CHUNK_BYTES = 16 * 1024 * 1024


class FragmentWriter:
    """Writes batches to files below a folder, uncompressed, some thousand rows to a chunk.

    Files get their names when they are whole and flushed to disk. Until then, and after `abort`,
    nothing but hidden temporary files is there. The same batches give the same files.

    Args:
        folder: made where it is missing.
        schema: the columns; those of the first batch if None.
    """

    def __init__(self, folder: Path, schema: pa.Schema | None = None) -> None:
        self.folder = folder
        self.rows = 0
        self._schema = schema
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = self._waiting_bytes = 0
        self._open: _OpenFile | None = None
        self._done: list[StoredFile] = []

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns; none before the first batch."""
        return tuple(self._schema.names) if self._schema else ()

    @property
    def files(self) -> tuple[StoredFile, ...]:
        """The files that are whole so far."""
        return tuple(self._done)

    @property
    def size_bytes(self) -> int:
        """How much is on disk so far."""
        return sum(file.size_bytes for file in self._done) + (self._open.size_bytes if self._open else 0)

    def add(self, batch: pa.RecordBatch) -> None:
        """Append rows.

        Raises:
            InputError: the columns differ from those of the first batch.
        """
        if self._schema is None:
            self._schema = batch.schema.remove_metadata()
        if not batch.schema.equals(self._schema):
            raise InputError(
                f"batches of one dataset need the same columns: first {self._schema.names}, "
                f"then {batch.schema.names} (or other types)"
            )
        self.rows += batch.num_rows
        self._waiting.append(batch)
        self._waiting_rows += batch.num_rows
        self._waiting_bytes += batch.nbytes
        if self._waiting_rows >= _CHUNK_ROWS or self._waiting_bytes >= _CHUNK_BYTES:
            self._write_chunk()

    def finish(self) -> tuple[StoredFile, ...]:
        """Return the files, all on disk; none if there was no batch."""
        self._write_chunk()
        self._close_file()
        return tuple(self._done)

    def abort(self) -> None:
        """Take back the file that is being written; calling it after `finish` does nothing."""
        if self._open is not None:
            self._open.discard()
            self._open = None

    def _write_chunk(self) -> None:
        if not self._waiting:
            return
        chunk = pa.Table.from_batches(self._waiting, self._schema).combine_chunks()
        self._waiting, self._waiting_rows, self._waiting_bytes = [], 0, 0
        if self._open is None:
            self._open = _OpenFile(self.folder, chunk.schema)
        self._open.write(chunk)
        if self._open.rows >= FILE_ROWS:
            self._close_file()

    def _close_file(self) -> None:
        if self._open is not None:
            self._done.append(self._open.keep())
            self._open = None


class _OpenFile:
    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".new-", dir=folder)
        self.folder, self.temporary, self.rows = folder, Path(temporary), 0
        self.file = os.fdopen(handle, "wb")
        self.writer = pa.ipc.new_file(self.file, schema)

    def write(self, table: pa.Table) -> None:
        self.writer.write_table(table)
        self.rows += table.num_rows

    @property
    def size_bytes(self) -> int:
        return self.file.tell()

    def keep(self) -> StoredFile:
        self.writer.close()
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        stored = StoredFile(_sha256(self.temporary), self.rows, self.temporary.stat().st_size)
        self.temporary.chmod(0o644)
        self.temporary.replace(path_of(self.folder, stored))
        flush_folder(self.folder)
        return stored

    def discard(self) -> None:
        with suppress(OSError):  # what still waits in memory may find the disk full once more
            self.file.close()
        self.temporary.unlink(missing_ok=True)


def path_of(folder: Path, file: StoredFile) -> Path:
    """Return where a file of a dataset lies."""
    return folder / f"{file.sha256}.arrow"


def map_files(folder: Path, files: Sequence[StoredFile]) -> pa.Table:
    """Return the rows of files, one after the other, mapped into memory: nothing is read yet.

    Raises:
        StoreError: a file is missing or is no Arrow file.
    """
    return pa.concat_tables([_map_file(path_of(folder, file)) for file in files])


def schema_of(folder: Path, file: StoredFile) -> pa.Schema:
    """Return the columns of a file.

    Raises:
        StoreError: it is missing or is no Arrow file.
    """
    return _map_file(path_of(folder, file)).schema


def _map_file(path: Path) -> pa.Table:
    try:
        return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    except (OSError, pa.ArrowException) as error:
        raise StoreError(f"{path} is missing or damaged: {error}") from error


def require_whole(folder: Path, file: StoredFile) -> None:
    """Compare a file with its digest, byte by byte.

    Raises:
        StoreError: it is missing, or not what was written.
    """
    path = path_of(folder, file)
    if not path.is_file() or _sha256(path) != file.sha256:
        raise StoreError(f"{path} is missing, or is not what was written")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def flush_folder(folder: Path) -> None:
    """Make new names in a folder outlive a loss of power."""
    descriptor: Any = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
