"""Calibration: make a model's probabilities mean what they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError
from groundswell.quality.result import Floats

FLOOR = 1e-12
"""Probabilities are kept this far from 0, so that a logarithm exists."""


@dataclass(frozen=True)
class Temperature:
    """A temperature for a classifier's probabilities: above 1 it makes them less sure, below 1 more.

    Attributes:
        value: the temperature, above 0; 1 changes nothing.
        labels: how many labels it was fitted on; with few of them it stays near 1.
        loss_before: mean log loss on those labels as given, in nats; 0 where there were none.
        loss_after: mean log loss with the temperature.
    """

    value: float
    labels: int
    loss_before: float
    loss_after: float

    def __call__(self, probabilities: Any) -> Floats:
        """Return calibrated probabilities, `[n, n_classes]`; rows of NaN stay NaN."""
        return _heated(np.log(np.maximum(np.asarray(probabilities, np.float64), FLOOR)), self.value)


def fit_temperature(
    probabilities: Any, truth: Any, *, weight: Any = None, prior_labels: float = 10.0
) -> Temperature:
    """Fit one temperature that makes held-out probabilities as truthful as one number can.

    It never changes which class is most probable. The fit is on log loss, with a pull towards 1: a Gaussian
    prior on log temperature worth `prior_labels` labels, so that five lucky labels make no model certain.

    Args:
        probabilities: `[n, n_classes]`, of items that the model was not trained on.
        truth: labels, int `[n]` with -1 for unknown, or a posterior `[n, n_classes]`.
        weight: `[n]` non-negative, for example an inverse sampling chance; 1 by default.
        prior_labels: strength of the pull towards 1.

    Returns:
        The temperature; 1 where there is nothing to learn from.

    Raises:
        InputError: shapes do not fit, or entries are not probabilities.

    Source:
        Guo et al. (2017), ICML, PMLR 70:1321-1330. The prior is ours.
    """
    given, target = checked_targets(probabilities, truth)
    scale = np.ones(len(given)) if weight is None else np.asarray(weight, np.float64)
    if scale.shape != (len(given),) or not (np.isfinite(scale).all() and (scale >= 0).all()):
        raise InputError(f"weight must be {len(given)} numbers, none negative")
    scale = scale * (target.sum(axis=1) > 0) * ~np.isnan(given).any(axis=1)
    used = scale > 0
    logs, target, scale = np.log(np.maximum(given[used], FLOOR)), target[used], scale[used]
    if not len(logs):
        return Temperature(1.0, 0, 0.0, 0.0)
    total = scale.sum()
    log_value = _minimise(lambda at: _loss(logs, target, scale, at) * total + prior_labels * at**2 / 2)
    before, after = (_loss(logs, target, scale, at) for at in (0.0, log_value))
    return Temperature(float(np.exp(log_value)), len(logs), before, after)


@dataclass(frozen=True, eq=False)
class Scaling:
    """A temperature and a bias for each class: what a classifier's probabilities are corrected by.

    Attributes:
        temperature: above 1 makes them less sure, below 1 more.
        bias: `[n_classes]`, added to log-probabilities; above 0 for classes that the model proposes too rarely.
        items: how many items it was fitted on.
    """

    temperature: float
    bias: Floats
    items: int

    def __call__(self, probabilities: Any) -> Floats:
        """Return calibrated probabilities, `[n, n_classes]`; rows of NaN stay NaN."""
        logs = np.log(np.maximum(np.asarray(probabilities, np.float64), FLOOR))
        return _heated(logs / self.temperature + self.bias, 1.0)


def fit_scaling(
    probabilities: Any, likelihood: Any, *, prior_labels: float = 10.0, rounds: int = 40
) -> Scaling:
    """Fit a temperature and class biases that make the answers that people gave most probable.

    The truth need not be known: of each item, `likelihood` says how probable its answers are for each truth,
    and the fit maximises the probability of all answers, truths summed out. A gold item is a row with a single
    1. Cross-entropy with a posterior, instead, would repeat to the model its own share of that posterior.

    Args:
        probabilities: `[n, n_classes]`, of items that the model was not trained on; a row of NaN is no opinion.
        likelihood: `[n, n_classes]`, not negative, each row up to a factor of its own. Rows of equal entries say
            nothing, and are left out.
        prior_labels: pull of log temperature and of each bias to 0, in labels that each say "0, give or take 1".
        rounds: Newton steps at most.

    Returns:
        The scaling; temperature 1 and no bias where there is nothing to learn from.

    Raises:
        InputError: shapes do not fit, or entries are negative or infinite.

    Source:
        Vector scaling: Guo et al. (2017), ICML, PMLR 70:1321-1330. Summing out the truth is expectation-maximisation
        (Dempster, Laird and Rubin 1977), here with one Newton step for each M step.
    """
    said = np.asarray(likelihood, np.float64)
    if said.ndim != 2 or not (np.isfinite(said) & (said >= 0)).all():
        raise InputError("a likelihood must be finite and not negative, with a row for each item")
    given, said = checked_targets(probabilities, said)
    used = (np.ptp(said, axis=1) > 0) & ~np.isnan(given).any(axis=1)
    logs, said = np.log(np.maximum(given[used], FLOOR)), said[used]
    log_sharpness, bias = 0.0, np.zeros(given.shape[1])
    for _ in range(rounds if len(logs) else 0):
        step, bias_step = _scaling_step(logs, said, log_sharpness, bias, prior_labels)
        log_sharpness, bias = float(np.clip(log_sharpness + step, -3, 3)), bias + bias_step
        if max(abs(step), np.abs(bias_step).max()) < 1e-3:
            break
    return Scaling(float(np.exp(-log_sharpness)), bias, len(logs))


def _scaling_step(
    logs: Floats, said: Floats, log_sharpness: float, bias: Floats, pull: float
) -> tuple[float, Floats]:
    """Return damped Newton steps of the log of sharpness (1 / temperature) and of the biases, half each."""
    sharp = logs * np.exp(log_sharpness)
    believed = _heated(sharp + bias, 1.0)
    found = believed * said + FLOOR * believed
    found /= found.sum(axis=1, keepdims=True)
    mean = (believed * sharp).sum(axis=1, keepdims=True)
    slope = ((found - believed) * (sharp - mean)).sum() - pull * log_sharpness
    curvature = (believed * (sharp - mean) ** 2).sum() + pull
    bias_slope = (found - believed).sum(axis=0) - pull * bias
    bias_curvature = (believed * (1 - believed)).sum(axis=0) + pull
    return float(np.clip(slope / curvature, -1, 1)) / 2, np.clip(bias_slope / bias_curvature, -1, 1) / 2


def expected_calibration_error(probabilities: Any, truth: Any, *, bins: int = 15) -> float:
    """Return how far confidence is from accuracy: 0 is calibrated, 0.1 means ten points off on average.

    Args:
        probabilities: `[n, n_classes]`, or `[n]` confidences with `truth` saying which labels were right. A row
            with NaN is no opinion, and left out.
        truth: int labels `[n]`, -1 for unknown; or bool `[n]` for confidences.
        bins: bins between quantiles of confidence; about equal counts are less noisy than equal widths, and
            equal confidences are never split.

    Returns:
        Mean distance between confidence and accuracy over bins, 0 to 1. NaN where no label is known. It is
        biased upwards for few labels: compare like with like.

    Source:
        Naeini, Cooper and Hauskrecht (2015), AAAI; equal counts: Nguyen and O'Connor (2015), EMNLP.
    """
    confidence, right = _confidence_and_right(probabilities, truth)
    if not len(confidence):
        return float("nan")
    edges = np.quantile(confidence, np.linspace(0, 1, bins + 1)[1:-1])
    place = np.searchsorted(edges, confidence, side="right")
    gaps = np.bincount(place, confidence - right)
    return float(np.abs(gaps).sum() / len(confidence))


def _confidence_and_right(probabilities: Any, truth: Any) -> tuple[Floats, Floats]:
    """Return each known item's confidence, and whether the label it stands for is right."""
    given, known = np.asarray(probabilities, np.float64), np.asarray(truth)
    if given.ndim == 1 and given.shape == known.shape:
        heard = ~np.isnan(given)
        return given[heard], known[heard].astype(np.float64)
    if given.ndim != 2 or known.shape != given.shape[:1]:
        raise InputError(f"probabilities {list(given.shape)} and truth {list(known.shape)} do not fit")
    some = (known >= 0) & ~np.isnan(given).any(axis=1)
    right = (given[some].argmax(axis=1) == known[some]).astype(np.float64)
    return given[some].max(axis=1, initial=0.0), right


