"""The door to agreement: a table of answers of any kind in, how far people agree and why not more out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError
from groundswell.quality.agreement.alpha import Ruler, alpha_of, check
from groundswell.quality.agreement.answers import Answers, Compared, compare, from_votes, read_answers
from groundswell.quality.agreement.classes import coincidences, confused_classes
from groundswell.quality.agreement.people import pair_agreements, worker_agreements
from groundswell.quality.agreement.reasons import Case, find_reasons
from groundswell.quality.agreement.result import AgreementReport, Metric
from groundswell.quality.table import is_missing, read_columns, sorted_names
from groundswell.quality.votes import Name, Votes


def agreement(
    answers: Any,
    *,
    metric: Metric = "nominal",
    task: str = "task",
    worker: str = "worker",
    label: str = "label",
    classes: Sequence[Hashable] | None = None,
    slices: Mapping[Any, Any] | str | None = None,
    by_worker: bool = True,
    by_pair: bool = True,
    rng: np.random.Generator | None = None,
    level: float = 0.95,
    resamples: int = 1000,
) -> AgreementReport:
    """Measure how far people agree, of any kind of answer, and find what makes it low.

    Args:
        answers: any table of task, worker and label (see `Votes.from_table`), or `Votes`. For a function as
            metric a label may be of any type. Where a worker answered a task repeatedly, the last one counts.
        metric: `nominal` (classes), `ordinal` (classes with an order), `interval` (numbers), `ratio` (numbers
            from 0 on, of which proportions matter), or a function of two answers that returns their distance, 0
            (same) to 1; it must not matter which of the two comes first. See `krippendorff_alpha`.
        task: name of the task column.
        worker: name of the worker column.
        label: name of the label column.
        classes: all classes in their order; needed for ordinal answers that are not numbers.
        slices: the slice of each task: a dict, or the name of a column. Tasks without one are in no slice.
        by_worker: whether to measure each worker against the rest.
        by_pair: whether to measure each pair of workers that share `LEAST_SHARED` (10) tasks.
        rng: source of the bootstrap and of samples; None for a fixed seed, so that equal answers give equal
            figures.
        level: coverage of the intervals.
        resamples: bootstrap resamples for each interval.

    Returns:
        An `AgreementReport`. Where nothing can be compared, or everything is the same, alpha is NaN and the
        reason says so. Time is O(n log n) for classes and intervals, with a step for each pair of answers to a
        task where `by_pair`. A function is called once for each pair of different answers to a task, and for
        all pairs of up to 400 distinct answers, or else 100,000 pairs: overall, and again for each slice and
        reason that needs another expected disagreement. Ten thousand answers to 3,300 tasks are about
        110,000 calls.

    Raises:
        NoVotes: there is not one answer.
        MissingColumn: a column is not there.
        InputError: the table, the metric, its distances or the slices cannot be used; the message says why.
        TooLarge: over 33 million pairs of answers to the same task, where pairs are looked at.

    Example:
        >>> from groundswell.quality.agreement import agreement
        >>> rows = [("t1", "ann", 4), ("t1", "bob", 5), ("t2", "ann", 1), ("t2", "bob", 1)]
        >>> round(agreement(rows, metric="interval").overall.value, 3)
        0.941
    """
    check(metric, level, resamples)
    rng = rng or np.random.default_rng(0)
    if not isinstance(answers, Votes | Mapping) and hasattr(answers, "__next__"):
        answers = list(answers)
    given = (
        from_votes(answers, metric).by_name()
        if isinstance(answers, Votes)
        else read_answers(answers, metric, (task, worker, label), classes)
    )
    compared, ruler = compare(given), Ruler(metric, given, rng)
    scale = ruler.over(compared)
    overall = alpha_of(scale, rng, level, resamples)
    in_slice = _in_slice(_slice_of_task(answers, slices, task, worker), given, compared)
    of_slice = {
        name: alpha_of(ruler.over(compared.only(inside)), rng, level, resamples)
        for name, inside in in_slice.items()
    }
    found = coincidences(compared, len(given.choices)) if metric in ("nominal", "ordinal") else None
    case = Case(given, scale, ruler, metric, overall, of_slice, in_slice, found, level)
    return AgreementReport(
        overall=overall,
        metric=getattr(metric, "__name__", type(metric).__name__) if callable(metric) else metric,
        slices=of_slice,
        workers=worker_agreements(given, scale) if by_worker else (),
        pairs=pair_agreements(given, scale) if by_pair else (),
        confused=() if found is None else confused_classes(given, found),
        classes=() if found is None else tuple(given.choices),
        coincidences=None if found is None else found.table(),
        reasons=find_reasons(case, of_workers=by_worker),
        level=level,
    )


def _slice_of_task(
    answers: Any, slices: Mapping[Any, Any] | str | None, task: str, worker: str
) -> dict[Any, Any]:
    """Return the slice of each task that has one."""
    if slices is None:
        return {}
    if isinstance(slices, str):
        if not _has_column_names(answers):
            raise InputError(f"the rows have no column {slices!r}; give dicts, or slices as a dict by task")
        tasks, _, values = read_columns(answers, (task, worker, slices))
    else:
        tasks, values = list(slices), list(slices.values())
    found: dict[Any, Any] = {}
    for name, value, absent in zip(tasks, values, is_missing("slice", values), strict=True):
        if not absent and found.setdefault(name, value) != value:
            raise InputError(f"task {name!r} is in slices {found[name]!r} and {value!r}; a task is in one")
    return found


def _has_column_names(answers: Any) -> bool:
    """Say whether columns are known by name, and not by their place as in tuples."""
    if isinstance(answers, Mapping) or hasattr(answers, "column_names") or hasattr(answers, "columns"):
        return True
    return not isinstance(answers, Votes) and all(isinstance(row, Mapping) for row in answers)


def _in_slice(
    slice_of: Mapping[Any, Any], answers: Answers, compared: Compared
) -> dict[Name, NDArray[np.bool_]]:
    """Return which of the compared answers are in each slice, `[n]`, by slice in sorted order."""
    if not slice_of:
        return {}
    names = sorted_names(set(slice_of.values()))
    place = {name: code for code, name in enumerate(names)}
    if not slice_of.keys() & set(answers.item_names):
        raise InputError(
            f"slices name {len(slice_of):,} tasks, and none of them has an answer; check their names"
        )
    of_item = np.array([place.get(slice_of.get(name), -1) for name in answers.item_names], np.int64)
    of_answer = of_item[compared.source][compared.item]
    return {name: of_answer == code for name, code in place.items()}
