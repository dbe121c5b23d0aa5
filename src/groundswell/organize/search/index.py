"""The index of a version: parts for stretches of rows of its files, made once and shared by all who share a file."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from groundswell.organize.disk import writing_to
from groundswell.organize.fragments import map_files
from groundswell.organize.holds import writing_into
from groundswell.organize.manifest import INDEX, StoredFile, index_name
from groundswell.organize.search.metas import Field, fields_in, write_fields
from groundswell.organize.search.postings import Postings, write_postings
from groundswell.organize.version import Version

PART_ROWS = 1 << 18
PART_BYTES = 48 * 1024 * 1024
"""Text of one part; building takes about ten times as much memory."""

_KEPT = 1024
"""Parts that stay mapped."""


@dataclass(frozen=True)
class Part:
    """The index of a stretch of rows.

    Attributes:
        start: row of the version at which it begins.
        rows: how many rows it covers.
    """

    folder: Path
    start: int
    rows: int

    @cached_property
    def postings(self) -> Postings:
        """Of their texts."""
        return _postings(self.folder, self.rows)

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Of their other fields."""
        return _fields(self.folder, self.rows)

    @property
    def span(self) -> slice:
        """Where the rows are in the version."""
        return slice(self.start, self.start + self.rows)


@lru_cache(_KEPT)
def _postings(folder: Path, rows: int) -> Postings:
    return Postings(folder, rows)


@lru_cache(_KEPT)
def _fields(folder: Path, rows: int) -> dict[str, Field]:
    return fields_in(folder, rows)


def parts_of(version: Version, *, on_progress: Callable[[int], None] | None = None) -> list[Part]:
    """Return the index of a version, made now as far as it is not there yet.

    Args:
        version: what is to be searched; hold it while the parts are used.
        on_progress: called with the number of rows that are indexed.

    Raises:
        StoreError: the disk is full, or the folder may not be written.
    """
    parts: list[Part] = []
    start = 0
    for file in version.files_of("text") or ():
        folder = _folder_of(version, file)
        if not folder.exists():
            _build(version, file, folder, _counting_from(start, on_progress))
        for number, rows in enumerate(json.loads((folder / "parts.json").read_text("utf-8"))):
            parts.append(Part(folder / str(number), start, rows))
            start += rows
    return parts


def _counting_from(start: int, on_progress: Callable[[int], None] | None) -> Callable[[int], None]:
    return (lambda rows: on_progress(start + rows)) if on_progress is not None else lambda rows: None


def build_index(version: Version, *, on_progress: Callable[[int], None] | None = None) -> None:
    """Make a version ready for searching; the first search does it, too.

    About 11 s and 200 MB on disk for a million short texts. What a version shares with others is indexed once.

    Raises:
        StoreError: the disk is full, or the folder may not be written.
    """
    parts_of(version, on_progress=on_progress)


def is_indexed(version: Version) -> bool:
    """Say whether a search of a version begins at once."""
    return all(_folder_of(version, file).exists() for file in version.files_of("text") or ())


def _folder_of(version: Version, file: StoredFile) -> Path:
    return version.folder / INDEX / index_name(file.sha256)


def _build(version: Version, file: StoredFile, folder: Path, on_progress: Callable[[int], None]) -> None:
    """Index a file in a folder of its own, which gets its name when it is whole."""
    with writing_into(version.folder), writing_to(version.folder):
        folder.parent.mkdir(exist_ok=True)
        unnamed = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
        try:
            sizes = []
            for number, rows in enumerate(_stretches(map_files(version.folder / "data", [file]))):
                (unnamed / str(number)).mkdir()
                write_postings(rows["text"].combine_chunks(), unnamed / str(number))
                write_fields(rows["meta"].to_pylist(), unnamed / str(number))
                sizes.append(rows.num_rows)
                on_progress(sum(sizes))
            (unnamed / "parts.json").write_text(json.dumps(sizes), "utf-8")
            unnamed.chmod(0o755)
            os.rename(unnamed, folder)
        except OSError:
            if not folder.exists():  # else somebody else has made the same one meanwhile
                raise
        finally:
            shutil.rmtree(unnamed, ignore_errors=True)


def _stretches(table: pa.Table) -> Iterator[pa.Table]:
    """Cut a table to stretches of limited rows and bytes of text, one at least."""
    columns = table.select(["text", "meta"])
    sizes = pc.fill_null(pc.binary_length(columns["text"]), 0).to_numpy().astype(np.int64)
    ends = np.cumsum(sizes)
    start = 0
    while start < table.num_rows or start == 0:
        before = int(ends[start - 1]) if start else 0
        end = int(np.searchsorted(ends, before + PART_BYTES, side="right"))
        end = min(max(end, start + 1), start + PART_ROWS, table.num_rows)
        yield columns.slice(start, end - start)
        start = end
        if table.num_rows == 0:
            return
