"""Accuracy of consensus on real crowds: `python -m bench.consensus --data DIR`.

DIR holds one folder a set under `crowd/`, each with `answers.csv` (task, worker, label) and `truth.csv` (task,
truth); `INDEX.csv` beside them says which sets are classification. One configuration for all sets; the truth
is used to score only. `--votes N` keeps N random votes an item, for crowds that answered less often.

The last line is JSON: mean accuracy and macro F1 of the default, of majority and of the best of our other
methods on average, and the worst gaps over sets, all in per cent.
"""

from __future__ import annotations

import argparse
import csv
import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from groundswell.quality import AGGREGATORS, Votes, dawid_skene
from groundswell.quality.infer import DEFAULT

EARLY = "dawid_skene, 2 rounds"
METHODS: dict[str, Any] = {
    **AGGREGATORS,
    EARLY: partial(dawid_skene, early_stop=2),
}


def classification_sets(data: Path) -> list[str]:
    """Return the names of the classification sets that are there."""
    with (data / "crowd" / "INDEX.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "classification"]
    return [row["name"] for row in rows if (data / "crowd" / row["name"] / "answers.csv").exists()]


def load(folder: Path) -> tuple[Votes, np.ndarray]:
    """Return the votes of one set, and the true class of each item, -1 where it is not known."""
    with (folder / "answers.csv").open(newline="") as file:
        answers = [(row["task"], row["worker"], row["label"]) for row in csv.DictReader(file)]
    with (folder / "truth.csv").open(newline="") as file:
        truth = {row["task"]: row["truth"] for row in csv.DictReader(file)}
    classes = sorted({label for _, _, label in answers} | set(truth.values()))
    votes = Votes.from_table(answers, classes=classes)
    names = votes.item_names or ()
    return votes, np.array([classes.index(truth[name]) if name in truth else -1 for name in names])


def thinned(votes: Votes, per_item: int, rng: np.random.Generator) -> Votes:
    """Return at most `per_item` votes an item, chosen at random."""
    order = rng.permutation(len(votes))
    order = order[np.argsort(votes.item[order], kind="stable")]
    rank = np.arange(len(order)) - np.searchsorted(votes.item[order], votes.item[order])
    kept = order[rank < per_item]
    size = (votes.n_items, votes.n_workers, votes.n_classes)
    return Votes(votes.item[kept], votes.worker[kept], votes.label[kept], *size)


def accuracy(label: np.ndarray, truth: np.ndarray) -> float:
    """Return the per cent of known items that are right."""
    return float((label == truth)[truth >= 0].mean() * 100)


def macro_f1(label: np.ndarray, truth: np.ndarray) -> float:
    """Return the mean F1 over the classes that are ever true, in per cent."""
    label, truth = label[truth >= 0], truth[truth >= 0]
    hits = [((label == one) & (truth == one)).sum() for one in np.unique(truth)]
    sizes = [(label == one).sum() + (truth == one).sum() for one in np.unique(truth)]
    return float(np.mean(2 * np.array(hits) / np.array(sizes)) * 100)


def measure(votes: Votes, truth: np.ndarray) -> dict[str, tuple[float, float]]:
    """Return accuracy and macro F1 of every method on one set."""
    labels = {name: method(votes).label for name, method in METHODS.items()}
    return {name: (accuracy(label, truth), macro_f1(label, truth)) for name, label in labels.items()}


def summary(scores: np.ndarray) -> dict[str, Any]:
    """Return the last line: scores are `[sets, methods, (accuracy, macro F1)]`."""
    names = list(METHODS)
    means = scores[:, :, 0].mean(axis=0)
    ours, plain = names.index(DEFAULT), names.index("majority")
    best = max((one for one in range(len(names)) if one not in (ours, plain)), key=lambda one: means[one])
    gaps = scores[:, ours, 0][:, None] - scores[:, :, 0]
    return {
        "sets": len(scores),
        "accuracy": round(means[ours], 2),
        "macro_f1": round(scores[:, ours, 1].mean(), 2),
        "majority": round(means[plain], 2),
        "best_peer": round(means[best], 2),
        "best_peer_name": f"groundswell {names[best]}",
        "worst_gap_to_majority": round(gaps[:, plain].min(), 2),
        "worst_gap_to_best_peer": round(gaps[:, best].min(), 2),
    }


def main() -> None:
    """Print a row of accuracies for each set, and the summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--votes", type=int, help="keep this many random votes an item")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    scores = []
    print(f"{'set':14}" + "".join(f"{name:>23}" for name in METHODS))
    for name in classification_sets(given.data):
        votes, truth = load(given.data / "crowd" / name)
        if given.votes:
            votes = thinned(votes, given.votes, np.random.default_rng(given.seed))
        row = measure(votes, truth)
        scores.append(list(row.values()))
        print(f"{name:14}" + "".join(f"{right:23.2f}" for right, _ in row.values()), flush=True)
    print(json.dumps(summary(np.array(scores))))


if __name__ == "__main__":
    main()
