"""Source: several files of records: a folder or pattern of JSONL, CSV, Parquet, Arrow and WARC files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import ClassVar

from groundswell.collect.csv import SUFFIXES as CSV
from groundswell.collect.csv import Csv
from groundswell.collect.folder import Found
from groundswell.collect.good import require_good
from groundswell.collect.jsonl import SUFFIXES as JSONL
from groundswell.collect.jsonl import Jsonl
from groundswell.collect.lines import COMPRESSIONS
from groundswell.collect.parquet import ARROW, PARQUET, Parquet
from groundswell.collect.several import SeveralFiles, grouped
from groundswell.collect.source import Divisible, Options, Origin, Place, Plug, Source, printable
from groundswell.collect.warc import SUFFIXES as WARC
from groundswell.collect.warc import Warc
from groundswell.errors import EmptySource, MissingColumn, UnreadableSource
from groundswell.items import Drop, Item

SUFFIXES = (*JSONL, *CSV, *PARQUET, *ARROW, *WARC)
_READERS: tuple[Plug, ...] = (Jsonl, Csv, Parquet, Warc)
_ABOUT_OTHERS = ("state.json", "dataset_info.json", "dataset_dict.json", "metadata.json", "package.json")
"""Files that describe the data beside them, as Hugging Face's datasets on disk have."""


@dataclass(frozen=True)
class Files(SeveralFiles):
    """The records of several files, file after file in the order of names.

    A file that cannot be read, is empty or lacks the column of texts is set aside as a whole, with the
    reason, and the others are read; so columns may differ from file to file. This is also how a data set of
    Hugging Face's that was saved to disk, or cloned from the hub, is read.
    """

    name: ClassVar[str] = "files"
    reads_records: ClassVar[bool] = True
    suffixes: ClassVar[tuple[str, ...]] = SUFFIXES

    def read(self) -> Iterator[Item | Drop]:
        """Yield the records of all files."""
        records = (record for found in self.found() for record in self._file(found).read())
        return require_good(records, printable(self.place.spec)) if self.files is None else records

    def describe(self) -> str:
        """Return what is read."""
        return f"files in {printable(self.place.spec)}"

    def parts(self, part_bytes: int) -> Sequence[Source]:
        """Return shares of large files, and groups of small ones."""
        parts: list[Source] = []
        for is_large, files in groupby(self.found(), lambda found: found.size_bytes > part_bytes):
            if is_large:
                parts += [part for found in files for part in self._file(found).parts(part_bytes)]
            else:
                parts += [replace(self, files=group) for group in grouped(files, part_bytes)]
        return parts or [replace(self, files=())]

    def _file(self, found: Found) -> "_File":
        suffix = found.path.with_suffix("").suffix if found.suffix in COMPRESSIONS else found.suffix
        place = Place(self.place.spec, found.path, "file", {suffix.lower(): 1}, found.size_bytes)
        return _File(found, place, replace(self.options, within=found.relative))


@dataclass(frozen=True)
class _File:
    """One of several files; whatever is wrong with it as a whole costs this file only."""

    found: Found
    place: Place
    options: Options
    source: Source | None = None
    name: ClassVar[str] = "files"

    def read(self) -> Iterator[Item | Drop]:
        origin = Origin(printable(self.place.spec), self.name, replace(self.options, within=""))
        reader = next((plug for plug in _READERS if plug.recognises(self.place)), None)
        if self.found.reason:
            yield self.found.set_aside(origin)
        elif reader is None or self.found.path.name in _ABOUT_OTHERS:
            detail = f"{self.found.path.name}: no file of records"
            yield origin.refusal(self.found.relative, "file:unsupported", detail)
        elif self.found.size_bytes == 0:
            yield origin.refusal(self.found.relative, "file:empty", "0 bytes")
        else:
            try:
                yield from (self.source or reader.open(self.place, self.options)).read()
            except EmptySource as error:
                yield origin.refusal(self.found.relative, "file:empty", str(error))
            except MissingColumn as error:
                yield origin.failure(self.found.relative, "file:no_text_column", str(error))
            except UnreadableSource as error:
                yield origin.failure(self.found.relative, "file:unreadable", str(error))

    def describe(self) -> str:
        return printable(self.found.path)

    def size_bytes(self) -> int:
        return self.found.size_bytes

    def parts(self, part_bytes: int) -> Sequence["_File"]:
        """Return shares of the file; the file itself where it cannot be divided, or is not what it claims."""
        reader = next((plug for plug in _READERS if plug.recognises(self.place)), None)
        opened = reader.open(self.place, self.options) if reader and not self.found.reason else None
        if not isinstance(opened, Divisible):
            return [self]
        try:
            return [replace(self, source=part) for part in opened.parts(part_bytes)]
        except (UnreadableSource, MissingColumn, EmptySource):
            return [self]  # reading it says what is wrong
