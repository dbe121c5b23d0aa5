"""What agreement is reported as: coefficients, people, classes, and the reasons that a low value has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import nan
from statistics import NormalDist
from typing import Any, Literal

from groundswell.quality.result import Floats
from groundswell.quality.votes import Name

Metric = Literal["nominal", "ordinal", "interval", "ratio"] | Callable[[Any, Any], float]
"""How far two answers are apart: a level of measurement, or a function from two answers to 0 (same) to 1."""

Kind = Literal["constant", "few_items", "prevalence", "workers", "classes", "slice", "scale"]
"""What can make agreement low, or make it look so; see `find_reasons`."""


@dataclass(frozen=True)
class Agreement:
    """One coefficient of agreement: 1 is perfect, 0 is chance, below 0 is systematic disagreement.

    Attributes:
        value: the coefficient; NaN where it is not defined.
        low: lower end of the interval; NaN where none was asked for or possible.
        high: upper end of the interval.
        items: items that the coefficient rests on (those with votes that can be compared).
        reason: why `value` is NaN, or empty.
        sampling_error: standard error of `value` that is due to looking at a sample of the pairs of answers;
            0 where all were looked at.
    """

    value: float
    low: float = nan
    high: float = nan
    items: int = 0
    reason: str = ""
    sampling_error: float = 0.0


@dataclass(frozen=True)
class WorkerAgreement:
    """How far one worker agrees with the others who answered the same tasks.

    Attributes:
        worker: the worker's name (the code, where workers are unnamed).
        value: alpha of this worker with the rest. The overall alpha is the mean of these, weighted by answers.
        error: standard error of `value`; shrunk towards the crowd's, so that three lucky answers are not sure.
        answers: this worker's answers that somebody else's can be compared with.
    """

    worker: Name
    value: float
    error: float
    answers: int


@dataclass(frozen=True)
class PairAgreement:
    """How far two workers agree on the tasks that both answered.

    Attributes:
        first: name of a worker.
        second: name of another.
        value: Cohen's kappa for nominal answers, quadratically weighted for ordinal and interval answers; alpha
            with the whole crowd's expected disagreement for other metrics. NaN where both always said the same.
        distance: how far they are apart on average: the share of tasks that they differ on (nominal), steps
            (ordinal), units (interval), or what the metric says.
        items: tasks that both answered.
    """

    first: Name
    second: Name
    value: float
    distance: float
    items: int


@dataclass(frozen=True)
class ConfusedClasses:
    """Two classes that stand against each other on the same tasks.

    Attributes:
        first: a class.
        second: another.
        share: of all disagreement, the share that is between these two, 0 to 1.
        expected: the share that it would have if disagreement knew nothing of the classes.
        items: tasks on which both were answered.
    """

    first: Name
    second: Name
    share: float
    expected: float
    items: int


@dataclass(frozen=True)
class Reason:
    """One thing in the answers that makes agreement low, or makes it look low.

    Attributes:
        kind: what it is.
        words: the evidence as a sentence.
        advice: what to do about it.
        numbers: the evidence as numbers.
        names: the workers, classes or slice that it is about.
    """

    kind: Kind
    words: str
    advice: str
    numbers: Mapping[str, float]
    names: tuple[Name, ...] = ()


@dataclass(frozen=True, eq=False)
class AgreementReport:
    """Agreement of a table of answers: overall, by slice, worker, pair and class, and why it is not higher.

    Attributes:
        overall: Krippendorff's alpha.
        metric: its metric by name; the function's own name for a function.
        slices: alpha of each slice, by its value.
        workers: everybody whose answers can be compared, the lowest agreement first.
        pairs: pairs of workers that share enough tasks, the lowest agreement first.
        confused: pairs of classes, the largest share of disagreement first; for nominal and ordinal answers.
        classes: the classes, in the order of `coincidences`; empty for other metrics.
        coincidences: float64 `[n_classes, n_classes]`, symmetric: for each pair of classes, how often answers
            to one task met so, each answer counting once in all. None for other metrics and for many classes.
        reasons: what makes the value low; empty where it is not, or where the data shows no reason.
        level: coverage of the intervals.
    """

    overall: Agreement
    metric: str
    slices: dict[Name, Agreement]
    workers: tuple[WorkerAgreement, ...]
    pairs: tuple[PairAgreement, ...]
    confused: tuple[ConfusedClasses, ...]
    classes: tuple[Name, ...]
    coincidences: Floats | None
    reasons: tuple[Reason, ...]
    level: float

    def to_rows(self) -> list[dict[str, Any]]:
        """Return a row for every coefficient: `of`, `name`, `value`, `low`, `high` and `items`.

        A pair has no interval. A worker's is normal, from the standard error.
        """
        each = [
            ("overall", "all", self.overall),
            *(("slice", name, one) for name, one in self.slices.items()),
        ]
        rows = [_row(of, name, one.value, one.low, one.high, one.items) for of, name, one in each]
        wide = NormalDist().inv_cdf((1 + self.level) / 2)
        for worker in self.workers:
            margin = wide * worker.error
            low, high = worker.value - margin, worker.value + margin
            rows.append(_row("worker", worker.worker, worker.value, low, high, worker.answers))
        rows += [_row("pair", (one.first, one.second), one.value, nan, nan, one.items) for one in self.pairs]
        return rows

    def __repr__(self) -> str:
        one = self.overall
        lines = [
            f"Agreement ({self.metric}): {one.value:.3f} [{one.low:.3f}, {one.high:.3f}], {one.items:,} tasks"
        ]
        if one.reason:
            lines = [f"Agreement ({self.metric}): not defined, {one.reason}"]
        sizes = (("slices", self.slices), ("workers", self.workers), ("pairs of workers", self.pairs))
        lines.append("  " + ", ".join(f"{len(found):,} {name}" for name, found in sizes))
        lines += [f"  - {reason.words}; {reason.advice}" for reason in self.reasons]
        return "\n".join(lines)


def _row(of: str, name: Any, value: float, low: float, high: float, items: int) -> dict[str, Any]:
    return {"of": of, "name": name, "value": value, "low": low, "high": high, "items": items}
