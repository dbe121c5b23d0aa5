"""Agreement of a crowd of any kind of answer: `python -m bench.agreement [--answers N] [--spans N] [--data DIR]`.

Costs are of the whole report (interval, workers, pairs, classes, reasons), of `Votes` with four classes and of spans
that a Python function compares. With `--data`, the workers whom the report names on the crowds in
DIR/crowd, without the truth, are held against it: their mean accuracy, and that of the others, where at least five
of a worker's answers can be checked.

The last line is JSON.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import numpy as np

from bench.measure import cost_of
from groundswell.quality.agreement import agreement
from groundswell.quality.votes import Votes

CROWDS = (
    *("bluebird", "rte", "wsd", "web", "face", "product", "s_adult"),
    *("music_genre", "weather_amt", "zencrowd_us"),
)
CHECKED = 5
"""Answers with a known truth from which a worker's accuracy is looked at."""

Spans = list[tuple[int, int]]


def uncovered(first: Spans, second: Spans) -> float:
    """Return the share of the characters that only one of two lists of spans covers."""
    one, other = ({at for start, end in spans for at in range(start, end)} for spans in (first, second))
    return 1 - len(one & other) / max(1, len(one | other))


def votes_of(answers: int, rng: np.random.Generator) -> Votes:
    """Return votes, three an item, of workers who answer fifty each."""
    item, workers = np.arange(answers) // 3, max(3, answers // 50)
    label = np.where(rng.random(answers) < 0.7, item % 4, rng.integers(0, 4, answers))
    return Votes(item, rng.integers(0, workers, answers), label, int(item[-1]) + 1, workers, 4)


def spans_of(answers: int, rng: np.random.Generator) -> list[tuple[int, int, Spans]]:
    """Return rows of three lists of spans a task, the ends of which people see differently."""
    rows = []
    for task in range(answers // 3):
        true = [(start, start + int(rng.integers(3, 20))) for start in rng.integers(0, 200, 3).tolist()]
        for worker in rng.choice(60, 3, replace=False).tolist():
            rows.append((task, worker, [(start, end + int(rng.integers(-2, 3))) for start, end in true]))
    return rows


def named_workers(folder: Path) -> tuple[list[float], list[float]]:
    """Return the accuracies of the workers whom the report names, and of the others."""
    with (folder / "answers.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / "truth.csv").open(newline="") as file:
        truth = {row["task"]: row["truth"] for row in csv.DictReader(file)}
    reasons = agreement(rows, by_pair=False).reasons
    named = {name for reason in reasons if reason.kind == "workers" for name in reason.names}
    right: dict[str, list[bool]] = {}
    for row in rows:
        if row["task"] in truth:
            right.setdefault(row["worker"], []).append(row["label"] == truth[row["task"]])
    checked = {worker: float(np.mean(each)) for worker, each in right.items() if len(each) >= CHECKED}
    theirs = [accuracy for worker, accuracy in checked.items() if worker in named]
    return theirs, [accuracy for worker, accuracy in checked.items() if worker not in named]


def compared(folder: Path) -> tuple[int, float, float] | None:
    """Return how many named workers can be checked, their mean accuracy and the others'; None for none."""
    theirs, others = named_workers(folder)
    if not theirs:
        return None
    return len(theirs), round(float(np.mean(theirs)), 3), round(float(np.mean(others)), 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--answers", type=int, default=1_000_000)
    parser.add_argument("--spans", type=int, default=10_000)
    parser.add_argument("--data", type=Path)
    given = parser.parse_args()
    rng = np.random.default_rng(0)
    votes, spans = votes_of(given.answers, rng), spans_of(given.spans, rng)
    _, classes = cost_of(lambda: agreement(votes))
    _, texts = cost_of(lambda: agreement(spans, metric=uncovered))
    result: dict[str, object] = {
        "answers": given.answers,
        "cpu_seconds": round(classes.cpu_seconds, 2),
        "peak_mb": round(classes.peak_mb),
        "spans": len(spans),
        "spans_cpu_seconds": round(texts.cpu_seconds, 2),
    }
    if given.data:
        result["named_and_others"] = {name: compared(given.data / "crowd" / name) for name in CROWDS}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
