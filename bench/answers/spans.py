"""Named entities from a real crowd, peers beside ours: `python -m bench.answers.spans --data DIR`.

DIR holds `crowd/ner_conll_mturk` (`answers.csv`: task, worker, label; `truth.csv`: task, truth, tokens): 2,845
sentences of CoNLL-2003 that 47 people on Mechanical Turk tagged, about five each (Rodrigues et al. 2014). An
entity counts where start, end and label are right; all counts are pooled over sentences, as in CoNLL. The truth
is used to score only.

Compared: both of our doors, token by token majority, Dawid–Skene (ours, converged; crowd-kit's) and `shrunk`, and
the worker who is best by the truth, on that worker's own sentences. Intervals are the 95 % percentile bootstrap of the
difference in F1 over sentences.

Published on the full data, for orientation only (other sentences; settings tuned on a half, scored on the other;
the last two use the words too): Simpson and Gurevych 2019, doi:10.18653/v1/D19-1101, by the manuscript in the authors'
repository (github.com/UKPLab/arxiv2018-bayesian-ensembles, documents/sections/experiments.tex): `PUBLISHED` below.

The last line is JSON, in per cent.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.peers.environment import peer_command, run_alone
from groundswell.quality import AGGREGATORS, Votes
from groundswell.quality.spans import (
    Span,
    consensus_of_sequences,
    consensus_of_spans,
    spans_from_tags,
)

PUBLISHED = {
    "majority": 65.4,
    "Dawid-Skene": 74.4,
    "BSC-seq without words": 76.3,
    "HMM-crowd": 74.2,
    "BSC-seq": 77.4,
}
RESAMPLES = 2_000
LEAST_ANSWERS = 100
"""A worker with fewer answers cannot be the best worker."""

Found = dict[str, set[Span]]
"""The entities of each sentence."""


@dataclass(frozen=True)
class Crowd:
    """Answers as (sentence, worker, tags), tokens as offsets in the text, and the true entities."""

    answers: list[tuple[str, str, list[str]]]
    tokens: dict[str, list[tuple[int, int]]]
    truth: Found


def load(data: Path) -> Crowd:
    """Read the set; entities are in code points of the tokens joined by spaces."""
    folder = data / "crowd" / "ner_conll_mturk"
    with (folder / "truth.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    tokens = {row["task"]: offsets(json.loads(row["tokens"])) for row in rows}
    truth = {row["task"]: set(spans_from_tags(row["truth"].split(), tokens[row["task"]])) for row in rows}
    with (folder / "answers.csv").open(newline="") as file:
        answers = [(row["task"], row["worker"], row["label"].split()) for row in csv.DictReader(file)]
    return Crowd(answers, tokens, truth)


def thinned(crowd: Crowd, per_sentence: int) -> Crowd:
    """Return the crowd with that many random answers a sentence, for crowds that answer less often."""
    rng = np.random.default_rng(per_sentence)
    by_task: dict[str, list[tuple[str, str, list[str]]]] = {}
    for row in crowd.answers:
        by_task.setdefault(row[0], []).append(row)
    kept = [rows[i] for rows in by_task.values() for i in rng.permutation(len(rows))[:per_sentence]]
    return replace(crowd, answers=kept)


def offsets(words: list[str]) -> list[tuple[int, int]]:
    """Return start and end of each word where words are joined by spaces."""
    ends = np.cumsum([len(word) + 1 for word in words]) - 1
    return [(int(end) - len(word), int(end)) for word, end in zip(words, ends, strict=True)]


def by_sequences(crowd: Crowd) -> tuple[Found, str]:
    """Our consensus of tags, and how far its probabilities hold for whole sentences."""
    result = consensus_of_sequences(crowd.answers)
    found = {task: set(result.spans(task, crowd.tokens[task])) for task in result.tasks}
    right = [found[task] == crowd.truth[task] for task in result.tasks]
    return found, claim("sentences", list(result.probability.values()), right)


def by_spans(crowd: Crowd) -> tuple[Found, str]:
    """Our consensus of spans, and how far its probabilities hold for spans."""
    rows = [(task, by, spans_from_tags(tags, crowd.tokens[task])) for task, by, tags in crowd.answers]
    result = consensus_of_spans(rows, allow_overlaps=False)
    each = [(task, one) for task, spans in result.spans.items() for one in spans]
    right = [one.span in crowd.truth[task] for task, one in each]
    found = {task: set(spans) for task, spans in result.labels.items()}
    return found, claim("spans", [one.probability for _, one in each], right)


def claim(what: str, probabilities: list[float], right: list[bool]) -> str:
    """Say what share was claimed to be right, and what share is."""
    return f"{what}: claimed {100 * np.mean(probabilities):.1f} % right, {100 * np.mean(right):.1f} % are"


def token_votes(crowd: Crowd) -> Votes:
    """Return one vote for each token of each answer."""
    rows = [((task, place), by, tag) for task, by, tags in crowd.answers for place, tag in enumerate(tags)]
    return Votes.from_table(rows)


def by_tokens(crowd: Crowd, votes: Votes, labels: np.ndarray) -> Found:
    """Return the entities of labels that were inferred token by token."""
    names, classes = votes.item_names or (), votes.class_names or ()
    tags = {name: classes[label] for name, label in zip(names, labels.tolist(), strict=True)}
    return {
        task: set(spans_from_tags([str(tags[task, i]) for i in range(len(tokens))], tokens))
        for task, tokens in crowd.tokens.items()
    }


def peer_labels(votes: Votes, methods: list[str], limit: int) -> dict[str, np.ndarray]:
    """Return crowd-kit's labels of every token."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "votes.npz"
        np.savez(path, task=votes.item, worker=votes.worker, label=votes.label)
        printed = run_alone(peer_command("crowdkit", "crowdkit_consensus", str(path), str(limit), *methods))
    rows = [json.loads(line) for line in printed.splitlines()]
    failed = [f"crowd-kit {row['method']}: {row['failed']}" for row in rows if "failed" in row]
    print("\n".join(failed), file=sys.stderr, end="\n" if failed else "")
    return {f"crowd-kit {row['method']}, tokens": np.array(row["labels"]) for row in rows if "labels" in row}


