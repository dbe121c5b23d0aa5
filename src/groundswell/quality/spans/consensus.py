"""Consensus of spans: which are there, from several workers' answers about the same text."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError
from groundswell.quality.expectation import group_sums
from groundswell.quality.spans.marking import Belief, first_belief, learn_marking
from groundswell.quality.spans.schedule import best_without_overlaps
from groundswell.quality.spans.shrinkage import shrunk_rate
from groundswell.quality.spans.sites import Sites, read_sites
from groundswell.quality.spans.span import Span

ROUNDS = 5
"""How often workers and truth are estimated in turn."""

ALIKE = 0.3
"""Overlap from which marks of different workers may be one thing: one word of two or three is shared."""


@dataclass(frozen=True)
class FoundSpan:
    """The most probable span at one site of a text.

    Attributes:
        start: offset of the first code point.
        end: offset after the last.
        label: what it is.
        probability: that exactly this span is right: start, end and label.
        presence: that something is here, whatever its boundaries and its label.
        marked: workers who marked exactly this span.
        seen: workers who saw the text.
    """

    start: int
    end: int
    label: Hashable
    probability: float
    presence: float
    marked: int
    seen: int

    @property
    def span(self) -> Span:
        """The span alone."""
        return Span(self.start, self.end, self.label)


@dataclass(frozen=True)
class SpanWorker:
    """How good one worker is at marking, as far as the answers tell; shrunk to the crowd.

    Attributes:
        worker: the worker's name.
        precision: expected share of the worker's marks that are exactly right.
        precision_error: its standard error.
        recall: expected share of what is there (and somebody marked) that the worker marks exactly.
        recall_error: its standard error.
        answers: texts that the worker saw.
        marks: spans that the worker marked.
    """

    worker: Hashable
    precision: float
    precision_error: float
    recall: float
    recall_error: float
    answers: int
    marks: int


@dataclass(frozen=True, eq=False)
class SpanConsensus:
    """The inferred spans of every text, with their probabilities.

    Attributes:
        sites: for each task, what is most probably at each place that anybody marked, in order of the text;
            also what is probably nothing, for those who would look at doubtful ones.
        spans: for each task, the found spans that are in the consensus.
        answers: workers who saw each task's text.
        workers: every worker's precision and recall.
        rounds: how many rounds were run.
        skipped: rows of the table without an answer.
    """

    sites: dict[Hashable, tuple[FoundSpan, ...]]
    spans: dict[Hashable, tuple[FoundSpan, ...]]
    answers: dict[Hashable, int]
    workers: tuple[SpanWorker, ...]
    rounds: int
    skipped: int = 0

    @cached_property
    def labels(self) -> dict[Hashable, tuple[Span, ...]]:
        """The spans of each task as an answer, without probabilities."""
        return {task: tuple(one.span for one in found) for task, found in self.spans.items()}

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row for each span: `task`, `start`, `end`, `label`, `probability`, `marked`, `seen`."""
        names = ("start", "end", "label", "probability", "marked", "seen")
        return [
            {"task": task} | {name: getattr(one, name) for name in names}
            for task, found in self.spans.items()
            for one in found
        ]

    def __repr__(self) -> str:
        found = [one.probability for spans in self.spans.values() for one in spans]
        sure = f"; mean probability {np.mean(found):.3f}" if found else ""
        total = sum(self.answers.values())
        return (
            f"SpanConsensus({len(found):,} spans in {len(self.spans):,} texts, from {total:,} answers of "
            f"{len(self.workers):,} workers{sure})"
        )


