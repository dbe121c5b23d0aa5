"""The loop that `bench.active` and its peer share: choose a batch, learn the labels, train, measure, again.

Needs numpy and scikit-learn only, so that it runs in the peer's environment too, with the same model.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

Choose = Callable[["View", int, np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class Task:
    """One set, divided: what may be labelled, and what accuracy is measured on."""

    name: str
    features: np.ndarray
    truth: np.ndarray
    test_features: np.ndarray
    test_truth: np.ndarray
    batch: int
    most: int

    @property
    def classes(self) -> int:
        return int(max(self.truth.max(), self.test_truth.max())) + 1


@dataclass(frozen=True)
class View:
    """What a strategy may see of a task."""

    features: np.ndarray
    probability: np.ndarray | None
    labelled: np.ndarray
    labels: np.ndarray
    classes: int
    model: Any


def divided(name: str, features: np.ndarray, truth: np.ndarray, batch: int, most: int, seed: int) -> Task:
    """Keep 40 per cent for the test, at random; standardise by the rest, and reduce to 50 components at most."""
    rng = np.random.default_rng([seed, 1])
    order = rng.permutation(len(truth))
    test, rest = np.split(order, [int(0.4 * len(order))])
    centre, scale = features[rest].mean(axis=0), features[rest].std(axis=0)
    plain = (features - centre) / np.where(scale > 0, scale, 1)
    if plain.shape[1] > 50:
        plain = plain @ np.linalg.svd(plain[rest], full_matrices=False)[2][:50].T
        plain /= plain[rest].std(axis=0).mean()
    return Task(name, plain[rest], truth[rest], plain[test], truth[test], batch, most)


class Regression:
    """Logistic regression that knows of all classes, and copes with labels of a single one."""

    def __init__(self, classes: int) -> None:
        self.classes = classes

    def fit(self, features: np.ndarray, labels: np.ndarray) -> Regression:
        self.only = labels[0] if len(np.unique(labels)) == 1 else None
        if self.only is None:
            self.fitted = LogisticRegression(max_iter=200, tol=1e-3).fit(features, labels)
        return self

    def predict_proba(self, features: np.ndarray) -> np.ndarray:
        probability = np.zeros((len(features), self.classes))
        if self.only is None:
            probability[:, self.fitted.classes_] = self.fitted.predict_proba(features)
        else:
            probability[:, self.only] = 1
        return probability


def accuracy(model: Regression, features: np.ndarray, truth: np.ndarray) -> float:
    return float((model.predict_proba(features).argmax(axis=1) == truth).mean())


def full_accuracy(task: Task) -> float:
    """Return the accuracy after all labels."""
    return accuracy(
        Regression(task.classes).fit(task.features, task.truth), task.test_features, task.test_truth
    )


def curve(task: Task, choose: Choose, seed: int) -> tuple[np.ndarray, float]:
    """Return the accuracy after each batch, and the seconds that choosing took."""
    rng, model = np.random.default_rng([seed, 2]), None
    labelled, reached, seconds = np.zeros(0, np.intp), [], 0.0
    while len(labelled) + task.batch <= min(task.most, len(task.truth)):
        probability = None if model is None else model.predict_proba(task.features)
        view = View(task.features, probability, labelled, task.truth[labelled], task.classes, model)
        started = time.perf_counter()
        chosen = choose(view, task.batch, rng)
        seconds += time.perf_counter() - started
        labelled = np.concatenate([labelled, chosen])
        if len(np.unique(labelled)) != len(labelled) or len(chosen) != task.batch:
            raise RuntimeError("a strategy chose an item twice, or too few")
        model = Regression(task.classes).fit(task.features[labelled], task.truth[labelled])
        reached.append(accuracy(model, task.test_features, task.test_truth))
    return np.array(reached), seconds


SETTINGS = {
    "digits": (10, 250),
    "breast_cancer": (2, 50),
    "wine": (2, 40),
    "iris": (2, 40),
    "mnist": (40, 640),
    "satimage": (5, 125),
    "segment": (15, 375),
    "magic": (5, 125),
    "letter": (50, 1000),
}
"""Labels in a batch and at most, for each set: small where few labels are enough, from how many random needs."""


def tasks(folder: str, name: str, seeds: int) -> list[Task]:
    """Return a set, divided anew for each seed."""
    with np.load(Path(folder, f"{name}.npz")) as arrays:
        features, truth = arrays["features"], arrays["truth"]
    return [divided(name, features, truth, *SETTINGS[name], seed) for seed in range(seeds)]


def curves(folder: str, name: str, choose: Choose, seeds: int) -> tuple[np.ndarray, float]:
    """Return accuracies `[seeds, batches]`, and the seconds that choosing took for all."""
    both = [curve(task, choose, seed) for seed, task in enumerate(tasks(folder, name, seeds))]
    return np.array([reached for reached, _ in both]), sum(seconds for _, seconds in both)
