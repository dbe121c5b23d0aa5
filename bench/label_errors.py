"""Label errors against cleanlab: `python -m bench.label_errors --data DIR`.

DIR holds one folder a set under `label_errors/`, each with `given.npz` (`given_labels`, out-of-sample
`model_probs`) and `mturk.json` (five people's verdicts on suspicious items; an error is a label that fewer than
three of them kept). Measured there: average precision of the ranking among the verified items, equal scores taken
together, and the Jaccard index of the two sets of flagged items. Then seconds (best of `--repeats`) and peak
memory above the input, on made-up float32 probabilities, 1M x 10 and 100k x 1,000.

Each run is a process of its own with one thread. The peer runs one job of its default method, in a virtual
environment that is made on first use. Where the two flag different items, their estimated counts differ only in
which of several equal remainders was rounded up; ours decides by the items, not by the order of classes.

The last line is JSON: means over the real sets, and the figures at scale.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.measure import measured
from bench.peers.environment import peer_command, run_alone

SCALES = {"1M x 10": (1_000_000, 10), "100k x 1,000": (100_000, 1000)}
LISTED = 50_000
"""Scores are listed for sets of up to this many items: only real ones are ranked."""

Find = Callable[[np.ndarray, np.ndarray], np.ndarray]


def probe(given: str, repeats: int, find: Find, score: Find) -> None:
    """Run one implementation on one file, in this process, and print what it found and what it cost."""
    with np.load(given) as arrays:
        labels, probabilities = arrays["given_labels"].astype(np.int64), arrays["model_probs"]
    find(labels[:100], probabilities[:100])  # what is loaded on first use is not what is measured
    runs = [measured(lambda: find(labels, probabilities)) for _ in range(repeats)]
    flagged, seconds, peaks = zip(*runs, strict=True)
    scores = score(labels, probabilities).tolist() if len(labels) <= LISTED else None
    found = {"flagged": flagged[0].tolist(), "scores": scores}
    print(json.dumps({"seconds": min(seconds), "peak_mb": max(peaks)} | found))


def probe_ours(given: str, repeats: int) -> None:
    """Run ours on one file; the score of an item is its place in the ranking, which has no ties."""
    from groundswell.quality import find_label_errors

    probe(
        given,
        repeats,
        lambda labels, probabilities: find_label_errors(labels, probabilities).index,
        lambda labels, probabilities: np.argsort(find_label_errors(labels, probabilities).ranking()),
    )


def run_both(given: Path, repeats: int) -> list[dict[str, Any]]:
    """Run ours and the peer on the same file, each in a process of its own."""
    arguments = [str(given.resolve()), str(repeats)]
    commands = (
        [sys.executable, "-m", "bench.label_errors", "--probe", *arguments],
        peer_command("cleanlab", "cleanlab_label_errors", *arguments),
    )
    return [json.loads(run_alone(command).splitlines()[-1]) for command in commands]


def average_precision(score: np.ndarray, wrong: np.ndarray) -> float:
    """Return the average precision of finding what is wrong by lowest score; equal scores come together."""
    _, group = np.unique(score, return_inverse=True)
    hits = np.bincount(group, wrong)
    precision = hits.cumsum() / np.bincount(group).cumsum()
    return float((hits * precision).sum() / wrong.sum())


def jaccard(one: list[int], other: list[int]) -> float:
    """Return the share of all flagged items that both flag."""
    return len(set(one) & set(other)) / max(1, len(set(one) | set(other)))


def made_up(n_items: int, n_classes: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return probabilities of a fair model, and labels of which a tenth are one of five near classes."""
    truth = rng.integers(0, n_classes, n_items)
    probabilities = np.empty((n_items, n_classes), np.float32)
    for start in range(0, n_items, 10_000):
        true = truth[start : start + 10_000]
        logits = rng.standard_normal((len(true), n_classes), np.float32)
        logits[np.arange(len(true)), true] += rng.normal(4 + np.log(n_classes) / 2, 2, len(true))
        weight = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities[start : start + 10_000] = weight / weight.sum(axis=1, keepdims=True)
    off = np.where(rng.random(n_items) < 0.1, rng.integers(1, 6, n_items), 0)
    return {"given_labels": (truth + off) % n_classes, "model_probs": probabilities}


