"""Preferences: which of a task's two answers each worker preferred, how much, and which of them stood first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError, NoVotes
from groundswell.quality.rankings.comparisons import last_of_each
from groundswell.quality.table import encode, is_missing, read_columns, sorted_names
from groundswell.quality.votes import Codes, Name

MOST_LEVELS = 10
"""Largest grade that is taken for a grade: beyond it, a number is rather something else."""


@dataclass(frozen=True, eq=False)
class Preferences:
    """Preference `j` is `worker[j]` saying `level[j]` of the two answers of `task[j]`.

    Attributes:
        task: int32 `[n]`.
        worker: int32 `[n]`.
        level: int32 `[n]`, below 0 where the first-named answer ("A") was preferred, above 0 for the other,
            0 for neither; its size is how much.
        swapped: bool `[n]`, whether the other answer ("B") stood first when the worker saw them.
        task_names: names by code.
        worker_names: names by code.
        skipped: rows without a preference.
    """

    task: Codes
    worker: Codes
    level: Codes
    swapped: NDArray[np.bool_]
    task_names: tuple[Name, ...]
    worker_names: tuple[Name, ...]
    skipped: int

    @classmethod
    def from_table(
        cls,
        rows: Any,
        names: tuple[str, str, str],
        first: str | None,
        sides: tuple[Name, Name],
        tie: Name,
    ) -> Preferences:
        """Read preferences from a table; see `consensus_of_preferences` for what is in it."""
        columns = read_columns(rows, names if first is None else (*names, first))
        tasks, workers, said = columns[:3]
        given = ~is_missing(names[2], said)
        if not given.any():
            raise NoVotes(
                f"no row of {len(said)} has a {names[2]}; a consensus needs at least one preference"
            )
        task, task_names = encode(names[0], tasks, sorted_names(set(tasks)))
        worker, worker_names = encode(names[1], workers, sorted_names(set(workers)))
        level = _levels(said, given, sides, tie)
        swapped = np.zeros(len(said), bool) if first is None else _swapped(first, columns[3], sides)
        kept = last_of_each(task, worker, swapped.astype(np.int32), within=given)
        columns_kept = (column[kept] for column in (task, worker, level))
        one, two, three = columns_kept
        return cls(one, two, three, swapped[kept], task_names, worker_names, int((~given).sum()))


def _levels(said: list[Any], given: NDArray[np.bool_], sides: tuple[Name, Name], tie: Name) -> Codes:
    """Return the level of each row: names of sides are -1 and 1, grades are themselves; 0 where none is given."""
    by_name: dict[Name, int] = {sides[0]: -1, tie: 0, sides[1]: 1}
    level = np.zeros(len(said), np.int32)
    for row in np.flatnonzero(given).tolist():
        value = said[row]
        if value in by_name:
            level[row] = by_name[value]
        elif _is_grade(value):
            level[row] = int(value)
        else:
            known = f"{sides[0]!r}, {sides[1]!r}, {tie!r} or a grade of -{MOST_LEVELS} to {MOST_LEVELS}"
            raise InputError(f"row {row}: a preference is {known}, not {value!r}")
    return level


def _is_grade(value: Any) -> bool:
    """Say whether a value is a whole number within the grades."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        return False
    number = float(value)
    return abs(number) <= MOST_LEVELS and number.is_integer()


def _swapped(first: str, values: list[Any], sides: tuple[Name, Name]) -> NDArray[np.bool_]:
    """Say in which rows the other answer stood first."""
    unknown = [row for row, value in enumerate(values) if value not in sides]
    if unknown:
        row = unknown[0]
        raise InputError(f"row {row}: {first} must be {sides[0]!r} or {sides[1]!r}, not {values[row]!r}")
    return np.fromiter((value == sides[1] for value in values), bool, len(values))
