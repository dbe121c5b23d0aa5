"""The library's face of the river: collect, clean, save."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from groundswell import clock
from groundswell.clean import Operator, Running, bytes_of, default_recipe, run
from groundswell.collect import AS_RECORD, MAX_ITEM_BYTES, Options, Records, Source, open_source
from groundswell.items import Drop, Item, items_of, packed
from groundswell.organize.heads import At
from groundswell.organize.report import Report
from groundswell.organize.saving import OnNote, OnStep, Saving, save_source, update_version
from groundswell.organize.store import DatasetStore
from groundswell.organize.version import Version
from groundswell.store.blobs import BlobStore
from groundswell.store.folder import require_known_format

HOME = Path("groundswell-data")
LOCAL = "local"
"""The organization of whoever uses the library on their own machine."""

_REPORT_EVERY = 256

OnProgress = Callable[[int], None]
OnDrop = Callable[[Drop], None]


def collect(
    source: str | Path | Source | Sequence[str | Mapping[str, Any]],
    *,
    text_column: str | None = None,
    licence: str | None = None,
    max_item_bytes: int = MAX_ITEM_BYTES,
    as_records: bool = False,
    hosts: Sequence[str] = (),
    home: str | Path | None = None,
    on_progress: OnProgress | None = None,
    now: datetime | None = None,
) -> "Collection":
    """Point at raw data; it is read when the collection is used, not before.

    Example:
        >>> from groundswell.organize import collect
        >>> animals = collect(["a cat", "a cat ", "a dog"]).clean()
        >>> [item.text for item in animals.items()]
        ['a cat', 'a dog']
        >>> print(animals.report)
        3 read, 2 kept, 1 dropped (1 duplicate:exact)

    Args:
        source: a file (JSONL, CSV, Parquet, Arrow, text, WARC, also compressed; a document, an image, a
            recording; `.urls`), a folder of such or a pattern, a prefix such as `s3://bucket/crawl/`, `"digits"`, a
            list of texts, a list of mappings with a `text` each, or any `Source`, such as a `Query`.
        text_column: the column that holds the text, where it cannot be found by itself.
        licence: SPDX id or text, written on every item.
        max_item_bytes: records over this many bytes are set aside.
        as_records: take each object as a record, whole, as preferences, ratings and chats need it; not its text.
        hosts: that may be asked for what a list of addresses (`.urls`) names; none by default.
        home: the data folder for `save`; `groundswell-data` in the current folder if None.
        on_progress: called now and then with the number of records read so far.
        now: the instant that is written on every item; the present if None.

    Raises:
        SourceNotFound: there is nothing at the path.
        EmptySource: there is nothing in it.
        UnreadableSource: it is of no kind that can be read.
    """
    text_column = AS_RECORD if as_records else text_column
    if isinstance(source, str | Path):
        opened = open_source(
            source,
            collected_at=now or clock.now(),
            text_column=text_column,
            licence=licence,
            max_item_bytes=max_item_bytes,
            hosts=tuple(hosts),
        )
    elif isinstance(source, Source):
        opened = source
    else:
        opened = Records(source, Options(now or clock.now(), text_column, licence, max_item_bytes))
    return Collection(opened, home=home, on_progress=on_progress, now=now)


class Collection:
    """A source and the steps that its items go through; lazy, and usable any number of times.

    Attributes:
        source: where the items come from.
        operators: the steps, in order; none keeps everything that can be read.
        report: the counts of the last run that ended; None before.
    """

    def __init__(
        self,
        source: Source,
        operators: Sequence[Operator] = (),
        *,
        home: str | Path | None = None,
        on_progress: OnProgress | None = None,
        now: datetime | None = None,
    ) -> None:
        self.source = source
        self.operators = tuple(operators)
        self.report: Report | None = None
        self._home = home
        self._on_progress = on_progress
        self._now = now

    def clean(self, *operators: Operator) -> "Collection":
        """Return a collection with more steps: those given, or else the default recipe.

        The default brings texts into one Unicode form and drops what is empty, broken, blank, or a
        copy or near copy of an item before it; see `groundswell.clean.default_recipe`.

        Example:
            >>> from groundswell.clean import DropExactDuplicates
            >>> from groundswell.organize import collect
            >>> [item.text for item in collect(["b", "a", "b"]).clean(DropExactDuplicates()).items()]
            ['b', 'a']
        """
        steps = (*self.operators, *(operators or default_recipe()))
        return Collection(self.source, steps, home=self._home, on_progress=self._on_progress, now=self._now)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield what is kept as Arrow batches of `ITEM_SCHEMA` (with the columns that steps have added)."""
        return self._run(lambda drop: None, self._on_progress)

    def items(self) -> Iterator[Item]:
        """Yield what is kept, item by item."""
        for batch in self.batches():
            yield from items_of(batch)

    def save(
        self,
        name: str,
        *,
        home: str | Path | None = None,
        store: DatasetStore | None = None,
        on_progress: OnProgress | None = None,
        on_step: OnStep | None = None,
        on_note: OnNote | None = None,
        workers: int | None = None,
        memory: int | str | None = None,
        on: str | None = None,
        update: bool = False,
    ) -> Version:
        """Run the steps and keep the result as a new version of a dataset; nothing is kept if that fails.

        Large sources are read and cleaned by several processes. If this one is killed, calling `save` again
        goes on with what was done, and ends with the same version.

        Example:
            >>> import tempfile, pathlib
            >>> from groundswell.organize import collect
            >>> home = pathlib.Path(tempfile.mkdtemp())
            >>> collect(["a cat", "a dog"]).clean().save("animals", home=home)
            <animals version 1: 2 items>

        Args:
            name: of the dataset, new or not: a-z, 0-9, `.`, `_`, `-`.
            home: the data folder; that of the collection if None.
            store: where to write instead.
            on_progress: as in `collect`, for this run.
            on_step: is told of each step how many of its tasks are done.
            on_note: is told in one line what should be known, such as that an update goes by other steps than
                what is there; a Python warning if None.
            workers: the most processes at once.
            memory: what all of them together may hold, in bytes or as `4GB`.
            on: `ray` to run on a cluster on this machine, or the address of one, `ray://host:10001`.
            update: read only what is new since the newest version, and keep it together with what is there.

        Raises:
            InvalidName: no dataset can have this name.
            EmptySource: the source holds no records.
            UnreadableSource: not one record could be read.
            StoreError: the disk is full, or the data folder may not be written.
            InputError: the memory is too little to work in.
            Conflict: another process is at the same run.
        """
        target = store or local_store(home or self._home)
        limit = bytes_of(memory) if isinstance(memory, str) else memory
        saving = Saving(
            self.operators,
            self._now or target.now(),
            Running(workers, limit, on),
            on_step or (lambda progress: None),
            on_progress or self._on_progress or (lambda count: None),
            on_note or (lambda note: warnings.warn(note, stacklevel=4)),
        )
        before = target.open(name) if update and target.versions(name) else None
        if before is None:
            version, self.report = save_source(target, name, self.source, saving)
        else:
            version, self.report = update_version(target, before, self.source, saving)
        return version

    def describe(self) -> str:
        """Return one line on what is collected."""
        return self.source.describe()

    def size_bytes(self) -> int | None:
        """Return how many bytes will be read, as stored; None where that is not known."""
        return self.source.size_bytes()

    def __repr__(self) -> str:
        steps = ", ".join(operator.name for operator in self.operators) or "as it is"
        return f"<Collection of {self.describe()}; {steps}; {self.report or 'not run yet'}>"

    def _run(self, on_drop: OnDrop, on_progress: OnProgress | None) -> Iterator[pa.RecordBatch]:
        report = Report()

        def note(drop: Drop) -> None:
            report.count(drop)
            on_drop(drop)

        read = _reported(self.source.read(), report, on_progress or (lambda count: None))
        for batch in run(packed(read, note), self.operators, on_drop=note):
            report.kept += batch.num_rows
            yield batch
        self.report = report