def consensus_of_spans(
    answers: Any,
    *,
    allow_overlaps: bool = True,
    threshold: float = 0.5,
    alike: float = ALIKE,
    rounds: int = ROUNDS,
    task: str = "task",
    worker: str = "worker",
    spans: str = "spans",
) -> SpanConsensus:
    """Infer which spans are in each text that several workers marked.

    Marks of different workers that overlap are joined to a site: a place where one thing may be. What is there
    (nothing, or one of the marked stretches with one of the given labels) is inferred from everybody who saw
    the text. Each worker has a rate of finding what is there, of inventing, of getting boundaries right and of
    getting labels right, shrunk to the crowd's; labels differ in how often they are missed, invented and
    mistaken for which other. Having seen the text and marked nothing is evidence of absence.

    Args:
        answers: any table with a row for each answer (tuples, dicts, columns, Arrow, a data frame). Spans are
            a list of `(start, end, label)` in code points, **empty where the worker found nothing**. The last
            answer of a worker to a task counts; rows without a list (None, NaN) are left out.
        allow_overlaps: if False, the spans of a text are the non-overlapping ones with the largest sum of
            probabilities.
        threshold: presence from which a site's best span is in the consensus, 0 to 1.
        alike: `span_overlap` from which marks of different workers may be one thing, above 0 up to 1.
        rounds: how often workers and truth are estimated in turn.
        task: name of the task column.
        worker: name of the worker column.
        spans: name of the column of spans.

    Returns:
        A `SpanConsensus`: `.spans`, `.labels`, `.sites`, `.workers`, `.to_rows()`. A text in which nobody marked
        anything has no spans: what everybody missed cannot be inferred.

    Raises:
        NoVotes: no row has an answer.
        InputError: the table or a setting cannot be used; the message says why.

    Source:
        Dawid and Skene (1979), Applied Statistics 28(1):20-28, doi:10.2307/2346806, over the readings of a
        site. Sites, the four rates and their shrinkage are ours.

    Example:
        >>> from groundswell.quality.spans import consensus_of_spans
        >>> name = (0, 4, "person")
        >>> result = consensus_of_spans([("t", "ann", [name]), ("t", "bob", [name]), ("t", "eve", [])])
        >>> result.labels
        {'t': (Span(start=0, end=4, label='person'),)}
    """
    if not 0 <= threshold <= 1 or not 0 < alike <= 1:
        raise InputError(f"threshold must be 0 to 1 and alike above 0 up to 1; got {threshold} and {alike}")
    sites = read_sites(answers, task=task, worker=worker, spans=spans, alike=alike)
    belief = first_belief(sites)
    for _ in range(max(rounds, 1) if len(sites.task) else 0):
        belief = learn_marking(sites, belief).believe(sites)
    found = _found(sites, belief)
    chosen = {name: _chosen(one, threshold, allow_overlaps) for name, one in found.items()}
    seen = dict(zip(sites.tasks, sites.answers.tolist(), strict=True))
    return SpanConsensus(found, chosen, seen, _workers(sites, belief), max(rounds, 1), sites.skipped)


def _found(sites: Sites, belief: Belief) -> dict[Hashable, tuple[FoundSpan, ...]]:
    """Return the most probable span of each site, text by text."""
    order = np.lexsort((-belief.candidate.round(9), sites.candidate_site))
    _, first = np.unique(sites.candidate_site[order], return_index=True)
    exact = _exact(sites)
    marked = group_sums(sites.readings[1], exact.astype(np.float64), len(sites.candidates)).astype(int)
    found: dict[Hashable, list[FoundSpan]] = {name: [] for name in sites.tasks}
    for site, best in enumerate(order[first].tolist()):
        item = int(sites.task[site])
        start, end, label = sites.candidates[best]
        exactly, something = float(belief.candidate[best]), float(1 - belief.nothing[site])
        seen = (int(marked[best]), int(sites.answers[item]))
        found[sites.tasks[item]].append(FoundSpan(start, end, label, exactly, something, *seen))
    return {
        name: tuple(sorted(one, key=lambda span: (span.start, span.end, str(span.label), -span.probability)))
        for name, one in found.items()
    }


def _chosen(found: tuple[FoundSpan, ...], threshold: float, allow_overlaps: bool) -> tuple[FoundSpan, ...]:
    """Return the spans of a text that are in the consensus, none of them twice."""
    distinct = {one.span: one for one in reversed(found) if one.presence >= threshold}
    kept = tuple(reversed(distinct.values()))
    if allow_overlaps:
        return kept
    best = best_without_overlaps([one.span for one in kept], [one.probability for one in kept])
    return tuple(kept[place] for place in best)


def _exact(sites: Sites) -> NDArray[np.bool_]:
    """Say in which readings the worker marked exactly the candidate."""
    view, candidate = sites.readings
    exact: NDArray[np.bool_] = sites.stretch_right & (
        sites.view_label[view] == sites.candidate_label[candidate]
    )
    return exact


def _workers(sites: Sites, belief: Belief) -> tuple[SpanWorker, ...]:
    """Return every worker's precision and recall."""
    view, candidate = sites.readings
    people = len(sites.workers)
    hits = belief.candidate[candidate] * (_exact(sites) & sites.compared[view])
    right = group_sums(sites.view_worker[view], hits, people)
    said = group_sums(sites.view_worker, (sites.marked & sites.compared).astype(np.float64), people)
    present = group_sums(sites.view_worker, (1 - belief.nothing[sites.view_site]) * sites.compared, people)
    precision, recall = shrunk_rate(right, said), shrunk_rate(right, np.maximum(present, right))
    marks = np.bincount(sites.view_worker[sites.marked], minlength=people)
    columns = (*precision, *recall, sites.answered, marks)
    rows = zip(sites.workers, *(column.tolist() for column in columns), strict=True)
    return tuple(SpanWorker(*row) for row in rows)
