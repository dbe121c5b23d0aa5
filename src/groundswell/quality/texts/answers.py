"""Answers that are texts: who wrote what for which task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from groundswell.errors import InputError, NoVotes
from groundswell.quality.table import encode, is_missing, read_columns, sorted_names
from groundswell.quality.votes import Name


class Answer(NamedTuple):
    """One worker's text for one task; both are codes."""

    task: int
    text: str
    worker: int


@dataclass(frozen=True, eq=False)
class Answers:
    """Texts in one order, whatever the order of rows was: by task, then text, then worker.

    Attributes:
        rows: the answers, one for each (task, worker).
        task_names: every task by code, sorted; a task may have no answer.
        worker_names: every worker by code, sorted.
        skipped: rows that had no text and were left out.
    """

    rows: tuple[Answer, ...]
    task_names: tuple[Name, ...]
    worker_names: tuple[Name, ...]
    skipped: int

    @classmethod
    def from_table(cls, table: Any, task: str, worker: str, text: str) -> Answers:
        """Read answers from any table that `Votes.from_table` reads.

        The last text of a worker for a task counts. A missing one (None or NaN) is no answer; an empty one is.

        Raises:
            MissingColumn: a column is not there.
            InputError: a task or worker is missing, or a text is not a string.
            NoVotes: no row has a text.
        """
        tasks, workers, texts = read_columns(table, (task, worker, text))
        missing = is_missing(text, texts)
        if missing.all():
            raise NoVotes(f"no row of {len(texts)} has a {text}; a consensus needs at least one answer")
        task_codes, task_names = encode(task, tasks, sorted_names(_distinct(task, tasks)))
        worker_codes, worker_names = encode(worker, workers, sorted_names(_distinct(worker, workers)))
        columns = zip(task_codes.tolist(), worker_codes.tolist(), texts, missing.tolist(), strict=True)
        last = {(of, by): _checked(text, said) for of, by, said, absent in columns if not absent}
        rows = sorted(Answer(of, said, by) for (of, by), said in last.items())
        return cls(tuple(rows), task_names, worker_names, int(missing.sum()))

    def by_task(self) -> Iterator[tuple[int, list[Answer]]]:
        """Return each task that has answers, with them."""
        for code, rows in groupby(self.rows, key=attrgetter("task")):
            yield code, list(rows)


def _distinct(column: str, values: list[Any]) -> set[Any]:
    """Return the names of a column; `encode` says what is wrong with those that cannot be one."""
    return {value for value, absent in zip(values, is_missing(column, values), strict=True) if not absent}


def _checked(column: str, said: Any) -> str:
    if not isinstance(said, str):
        raise InputError(f"{column} must be a string, not {type(said).__name__} {said!r}")
    return said