def checked_targets(probabilities: Any, truth: Any) -> tuple[Floats, Floats]:
    """Return probabilities and target distributions, both `[n, n_classes]`; unknown targets are all zero."""
    given, known = np.asarray(probabilities, np.float64), np.asarray(truth)
    if given.ndim != 2 or len(known) != len(given) or known.ndim not in (1, 2):
        raise InputError(f"probabilities {list(given.shape)} and truth {list(known.shape)} do not fit")
    if (given < 0).any() or np.isinf(given).any():
        raise InputError("probabilities must be finite and not negative")
    if known.ndim == 2:
        if known.shape != given.shape:
            raise InputError(f"a posterior must be {list(given.shape)}, not {list(known.shape)}")
        return given, np.nan_to_num(known.astype(np.float64))
    return given, _one_hot(known, given.shape[1])


def _one_hot(labels: NDArray[Any], n_classes: int) -> Floats:
    """Return labels as rows with a single 1; a row of zeros for -1."""
    whole = np.issubdtype(labels.dtype, np.integer)
    if len(labels) and not (whole and -1 <= labels.min() <= labels.max() < n_classes):
        raise InputError(f"labels must be integer codes, -1 to {n_classes - 1}")
    out: Floats = np.zeros((len(labels), n_classes))
    known = np.flatnonzero(labels >= 0)
    out[known, labels[known]] = 1.0
    return out


def _heated(logs: Floats, temperature: float) -> Floats:
    """Return log-probabilities divided by a temperature, as probabilities."""
    scaled = logs / temperature
    weight = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    out: Floats = weight / weight.sum(axis=1, keepdims=True)
    return out


def _loss(logs: Floats, target: Floats, weight: Floats, log_temperature: float) -> float:
    """Return the mean log loss at a temperature, in nats."""
    heated = np.log(np.maximum(_heated(logs, float(np.exp(log_temperature))), FLOOR))
    return float(-(weight @ (target * heated).sum(axis=1)) / weight.sum())


def _minimise(loss: Callable[[float], float], low: float = -3.0, high: float = 3.0, steps: int = 60) -> float:
    """Return where a function of log temperature is least, by golden section (temperatures 0.05 to 20).

    Log loss is convex in 1 / temperature, so it has one valley in log temperature too.
    """
    shrink = (5**0.5 - 1) / 2
    left, right = high - shrink * (high - low), low + shrink * (high - low)
    at_left, at_right = loss(left), loss(right)
    for _ in range(steps):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - shrink * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + shrink * (high - low)
            at_right = loss(right)
    return (low + high) / 2
