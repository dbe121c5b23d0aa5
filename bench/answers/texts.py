"""Consensus of texts on real crowds, crowd-kit beside ours: `python -m bench.answers.texts --data DIR`.

Two sets under DIR/crowd. `text_crowdspeech_dev_clean`: transcripts of read English, scored by word error rate
against what was read. `text_wsa_j1`: translations into English, scored by sentence GLEU against a translator's.
In both, case and punctuation do not count (the truth of the first has none), for every method alike; every method
gets one answer of each worker for a task, the last, and rows without a worker (a text that the file has broken in
two) are left out. Tasks without truth take part, unscored.

crowd-kit runs with its defaults in an environment of its own; TextRASA and TextHRRASA need an embedding and get
the one of `bench.peers.hashed`, as does "choose_text, embedded". Texts reach them normalised, because their ROVER
compares words as they stand. Seconds are processor seconds.

"a worker" is the mean over all answers; "the majority" is the text that most wrote, in the sense above, the first of
a tie; "the best answer" is picked with the truth, an oracle. Intervals are 95 % percentile bootstrap over tasks.

The transcripts are a part of CrowdSpeech: Pavlichenko, Stelmakh and Ustalov (2021), arXiv:2107.01091; the constants of
`combine_transcripts` were chosen on it. The translations are of Li and Fukumoto (2019), doi:10.18653/v1/D19-5904;
nothing was chosen on them.

The last line is JSON: word error rates and GLEU in per cent.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz.distance import Levenshtein

from bench.peers.environment import peer_command, run_alone
from bench.peers.hashed import embed
from groundswell.quality.texts import Normal, choose_text, combine_transcripts

SPEECH = "text_crowdspeech_dev_clean"
TRANSLATIONS = "text_wsa_j1"
NORMAL = Normal()
RESAMPLES = 10_000
LIMIT = 600
"""Seconds that a peer has for one set."""

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Scores:
    """What a method reached on the tasks with a truth, task by task.

    Attributes:
        good: edits, or GLEU.
        size: words of the truth, or ones.
        seconds: processor seconds; 0 where there is nothing to compute.
    """

    good: np.ndarray
    size: np.ndarray
    seconds: float

    @property
    def rate(self) -> float:
        """The set's figure, in per cent."""
        return float(self.good.sum() / self.size.sum() * 100)


