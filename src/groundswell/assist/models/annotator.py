"""A model is an annotator with a confusion of its own: what it said, made ready for `quality.consensus`."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from groundswell.assist.models.predictor import Predictions
from groundswell.errors import InputError
from groundswell.quality.calibration import expected_calibration_error, fit_scaling, fit_temperature
from groundswell.quality.result import Floats
from groundswell.quality.votes import Codes

Method = Literal["temperature", "per_class"]

FOLDS = 5
"""Parts into which labelled items are dealt, so that calibration is judged on items it was not fitted on."""

_FLOOR = 1e-12


@dataclass(frozen=True)
class CalibrationReport:
    """What calibration did, each labelled item judged by a fit without it.

    Attributes:
        method: `temperature`, or `per_class` for a temperature and a bias for each class.
        labels: labelled items with a prediction.
        accuracy: share of them that the model gets right as it is; NaN without any.
        ece_before: expected calibration error as the model states it, 0 to 1; NaN without labels.
        ece_after: the same, calibrated by fits on the other items. Few labels make both look larger than they are.
        loss_before: mean log loss as stated, in nats; NaN without labels.
        loss_after: the same, calibrated by fits on the other items.
    """

    method: Method
    labels: int
    accuracy: float
    ece_before: float
    ece_after: float
    loss_before: float
    loss_after: float


@dataclass(frozen=True, eq=False)
class Evidence:
    """Calibrated probabilities of every item, for `consensus(..., evidence=...)`.

    Attributes:
        tasks: names, `[n]`.
        classes: names, `[K]`.
        probabilities: `[n, K]`; rows of NaN where the model had no opinion.
        report: what calibration did.
    """

    tasks: tuple[Hashable, ...]
    classes: tuple[str, ...]
    probabilities: Floats
    report: CalibrationReport

    def by_task(self) -> dict[Hashable, dict[str, float]]:
        """Return the probabilities by name, as `consensus` takes them; tasks without an opinion are left out."""
        return {
            task: dict(zip(self.classes, row.tolist(), strict=True))
            for task, row in zip(self.tasks, self.probabilities, strict=True)
            if not np.isnan(row[0])
        }


def as_votes(
    predictions: Predictions, *, tasks: Sequence[Hashable] | None = None, worker: str | None = None
) -> list[tuple[Hashable, str, str]]:
    """Return what a model said as the answers of one more worker, to be put beside those of people.

    The consensus then learns the model's confusion as it learns people's, from the tasks that others
    answered too. Prefer it where the model's probabilities say little, as with a language model that is always
    sure, and most tasks have two answers of people or more: beside a single answer, a vote only takes sides.
    Elsewhere `as_evidence` keeps what the model knows. Never give both: the model would count twice.

    Args:
        predictions: from a `Predictor`.
        tasks: names of the items in the table of answers; their ids where None.
        worker: the model's name there; `model:` and the version where None.

    Returns:
        (task, worker, label) for each item that it answered; give people's answers first, then these.

    Raises:
        InputError: not a name for each item.
    """
    names = _names(predictions, tasks)
    who = worker or f"model:{predictions.version}"
    said = zip(names, predictions.label.tolist(), strict=True)
    return [(name, who, predictions.classes[code]) for name, code in said if code >= 0]


def as_evidence(
    predictions: Predictions,
    labels: Mapping[Hashable, str],
    *,
    tasks: Sequence[Hashable] | None = None,
    method: Method = "temperature",
    rng: np.random.Generator,
) -> Evidence:
    """Calibrate a model's probabilities on items whose label is known, for the consensus on all.

    `temperature` makes a model less sure or surer, and never changes which class it prefers; on CIFAR-10H fifty
    labels took two fifths of the error away, two hundred more than half. `per_class` also moves probability between
    classes, for a model that proposes one too often. Both lean to changing nothing where labels are few.

    Args:
        predictions: from a `Predictor`.
        labels: known labels by task: gold, or what people agreed on. Others than those predicted are left out.
        tasks: names of the items; their ids where None.
        method: see above.
        rng: deals labelled items to folds for the report; the calibration itself does not depend on it.

    Returns:
        See `Evidence`. Without any label, probabilities as the model states them.

    Raises:
        InputError: not a name for each item, a label that is no class, or an unknown method.

    Source:
        Guo et al. (2017), ICML, PMLR 70:1321-1330: temperature and vector scaling. See `quality.calibration`.
    """
    names = _names(predictions, tasks)
    truth = _codes(predictions, names, labels)
    if method not in _FITS:
        raise InputError(f"no method {method!r}; there are {', '.join(_FITS)}")
    fit = _FITS[method]
    given = predictions.probabilities
    return Evidence(names, predictions.classes, fit(given, truth)(given), _report(method, given, truth, rng))


Fitted = Callable[[Floats], Floats]


def _per_class(probabilities: Floats, truth: Codes) -> Fitted:
    """Fit a temperature and a bias for each class; unknown items say nothing."""
    likelihood = np.ones_like(probabilities)
    known = np.flatnonzero(truth >= 0)
    likelihood[known] = np.eye(probabilities.shape[1])[truth[known]]
    return fit_scaling(probabilities, likelihood)


_FITS: dict[Method, Callable[[Floats, Codes], Fitted]] = {
    "temperature": fit_temperature,
    "per_class": _per_class,
}


def _report(method: Method, given: Floats, truth: Codes, rng: np.random.Generator) -> CalibrationReport:
    """Judge calibration on labelled items, each by a fit on the other folds."""
    known = np.flatnonzero((truth >= 0) & ~np.isnan(given).any(axis=1))
    nothing = float("nan")
    if not len(known):
        return CalibrationReport(method, 0, *[nothing] * 5)
    stated, right = given[known], truth[known]
    calibrated = stated.copy()
    for part in np.array_split(rng.permutation(len(known)), min(FOLDS, len(known))):
        others = right.copy()
        others[part] = -1
        calibrated[part] = _FITS[method](stated, others)(stated[part])
    return CalibrationReport(
        method,
        len(known),
        float((stated.argmax(axis=1) == right).mean()),
        expected_calibration_error(stated, right),
        expected_calibration_error(calibrated, right),
        _loss(stated, right),
        _loss(calibrated, right),
    )


def _loss(probabilities: Floats, truth: Codes) -> float:
    return float(-np.log(np.maximum(probabilities[np.arange(len(truth)), truth], _FLOOR)).mean())


def _names(predictions: Predictions, tasks: Sequence[Hashable] | None) -> tuple[Hashable, ...]:
    names = tuple(predictions.items if tasks is None else tasks)
    if len(names) != len(predictions.items):
        raise InputError(f"tasks must name each of {len(predictions.items)} items; found {len(names)} names")
    return names


def _codes(predictions: Predictions, names: Sequence[Hashable], labels: Mapping[Hashable, str]) -> Codes:
    """Return the known label of each item, -1 where it is unknown."""
    place = {name: code for code, name in enumerate(predictions.classes)}
    strange = sorted({str(label) for label in labels.values() if label not in place})
    if strange:
        raise InputError(f"{strange[0]!r} is not among the classes {', '.join(map(repr, place))}")
    return np.array([place[labels[name]] if name in labels else -1 for name in names], np.int32)
