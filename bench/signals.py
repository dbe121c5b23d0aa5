"""Spam signals in a crowd of 100,000: `python -m bench.signals [--answers N] [--workers N]`.

One million answers of 100,000 workers whose activity is uneven (exponent one half), five answers a task, four
classes. Of the workers with at least 50 answers, some are made spammers of each kind: constant answers, hasty
guesses, guesses from the middle on, and groups of three who copy from one of them. Each group meets on 40 tasks
more than chance would bring. Seconds and peak memory are of `find_signals` alone, in this process, the default
consensus included.

The last line is JSON; `found` is how many of the planted were found, `others` what else was.
"""

from __future__ import annotations

import argparse
import json

import numpy as np

from bench.measure import cost_of
from groundswell.quality import Votes
from groundswell.quality.signals.find import Signals, find_signals

CLASSES, ANSWERS_A_TASK = 4, 5
PLANTED, SHARED_TASKS = 30, 40

Columns = dict[str, np.ndarray]


def simulate(answers: int, n_workers: int, rng: np.random.Generator) -> Columns:
    """Return an honest crowd's answers: item, worker, label, truth of the item, seconds."""
    item = np.arange(answers) // ANSWERS_A_TASK
    share = np.cumsum((1.0 + rng.permutation(n_workers)) ** -0.5)
    worker = np.searchsorted(share, rng.random(answers) * share[-1])
    _, first = np.unique(item * n_workers + worker, return_index=True)  # nobody answers a task twice
    item, worker = item[first], worker[first]
    truth = rng.integers(0, CLASSES, item[-1] + 1)
    accuracy, pace = rng.beta(17, 3, n_workers), rng.lognormal(1.4, 0.3, n_workers)
    columns = {"item": item, "worker": worker, "truth": truth}
    columns["label"] = _say(truth[item], accuracy[worker], rng)
    columns["seconds"] = pace[worker] * rng.lognormal(0, 0.5, len(item))
    columns["when"] = rng.random(len(item))
    return columns


def _say(truth: np.ndarray, accuracy: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    wrong = (truth + rng.integers(1, CLASSES, len(truth))) % CLASSES
    return np.where(rng.random(len(truth)) < accuracy, truth, wrong)


def plant(columns: Columns, rng: np.random.Generator) -> dict[str, set[int]]:
    """Turn some workers into spammers, in place; returns who, by signal."""
    busy = np.flatnonzero(np.bincount(columns["worker"]) >= 50)
    chosen = rng.permutation(busy)[: PLANTED * 6].reshape(6, PLANTED)
    label, seconds = columns["label"], columns["seconds"]
    for worker in chosen[0].tolist():
        label[columns["worker"] == worker] = rng.integers(CLASSES)
    for worker in chosen[1].tolist():
        own = np.flatnonzero(columns["worker"] == worker)
        label[own], seconds[own] = rng.integers(0, CLASSES, len(own)), 0.1 * seconds[own]
    for worker in chosen[2].tolist():
        late = np.flatnonzero((columns["worker"] == worker) & (columns["when"] > 0.5))
        label[late] = rng.integers(0, CLASSES, len(late))
    _let_copy(columns, chosen[3:].T, rng)
    signals = ("constancy", "haste", "drift")
    planted = {signal: set(row.tolist()) for signal, row in zip(signals, chosen, strict=False)}
    return planted | {"copying": set(chosen[3:].ravel().tolist())}


def _let_copy(columns: Columns, groups: np.ndarray, rng: np.random.Generator) -> None:
    """Let each group of three meet on tasks of their own; the first answers, right half of the time, and two copy."""
    n_items = len(columns["truth"])
    item = np.repeat(rng.choice(n_items, SHARED_TASKS * len(groups), replace=False), 3)
    worker = np.tile(groups, (1, SHARED_TASKS)).ravel()
    said = _say(columns["truth"][item[::3]], np.full(len(item) // 3, 0.5), rng)
    columns["item"] = np.concatenate([columns["item"], item])
    columns["worker"] = np.concatenate([columns["worker"], worker])
    columns["label"] = np.concatenate([columns["label"], said.repeat(3)])
    columns["seconds"] = np.concatenate([columns["seconds"], rng.lognormal(1.4, 0.5, len(item))])
    columns["when"] = np.concatenate([columns["when"], rng.random(len(item))])


def score(signals: Signals, planted: dict[str, set[int]]) -> dict[str, dict[str, int]]:
    """Count what was found of what was planted, and what else was found."""
    found: dict[str, dict[str, int]] = {}
    for signal, who in planted.items():
        named = {finding.worker for finding in signals.findings if finding.signal == signal}
        found[signal] = {"planted": len(who), "found": len(named & who), "others": len(named - who)}
    return found


def main() -> None:
    """Simulate, plant, look, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--answers", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    columns = simulate(given.answers, given.workers, rng)
    planted = plant(columns, rng)
    votes = Votes(
        *(columns[name] for name in ("item", "worker", "label")),
        *(len(columns["truth"]), given.workers, CLASSES),
    )
    signals, cost = cost_of(lambda: find_signals(votes, seconds=columns["seconds"], when=columns["when"]))
    found = score(signals, planted)
    for signal, row in found.items():
        print(f"{signal:10} {row['found']:3d} of {row['planted']:3d} planted, {row['others']:3d} others")
    line = {"annotators": given.workers, "answers": len(votes), "seconds": round(cost.seconds, 2)}
    line |= {"cpu_seconds": round(cost.cpu_seconds, 2), "peak_mb": round(cost.peak_mb, 1)}
    print(json.dumps(line | {"tested": signals.tested, "found": found}))


if __name__ == "__main__":
    main()
