"""Sites: places of a text where some worker marked something, and what each worker marked there."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.pairs import Codes
from groundswell.quality.spans.span import Span, checked_spans, span_overlap
from groundswell.quality.spans.tagged import last_answers
from groundswell.quality.table import read_columns, sorted_names

Marks = dict[int, Span]
"""What each worker marked at one site, by code; a worker has one mark at a site at most."""


@dataclass(frozen=True, eq=False)
class Sites:
    """All sites of all texts, with what may truly be there, as codes.

    A candidate is a stretch that somebody marked at its site, with a label that somebody gave there. A view is
    one worker looking at one site, and a reading is a view held against one candidate of its site.

    Attributes:
        tasks: names of the tasks, sorted.
        workers: names of the workers, sorted.
        labels: labels, sorted.
        answers: int64 `[n_tasks]`, workers who saw each text.
        answered: int64 `[n_workers]`, texts that each worker saw.
        skipped: rows of the table without an answer.
        task: int32 `[n_sites]`.
        choices: int32 `[n_sites]`, different stretches at each site, and one that nobody marked.
        candidate_site: int32 `[n_candidates]`, ascending.
        candidates: start, end and label of each candidate.
        candidate_label: int32 `[n_candidates]`.
        view_site: int32 `[n_views]`, ascending.
        view_worker: int32 `[n_views]`.
        view_label: int32 `[n_views]`, -1 where the worker marked nothing.
        view_stretch: int32 `[n_views, 2]`, start and end, -1 where nothing.
    """

    tasks: tuple[Hashable, ...]
    workers: tuple[Hashable, ...]
    labels: tuple[Hashable, ...]
    answers: NDArray[np.int64]
    answered: NDArray[np.int64]
    skipped: int
    task: Codes
    choices: Codes
    candidate_site: Codes
    candidates: tuple[Span, ...]
    candidate_label: Codes
    view_site: Codes
    view_worker: Codes
    view_label: Codes
    view_stretch: Codes

    @cached_property
    def readings(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """View and candidate of each reading, both `[n_readings]`."""
        sizes = np.bincount(self.candidate_site, minlength=len(self.task))
        starts = np.cumsum(sizes) - sizes
        each = sizes[self.view_site]
        view = np.repeat(np.arange(len(self.view_site)), each)
        offset = np.arange(len(view)) - np.repeat(np.cumsum(each) - each, each)
        return view, starts[self.view_site][view] + offset

    @cached_property
    def compared(self) -> NDArray[np.bool_]:
        """In which views others saw the text too, `[n_views]`; the rest teach nothing about workers."""
        shared: NDArray[np.bool_] = (self.answers > 1)[self.task[self.view_site]]
        return shared

    @cached_property
    def marked(self) -> NDArray[np.bool_]:
        """In which views something was marked, `[n_views]`."""
        return self.view_label >= 0

    @cached_property
    def stretch_right(self) -> NDArray[np.bool_]:
        """In which readings the worker marked exactly the candidate's stretch, `[n_readings]`."""
        view, candidate = self.readings
        stretches = np.array([span[:2] for span in self.candidates], np.int64).reshape(-1, 2)
        right: NDArray[np.bool_] = (self.view_stretch[view] == stretches[candidate]).all(axis=1)
        return right


