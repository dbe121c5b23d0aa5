"""Runs in scikit-activeml's environment: `python -m bench.peers.activeml_strategies FOLDER CURVES.npz SEEDS SET ...`.

Every strategy in the loop that ours run in too, with its own defaults, the same model, splits, batches and seeds.
"""

import json
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from skactiveml import pool
from skactiveml.classifier import SklearnClassifier
from sklearn.linear_model import LogisticRegression

from bench.labelling_loop import View, curves

Query = Callable[[int], Any]

STRATEGIES: dict[str, tuple[Query, str | None]] = {
    "margin": (lambda seed: pool.UncertaintySampling(method="margin_sampling", random_state=seed), "clf"),
    "entropy": (lambda seed: pool.UncertaintySampling(method="entropy", random_state=seed), "clf"),
    "least confident": (lambda seed: pool.UncertaintySampling(random_state=seed), "clf"),
    "Badge": (lambda seed: pool.Badge(random_state=seed), "clf"),
    "TypiClust": (lambda seed: pool.TypiClust(random_state=seed), None),
    "CoreSet": (lambda seed: pool.CoreSet(random_state=seed), None),
    "ProbCover": (lambda seed: pool.ProbCover(random_state=seed), None),
    "MaxHerding": (lambda seed: pool.MaxHerding(random_state=seed), None),
    "ContrastiveAL": (lambda seed: pool.ContrastiveAL(random_state=seed), "clf"),
    "Clue": (lambda seed: pool.Clue(random_state=seed), "estimator"),
    "DropQuery": (lambda seed: pool.DropQuery(random_state=seed), "clf"),
    "Falcun": (lambda seed: pool.Falcun(random_state=seed), "clf"),
}
"""How each is made, and what it calls the model, if it needs one."""


def chooser(make: Query, model: str | None) -> Callable[[View, int, np.random.Generator], np.ndarray]:
    """Return a strategy as the loop wants it."""

    def choose(view: View, n: int, rng: np.random.Generator) -> np.ndarray:
        labels = np.full(len(view.features), np.nan)
        labels[view.labelled] = view.labels
        given: dict[str, Any] = {}
        if model:
            regression = LogisticRegression(max_iter=200, tol=1e-3)
            given = {model: SklearnClassifier(regression, classes=np.arange(view.classes))}
        query = make(int(rng.integers(2**31)))
        return np.asarray(query.query(view.features, labels, batch_size=n, **given), np.intp)

    return choose


def main() -> None:
    """Save the curves of every strategy on every set; print what failed."""
    warnings.simplefilter("ignore")
    folder, out, seeds, names = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]
    found: dict[str, np.ndarray] = {}
    for name in names:
        for strategy, how in STRATEGIES.items():
            try:
                reached, seconds = curves(folder, name, chooser(*how), seeds)
            except Exception as error:  # a peer that fails is a row of the table, whatever it raises
                print(
                    json.dumps(
                        {"set": name, "strategy": strategy, "failed": f"{type(error).__name__}: {error}"}
                    )
                )
                continue
            found[f"curve/{name}/{strategy}"] = reached
            found[f"seconds/{name}/{strategy}"] = np.array(seconds)
    np.savez(out, **found)


if __name__ == "__main__":
    main()
