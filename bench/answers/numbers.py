"""Consensus of numbers and of ratings on real crowds, others beside ours: `python -m bench.answers.numbers --data DIR`.

DIR holds `crowd/<set>/answers.csv` (task, worker, label) and `truth.csv` (task, truth), which is used to score only.
`num_emotion_full` holds the answers of `num_anger`, `num_joy` and `num_valence` too: it stands alone in the last line,
and the three together beside it.

Sets are thinned to 2, 3 and 5 random answers a task, 20 times (`--seeds`). `error` is the root mean squared distance
to the truth, which other people made; `rest` is the same to the mean of the answers that were left out, which is what
the crowd goes on to say. `ratio` is our error over that of the mean, with its 95 % bootstrap interval over tasks.
`covers_truth` and `covers_rest` are the shares of truths, and of those means, in our 95 % intervals; for the latter the
standard error of the mean that is compared with is added.

Peers run in environments of their own; `--no-peers` leaves them out. The last line is JSON.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.consensus import load as load_votes
from bench.consensus import thinned
from bench.peers.environment import peer_command, run_alone
from groundswell.quality.majority import majority
from groundswell.quality.number_table import Numbers
from groundswell.quality.numbers import NumberConsensus, consensus_of_numbers
from groundswell.quality.ordinal import consensus_of_ratings
from groundswell.quality.shrunk import shrunk
from groundswell.quality.votes import Votes

SETS = ("num_anger", "num_joy", "num_valence", "num_emotion_full")
WHOLE = "num_emotion_full"
RATED = ("web", "s_adult")
KEPT = (2, 3, 5, None)
SEEDS = 20
RESAMPLES = 2000
CROWDKIT = ("DawidSkene", "MACE", "GLAD")

Values = dict[str, list[np.ndarray]]
"""What each method gave for every task, by seed."""


def load(folder: Path) -> tuple[Numbers, np.ndarray]:
    """Return the answers of one set, and the true value of each task."""
    with (folder / "answers.csv").open(newline="") as file:
        answers = Numbers.from_table(csv.DictReader(file), value="label")
    with (folder / "truth.csv").open(newline="") as file:
        truth = {row["task"]: float(row["truth"]) for row in csv.DictReader(file)}
    return answers, np.array([truth[str(name)] for name in answers.item_names])


def chosen(answers: Numbers, kept: int | None, seed: int) -> np.ndarray:
    """Say which answers are kept, at most `kept` random ones for each task."""
    order = np.random.default_rng(seed).permutation(len(answers))
    order = order[np.argsort(answers.item[order], kind="stable")]
    rank = np.arange(len(order)) - np.searchsorted(answers.item[order], answers.item[order])
    mask = np.zeros(len(answers), bool)
    mask[order if kept is None else order[rank < kept]] = True
    return mask


def part(answers: Numbers, mask: np.ndarray) -> Numbers:
    return replace(answers, item=answers.item[mask], worker=answers.worker[mask], value=answers.value[mask])


def z_scores(answers: Numbers) -> np.ndarray:
    """Return the mean of answers that each worker's own mean and deviation have been taken off."""
    frame = [answers.value[answers.worker == one] for one in range(answers.n_workers)]
    mean = np.array([values.mean() if len(values) else 0.0 for values in frame])
    deviation = np.array([values.std() if len(values) else 0.0 for values in frame])
    scores = (answers.value - mean[answers.worker]) / np.maximum(deviation, 1e-9)[answers.worker]
    found = consensus_of_numbers(replace(answers, value=scores), method="mean").value
    return answers.value.mean() + answers.value.std() * found


def peer_values(problems: list[Numbers]) -> list[dict[str, Any]]:
    """Return what every peer gives for every problem, or why there is nothing."""
    given = [{name: getattr(one, name).tolist() for name in ("item", "worker", "value")} for one in problems]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "problems.json"
        path.write_text(json.dumps(given))
        printed = run_alone(peer_command("sureal", "sureal_numbers", str(path)))
    return [json.loads(line) for line in printed.splitlines()]


