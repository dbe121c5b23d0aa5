"""Dawid–Skene on many answers, crowd-kit's and ours: `python -m bench.consensus_scale [--answers N | --quick]`.

Four classes, 100,000 workers whose activity follows Zipf's law, five answers a task, a confusion matrix drawn for
each worker. Both start from the same sorted integer columns in a process of their own on one thread, and run the
same rounds of the same algorithm (no smoothing). Seconds are of the whole call: ours from numpy columns to
labels, checks and sparse coding included; theirs from a ready data frame. Memory is the peak above what the
process held once the input was loaded. Ours runs twice: in float32 (the headline) and float64.

The last line is JSON; `same_labels` is the share of tasks with the same label in both.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bench.measure import cost_of
from bench.peers.environment import peer_command, run_alone

CLASSES, WORKERS, ANSWERS_A_TASK = 4, 100_000, 5
ROUNDS = 3
CHUNK = 1_000_000


def simulate(answers: int, seed: int) -> dict[str, np.ndarray]:
    """Return int32 columns `task`, `worker`, `label`, sorted by task; one that answers twice is allowed."""
    rng = np.random.default_rng(seed)
    n_tasks = answers // ANSWERS_A_TASK
    accuracy = rng.beta(6, 3, (WORKERS, CLASSES)).astype(np.float32)
    activity = np.cumsum(1 / np.arange(1, WORKERS + 1))
    truth = rng.integers(0, CLASSES, n_tasks).astype(np.int32)
    columns = {name: np.empty(n_tasks * ANSWERS_A_TASK, np.int32) for name in ("task", "worker", "label")}
    for start in range(0, len(columns["task"]), CHUNK):
        part = slice(start, min(start + CHUNK, len(columns["task"])))
        task = np.arange(part.start, part.stop) // ANSWERS_A_TASK
        worker = np.searchsorted(activity, rng.random(len(task)) * activity[-1])
        right = rng.random(len(task)) < accuracy[worker, truth[task]]
        wrong = (truth[task] + rng.integers(1, CLASSES, len(task))) % CLASSES
        columns["task"][part], columns["worker"][part] = task, worker
        columns["label"][part] = np.where(right, truth[task], wrong)
    return columns


def run_ours(votes: str, labels: str, rounds: str, dtype: str) -> None:
    """Label every task of a file in this process, and print what it cost."""
    from groundswell.quality import Votes, dawid_skene

    with np.load(votes) as file:
        columns = [file[name] for name in ("task", "worker", "label")]
    n_items = int(columns[0][-1]) + 1

    def infer() -> np.ndarray:
        given = Votes(*columns, n_items, WORKERS, CLASSES)
        return dawid_skene(given, smoothing=0.0, early_stop=int(rounds), dtype=dtype).label

    label, cost = cost_of(infer)
    np.save(labels, label)
    print(json.dumps(asdict(cost) | {"rounds": int(rounds)}))


def run_each(folder: Path, rounds: int, *, with_peer: bool) -> dict[str, dict[str, Any]]:
    """Run every contestant on `folder/votes.npz`; returns what each printed, and its labels."""
    ours = [sys.executable, "-m", "bench.consensus_scale", "--run"]
    commands = {f"groundswell {dtype}": (ours, [str(rounds), dtype]) for dtype in ("float32", "float64")}
    if with_peer:
        commands["crowd-kit"] = (peer_command("crowdkit", "crowdkit_scale"), [str(rounds)])
    found = {}
    for name, (command, arguments) in commands.items():
        labels = folder / f"{name}.npy"
        printed = run_alone([*command, str(folder / "votes.npz"), str(labels), *arguments])
        found[name] = json.loads(printed.splitlines()[-1]) | {"labels": np.load(labels)}
        row = found[name]
        spent = f"{row['seconds']:9.2f} s, {row['cpu_seconds']:8.2f} on the processor"
        print(f"{name:20} {row['rounds']:3d} rounds {spent} {row['peak_mb']:9.1f} MB", flush=True)
    return found


def summary(answers: int, found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the last line."""
    ours, peer = found["groundswell float32"], found.get("crowd-kit")
    line = {"answers": answers} | {
        name: round(ours[name], 3) for name in ("seconds", "cpu_seconds", "peak_mb")
    }
    if peer is None:
        return line | {"peer_seconds": None, "peer_peak_mb": None, "same_labels": None}
    return line | {
        "peer_seconds": round(peer["seconds"], 3),
        "peer_cpu_seconds": round(peer["cpu_seconds"], 3),
        "peer_peak_mb": round(peer["peak_mb"], 1),
        "same_labels": float((ours["labels"] == peer["labels"]).mean()),
        "same_labels_float64": float((found["groundswell float64"]["labels"] == peer["labels"]).mean()),
    }


def main() -> None:
    """Simulate, run both, print the ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--answers", type=int, default=10_000_000)
    parser.add_argument("--quick", action="store_true", help="one million answers")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-peer", action="store_true", help="ours alone")
    parser.add_argument(
        "--run", nargs=4, metavar=("VOTES", "LABELS", "ROUNDS", "DTYPE"), help=argparse.SUPPRESS
    )
    given = parser.parse_args()
    if given.run:
        run_ours(*given.run)
        return
    answers = 1_000_000 if given.quick else given.answers
    with tempfile.TemporaryDirectory() as name:
        np.savez(Path(name) / "votes.npz", **simulate(answers, given.seed))
        found = run_each(Path(name), given.rounds, with_peer=not given.no_peer)
    line = summary(answers, found)
    if line["peer_seconds"]:
        faster, leaner = line["peer_seconds"] / line["seconds"], line["peer_peak_mb"] / line["peak_mb"]
        cpu = line["peer_cpu_seconds"] / line["cpu_seconds"]
        print(
            f"{faster:.1f} times faster ({cpu:.1f} by processor time), {leaner:.1f} times less memory above the input"
        )
    print(json.dumps(line))


if __name__ == "__main__":
    main()
