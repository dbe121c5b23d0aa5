"""Tagged answers: sequences of tags from several workers, as codes."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError, NoVotes
from groundswell.quality.pairs import Codes
from groundswell.quality.spans.chains import Layout
from groundswell.quality.spans.scheme import Scheme, SchemeName, scheme_of
from groundswell.quality.table import encode, is_missing, read_columns, sorted_names


@dataclass(frozen=True, eq=False)
class Tagged:
    """Every tag that was given: tag `j` is `worker[j]` saying `tag[j]` at the token of `row[j]`.

    Tasks and workers are coded in sorted order, so that the order of a table never matters.

    Attributes:
        tasks: names of the tasks.
        workers: names of the workers, also of those who answered nothing.
        scheme: the tags and their grammar.
        layout: where the tokens of each task stand.
        row: intp `[n_tags]`, by the layout.
        worker: int32 `[n_tags]`.
        before: int32 `[n_tags]`, what the worker said at the token before; `len(scheme.tags)` at the first.
        tag: int32 `[n_tags]`.
        answers: int64 `[n_tasks]`, how many answers each task has.
        answered: int64 `[n_workers]`, how many each worker gave.
        skipped: rows of the table without tags, which were left out.
    """

    tasks: tuple[Hashable, ...]
    workers: tuple[Hashable, ...]
    scheme: Scheme
    layout: Layout
    row: NDArray[np.intp]
    worker: Codes
    before: Codes
    tag: Codes
    answers: NDArray[np.int64]
    answered: NDArray[np.int64]
    skipped: int

    @property
    def n_tokens(self) -> int:
        """Tokens of all tasks."""
        return int(self.layout.lengths.sum())

    @cached_property
    def kinds(self) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
        """The distinct (worker, before, tag), as codes in that order, and which of them each tag is."""
        size = len(self.scheme.tags)
        code = (self.worker.astype(np.int64) * (size + 1) + self.before) * size + self.tag
        found, which = np.unique(code, return_inverse=True)
        return found, which.astype(np.intp).reshape(-1)

    @cached_property
    def answers_per_row(self) -> NDArray[np.int64]:
        """How many answers each token's task has, `[n_tokens]` by row."""
        out = np.empty(self.n_tokens, np.int64)
        out[self.layout.row] = np.repeat(self.answers, self.layout.lengths)
        return out


def read_tagged(rows: Any, *, task: str, worker: str, tags: str, scheme: SchemeName | None = None) -> Tagged:
    """Read tag sequences from any table with a row for each answer; see `consensus_of_sequences`.

    Raises:
        MissingColumn: a column is not there.
        InputError: a task or worker is missing, or the answers to a task differ in length.
        NoVotes: no row has tags.
    """
    tasks, workers, given = read_columns(rows, (task, worker, tags))
    answers, task_names, worker_names, skipped = last_answers(tasks, workers, given, (task, worker, tags))
    said = {key: _tags_of(answer) for key, answer in answers.items()}
    grammar = scheme_of((tag for one in said.values() for tag in one), scheme)
    keys = np.array(list(said), np.int64).reshape(-1, 2)
    lengths = _lengths(said, task_names)
    layout = Layout(lengths)
    starts = np.cumsum(lengths) - lengths
    each = lengths[keys[:, 0]]
    first = np.cumsum(each) - each
    coded = [grammar.codes(one) for one in said.values()]
    tag = np.fromiter((code for one in coded for code in one), np.int32, int(each.sum()))
    before = np.roll(tag, 1)
    before[first[each > 0]] = len(grammar.tags)
    place = np.arange(len(tag)) - np.repeat(first - starts[keys[:, 0]], each)
    return Tagged(
        *(task_names, worker_names, grammar, layout, layout.row[place]),
        *(np.repeat(keys[:, 1], each).astype(np.int32), before, tag),
        *(
            np.bincount(keys[:, 0], minlength=len(task_names)),
            np.bincount(keys[:, 1], minlength=len(worker_names)),
        ),
        skipped=skipped,
    )


def last_answers(
    tasks: Sequence[Any], workers: Sequence[Any], given: Sequence[Any], names: tuple[str, str, str]
) -> tuple[dict[tuple[int, int], Any], tuple[Hashable, ...], tuple[Hashable, ...], int]:
    """Return each worker's last answer to each task, by codes of sorted names, in the order of the codes.

    Returns:
        The answers; the names of tasks; the names of workers; how many rows had no answer (None or NaN).

    Raises:
        InputError: a task or worker is missing or cannot be a name.
        NoVotes: no row has an answer.
    """
    for name, column in zip(names, (tasks, workers), strict=False):
        is_missing(name, column)
    task_names, worker_names = sorted_names(set(tasks)), sorted_names(set(workers))
    item, _ = encode(names[0], tasks, task_names)
    person, _ = encode(names[1], workers, worker_names)
    there = [not _is_missing(answer) for answer in given]
    if not any(there):
        raise NoVotes(f"no row of {len(there)} has {names[2]}; a consensus needs at least one answer")
    rows = zip(item.tolist(), person.tolist(), given, there, strict=True)
    last = {(one, by): answer for one, by, answer, kept in rows if kept}
    return dict(sorted(last.items(), key=lambda row: row[0])), task_names, worker_names, there.count(False)


def _is_missing(answer: Any) -> bool:
    """Say whether there is no answer: None, NaN or a data frame's own mark; an empty list is one."""
    not_a_number = isinstance(answer, float) and answer != answer
    return answer is None or not_a_number or type(answer).__name__ == "NAType"


def _tags_of(answer: Any) -> list[str]:
    """Return one answer's tags: a list of text, or one text with spaces between."""
    tags = answer.split() if isinstance(answer, str) else answer
    try:
        listed = list(tags)
    except TypeError as error:
        raise InputError(
            f"tags must be a list, or one text with spaces between them; got {answer!r}"
        ) from error
    odd = [tag for tag in listed if not isinstance(tag, str)]
    if odd:
        raise InputError(f"a tag must be text; found {odd[0]!r}")
    return listed


def _lengths(said: dict[tuple[int, int], list[str]], tasks: tuple[Hashable, ...]) -> NDArray[np.int64]:
    """Return how many tokens each task has: what all its answers say."""
    lengths = np.full(len(tasks), -1, np.int64)
    for (task, _), tags in said.items():
        if lengths[task] >= 0 and lengths[task] != len(tags):
            raise InputError(
                f"answers to {tasks[task]!r} have {lengths[task]} and {len(tags)} tags; "
                "every answer to a task must tag the same tokens"
            )
        lengths[task] = len(tags)
    return np.maximum(lengths, 0)