def measure(answers: Numbers, truth: np.ndarray, kept: int | None, peers: bool, seeds: int) -> dict[str, Any]:
    """Return every method's figures on one set with `kept` answers a task."""
    masks = [chosen(answers, kept, seed) for seed in range(seeds if kept else 1)]
    problems = [part(answers, mask) for mask in masks]
    ours = [consensus_of_numbers(problem) for problem in problems]
    values: Values = {"ours": [one.value for one in ours]}
    for name in ("mean", "median"):
        values[name] = [consensus_of_numbers(problem, method=name).value for problem in problems]
    values["z-scores"] = [z_scores(problem) for problem in problems]
    failed = {}
    if peers:
        rows = peer_values(problems)
        for name in rows[0]:
            reasons = [row[name] for row in rows if isinstance(row[name], str)]
            if reasons:
                failed[name] = reasons[0]
            else:
                values[name] = [np.array(row[name]) for row in rows]
    rest = [part(answers, ~mask) for mask in masks] if kept else []
    figures = {name: scored(found, truth, rest) for name, found in values.items()}
    return {"figures": figures, "failed": failed, "ratio": ratio(values, truth), **covered(ours, truth, rest)}


def scored(found: list[np.ndarray], truth: np.ndarray, rest: list[Numbers]) -> dict[str, float]:
    """Return the mean over seeds of the distances to the truth and to what the left-out people said."""
    after = [consensus_of_numbers(one, method="mean").value for one in rest]
    figures = {
        "error": np.mean([np.sqrt(np.mean((value - truth) ** 2)) for value in found]),
        "absolute": np.mean([np.abs(value - truth).mean() for value in found]),
        "correlation": np.mean([np.corrcoef(value, truth)[0, 1] for value in found]),
    }
    if after:
        pairs = zip(found, after, strict=True)
        figures["rest"] = np.mean([np.sqrt(np.mean((value - one) ** 2)) for value, one in pairs])
    return {name: round(float(figure), 3) for name, figure in figures.items()}


def ratio(values: Values, truth: np.ndarray) -> list[float]:
    """Return our error over the mean's, over all seeds, and the ends of its bootstrap interval over tasks."""
    ours, mean = (np.mean([(one - truth) ** 2 for one in values[name]], axis=0) for name in ("ours", "mean"))
    drawn = np.random.default_rng(0).integers(0, len(truth), (RESAMPLES, len(truth)))
    low, high = np.quantile(np.sqrt(ours[drawn].mean(axis=1) / mean[drawn].mean(axis=1)), [0.025, 0.975])
    return [round(float(one), 3) for one in (np.sqrt(ours.mean() / mean.mean()), low, high)]


def covered(ours: list[NumberConsensus], truth: np.ndarray, rest: list[Numbers]) -> dict[str, float]:
    """Return the share of truths, and of means of what was left out, that lie in our 95 % intervals."""
    inside = [np.abs(one.value - truth) <= 1.96 * one.error for one in ours]
    shares = {"covers_truth": round(float(np.mean(inside)), 3)}
    if rest:
        means = [consensus_of_numbers(one, method="mean") for one in rest]
        both = [np.hypot(one.error, mean.error) for one, mean in zip(ours, means, strict=True)]
        inside = [
            np.abs(one.value - mean.value) <= 1.96 * error
            for one, mean, error in zip(ours, means, both, strict=True)
        ]
        shares["covers_rest"] = round(float(np.mean(inside)), 3)
    return shares


def median_level(votes: Votes) -> np.ndarray:
    """Return the lower median of each task's ratings."""
    return (2 * votes.counts.cumsum(axis=1) >= votes.votes_per_item[:, None]).argmax(axis=1)


