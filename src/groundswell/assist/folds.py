"""Predictions for every item from a model that never saw that item's label."""

from __future__ import annotations

import copy

import numpy as np
from numpy.typing import NDArray

from groundswell.assist.model import Features, LeavesOneOut, Model
from groundswell.quality.calibration import fit_temperature
from groundswell.quality.result import Floats


def out_of_fold(
    model: Model,
    features: Features,
    labelled: NDArray[np.intp],
    targets: Floats,
    weight: Floats,
    *,
    folds: int = 5,
    rng: np.random.Generator,
) -> tuple[Floats, Model]:
    """Train on the labelled items, and predict all of them without letting the model vouch for its own labels.

    A labelled item gets the prediction of a model that was fitted without it: by leave-one-out where the model
    can do that (`LeavesOneOut`), else by cross-validation. Other items get the full model's. All are then
    calibrated with one temperature, fitted on the left-out predictions.

    Args:
        model: copied, so that the one given stays as it is.
        features: `[n_items, d]`.
        labelled: indices of the items to learn from; at least 2.
        targets: soft labels of those, `[n_labelled, K]`.
        weight: how much each counts, `[n_labelled]`, above 0.
        folds: parts of the cross-validation, at most one for each labelled item.
        rng: deals labelled items to folds.

    Returns:
        Probabilities `[n_items, K]`, and the model fitted on all labelled items.
    """
    fitted = copy.deepcopy(model).fit(features[labelled], targets, weight)
    probability = fitted.predict_proba(features)
    if isinstance(fitted, LeavesOneOut):
        probability[labelled] = fitted.left_out_proba()
    else:
        probability[labelled] = _cross_validated(model, features[labelled], targets, weight, folds, rng)
    temperature = fit_temperature(probability[labelled], targets, weight=weight)
    return temperature(probability), fitted


def _cross_validated(
    model: Model, features: Features, targets: Floats, weight: Floats, folds: int, rng: np.random.Generator
) -> Floats:
    out = np.zeros_like(targets)
    for part in np.array_split(rng.permutation(len(targets)), min(folds, len(targets))):
        others = np.ones(len(targets), bool)
        others[part] = False
        fitted = copy.deepcopy(model).fit(features[others], targets[others], weight[others])
        out[part] = fitted.predict_proba(features[part])
    return out
