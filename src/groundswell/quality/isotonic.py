"""Isotonic calibration: any rising curve, for each class, where one temperature is too stiff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from groundswell.quality.calibration import FLOOR, checked_targets
from groundswell.quality.result import Floats


@dataclass(frozen=True, eq=False)
class Isotonic:
    """A rising curve for each class, from the probability that a model gave to the one that it deserves.

    Attributes:
        given: for each class, probabilities in rising order.
        deserved: for each class, what each of them becomes; between two of them the curve is straight.
        labels: how many labels it was fitted on.
    """

    given: tuple[Floats, ...]
    deserved: tuple[Floats, ...]
    labels: int

    def __call__(self, probabilities: Any) -> Floats:
        """Return calibrated probabilities, `[n, n_classes]`, rows summing to 1; rows of NaN stay NaN."""
        rows = np.asarray(probabilities, np.float64)
        curves = zip(rows.T, self.given, self.deserved, strict=True)
        bent = np.maximum(np.stack([np.interp(p, x, y) for p, x, y in curves], axis=1), FLOOR)
        out: Floats = bent / bent.sum(axis=1, keepdims=True)
        out[np.isnan(rows).any(axis=1)] = np.nan
        return out


def fit_isotonic(probabilities: Any, truth: Any, *, prior_labels: float = 20.0) -> Isotonic:
    """Fit a rising curve for each class, one class against the rest.

    Prefer it to `fit_temperature` where there are hundreds of labels for each class and the model is wrong in a
    way that no single number mends: sure of one class and rightly so, sure of another for no reason. With fewer
    labels it follows noise; `prior_labels` hold it to what was given.

    Args:
        probabilities: `[n, n_classes]`, of items that the model was not trained on; a row of NaN is left out.
        truth: labels, int `[n]` with -1 for unknown, or a posterior `[n, n_classes]`.
        prior_labels: imagined labels of each class, spread over what was given, that agree with it.

    Returns:
        The curves; they change nothing where there is nothing to learn from.

    Raises:
        InputError: shapes do not fit, or entries are not probabilities.

    Source:
        Zadrozny and Elkan (2002), "Transforming Classifier Scores into Accurate Multiclass Probability Estimates",
        KDD, doi:10.1145/775047.775151. Pooling adjacent violators: Ayer et al. (1955), Annals of Mathematical
        Statistics 26(4):641-647. The prior, and straight lines between the steps, are ours.
    """
    given, target = checked_targets(probabilities, truth)
    used = (target.sum(axis=1) > 0) & ~np.isnan(given).any(axis=1)
    given, target = given[used], target[used]
    curves = [_curve(x, y, prior_labels) for x, y in zip(given.T, target.T, strict=True)]
    return Isotonic(tuple(x for x, _ in curves), tuple(y for _, y in curves), len(given))


_ENDS = np.linspace(0, 1, 21)


def _curve(given: Floats, target: Floats, prior_labels: float) -> tuple[Floats, Floats]:
    """Return the points of one class's curve."""
    imagined = np.unique(np.concatenate([_ENDS, np.quantile(given, _ENDS) if len(given) else _ENDS]))
    x = np.concatenate([given, imagined])
    y = np.concatenate([target, imagined])
    weight = np.concatenate([np.ones(len(given)), np.full(len(imagined), prior_labels / len(imagined))])
    at, place = np.unique(x, return_inverse=True)
    total = np.bincount(place, weight)
    return _pooled(at, np.bincount(place, weight * y) / np.maximum(total, FLOOR), np.maximum(total, FLOOR))


def _pooled(x: Floats, y: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Pool neighbours until the curve never falls; each pool is one point at its mean."""
    pools: list[tuple[float, float, float]] = []  # weight, mean x, mean y
    for w, at, level in zip(weight.tolist(), x.tolist(), y.tolist(), strict=True):
        pools.append((w, at, level))
        while len(pools) > 1 and pools[-2][2] >= pools[-1][2]:
            (w1, x1, y1), (w2, x2, y2) = pools[-2:]
            both = w1 + w2
            pools[-2:] = [(both, (w1 * x1 + w2 * x2) / both, (w1 * y1 + w2 * y2) / both)]
    points = np.array(pools)
    return points[:, 1], points[:, 2]