def on_real_sets(data: Path, repeats: int) -> list[tuple[float, float, float]]:
    """Print and return average precision, the peer's, and agreement, for every set that is there."""
    scores = []
    print(
        f"{'set':14}{'verified':>10}{'wrong':>8}{'flagged':>9}{'peer':>7}{'AP':>8}{'peer':>8}{'jaccard':>9}"
    )
    for folder in sorted(path.parent for path in (data / "label_errors").glob("*/given.npz")):
        verdicts = json.loads((folder / "mturk.json").read_text())
        items = np.array([one["id"] for one in verdicts])
        wrong = np.array([one["mturk"]["given"] < 3 for one in verdicts])
        both = run_both(folder / "given.npz", repeats)
        ap, ap_peer = (average_precision(np.array(one["scores"])[items], wrong) for one in both)
        flagged = [one["flagged"] for one in both]
        scores.append((ap, ap_peer, jaccard(*flagged)))
        counts = f"{len(items):>10}{wrong.sum():>8}{len(flagged[0]):>9}{len(flagged[1]):>7}"
        print(f"{folder.name:14}{counts}{ap:8.4f}{ap_peer:8.4f}{scores[-1][2]:9.4f}", flush=True)
    return scores


def at_scale(repeats: int) -> dict[str, list[dict[str, Any]]]:
    """Print and return what both take on made-up sets."""
    results = {}
    print(f"{'size':14}{'seconds':>10}{'peer':>8}{'times':>8}{'peak MB':>9}{'peer':>8}{'jaccard':>9}")
    for name, size in SCALES.items():
        with tempfile.TemporaryDirectory() as folder:
            given = Path(folder) / "given.npz"
            np.savez(given, **made_up(*size, np.random.default_rng(0)))
            one, other = results[name] = run_both(given, repeats)
        times = f"{one['seconds']:10.3f}{other['seconds']:8.3f}{other['seconds'] / one['seconds']:8.1f}"
        memory = f"{one['peak_mb']:9.1f}{other['peak_mb']:8.1f}"
        print(f"{name:14}{times}{memory}{jaccard(one['flagged'], other['flagged']):9.5f}", flush=True)
    return results


def summary(real: list[tuple[float, float, float]], scale: dict[str, Any]) -> dict[str, Any]:
    """Return the last line."""
    ap, ap_peer, agreement = np.mean(real, axis=0).round(4).tolist()
    (fast, slow), (small, large) = (scale[name] for name in SCALES)
    return {
        "sets": len(real),
        "ap": ap,
        "ap_peer": ap_peer,
        "jaccard": agreement,
        "seconds_1m": round(fast["seconds"], 3),
        "peer_seconds_1m": round(slow["seconds"], 3),
        "speedup_1m": round(slow["seconds"] / fast["seconds"], 2),
        "peak_mb_1000": round(small["peak_mb"], 1),
        "peer_peak_mb_1000": round(large["peak_mb"], 1),
    }


def main() -> None:
    """Print a table of the real sets, one of the made-up ones, and the summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--probe", nargs=2, metavar=("GIVEN", "REPEATS"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.probe:
        probe_ours(given.probe[0], int(given.probe[1]))
        return
    if not (given.data and any((given.data / "label_errors").glob("*/given.npz"))):
        parser.error("--data must name a folder with label_errors/<set>/given.npz")
    real = on_real_sets(given.data, given.repeats)
    print(json.dumps(summary(real, at_scale(given.repeats))))


if __name__ == "__main__":
    main()
