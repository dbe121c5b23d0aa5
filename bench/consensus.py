"""Accuracy of consensus on real crowds, crowd-kit beside ours: `python -m bench.consensus --data DIR`.

DIR holds one folder a set under `crowd/`, each with `answers.csv` (task, worker, label) and `truth.csv` (task,
truth); `INDEX.csv` beside them says which sets are classification. One configuration for all sets; the truth
is used to score only. `--votes N` keeps N random votes an item, for crowds that answered less often.

Peers run with their own defaults in an environment of their own, made on first use; `--no-peers` leaves them
out, `--limit` is their time for one set in seconds. A peer that fails or runs out of time has a dash in the table
and the reason below it, and cannot be the best peer: that is the single method with the highest mean over all
sets, not the best of each set. The interval is the 95 % percentile bootstrap of the mean paired gap over sets.

The last line is JSON, in per cent.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.peers.environment import peer_command, run_alone
from groundswell.quality import AGGREGATORS, Votes, dawid_skene
from groundswell.quality.infer import DEFAULT

OURS: dict[str, Any] = {**AGGREGATORS, "dawid_skene, 2 rounds": partial(dawid_skene, early_stop=2)}
PLAIN = "majority"
RESAMPLES = 10_000
LEAST = 1e-4
"""Least probability that log loss counts: majority is often certain and wrong."""


@dataclass(frozen=True)
class Score:
    """What a method reached on a set: accuracy and macro-F1 in per cent, and the log loss of its probabilities.

    `log_loss` is in nats, no probability taken to be below 0.0001; NaN for peers, which return labels only.
    """

    accuracy: float
    macro_f1: float
    log_loss: float = float("nan")


Scores = dict[str, dict[str, Score]]
"""By method, then by set; a set that the method did not finish is not there."""


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


def scored(label: np.ndarray, truth: np.ndarray, posterior: np.ndarray | None = None) -> Score:
    """Return the share of known items that are right, the mean F1 over the classes that are ever true, and log loss."""
    known = np.flatnonzero(truth >= 0)
    label, truth = label[known], truth[known]
    hits = [((label == one) & (truth == one)).sum() for one in np.unique(truth)]
    sizes = [(label == one).sum() + (truth == one).sum() for one in np.unique(truth)]
    f1 = np.mean(2 * np.array(hits) / np.array(sizes))
    accuracy, macro_f1 = float((label == truth).mean() * 100), float(f1 * 100)
    if posterior is None:
        return Score(accuracy, macro_f1)
    return Score(accuracy, macro_f1, float(-np.log(np.maximum(posterior[known, truth], LEAST)).mean()))


def peer_labels(votes: Votes, limit: int) -> dict[str, np.ndarray | str]:
    """Return the labels of every peer method, or why there are none."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "votes.npz"
        np.savez(path, task=votes.item, worker=votes.worker, label=votes.label)
        printed = run_alone(peer_command("crowdkit", "crowdkit_consensus", str(path), str(limit)))
    rows = [json.loads(line) for line in printed.splitlines()]
    return {
        f"crowd-kit {row['method']}": np.array(row["labels"]) if "labels" in row else row["failed"]
        for row in rows
    }


def measure(votes: Votes, truth: np.ndarray, limit: int | None) -> tuple[dict[str, Score], dict[str, str]]:
    """Return the score of every method on one set, and why others have none."""
    found = {name: method(votes) for name, method in OURS.items()}
    peers: dict[str, Any] = {} if limit is None else peer_labels(votes, limit)
    failed = {name: label for name, label in peers.items() if isinstance(label, str)}
    scores = {name: scored(one.label, truth, one.posterior) for name, one in found.items()}
    return scores | {name: scored(peers[name], truth) for name in peers if name not in failed}, failed


def interval(gaps: np.ndarray, seed: int = 0) -> list[float]:
    """Return the 95 % bootstrap interval of the mean of one gap a set."""
    chosen = np.random.default_rng(seed).integers(0, len(gaps), (RESAMPLES, len(gaps)))
    low, high = np.quantile(gaps[chosen].mean(axis=1), [0.025, 0.975])
    return [round(float(low), 2), round(float(high), 2)]


