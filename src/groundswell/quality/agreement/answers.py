"""Answers of any kind, as agreement sees them, and those of them that can be compared."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError, NoVotes
from groundswell.quality.agreement.result import Metric
from groundswell.quality.pairs import Codes, count_codes
from groundswell.quality.result import names_or_codes
from groundswell.quality.table import class_names_of, encode, is_missing, read_columns, sorted_names
from groundswell.quality.votes import Name, Votes

LARGEST_NUMBER = 1e150
"""Numbers beyond it cannot be squared."""


@dataclass(frozen=True, eq=False)
class Answers:
    """Answer `j` is `worker[j]` answering `choices[code[j]]` to `item[j]`; one for each (item, worker).

    Attributes:
        item: int32 `[n_answers]`.
        worker: int32 `[n_answers]`.
        code: int32 `[n_answers]`, the place of the answer in `choices`.
        choices: classes in their order, or the distinct numbers in ascending order, or the distinct answers.
        item_names: names by code.
        worker_names: names by code.
    """

    item: Codes
    worker: Codes
    code: Codes
    choices: Sequence[Any] | NDArray[Any]
    item_names: tuple[Name, ...]
    worker_names: tuple[Name, ...]

    def by_name(self) -> Answers:
        """Return the same answers with items and workers coded in the order of their names.

        What is drawn at random then does not depend on the order of the table.
        """
        item, item_names = _by_name(self.item, self.item_names)
        worker, worker_names = _by_name(self.worker, self.worker_names)
        return replace(self, item=item, worker=worker, item_names=item_names, worker_names=worker_names)


@dataclass(frozen=True, eq=False)
class Compared:
    """The answers to items that have two or more, so that an item's stand together.

    Attributes:
        item: int32 `[n]`, 0 to `n_items - 1`, ascending.
        worker: int32 `[n]`.
        code: int32 `[n]`.
        size: int64 `[n_items]`, answers of each item, 2 or more.
        source: int32 `[n_items]`, the item's code in `Answers`.
    """

    item: Codes
    worker: Codes
    code: Codes
    size: NDArray[np.int64]
    source: Codes

    def __len__(self) -> int:
        return len(self.item)

    @property
    def starts(self) -> NDArray[np.int64]:
        """Place of each item's first answer, `[n_items]`."""
        starts: NDArray[np.int64] = np.cumsum(self.size) - self.size
        return starts

    def with_codes(self, code: Codes) -> Compared:
        """Return the same answers with other codes."""
        return replace(self, code=code)

    def only(self, keep: NDArray[np.bool_]) -> Compared:
        """Return some of the answers, and of those the ones that can still be compared."""
        return _compared(self.source[self.item[keep]], self.worker[keep], self.code[keep])


def compare(answers: Answers) -> Compared:
    """Return the answers that can be compared, in the order of item, then worker."""
    order = np.argsort(answers.item * np.int64(len(answers.worker_names)) + answers.worker, kind="stable")
    return _compared(answers.item[order], answers.worker[order], answers.code[order])


def _compared(item: Codes, worker: Codes, code: Codes) -> Compared:
    """Return the comparable ones of answers that stand in the order of their items."""
    first = np.ones(len(item), bool)
    first[1:] = item[1:] != item[:-1]
    own = np.cumsum(first) - 1
    size = np.bincount(own, minlength=int(first.sum()))
    several = size > 1
    keep = several[own]
    place = (np.cumsum(several) - 1)[own[keep]]
    return Compared(place.astype(np.int32), worker[keep], code[keep], size[several], item[first][several])


def from_votes(votes: Votes, metric: Metric) -> Answers:
    """Return votes as answers; for numeric metrics the names of their classes must be numbers."""
    names = names_or_codes(votes.class_names, votes.n_classes)
    code: Codes = votes.label
    choices: Sequence[Any] | NDArray[Any] = names
    if metric in ("interval", "ratio"):
        values, place = np.unique(_numbers(names, metric), return_inverse=True)
        code, choices = place.astype(np.int32)[votes.label], values
    items = names_or_codes(votes.item_names, votes.n_items)
    return Answers(
        votes.item, votes.worker, code, choices, items, names_or_codes(votes.worker_names, votes.n_workers)
    )


