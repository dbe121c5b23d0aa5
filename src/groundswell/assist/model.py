"""Models that learn from labels as they land: the protocol, and the built-in one."""

from __future__ import annotations

from typing import Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.result import Floats

Features = NDArray[np.float32]


class Model(Protocol):
    """What proposes labels. Classes are always 0 to K-1, also those that no label showed yet."""

    def fit(self, features: Features, targets: Floats, weight: Floats | None = None) -> Self:
        """Learn from `features` `[n, d]` and soft labels `targets` `[n, K]`; returns itself.

        Args:
            features: one row for each item.
            targets: probabilities of each class; rows sum to 1.
            weight: `[n]`, how much each item counts, above 0; None is 1 for all.
        """

    def predict_proba(self, features: Features) -> Floats:
        """Return the probability of each class, `[n, K]`, rows summing to 1."""


@runtime_checkable
class LeavesOneOut(Protocol):
    """A model that can say, after one fit, what it would have said of each item without that item's label."""

    def left_out_proba(self) -> Floats:
        """Return probabilities `[n, K]` of the fitted items, each from a model that never saw its label."""


class KernelModel:
    """Kernel ridge regression on soft labels, with exact leave-one-out predictions: the built-in model.

    A Gaussian kernel against at most `landmarks` of the labelled items, a weighted ridge fit of the class
    probabilities, and a softmax whose temperature is fitted on the leave-one-out predictions. Needs numpy only.
    On digits with 20 to 1,400 labels it was more accurate and better calibrated than logistic regression and
    extra trees on the same features, and each fit gives leave-one-out predictions for all labelled items in
    closed form, where others need a fit for each fold.

    Cost: `n * landmarks**2` for a fit on `n` items, `n * landmarks` for a prediction.
    """

    def __init__(self, *, width: float = 1.0, ridge: float = 0.1, landmarks: int = 1000) -> None:
        """Set the knobs.

        Args:
            width: kernel width, in median distances between labelled items.
            ridge: noise of a label against signal; larger is smoother.
            landmarks: at most this many labelled items span the fit; bounds time and memory.
        """
        self.width, self.ridge, self.landmarks = width, ridge, landmarks

    def fit(self, features: Features, targets: Floats, weight: Floats | None = None) -> Self:
        """Learn from soft labels; see `Model.fit`."""
        root = np.sqrt(np.ones(len(targets)) if weight is None else weight)[:, None]
        shares = (targets * root**2).sum(0) + 0.5
        self._centre = shares / shares.sum()
        self._choose_anchors(features)
        basis = self._basis(features)
        wanted = (targets - self._centre) * root
        self._coefficients, left_out = _ridge_left_out(basis * root, wanted, self.ridge)
        self._left_out = left_out / root
        self._sharpness = _sharpness(self._left_out, targets, root[:, 0] ** 2, self._centre)
        return self

    def predict_proba(self, features: Features) -> Floats:
        """Return class probabilities; see `Model.predict_proba`."""
        onto = self._whiten @ self._coefficients
        blocks = np.array_split(features, len(features) // _BLOCK + 1)
        return self._probabilities(np.concatenate([self._kernel(block) @ onto for block in blocks]))

    def left_out_proba(self) -> Floats:
        """Return leave-one-out probabilities of the fitted items; see `LeavesOneOut`."""
        return self._probabilities(self._left_out)

    def _choose_anchors(self, features: Features) -> None:
        """Fix the items that span the fit, the width of the kernel, and what makes their basis orthonormal."""
        n = len(features)
        self._anchors = features[np.linspace(0, n - 1, min(n, self.landmarks)).round().astype(np.intp)]
        apart = squared_distances(self._anchors, self._anchors)
        median = np.median(apart[apart > _TINY]) if (apart > _TINY).any() else 1.0
        self._falloff = 1.0 / (median * self.width**2)
        kernel = np.exp(-self._falloff * apart) + 1e-6 * np.eye(len(apart))
        self._whiten = np.linalg.inv(np.linalg.cholesky(kernel)).T

    def _kernel(self, features: Features) -> Floats:
        """Return the similarity of each item to each anchor, 0 to 1."""
        return np.asarray(np.exp(-self._falloff * squared_distances(features, self._anchors)))

    def _basis(self, features: Features) -> Floats:
        return np.asarray(self._kernel(features) @ self._whiten)

    def _probabilities(self, scores: Floats) -> Floats:
        """Turn scores into probabilities: far from every labelled item, scores are 0 and the class shares remain."""
        return softmax(self._sharpness * scores + np.log(self._centre))


_TINY = 1e-9
_BLOCK = 4096  # items predicted at a time: bounds memory


def softmax(logits: Floats) -> Floats:
    """Return each row's exponentials, normalised to sum to 1."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def squared_distances(a: Features, b: Features) -> Floats:
    """Squared Euclidean distances `[len(a), len(b)]`, never below 0."""
    left, right = a.astype(np.float64), b.astype(np.float64)
    norms = (left * left).sum(1)[:, None] + (right * right).sum(1)
    return np.asarray(np.maximum(norms - 2 * (left @ right.T), 0))


def _ridge_left_out(basis: Floats, wanted: Floats, ridge: float) -> tuple[Floats, Floats]:
    """Fit a ridge regression; return its coefficients, and what each row would get from a fit on the others.

    Leaving row i out of a linear smoother with hat matrix H changes its residual r_i to r_i / (1 - H_ii).
    """
    inverse = np.linalg.inv(basis.T @ basis + ridge * np.eye(basis.shape[1]))
    coefficients = inverse @ (basis.T @ wanted)
    leverage = np.einsum("ij,ij->i", basis @ inverse, basis)
    residual = (wanted - basis @ coefficients) / np.maximum(1 - leverage, _TINY)[:, None]
    return coefficients, wanted - residual


def _sharpness(scores: Floats, targets: Floats, weight: Floats, centre: Floats) -> float:
    """Return the factor on scores that minimises the weighted cross-entropy with `targets` (Newton, convex)."""
    sharpness = 1.0
    for _ in range(30):
        said = softmax(sharpness * scores + np.log(centre))
        mean = (said * scores).sum(1)
        slope = (weight * (mean - (targets * scores).sum(1))).sum()
        curvature = (weight * ((said * scores**2).sum(1) - mean**2)).sum() + _TINY
        step = np.clip(slope / curvature, -sharpness, sharpness)
        sharpness = float(np.clip(sharpness - step, 1e-3, 1e3))
        if abs(step) < 1e-4 * sharpness:
            break
    return sharpness
