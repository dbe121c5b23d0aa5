"""Running labelling functions over items: votes with the functions as workers, and what went wrong."""

from __future__ import annotations

import sys
import traceback
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa

from groundswell.assist.functions.function import LabellingFunction
from groundswell.errors import InputError
from groundswell.items import Item
from groundswell.quality.result import names_or_codes
from groundswell.quality.table import is_missing, sorted_names
from groundswell.quality.votes import Codes, Name, Votes

KEPT_FAILURES = 10
"""Failures of each function that are kept in detail; all are counted."""

_BATCH_ROWS = 1024

OnProgress = Callable[[int], None]


@dataclass(frozen=True)
class Failure:
    """A function could not say anything of an item.

    Attributes:
        function: name of the function.
        item: the item's id.
        error: kind and message of the error.
        trace: the end of its traceback.
    """

    function: str
    item: Name
    error: str
    trace: str


@dataclass(frozen=True, eq=False, repr=False)
class Weak:
    """What labelling functions said of items.

    Attributes:
        votes: the functions are the workers, in the order given; not voting is abstaining. There may be no vote.
        failures: at most `KEPT_FAILURES` of each function, in the order of functions.
        failed: how many items each function failed on, by name; only those that did.
    """

    votes: Votes
    failures: tuple[Failure, ...] = ()
    failed: Mapping[str, int] = field(default_factory=dict)

    @property
    def functions(self) -> tuple[Name, ...]:
        """Names of the functions."""
        return names_or_codes(self.votes.worker_names, self.votes.n_workers)

    @property
    def coverage(self) -> float:
        """Share of the items that at least one function says something of; NaN for no items."""
        return float((self.votes.votes_per_item > 0).mean()) if self.votes.n_items else float("nan")

    def matrix(self) -> Codes:
        """Return what each function says of each item, int32 `[n_items, n_functions]`, -1 where it abstains."""
        out = np.full((self.votes.n_items, self.votes.n_workers), -1, np.int32)
        out[self.votes.item, self.votes.worker] = self.votes.label
        return out

    def __repr__(self) -> str:
        votes = self.votes
        size = f"{votes.n_workers:,} functions on {votes.n_items:,} items: {len(votes):,} votes"
        broken = f"; {sum(self.failed.values()):,} failures, see .failures" if self.failed else ""
        return f"Weak({size} for {votes.n_classes:,} classes, {self.coverage:.1%} of items covered{broken})"


def apply(
    functions: Iterable[LabellingFunction],
    items: Any,
    *,
    classes: Sequence[Hashable] | None = None,
    id_column: str = "id",
    progress: bool | None = None,
    on_progress: OnProgress | None = None,
) -> Weak:
    """Ask every function about every item. A function that fails on an item loses that item only.

    Example:
        >>> from groundswell.assist.functions import apply, keywords, matches
        >>> apply([matches("free", "spam"), keywords(["meeting"], "ham")], ["Free money", "The meeting is at 3"])
        Weak(2 functions on 2 items: 2 votes for 2 classes, 100.0% of items covered)

    Args:
        functions: with different names.
        items: a `Collection`, a `Version`, an Arrow table, or any iterable of `Item`s, rows (dicts) or texts.
            They are read once, in batches.
        classes: all possible classes; by default those that are said, sorted. A function that says another
            has failed on that item.
        id_column: the column of a table or row that names it. Without it, items are numbered from 0.
        progress: show a bar on stderr; by default where that is a terminal.
        on_progress: called with the number of items done, after each batch.

    Returns:
        The votes; NaN and None abstain. The same functions and items give the same votes.

    Raises:
        InputError: no function, two of one name, or two items of one id.
    """
    asked = _checked(functions)
    said = [_Said(function.name, None if classes is None else frozenset(classes)) for function in asked]
    names: list[Name] = []
    with _bar(_size(items), progress) as advance:
        for batch_names, batch in _batches(items, id_column):
            for function, one in zip(asked, said, strict=True):
                one.hear(function, batch_names, batch, len(names))
            names += batch_names
            advance(len(batch))
            if on_progress:
                on_progress(len(names))
    _require_distinct("item id", names)
    return Weak(
        _votes(said, names, classes),
        tuple(failure for one in said for failure in one.failures),
        {one.name: one.failed for one in said if one.failed},
    )