def read_sites(rows: Any, *, task: str, worker: str, spans: str, alike: float) -> Sites:
    """Read answers of spans from any table with a row for each, and join the marks that seem to mean one thing.

    Raises:
        MissingColumn: a column is not there.
        InputError: a task or worker is missing, or an answer is not a list of spans.
        NoVotes: no row has an answer.
    """
    tasks, workers, given = read_columns(rows, (task, worker, spans))
    raw, task_names, worker_names, skipped = last_answers(tasks, workers, given, (task, worker, spans))
    by_task: dict[int, dict[int, tuple[Span, ...]]] = {}
    for (item, person), answer in raw.items():
        by_task.setdefault(item, {})[person] = checked_spans(answer)
    keys = np.array(list(raw), np.int64).reshape(-1, 2)
    labels = sorted_names({s.label for one in by_task.values() for answer in one.values() for s in answer})
    sites = [(item, list(one), site) for item, one in by_task.items() for site in join_marks(one, alike)]
    return Sites(
        *(task_names, worker_names, labels),
        *(
            np.bincount(keys[:, 0], minlength=len(task_names)),
            np.bincount(keys[:, 1], minlength=len(worker_names)),
        ),
        skipped,
        **_coded(sites, {label: code for code, label in enumerate(labels)}),
    )


def join_marks(answers: dict[int, tuple[Span, ...]], alike: float) -> list[Marks]:
    """Join marks of different workers on one text that seem to mean one thing.

    Equal marks are one thing. Others are joined pair by pair, those of one label first, and those that overlap
    most; but never two marks of one worker, who means two things by them (nested ones, say).

    Args:
        answers: distinct spans by worker.
        alike: the `span_overlap` that a pair needs, above 0.

    Returns:
        The sites, by their first mark in the text.
    """
    groups: dict[Span, Marks] = {}
    for worker, answer in answers.items():
        for span in answer:
            groups.setdefault(span, {})[worker] = span
    for first, second in _near_pairs(groups, alike):
        one, other = groups[first], groups[second]
        if one.keys().isdisjoint(other):
            joined = one | other
            groups.update(dict.fromkeys(joined.values(), joined))
    distinct = {id(marks): marks for marks in groups.values()}
    return sorted(distinct.values(), key=lambda marks: min(map(_in_text, marks.values())))


def _near_pairs(spans: Iterable[Span], alike: float) -> list[tuple[Span, Span]]:
    """Return the pairs of spans that overlap enough, the likeliest to be one thing first."""
    ordered = sorted(spans, key=_in_text)
    pairs = []
    for number, first in enumerate(ordered):
        for second in ordered[number + 1 :]:
            if second.start >= first.end:
                break
            overlap = span_overlap(first, second)
            if overlap >= alike:
                pairs.append((first.label != second.label, -overlap, first, second))
    pairs.sort(key=lambda pair: (*pair[:2], _in_text(pair[2]), _in_text(pair[3])))
    return [(first, second) for _, _, first, second in pairs]


def _in_text(span: Span) -> tuple[int, int, str]:
    """Order spans by their place, then by label."""
    return span.start, span.end, str(span.label)


def _coded(sites: list[tuple[int, list[int], Marks]], label_codes: dict[Hashable, int]) -> dict[str, Any]:
    """Return the columns of `Sites` that describe sites, candidates and views."""
    choices, candidate_site, candidates, views = [], [], [], []
    for number, (_, seen_by, site) in enumerate(sites):
        stretches = sorted({span[:2] for span in site.values()})
        labels = sorted({label_codes[span.label] for span in site.values()})
        names = {label_codes[span.label]: span.label for span in site.values()}
        choices.append(len(stretches) + 1)
        for stretch, label in product(stretches, labels):
            candidate_site.append(number)
            candidates.append((Span(stretch[0], stretch[1], names[label]), label))
        for worker in seen_by:
            mark = site.get(worker)
            views.append(
                (number, worker, *((-1, -1, -1) if mark is None else (label_codes[mark.label], *mark[:2])))
            )
    table = np.array(views, np.int32).reshape(-1, 5)
    return {
        "task": np.array([item for item, _, _ in sites], np.int32),
        "choices": np.array(choices, np.int32),
        "candidate_site": np.array(candidate_site, np.int32),
        "candidates": tuple(span for span, _ in candidates),
        "candidate_label": np.array([label for _, label in candidates], np.int32),
        "view_site": table[:, 0],
        "view_worker": table[:, 1],
        "view_label": table[:, 2],
        "view_stretch": table[:, 3:],
    }
