"""Votes: who said what about which task, as integer codes. The input of every method in `quality`."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError, NoVotes, TooLarge
from groundswell.quality.pairs import Codes as Codes
from groundswell.quality.pairs import Pairs, count_codes, is_sorted, pairs_of
from groundswell.quality.table import class_names_of, encode, is_missing, read_columns

Name = Hashable

ONE_ORDER = 1_000_000
"""Votes up to which sorting them fully costs next to nothing."""

MOST_CELLS = 2**29
"""Largest array that a method may make, in float64 cells (4 GiB): votes or tasks, times classes."""


@dataclass(frozen=True, eq=False)
class Votes:
    """Sparse votes: vote `j` is `worker[j]` saying `label[j]` about `item[j]`.

    A task may have no vote and a worker none, and a class may be used by nobody: `n_items`, `n_workers` and
    `n_classes` say how many there are. Repeated (item, worker) votes are counted as they stand here;
    `from_table` keeps the last. Columns that are int32 already are not copied: do not change them afterwards.

    Attributes:
        item: int32 `[n_votes]`, codes below `n_items`.
        worker: int32 `[n_votes]`, codes below `n_workers`.
        label: int32 `[n_votes]`, codes below `n_classes`.
        n_items: tasks, with or without a vote.
        n_workers: workers, with or without a vote.
        n_classes: possible labels.
        item_names: names by code, or None for unnamed.
        worker_names: names by code, or None.
        class_names: names by code, or None.
        skipped: rows of the table that had no label and were left out.
        weight: float64 `[n_votes]`, how much of each vote is news beside the others of its item, above 0 to 1; None
            for all of it. Methods weigh by it what a vote says of its item (see `dependence`); what it teaches of
            its worker counts in full, and so do all counts of votes.

    Raises:
        InputError: columns differ in length, a code is out of range, or a weight is.
    """

    item: Codes
    worker: Codes
    label: Codes
    n_items: int
    n_workers: int
    n_classes: int
    item_names: tuple[Name, ...] | None = None
    worker_names: tuple[Name, ...] | None = None
    class_names: tuple[Name, ...] | None = None
    skipped: int = 0
    weight: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        for column, count in (("item", self.n_items), ("worker", self.n_workers), ("label", self.n_classes)):
            codes = _checked_codes(column, getattr(self, column), count)
            object.__setattr__(self, column, codes)
        if not len(self.item) == len(self.worker) == len(self.label):
            lengths = f"{len(self.item)}, {len(self.worker)} and {len(self.label)}"
            raise InputError(f"item, worker and label must have one entry a vote; they have {lengths}")
        if self.weight is not None:
            object.__setattr__(self, "weight", _checked_weight(self.weight, len(self.item)))

    @classmethod
    def from_table(
        cls,
        rows: Any,
        *,
        task: str = "task",
        worker: str = "worker",
        label: str = "label",
        classes: Sequence[Name] | None = None,
    ) -> Votes:
        """Read votes from any table that has a row for each answer.

        Tasks and workers are coded in their order of appearance, classes in sorted order unless `classes`
        gives one. Where a worker answered a task repeatedly, the last answer counts. A missing label (None or
        NaN) is no vote: it is left out and counted in `skipped`, but its task and its worker are kept.

        Args:
            rows: (task, worker, label) tuples, dicts, a dict of columns, a `pyarrow.Table`, a data frame.
            task: name of the task column (tuples have no names: their order counts).
            worker: name of the worker column.
            label: name of the label column.
            classes: all possible labels, for an order of your own and for labels that nobody used.

        Raises:
            MissingColumn: a column is not there.
            InputError: columns differ in length, a task or worker is missing, a label is not in `classes`.
            NoVotes: no row has a label.
        """
        tasks, workers, labels = read_columns(rows, (task, worker, label))
        item_codes, item_names = encode(task, tasks)
        worker_codes, worker_names = encode(worker, workers)
        given = ~is_missing(label, labels)
        if not given.any():
            raise NoVotes(f"no row of {len(labels)} has a {label}; a consensus needs at least one answer")
        class_names = class_names_of(labels, given, classes)
        label_codes, _ = encode(
            label, [name for name, one in zip(labels, given, strict=True) if one], class_names
        )
        item, worker_, label_ = _last_of_each(item_codes[given], worker_codes[given], label_codes)
        return cls(
            *(item, worker_, label_),
            *(len(item_names), len(worker_names), len(class_names)),
            *(item_names, worker_names, class_names),
            skipped=int((~given).sum()),
        )

    def __len__(self) -> int:
        return len(self.item)

    def __repr__(self) -> str:
        size = f"{self.n_items:,} tasks, {self.n_workers:,} workers, {self.n_classes:,} classes"
        return f"Votes({len(self):,} votes: {size}; {self.skipped:,} skipped)"

    @cached_property
    def votes_per_item(self) -> NDArray[np.int64]:
        """How many votes each item has, `[n_items]`."""
        return count_codes(self.item, self.n_items)

    @cached_property
    def votes_per_worker(self) -> NDArray[np.int64]:
        """How many votes each worker cast, `[n_workers]`."""
        return count_codes(self.worker, self.n_workers)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Votes for each class of each item, `[n_items, n_classes]`.

        Raises:
            TooLarge: they would not fit in `MOST_CELLS`.
        """
        _check_cells(self.n_items, self.n_classes)
        cells = self.item.astype(np.int64) * self.n_classes + self.label
        counted = np.bincount(cells, minlength=self.n_items * self.n_classes)
        return counted.reshape(self.n_items, self.n_classes)

    @cached_property
    def by_item(self) -> Votes:
        """The same votes in the order of their items, so that an item's votes stand together.

        Up to `ONE_ORDER` votes it is one order whatever theirs was: where votes are balanced exactly, an
        iteration stands on a ridge, and the rounding of sums decides which way it falls.
        """
        if len(self) <= ONE_ORDER:
            order = np.lexsort((self.label, self.worker, self.item))
        elif is_sorted(self.item):
            return self
        else:
            order = np.argsort(self.item, kind="stable")
        weight = None if self.weight is None else self.weight[order]
        item, worker, label = self.item[order], self.worker[order], self.label[order]
        return replace(self, item=item, worker=worker, label=label, weight=weight)

    @cached_property
    def pairs(self) -> Pairs:
        """The distinct (worker, label) pairs."""
        return pairs_of(self.worker, self.label, self.n_workers, self.n_classes)

    def pair_of(self, part: slice = slice(None)) -> NDArray[np.intp]:
        """Return the pair of each vote of a part of the votes."""
        return self.pairs.of(self.worker[part], self.label[part])


