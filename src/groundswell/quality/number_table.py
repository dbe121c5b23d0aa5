"""Numbers: which worker gave which number for which task, as integer codes and values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError, NoVotes
from groundswell.quality.pairs import Codes, count_codes
from groundswell.quality.result import Floats
from groundswell.quality.table import encode, is_missing, read_columns
from groundswell.quality.votes import Name

RANGES = (0.1, 0.05, 0.01, 0.0)
"""Tails to cut off when the answers' own unit is looked for; the first that leaves a range is taken."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """Numeric answers: answer `j` is `worker[j]` giving `value[j]` for `item[j]`; one for each pair at most.

    Attributes:
        item: int32 `[n_answers]`, codes below `n_items`; ascending.
        worker: int32 `[n_answers]`, codes below `n_workers`; ascending within an item.
        value: float64 `[n_answers]`, finite.
        item_names: the tasks by code, with or without an answer.
        worker_names: the workers by code, with or without an answer.
        skipped: rows of the table that had no number and were left out.
    """

    item: Codes
    worker: Codes
    value: Floats
    item_names: tuple[Name, ...]
    worker_names: tuple[Name, ...]
    skipped: int = 0

    @classmethod
    def from_table(
        cls, rows: Any, *, task: str = "task", worker: str = "worker", value: str = "value"
    ) -> Numbers:
        """Read numbers from any table that has a row for each answer.

        Text that spells a number is taken for the number, as CSV files need. A missing number (None, NaN, blank
        text) is no answer: it is left out and counted in `skipped`, but its task and its worker are kept. Where a
        worker answered a task repeatedly, the last answer counts.

        Args:
            rows: (task, worker, value) tuples, dicts, a dict of columns, a `pyarrow.Table`, a data frame.
            task: name of the task column (tuples have no names: their order counts).
            worker: name of the worker column.
            value: name of the column of numbers.

        Raises:
            MissingColumn: a column is not there.
            InputError: columns differ in length, a task or worker is missing, a value is no number or infinite.
            NoVotes: no row has a number.
        """
        tasks, workers, values = read_columns(rows, (task, worker, value))
        item_codes, item_names = encode(task, tasks)
        worker_codes, worker_names = encode(worker, workers)
        number = _as_numbers(value, values)
        given = np.flatnonzero(~np.isnan(number))
        if not len(given):
            raise NoVotes(f"no row of {len(values)} has a {value}; a consensus needs at least one answer")
        kept = given[_last_of_each(item_codes[given], worker_codes[given])]
        columns = (item_codes[kept], worker_codes[kept], number[kept])
        return cls(*columns, item_names, worker_names, skipped=len(values) - len(given))

    def __len__(self) -> int:
        return len(self.item)

    def __repr__(self) -> str:
        size = f"{self.n_items:,} tasks, {self.n_workers:,} workers"
        return f"Numbers({len(self):,} answers: {size}; {self.skipped:,} skipped)"

    @property
    def n_items(self) -> int:
        """How many tasks there are, with or without an answer."""
        return len(self.item_names)

    @property
    def n_workers(self) -> int:
        """How many workers there are, with or without an answer."""
        return len(self.worker_names)

    @cached_property
    def answers_per_item(self) -> NDArray[np.int64]:
        """How many answers each task has, `[n_items]`."""
        return count_codes(self.item, self.n_items)

    @cached_property
    def answers_per_worker(self) -> NDArray[np.int64]:
        """How many answers each worker gave, `[n_workers]`."""
        return count_codes(self.worker, self.n_workers)


def unit_of(values: Floats) -> float:
    """Return a range that most values span, whatever a few of them do: 0 where all are the same."""
    for cut in RANGES:
        low, high = np.quantile(values, cut, method="lower"), np.quantile(values, 1 - cut, method="higher")
        if high > low:
            return float(high - low)
    return 0.0


def medians(answers: Numbers) -> Floats:
    """Return the median answer of each task, `[n_items]`; the median of these where a task has none."""
    order = np.lexsort((answers.value, answers.item))
    item, value = answers.item[order], answers.value[order]
    counts = answers.answers_per_item
    seen = counts > 0
    first = np.searchsorted(item, np.flatnonzero(seen))
    low, high = first + (counts[seen] - 1) // 2, first + counts[seen] // 2
    out = np.empty(answers.n_items)
    out[seen] = value[low] / 2 + value[high] / 2
    out[~seen] = np.median(out[seen])
    return out


def finite_number(value: Any, place: str) -> float:
    """Return a value as a finite float; `place` says in the message where it stood.

    Raises:
        InputError: it is no number, or infinite or NaN.
    """
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{place} is {value!r}, which is not a number") from error
    if not np.isfinite(number):
        raise InputError(f"{place} is {value!r}; numbers must be finite, leave out what is not known")
    return number


def _as_numbers(column: str, values: Sequence[Any]) -> Floats:
    """Return values as float64, NaN where there is none."""
    missing = is_missing(column, values)
    out = np.full(len(values), np.nan)
    for row, value in enumerate(values):
        if not missing[row] and not (isinstance(value, str) and value.strip().lower() in ("", "nan")):
            out[row] = finite_number(value, f"{column} in row {row}")
    return out


def _last_of_each(item: Codes, worker: Codes) -> NDArray[np.intp]:
    """Return the place of the last answer of each (item, worker), in the order of item, then worker."""
    order = np.lexsort((worker, item))
    item, worker = item[order], worker[order]
    last = np.ones(len(item), bool)
    last[:-1] = (item[1:] != item[:-1]) | (worker[1:] != worker[:-1])
    return order[last]
