"""Any scikit-learn classifier as a `Model` on our features."""

from __future__ import annotations

import copy
from inspect import signature
from typing import Any, Self

import numpy as np

from groundswell.assist.model import Features
from groundswell.errors import InputError, MissingExtra
from groundswell.quality.result import Floats

LEAST_SHARE = 1e-3
"""Shares of a soft label below this are not learnt from: they would make K rows of every item."""


class SklearnModel:
    """A scikit-learn classifier that learns from soft labels, for `learn(..., model=SklearnModel(...))`.

    Where the classifier takes sample weights, an item is given once for each class that it may have, weighing
    as much as that is probable; else its most probable class counts alone. Each class keeps half an imagined item, so
    that a class which no label showed stays possible.
    """

    def __init__(self, classifier: Any = None) -> None:
        """Take a classifier; it is copied, never changed.

        Args:
            classifier: with `fit` and `predict_proba`, or a pipeline that ends in one. Logistic regression
                on standardised features where None.

        Raises:
            MissingExtra: scikit-learn is not installed.
            InputError: it gives no probabilities.
        """
        self._classifier = _default() if classifier is None else classifier
        if not (hasattr(self._classifier, "fit") and hasattr(self._classifier, "predict_proba")):
            raise InputError(
                f"{type(self._classifier).__name__} gives no probabilities; "
                "wrap it in sklearn.calibration.CalibratedClassifierCV, or choose another classifier"
            )

    def __repr__(self) -> str:
        return f"SklearnModel({self._classifier!r})"

    def fit(self, features: Features, targets: Floats, weight: Floats | None = None) -> Self:
        """Learn from soft labels; see `Model.fit`."""
        each = np.ones(len(targets)) if weight is None else np.asarray(weight, np.float64)
        self._mass, self._n_classes = float(each.sum()), targets.shape[1]
        argument = _weight_argument(self._classifier)
        if argument is None:
            item, label, share = np.arange(len(targets)), targets.argmax(axis=1), each
        else:
            item, label = np.nonzero(targets >= LEAST_SHARE)
            share = targets[item, label] * each[item]
        self._seen = np.unique(label)
        self._fitted = None
        if len(self._seen) > 1:
            weights = {} if argument is None else {argument: share}
            self._fitted = copy.deepcopy(self._classifier).fit(features[item], label, **weights)
        return self

    def predict_proba(self, features: Features) -> Floats:
        """Return class probabilities; see `Model.predict_proba`."""
        out = np.full((len(features), self._n_classes), 0.5)
        said = 1.0 if self._fitted is None or not len(features) else self._fitted.predict_proba(features)
        out[:, self._seen] += self._mass * said
        return np.asarray(out / out.sum(axis=1, keepdims=True))


def _default() -> Any:
    """Return logistic regression on standardised features."""
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
    except ImportError as error:
        raise MissingExtra("SklearnModel needs scikit-learn: pip install 'groundswell[models]'") from error
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))


def _weight_argument(classifier: Any) -> str | None:
    """Return the name under which a classifier takes the weights of items, or None if it takes none."""
    steps = getattr(classifier, "steps", None)
    last = steps[-1][1] if steps else classifier
    if "sample_weight" not in signature(last.fit).parameters:
        return None
    return f"{steps[-1][0]}__sample_weight" if steps else "sample_weight"