def _checked_codes(column: str, codes: Any, count: int) -> Codes:
    """Return `codes` as a 1-d int32 array, every one in `[0, count)`."""
    given = np.asarray(codes)
    if given.ndim != 1 or (given.size and not np.issubdtype(given.dtype, np.integer)):
        raise InputError(
            f"{column} must be a 1-d array of integer codes, not {given.dtype}{list(given.shape)}"
        )
    if given.size and not 0 <= given.min() <= given.max() < count:
        found = f"{given.min()} to {given.max()}"
        raise InputError(f"{column} codes must be 0 to {count - 1}; found {found}")
    return given.astype(np.int32, copy=False)


def _checked_weight(weight: Any, n_votes: int) -> NDArray[np.float64]:
    """Return `weight` as float64, one for each vote."""
    given = np.asarray(weight, np.float64)
    if given.shape != (n_votes,) or not ((given > 0) & (given <= 1)).all():
        raise InputError(f"weight must be {n_votes} numbers above 0 and at most 1, one for each vote")
    return given


def _last_of_each(item: Codes, worker: Codes, label: Codes) -> tuple[Codes, Codes, Codes]:
    """Keep the last vote of each (item, worker), sorted by item, then worker."""
    order = np.lexsort((worker, item))
    item, worker, label = item[order], worker[order], label[order]
    last = np.ones(len(item), bool)
    last[:-1] = (item[1:] != item[:-1]) | (worker[1:] != worker[:-1])
    return item[last], worker[last], label[last]


def require_votes(votes: Votes) -> None:
    """Refuse what no aggregator can infer from.

    Raises:
        NoVotes: there is not one vote.
        TooLarge: a posterior over all classes would not fit in `MOST_CELLS`.
    """
    if not len(votes):
        raise NoVotes(f"no votes on {votes.n_items} tasks; a consensus needs at least one answer")
    _check_cells(max(votes.n_items, len(votes)), votes.n_classes)


def _check_cells(rows: int, n_classes: int) -> None:
    if (cells := rows * n_classes) > MOST_CELLS:
        raise TooLarge(
            f"{rows:,} rows of {n_classes:,} classes are {cells:,} cells, over {MOST_CELLS:,}; "
            "split the tasks or merge rare classes"
        )