OURS: dict[str, Callable[[Votes], np.ndarray]] = {
    "ours": lambda votes: consensus_of_ratings(votes, levels=range(votes.n_classes)).label,
    "majority": lambda votes: majority(votes).label,
    "median": median_level,
    "shrunk": lambda votes: shrunk(votes).label,
}


def measure_ratings(
    votes: Votes, truth: np.ndarray, kept: int | None, peers: bool, seeds: int
) -> dict[str, Any]:
    """Return accuracy in per cent and mean distance in levels of every method, over seeds."""
    parts = [thinned(votes, kept, np.random.default_rng(seed)) for seed in range(seeds if kept else 0)]
    parts = parts or [replace(votes, class_names=None)]
    labels = {name: [method(one) for one in parts] for name, method in OURS.items()}
    if peers:
        for name, label in crowdkit_labels(parts[0]).items():
            labels[name] = [label]
    known = truth >= 0
    return {
        name: {
            "accuracy": round(float(np.mean([100 * (one == truth)[known].mean() for one in found])), 2),
            "levels_off": round(float(np.mean([np.abs(one - truth)[known].mean() for one in found])), 3),
        }
        for name, found in labels.items()
    }


def crowdkit_labels(votes: Votes) -> dict[str, np.ndarray]:
    """Return the labels of crowd-kit's methods that finished."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "votes.npz"
        np.savez(path, task=votes.item, worker=votes.worker, label=votes.label)
        printed = run_alone(peer_command("crowdkit", "crowdkit_consensus", str(path), "90", *CROWDKIT))
    rows = [json.loads(line) for line in printed.splitlines()]
    return {f"crowd-kit {row['method']}": np.array(row["labels"]) for row in rows if "labels" in row}


def run(data: Path, *, peers: bool = True, seeds: int = SEEDS) -> dict[str, Any]:
    """Measure all sets that are there, print as it goes, and return the last line."""
    numbers: dict[str, dict[str, Any]] = {}
    for name in SETS:
        answers, truth = load(data / "crowd" / name)
        for kept in KEPT:
            found = measure(answers, truth, kept, peers, seeds)
            numbers[f"{name} {kept or 'all'}"] = found
            print(name, kept or "all", json.dumps(found), flush=True)
    ratings = {}
    for name in RATED:
        votes, classes = load_votes(data / "crowd" / name)
        for kept in (2, 3, None):
            ratings[f"{name} {kept or 'all'}"] = measure_ratings(
                votes, classes, kept, peers and kept is None, seeds
            )
            print(name, kept or "all", json.dumps(ratings[f"{name} {kept or 'all'}"]), flush=True)
    return summary(numbers) | {
        "ratings": {
            key: {name: row["accuracy"] for name, row in rows.items()} for key, rows in ratings.items()
        }
    }


def summary(numbers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the errors of each method on the whole set and, as a mean, on the three that are parts of it."""
    out: dict[str, Any] = {}
    for kept in (str(one or "all") for one in KEPT):
        whole = numbers[f"{WHOLE} {kept}"]
        parts = [numbers[f"{name} {kept}"] for name in SETS if name != WHOLE]
        out[kept] = {
            "whole": {name: row["error"] for name, row in whole["figures"].items()},
            "parts": {
                name: round(float(np.mean([one["figures"][name]["error"] for one in parts])), 3)
                for name in parts[0]["figures"]
            },
            "ratio_whole": whole["ratio"],
            "ratio_parts": round(float(np.mean([one["ratio"][0] for one in parts])), 3),
            "covers_truth": whole["covers_truth"],
        } | ({"covers_rest": whole["covers_rest"]} if kept != "all" else {})
    return out


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--no-peers", action="store_true", help="ours alone")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="random thinnings of each set")
    given = parser.parse_args()
    print(json.dumps(run(given.data, peers=not given.no_peers, seeds=given.seeds)))


if __name__ == "__main__":
    main()