def best_peer(scores: Scores, sets: list[str]) -> str:
    """Return the peer with the highest mean accuracy of those that finished every set.

    Without peers, our own next best stands in.
    """
    means = {
        name: float(np.mean([by_set[one].accuracy for one in sets]))
        for name, by_set in scores.items()
        if len(by_set) == len(sets)
    }
    peers = [name for name in means if name not in OURS]
    return max(peers or [name for name in means if name not in (DEFAULT, PLAIN)], key=means.__getitem__)


def accuracies(scores: Scores, name: str, sets: list[str]) -> np.ndarray:
    return np.array([scores[name][one].accuracy for one in sets])


def summary(scores: Scores, sets: list[str], best: str) -> dict[str, Any]:
    """Return the last line."""
    ours, plain, peer = (accuracies(scores, name, sets) for name in (DEFAULT, PLAIN, best))
    return {
        "sets": len(sets),
        "accuracy": round(float(ours.mean()), 2),
        "macro_f1": round(float(np.mean([scores[DEFAULT][one].macro_f1 for one in sets])), 2),
        "log_loss": round(float(np.mean([scores[DEFAULT][one].log_loss for one in sets])), 3),
        "majority": round(float(plain.mean()), 2),
        "best_peer": round(float(peer.mean()), 2),
        "best_peer_name": f"groundswell {best}" if best in OURS else best,
        "worst_gap_to_majority": round(float((ours - plain).min()), 2),
        "worst_gap_to_best_peer": round(float((ours - peer).min()), 2),
        "gap_to_best_peer": round(float((ours - peer).mean()), 2),
        "gap_to_best_peer_95": interval(ours - peer),
        "gap_to_majority_95": interval(ours - plain),
    }


def print_gaps(scores: Scores, sets: list[str], best: str) -> None:
    """Print how each of our methods stands to the best peer and to majority."""
    plain, peer = accuracies(scores, PLAIN, sets), accuracies(scores, best, sets)
    for name in OURS:
        ours = accuracies(scores, name, sets)
        low, high = interval(ours - peer)
        mark = " (the default)" if name == DEFAULT else ""
        print(
            f"{name}{mark}: {(ours - peer).mean():+.2f} to {best}, 95 % interval {low:+.2f} to {high:+.2f}; "
            f"worst {(ours - peer).min():+.2f}; worst to majority {(ours - plain).min():+.2f}; "
            f"log loss {np.mean([scores[name][one].log_loss for one in sets]):.3f}"
        )


def print_table(scores: Scores, sets: list[str]) -> None:
    """Print a row for each method: accuracy on each set, then means over the sets that it finished."""
    print(f"{'accuracy, per cent':28}" + "".join(f"{one[:11]:>12}" for one in [*sets, "mean", "macro F1"]))
    for name, by_set in scores.items():
        cells = [f"{by_set[one].accuracy:12.2f}" if one in by_set else f"{'-':>12}" for one in sets]
        means = [
            np.mean([getattr(score, what) for score in by_set.values()]) for what in ("accuracy", "macro_f1")
        ]
        partly = "" if len(by_set) == len(sets) else f"  (over {len(by_set)} sets)"
        print(f"{name:28}" + "".join(cells) + "".join(f"{mean:12.2f}" for mean in means) + partly)


def main() -> None:
    """Print the table, the failures and the summary."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--votes", type=int, help="keep this many random votes an item")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-peers", action="store_true", help="ours alone, in seconds")
    parser.add_argument("--limit", type=int, default=90, help="seconds for one peer method on one set")
    given = parser.parse_args()
    sets, scores, failures = classification_sets(given.data), Scores(), []
    for name in sets:
        votes, truth = load(given.data / "crowd" / name)
        if given.votes:
            votes = thinned(votes, given.votes, np.random.default_rng(given.seed))
        reached, failed = measure(votes, truth, None if given.no_peers else given.limit)
        for method, score in reached.items():
            scores.setdefault(method, {})[name] = score
        failures += [f"{method} on {name}: {reason}" for method, reason in failed.items()]
        print(f"{name}: {len(votes):,} votes on {votes.n_items:,} tasks done", flush=True)
    print_table(scores, sets)
    print("\n".join(failures))
    best = best_peer(scores, sets)
    print_gaps(scores, sets, best)
    print(json.dumps(summary(scores, sets, best)))


if __name__ == "__main__":
    main()