def local_store(home: str | Path | None = None) -> DatasetStore:
    """Return the datasets of the local organization below a data folder, `groundswell-data` if None.

    Raises:
        DataFolderNewer: a newer release wrote the folder.
    """
    home = HOME if home is None else Path(home)
    require_known_format(home)
    return DatasetStore(home / "datasets" / LOCAL, BlobStore(home / "blobs" / LOCAL))


def dataset(name: str, at: At | None = None, *, home: str | Path | None = None) -> Version:
    """Return a stored version of a dataset: the newest, or the one that is asked for.

    Example:
        >>> import tempfile
        >>> from groundswell.organize import collect, dataset
        >>> home = tempfile.mkdtemp()
        >>> collect(["good", "bad"]).save("reviews", home=home)
        <reviews version 1: 2 items>
        >>> dataset("reviews", home=home).to_table(["text"])["text"].to_pylist()
        ['good', 'bad']

    Args:
        name: of the dataset; or a reference such as `reviews@3` or `reviews@gold`.
        at: a number, a tag, a branch (its newest version), or a date or instant (what was the newest then).
        home: the data folder; `groundswell-data` in the current folder if None.

    Raises:
        NotFound: there is no such dataset or version.
    """
    return local_store(home).open(name, at)


def _reported(
    records: Iterator[Item | Drop], report: Report, on_progress: OnProgress
) -> Iterator[Item | Drop]:
    for record in records:
        report.collected += 1
        if report.collected % _REPORT_EVERY == 0:
            on_progress(report.collected)
        yield record
    on_progress(report.collected)