def read_answers(
    rows: Any, metric: Metric, columns: tuple[str, str, str], classes: Sequence[Hashable] | None
) -> Answers:
    """Read a table of task, worker and label; the last answer of a worker to a task counts.

    Raises:
        MissingColumn: a column is not there.
        InputError: a task, worker or label cannot be used with this metric.
        NoVotes: no row has a label.
    """
    tasks, workers, labels = read_columns(rows, columns)
    item, item_names = encode(columns[0], tasks)
    worker, worker_names = encode(columns[1], workers)
    given = _is_given(columns[2], labels, metric)
    if not given.any():
        raise NoVotes(f"no row of {len(labels)} has a {columns[2]}; agreement needs at least one answer")
    said = labels if given.all() else [label for label, one in zip(labels, given, strict=True) if one]
    code, choices = _coded(columns[2], said, metric, classes)
    last = _last_of_each(item[given], worker[given], len(worker_names))
    item, worker = item[given][last], worker[given][last]
    return Answers(item, worker, code[last], choices, item_names, worker_names).by_name()


def _is_given(column: str, labels: list[Any], metric: Metric) -> NDArray[np.bool_]:
    """Say which labels are there; one that a function compares may be of any type."""
    if not callable(metric):
        return ~is_missing(column, labels)
    absent = (label is None or (isinstance(label, float) and label != label) for label in labels)
    return ~np.fromiter(absent, bool, len(labels))


def _coded(
    column: str, said: list[Any], metric: Metric, classes: Sequence[Hashable] | None
) -> tuple[Codes, Sequence[Any] | NDArray[Any]]:
    """Return the code of each answer and what the codes stand for."""
    if metric in ("interval", "ratio"):
        values, place = np.unique(_numbers(said, metric), return_inverse=True)
        return place.astype(np.int32), values
    if callable(metric):
        try:
            return encode(column, said)
        except InputError:  # lists and the like: every answer is one of its own
            return np.arange(len(said), dtype=np.int32), said
    names = class_names_of(said, np.ones(len(said), bool), classes)
    if metric == "ordinal" and classes is None and not all(isinstance(name, int | float) for name in names):
        raise InputError(
            f"ordinal answers need an order, and {names[0]!r} is not a number; give classes=[...]"
        )
    return encode(column, said, names)


def _numbers(said: Sequence[Any], metric: Metric) -> NDArray[np.float64]:
    """Return answers as finite numbers; a ratio scale has none below 0."""
    if not all(isinstance(value, int | float | np.number) for value in said):
        found = next(value for value in said if not isinstance(value, int | float | np.number))
        raise InputError(f"{metric} answers must be numbers; found {found!r}")
    values = np.asarray(said, np.float64)
    if not (np.abs(values) <= LARGEST_NUMBER).all():
        raise InputError(f"{metric} answers must be finite numbers up to {LARGEST_NUMBER:g}")
    if metric == "ratio" and (values < 0).any():
        raise InputError(f"a ratio scale starts at 0; found {values.min():g}; use metric='interval'")
    return values


def _last_of_each(item: Codes, worker: Codes, n_workers: int) -> NDArray[np.intp]:
    """Return the place of the last answer of each (item, worker)."""
    key = item * np.int64(n_workers) + worker
    order = np.argsort(key, kind="stable")
    last = np.ones(len(key), bool)
    last[:-1] = key[order][1:] != key[order][:-1]
    return order[last]


def _by_name(codes: Codes, names: tuple[Name, ...]) -> tuple[Codes, tuple[Name, ...]]:
    if names == tuple(range(len(names))):
        return codes, names
    ordered = sorted_names(names)
    place = {name: code for code, name in enumerate(ordered)}
    moved = np.fromiter((place[name] for name in names), np.int32, len(names))
    return moved[codes], ordered


def answers_of(answers: Answers | Votes, metric: Metric) -> Answers:
    """Return answers as they are, or votes as answers."""
    return from_votes(answers, metric) if isinstance(answers, Votes) else answers


def answers_per_item(answers: Answers) -> NDArray[np.int64]:
    """Return how many answers each item has, `[n_items]`."""
    return count_codes(answers.item, len(answers.item_names))