@dataclass
class _Said:
    """What one function has said so far."""

    name: str
    classes: frozenset[Hashable] | None
    items: list[int] = field(default_factory=list)
    labels: list[Hashable] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    failed: int = 0

    def hear(
        self, function: LabellingFunction, names: Sequence[Name], batch: Sequence[Any], start: int
    ) -> None:
        """Ask about a batch; where that fails, about each item of it."""
        try:
            labels = list(function.label(batch))
            if len(labels) != len(batch):
                raise InputError(f"{len(batch)} items were given and {len(labels)} labels returned")
        except Exception as error:
            # One item of the batch is to blame; a function that costs something is not asked again.
            if len(batch) > 1 and function.one_by_one:
                for place, item in enumerate(batch):
                    self.hear(function, names[place : place + 1], [item], start + place)
            else:
                self._fail(names, error)
            return
        for place, label in enumerate(labels):
            self._take(names[place], start + place, label)

    def _take(self, name: Name, place: int, label: Any) -> None:
        """Keep one label, unless it abstains or is none."""
        plain = label.item() if isinstance(label, np.generic) else label
        try:
            if is_missing("label", [plain])[0]:
                return
            if self.classes is not None and plain not in self.classes:
                raise InputError(f"it said {plain!r}, which is not among the {len(self.classes)} classes")
        except InputError as error:
            self._fail([name], error)
            return
        self.items.append(place)
        self.labels.append(plain)

    def _fail(self, names: Sequence[Name], error: Exception) -> None:
        """Count a failure for each item, and keep the first in detail."""
        self.failed += len(names)
        what = f"{type(error).__name__}: {error}"
        trace = "".join(traceback.format_exception(error, limit=-3))
        room = max(KEPT_FAILURES - len(self.failures), 0)
        self.failures += [Failure(self.name, name, what, trace) for name in names[:room]]


def _votes(said: Sequence[_Said], names: Sequence[Name], classes: Sequence[Hashable] | None) -> Votes:
    """Join what all functions said."""
    used = {label for one in said for label in one.labels}
    class_names = sorted_names(used) if classes is None else tuple(classes)
    code = {name: place for place, name in enumerate(class_names)}
    return Votes(
        np.array([item for one in said for item in one.items], np.int32),
        np.repeat(np.arange(len(said), dtype=np.int32), [len(one.items) for one in said]),
        np.array([code[label] for one in said for label in one.labels], np.int32),
        *(len(names), len(said), len(class_names)),
        *(tuple(names), tuple(one.name for one in said), class_names),
    )


def _batches(items: Any, id_column: str) -> Iterator[tuple[list[Name], list[Any]]]:
    """Yield names and items, some at a time."""
    rows, start = _rows(items), 0
    while batch := list(islice(rows, _BATCH_ROWS)):
        yield [_name(item, id_column, start + place) for place, item in enumerate(batch)], batch
        start += len(batch)


def _rows(items: Any) -> Iterator[Any]:
    """Yield the items of whatever holds them."""
    if isinstance(items, pa.RecordBatch):
        items = pa.table(items)
    if isinstance(items, pa.Table):
        for batch in items.to_batches(_BATCH_ROWS):
            yield from batch.to_pylist()
    elif hasattr(items, "batches") and hasattr(items, "items"):  # a collection or a version
        yield from items.items()
    elif isinstance(items, str | Mapping) or not isinstance(items, Iterable):
        raise InputError(
            f"items must be a collection, a table or a list of items, not {type(items).__name__}"
        )
    else:
        yield from items


def _name(item: Any, id_column: str, place: int) -> Name:
    """Return an item's id: its own, that of its column, or else its place."""
    if isinstance(item, Item):
        return item.id
    found = item.get(id_column) if isinstance(item, Mapping) else None
    return place if found is None else found


def _checked(functions: Iterable[LabellingFunction]) -> list[LabellingFunction]:
    """Return the functions, each with a name of its own."""
    given = list(functions)
    if not given:
        raise InputError("no labelling function was given; write one with labelling_function or matches")
    strange = [one for one in given if not isinstance(one, LabellingFunction)]
    if strange:
        raise InputError(f"{strange[0]!r} is no labelling function; decorate it with @labelling_function")
    _require_distinct("function name", [one.name for one in given])
    return given


def _require_distinct(what: str, names: Sequence[Name]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(f"{len(twice):,} times a {what} stands for several, for example {twice[0]!r}")


def _size(items: Any) -> int | None:
    return len(items) if hasattr(items, "__len__") else getattr(items, "rows", None)


@contextmanager
def _bar(total: int | None, wanted: bool | None) -> Iterator[OnProgress]:
    """Show a bar while functions run; yields what moves it."""
    if not (sys.stderr.isatty() if wanted is None else wanted):
        yield lambda amount: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("labelling functions", total=total)
        yield lambda amount: bar.advance(task, amount)