def counts(found: Found, truth: Found, tasks: list[str]) -> np.ndarray:
    """Return right, found and true entities of each sentence, `[n, 3]`."""
    return np.array([[len(found[t] & truth[t]), len(found[t]), len(truth[t])] for t in tasks], float)


def scores(table: np.ndarray) -> np.ndarray:
    """Return precision, recall and F1 in per cent of counts `[..., 3]`."""
    right, found, true = np.moveaxis(table, -1, 0)
    return 100 * np.stack([right / np.maximum(found, 1), right / true, 2 * right / (found + true)], axis=-1)


def interval(ours: np.ndarray, other: np.ndarray, seed: int = 0) -> list[float]:
    """Return the 95 % bootstrap interval of the difference in F1 over sentences."""
    drawn = np.random.default_rng(seed).multinomial(len(ours), np.full(len(ours), 1 / len(ours)), RESAMPLES)
    gaps = scores(drawn @ ours)[:, 2] - scores(drawn @ other)[:, 2]
    return [round(float(end), 2) for end in np.quantile(gaps, [0.025, 0.975])]


def best_worker(crowd: Crowd) -> tuple[str, list[str], Found]:
    """Return the worker with the highest F1 by the truth, that worker's sentences, and what they marked."""
    marked: dict[str, Found] = {}
    for task, by, tags in crowd.answers:
        marked.setdefault(by, {})[task] = set(spans_from_tags(tags, crowd.tokens[task]))

    def f1(name: str) -> float:
        table = counts(marked[name], crowd.truth, list(marked[name]))
        return float(scores(table.sum(axis=0))[2])

    often = [name for name in marked if len(marked[name]) >= LEAST_ANSWERS]
    best = max(often, key=lambda name: (f1(name), name))
    return best, list(marked[best]), marked[best]


def measure(crowd: Crowd, *, peers: bool, limit: int) -> dict[str, tuple[Found, str]]:
    """Return the entities by each method, and what else is to be said of it."""
    votes = token_votes(crowd)
    methods: dict[str, Callable[[], tuple[Found, str]]] = {
        "sequences": lambda: by_sequences(crowd),
        "spans": lambda: by_spans(crowd),
    }
    for name in ("majority", "dawid_skene", "shrunk"):
        infer = AGGREGATORS[name]
        methods[f"{name}, tokens"] = lambda infer=infer: (by_tokens(crowd, votes, infer(votes).label), "")
    found = {}
    for name, method in methods.items():
        started = time.perf_counter()
        entities, note = method()
        found[name] = (entities, f"{time.perf_counter() - started:6.1f} s  {note}")
    if peers:
        for name, labels in peer_labels(votes, ["MajorityVote", "DawidSkene"], limit).items():
            found[name] = (by_tokens(crowd, votes, labels), "")
    return found


def print_row(name: str, table: np.ndarray, note: str) -> None:
    """Print one row of the table."""
    print(f"{name:32}" + "".join(f"{score:10.2f}" for score in scores(table.sum(axis=0))) + f"  {note}")


def f1_of(table: np.ndarray) -> float:
    """Return the F1 of all sentences."""
    return round(float(scores(table.sum(axis=0))[2]), 2)


def run(
    data: Path, *, peers: bool = True, limit: int = 300, per_sentence: int | None = None
) -> dict[str, Any]:
    """Measure, print the table, and return the summary."""
    crowd = load(data) if per_sentence is None else thinned(load(data), per_sentence)
    tasks = list(crowd.truth)
    found = measure(crowd, peers=peers, limit=limit)
    tables = {name: counts(entities, crowd.truth, tasks) for name, (entities, _) in found.items()}
    print(f"{'entities, per cent':32}{'precision':>10}{'recall':>10}{'F1':>10}")
    for name, table in tables.items():
        print_row(name, table, found[name][1])
    best, own, marked = best_worker(crowd)
    alone, there = counts(marked, crowd.truth, own), counts(found["sequences"][0], crowd.truth, own)
    print_row(f"best worker ({best})", alone, f"on {len(own)} sentences")
    print_row("sequences", there, "on the same")
    rival = max((name for name in tables if "awid" in name), key=lambda name: f1_of(tables[name]))
    gains = {name: f1_of(tables[name]) - f1_of(tables[rival]) for name in ("sequences", "spans")}
    return {
        "sentences": len(tasks),
        "answers": len(crowd.answers),
        "f1": {name: f1_of(table) for name, table in tables.items()},
        "best_dawid_skene": rival,
        **{f"{name}_gain": round(gain, 2) for name, gain in gains.items()},
        **{f"{name}_gain_95": interval(tables[name], tables[rival]) for name in gains},
        "best_worker_f1": f1_of(alone),
        "sequences_f1_there": f1_of(there),
        "published_full_set_f1": PUBLISHED,
    }


def main() -> None:
    """Print the table and the summary."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--no-peers", action="store_true", help="ours alone, in seconds")
    parser.add_argument("--limit", type=int, default=300, help="seconds for one peer method")
    parser.add_argument("--answers", type=int, help="keep this many random answers a sentence")
    given = parser.parse_args()
    summary = run(given.data, peers=not given.no_peers, limit=given.limit, per_sentence=given.answers)
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
