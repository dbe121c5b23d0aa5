"""What one more answer costs, and how close it stays to a full fit: `python -m bench.consensus_incremental --data DIR`.

For every classification set: the answers in random order, a full fit of the first nine tenths, the rest one by
one. Microseconds are of `Incremental.add`; labels and probabilities are compared with a full fit of everything.
The last line is JSON: medians and the worst over sets.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from bench.consensus import classification_sets, load
from groundswell.quality import Incremental, Votes, shrunk

FIRST = 0.9


def compare(votes: Votes, rng: np.random.Generator) -> dict[str, float]:
    """Return the costs and the distances on one set."""
    order = rng.permutation(len(votes))
    columns = [column[order] for column in (votes.item, votes.worker, votes.label)]
    first = int(len(votes) * FIRST)
    size = (votes.n_items, votes.n_workers, votes.n_classes)
    live = Incremental(Votes(columns[0][:first], columns[1][:first], columns[2][:first], *size))
    rest = list(zip(*(column[first:].tolist() for column in columns), strict=True))
    seconds = []
    for answer in rest:
        started = time.perf_counter()
        live.add(*answer)
        seconds.append(time.perf_counter() - started)
    started = time.perf_counter()
    whole = shrunk(votes)
    refit_seconds = time.perf_counter() - started
    posterior = np.array([live.posterior(item) for item in range(votes.n_items)])
    return {
        "microseconds": float(np.median(seconds)) * 1e6,
        "microseconds_99": float(np.quantile(seconds, 0.99)) * 1e6,
        "refit_microseconds": refit_seconds * 1e6,
        "same_labels": float((posterior.argmax(axis=1) == whole.label).mean()),
        "mean_difference": float(np.abs(posterior - whole.posterior).mean()),
    }


def main() -> None:
    """Print a row for each set, and the summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rows = []
    for name in classification_sets(given.data):
        votes, _ = load(given.data / "crowd" / name)
        row = compare(votes, np.random.default_rng(given.seed))
        rows.append(row)
        print(f"{name:14}" + "".join(f"{key:>20} {value:10.4f}" for key, value in row.items()), flush=True)
    column = {key: [row[key] for row in rows] for key in rows[0]}
    line = {
        "sets": len(rows),
        "microseconds": round(float(np.median(column["microseconds"])), 1),
        "worst_microseconds_99": round(max(column["microseconds_99"]), 1),
        "worst_same_labels": round(min(column["same_labels"]), 4),
        "worst_mean_difference": round(max(column["mean_difference"]), 4),
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
