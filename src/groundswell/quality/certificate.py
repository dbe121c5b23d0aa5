"""Certificates: how accurate delivered labels are, from a random audit, with an interval that holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError
from groundswell.quality.hypergeometric import clopper_pearson, interval
from groundswell.quality.result import Floats

METHOD = "exact hypergeometric interval (Blaker), prediction-powered estimate"
NO_AUDIT = "nothing was audited: the interval is everything that is possible"
LARGE = 10**7
"""Population that a plan assumes where none is given: its size no longer matters."""


@dataclass(frozen=True)
class Certificate:
    """A statement about the accuracy of the labels of a finite population of items.

    Over audits drawn at random, intervals made in this way hold the true accuracy at least `level` of the
    time. Each slice's does by itself; all of them together do so less often.

    Attributes:
        low: lower end of the interval, 0 to 1.
        high: upper end.
        estimate: best single guess, within the interval; None where nothing was audited.
        level: confidence level of the interval.
        audited: items audited.
        right: audited items whose delivered label was right.
        population: items delivered.
        claimed: mean of the confidence delivered with the labels; outside the interval, it is miscalibrated.
        method: how the numbers were made.
        slices: a certificate for each slice of the population.
    """

    low: float
    high: float
    estimate: float | None
    level: float
    audited: int
    right: int
    population: int
    claimed: float | None
    method: str
    slices: Mapping[str, Certificate] = field(default_factory=dict)

    @property
    def width(self) -> float:
        """Length of the interval."""
        return self.high - self.low

    def to_json(self) -> str:
        """Return the certificate as JSON text, keys sorted."""
        return json.dumps(asdict(self), sort_keys=True)


def certify(
    right: Any,
    audited: Any,
    confidence: Any,
    *,
    level: float = 0.95,
    slices: Mapping[str, Any] | None = None,
) -> Certificate:
    """State the accuracy of delivered labels from a simple random audit without replacement.

    The interval depends on the counts only, not on the order of audits or on the confidence, so it holds
    however badly the confidence is calibrated, and at any sample size. Confidence sharpens the point estimate.
    (Prediction-powered betting intervals for sampling without replacement were tried: at 100 to 400 audits
    they are wider until confidence explains about two fifths of the variance of being right.)

    Example:
        >>> from groundswell.quality import certify
        >>> verdicts = [True] * 98 + [False] * 2
        >>> certificate = certify(verdicts, audited=range(100), confidence=[0.97] * 1000)
        >>> f"{certificate.low:.1%} to {certificate.high:.1%}"
        '93.4% to 99.6%'

    Args:
        right: bool `[n_audited]`, whether each audited label was right.
        audited: int `[n_audited]`, indices of the audited items in the population, each once. They must have
            been drawn at random from all of it; an audit of suspicious items proves nothing here.
        confidence: `[n_population]`, our probability that each delivered label is right.
        level: share of such intervals that hold the truth, above 0 and below 1.
        slices: names with bool masks `[n_population]`.

    Returns:
        A certificate. With no audit the interval is 0 to 1 and `method` says why.

    Raises:
        InputError: shapes do not fit, an item is audited twice, the level or a confidence is out of range.

    Source:
        Interval: Blaker (2000), doi:10.2307/3315916, on the hypergeometric distribution. Estimate: the
        difference estimator with a tuned coefficient, as in Angelopoulos, Duchi and Zrnic (2023), "PPI++",
        arXiv:2311.01453.
    """
    if not 0 < level < 1:
        raise InputError(f"level must be between 0 and 1, for example 0.95; found {level}")
    verdict, place, belief = _checked(right, audited, confidence)
    parts = {name: _checked_mask(name, mask, len(belief)) for name, mask in (slices or {}).items()}
    whole = np.ones(len(belief), bool)
    sliced = {name: _certificate(verdict, place, belief, mask, level, {}) for name, mask in parts.items()}
    return _certificate(verdict, place, belief, whole, level, sliced)


def audits_needed(
    width: float, expected_accuracy: float, *, level: float = 0.95, population: int | None = None
) -> int:
    """Return how many audits give an interval of at most `width`, if accuracy is as expected.

    Args:
        width: wanted length of the interval, for example 0.02 for plus or minus one point.
        expected_accuracy: a guess, 0 to 1; nearer to 1 needs fewer audits.
        level: confidence level.
        population: items delivered; a small population needs fewer.

    Returns:
        The number of audits, at most the population. Planned with the Clopper–Pearson interval, so that the
        certificate is no wider when the expected share is found.

    Raises:
        InputError: an argument is out of range.
    """
    if not (0 < width < 1 and 0 <= expected_accuracy <= 1 and 0 < level < 1):
        raise InputError("width and level must be between 0 and 1, and expected_accuracy from 0 to 1")
    size = LARGE if population is None else population
    if size < 1:
        raise InputError(f"population must be 1 or more, not {size}")
    low, high = 1, 2
    while high < size and _planned_width(size, high, expected_accuracy, level) > width:
        low, high = high, 2 * high
    high = min(high, size)
    while low < high:
        middle = (low + high) // 2
        if _planned_width(size, middle, expected_accuracy, level) > width:
            low = middle + 1
        else:
            high = middle
    return low


def _planned_width(population: int, drawn: int, accuracy: float, level: float) -> float:
    """Return the width to expect, between the two whole counts that are nearest to the expected one."""
    below = int(accuracy * drawn)
    part = accuracy * drawn - below
    ends = [clopper_pearson(population, drawn, found, level) for found in (below, min(below + 1, drawn))]
    first, second = (high - low for low, high in ends)
    return (first * (1 - part) + second * part) / population


def _certificate(
    right: NDArray[np.bool_],
    audited: NDArray[np.intp],
    confidence: Floats,
    mask: NDArray[np.bool_],
    level: float,
    slices: Mapping[str, Certificate],
) -> Certificate:
    """Make the certificate of the part of the population that `mask` selects."""
    population, inside = int(mask.sum()), mask[audited]
    drawn, found = int(inside.sum()), int(right[inside].sum())
    claimed = float(confidence[mask].mean()) if population else None
    if claimed is None or not drawn:
        return Certificate(0.0, 1.0, None, level, 0, 0, population, claimed, NO_AUDIT, slices)
    least, most = interval(population, drawn, found, level)
    low, high = least / population, most / population
    estimate = _estimate(right[inside], confidence[audited[inside]], claimed)
    held = float(np.clip(estimate, low, high))
    return Certificate(low, high, held, level, drawn, found, population, claimed, METHOD, slices)


def _estimate(right: NDArray[np.bool_], confidence: Floats, claimed: float) -> float:
    """Return the share that is right, corrected by how the audited items' confidence differs from everyone's.

    The coefficient is the slope of right on confidence in the audit, within 0 to 1 and shrunk for small
    audits: 0 is the plain share, which confidence that says nothing leads back to.
    """
    spread = float(confidence.var())
    slope = 0.0 if spread == 0 else float(np.mean((confidence - confidence.mean()) * right)) / spread
    coefficient = min(max(slope, 0.0), 1.0) * len(right) / (len(right) + 10)
    return float(right.mean() + coefficient * (claimed - confidence.mean()))


def _checked(right: Any, audited: Any, confidence: Any) -> tuple[NDArray[np.bool_], NDArray[np.intp], Floats]:
    """Return the audit as arrays, or say what is wrong with it."""
    belief = np.asarray(confidence, np.float64)
    if belief.ndim != 1 or not ((belief >= 0) & (belief <= 1)).all():
        raise InputError("confidence must be one probability, 0 to 1, for each item of the population")
    place, verdict = np.asarray(audited), np.asarray(right)
    if place.ndim != 1 or place.shape != verdict.shape:
        raise InputError(f"right {list(verdict.shape)} and audited {list(place.shape)} must be of one length")
    whole = np.issubdtype(place.dtype, np.integer)
    if place.size and not (whole and 0 <= place.min() <= place.max() < len(belief)):
        raise InputError(f"audited must be indices into the population, 0 to {len(belief) - 1}")
    if len(np.unique(place)) < len(place):
        raise InputError("an item is audited twice; give each audited item once")
    if not np.isin(verdict, (0, 1)).all():
        raise InputError("right must be true or false for each audited item")
    return verdict.astype(bool), place.astype(np.intp), belief


def _checked_mask(name: str, mask: Any, population: int) -> NDArray[np.bool_]:
    """Return a slice as a bool mask over the population."""
    given = np.asarray(mask)
    if given.shape != (population,) or given.dtype != bool:
        raise InputError(f"slice {name!r} must be {population} booleans, one for each item of the population")
    return given
