"""Exports of annotations that are folders or single files: written whole or not at all, and summed up."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from groundswell.feed.atomic import whole_file, whole_folder
from groundswell.feed.exporters.exporter import ExportReport, file_report
from groundswell.feed.exporters.labelled import Labelled, labelled_items


def write_lines(
    batches: Iterable[pa.RecordBatch], destination: Path, lines: Callable[[Labelled], str], *, overwrite: bool
) -> ExportReport:
    """Write what `lines` makes of each item, one after another, as one file."""
    rows = 0
    with whole_file(destination, overwrite=overwrite) as partial:
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            for item in labelled_items(batches):
                file.write(lines(item))
                rows += 1
        report = file_report(partial, rows)
    return report


class Written:
    """What an export has written so far.

    Attributes:
        folder: where.
        rows: items.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows = 0
        self._files = self._bytes = 0

    def add(self, path: Path, content: bytes) -> None:
        """Write a file."""
        path.write_bytes(content)
        self.count(path)

    def count(self, path: Path) -> None:
        """Take note of a file that was written."""
        self._files += 1
        self._bytes += path.stat().st_size

    def report(self, index: Path) -> ExportReport:
        """Return the report; the digest is that of the index."""
        with index.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return ExportReport(self._files, self.rows, self._bytes, digest)


@contextmanager
def writing(destination: Path, *parts: str, known_by: str, overwrite: bool) -> Iterator[Written]:
    """Give a folder with these subfolders, which becomes `destination` at the end; see `whole_folder`."""
    with whole_folder(destination, known_by=known_by, overwrite=overwrite) as partial:
        for part in parts:
            (partial / part).mkdir()
        yield Written(partial)