def load(folder: Path) -> tuple[Rows, dict[str, str]]:
    """Return the answers of a set, one for each task and worker, and its truth."""
    with (folder / "answers.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["worker"] and row["label"].strip()]
    with (folder / "truth.csv").open(newline="") as file:
        truth = {row["task"]: row["truth"] for row in csv.DictReader(file)}
    last = {(row["task"], row["worker"]): row["label"] for row in rows}
    return [{"task": task, "worker": worker, "text": text} for (task, worker), text in last.items()], truth


def edits(truth: str, text: str) -> float:
    """Return the words to change."""
    return float(Levenshtein.distance(NORMAL.keys(truth), NORMAL.keys(text)))


def gleu(truth: str, text: str) -> float:
    """Return the lesser of precision and recall of all n-grams up to 4 words.

    Source: Wu et al. (2016), "Google's Neural Machine Translation System", arXiv:1609.08144.
    """
    one, other = _grams(NORMAL.keys(truth)), _grams(NORMAL.keys(text))
    return (one & other).total() / max(one.total(), other.total(), 1)


def _grams(words: tuple[str, ...]) -> Counter[tuple[str, ...]]:
    return Counter(words[at : at + n] for n in range(1, 5) for at in range(len(words) - n + 1))


Score = Callable[[str, str], float]


def ours(rows: Rows) -> dict[str, tuple[dict[str, str], float]]:
    """Return our texts, and seconds."""
    methods: dict[str, Callable[[], Any]] = {
        "combine_transcripts": lambda: combine_transcripts(rows),
        "choose_text": lambda: choose_text(rows),
        "choose_text, embedded": lambda: choose_text(rows, embed=lambda texts: [embed(one) for one in texts]),
    }
    out = {}
    for name, method in methods.items():
        started = time.process_time()
        out[f"groundswell {name}"] = (method().texts, time.process_time() - started)
    return out


def peers(rows: Rows) -> dict[str, tuple[dict[str, str], float]]:
    """Return crowd-kit's texts, and seconds; prints why a method has none."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.csv"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, ["task", "worker", "text"])
            writer.writeheader()
            writer.writerows(rows)
        printed = run_alone(peer_command("crowdkit_texts", "crowdkit_texts", str(path), str(LIMIT)))
    found = [json.loads(line) for line in printed.splitlines()]
    for row in found:
        if "failed" in row:
            print(f"crowd-kit {row['method']}: {row['failed']}")
    return {f"crowd-kit {row['method']}": (row["texts"], row["seconds"]) for row in found if "texts" in row}


def plain(rows: Rows, truth: dict[str, str], score: Score, best: Callable[..., float]) -> dict[str, Any]:
    """Return, for each task with truth, what a worker, the majority and the best answer reach."""
    texts = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["text"]):
        texts[row["task"]].append(NORMAL(row["text"]))
    reached = {task: [score(truth[task], text) for text in texts[task]] for task in texts if task in truth}
    popular = {task: Counter(texts[task]).most_common(1)[0][0] for task in reached}
    return {
        "a worker": {task: float(np.mean(each)) for task, each in reached.items()},
        "the majority": {task: score(truth[task], popular[task]) for task in reached},
        "the best answer": {task: best(each) for task, each in reached.items()},
    }


def measure(folder: Path, score: Score, best: Callable[..., float], *, with_peers: bool) -> dict[str, Scores]:
    """Return every method's scores on one set."""
    rows, truth = load(folder)
    normalised = [row | {"text": NORMAL(row["text"])} for row in rows]
    found = ours(rows) | (peers(normalised) if with_peers else {})
    simple = plain(rows, truth, score, best)
    tasks = sorted(simple["a worker"])
    words = np.array([len(NORMAL.keys(truth[task])) for task in tasks], float)
    size = words if score is edits else np.ones(len(tasks))
    out = {name: Scores(np.array([each[task] for task in tasks]), size, 0.0) for name, each in simple.items()}
    for name, (texts, seconds) in found.items():
        good = np.array([score(truth[task], texts.get(task, "")) for task in tasks])
        out[name] = Scores(good, size, seconds)
    print(f"{folder.name}: {len(rows):,} answers, {len(tasks):,} tasks with truth")
    return out


def gap(one: Scores, other: Scores, seed: int = 0) -> tuple[float, float, float]:
    """Return `one` minus `other` in points, and its 95 % bootstrap interval over tasks."""
    rng = np.random.default_rng(seed)
    times = rng.multinomial(len(one.size), np.full(len(one.size), 1 / len(one.size)), RESAMPLES)
    drawn = times @ (one.good - other.good) / (times @ one.size) * 100
    low, high = np.quantile(drawn, [0.025, 0.975])
    return one.rate - other.rate, float(low), float(high)


def report(title: str, scores: dict[str, Scores], reference: str) -> None:
    """Print a row for each method: its figure, the gap to `reference` with interval, and seconds."""
    print(f"\n{title:40}{'per cent':>9}  gap to {reference}")
    for name, one in scores.items():
        distance, low, high = gap(one, scores[reference])
        print(f"{name:40}{one.rate:9.2f}  {distance:+.2f} [{low:+.2f}, {high:+.2f}]  {one.seconds:8.1f} s")


def best_of(scores: dict[str, Scores], start: str, pick: Callable[..., str]) -> str:
    """Return the best method whose name begins so."""
    return pick((name for name in scores if name.startswith(start)), key=lambda name: scores[name].rate)


def run(data: Path, *, with_peers: bool = True) -> dict[str, Any]:
    """Measure both sets, print the tables, and return the summary."""
    speech = measure(data / "crowd" / SPEECH, edits, min, with_peers=with_peers)
    translations = measure(data / "crowd" / TRANSLATIONS, gleu, max, with_peers=with_peers)
    peer = "crowd-kit" if with_peers else "the majority"
    rival, other = best_of(speech, peer, min), best_of(translations, peer, max)
    report("transcripts: word error rate", speech, rival)
    report("translations: GLEU", translations, other)
    combined, chosen = speech["groundswell combine_transcripts"], translations["groundswell choose_text"]
    return {
        "word_error_rate": round(combined.rate, 2),
        "worker_word_error_rate": round(speech["a worker"].rate, 2),
        "best_peer_word_error_rate": round(speech[rival].rate, 2),
        "best_peer": rival,
        "word_error_gap_95": [round(one, 2) for one in gap(combined, speech[rival])[1:]],
        "seconds": round(combined.seconds, 1),
        "peer_seconds": round(speech[rival].seconds, 1),
        "gleu": round(chosen.rate, 2),
        "worker_gleu": round(translations["a worker"].rate, 2),
        "best_peer_gleu": round(translations[other].rate, 2),
        "best_peer_of_translations": other,
        "gleu_gap_95": [round(one, 2) for one in gap(chosen, translations[other])[1:]],
    }


def main() -> None:
    """Print the tables and the summary."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--no-peers", action="store_true", help="ours alone, in seconds")
    given = parser.parse_args()
    print(json.dumps(run(given.data, with_peers=not given.no_peers)))


if __name__ == "__main__":
    main()
