"""The exporter socket: what it takes to write a dataset in some format."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa


@dataclass(frozen=True)
class ExportReport:
    """What an export wrote.

    Attributes:
        files: number of files.
        rows: number of items.
        bytes: size of all files together.
        sha256: digest of the file; of a folder, of its index, which names every item by its digest.
    """

    files: int
    rows: int
    bytes: int
    sha256: str


class Exporter(Protocol):
    """Writes batches in one format: as a stream, whole or not at all, never over something unless told.

    Attributes:
        name: how a user asks for it, for example `jsonl`.
        suffix: how files of the format end, for example `.jsonl`; empty for a folder.
        needs_data: whether the rows should come with the bytes of their media.
    """

    name: str
    suffix: str
    needs_data: bool

    def write(
        self, batches: Iterable[pa.RecordBatch], destination: Path, *, overwrite: bool = False
    ) -> ExportReport:
        """Write all rows, in their order, with all their columns; memory does not grow with their number.

        Args:
            batches: at least one, all with the same columns; it may be empty of rows.
            destination: the file or folder to write; missing parent folders are made.
            overwrite: replace what is there, at the last moment.

        Raises:
            Conflict: the destination exists and `overwrite` is False.
            InputError: the format cannot carry a value exactly; nothing is written.
            EmptySource: there is no batch at all.
        """
        ...


def file_report(path: Path, rows: int) -> ExportReport:
    """Return the report of an export that wrote one file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return ExportReport(files=1, rows=rows, bytes=path.stat().st_size, sha256=digest)
