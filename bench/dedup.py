"""How fast, and how rightly, are near-duplicates found? Beside datatrove's MinHash pipeline, on one core.

    python -m bench.dedup --data DIR [--rounds 5] [--no-peer]

DIR holds `documents.parquet` (`id`, `text`) and `near_duplicates.parquet` (`a`, `b`, `j`: ids of two documents and
the exact Jaccard similarity of their word 5-grams). To the pairs that are given, others are planted: documents in which
words at random places are replaced, until the similarity is in one of the bands that are reported. They are
planted in languages that put spaces between words: in others a clause is a word to whoever counts like this.

A pair is found if not both documents stay. It is merged wrongly if its similarity is low, and one is dropped
for the sake of the other, or both for the same third one. Both programs run from the Parquet file to what is kept, on
the same core; ours is the public pipeline with its defaults, the median of rounds that surround the peer's one.
The last line is JSON.
"""

import argparse
import json
import os
import random
import re
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bench.measure import Cost, cost_of
from bench.peers.environment import peer_command, run_alone
from groundswell.clean import DropNearDuplicates, run
from groundswell.clock import now
from groundswell.collect import open_source
from groundswell.items import Drop, packed

BANDS = {"50": (0.50, 0.55), "80": (0.80, 0.85), "90": (0.90, 1.01)}
PLANTED = 100
"""Pairs planted in each band."""

_WORD = re.compile(r"\w+")
_KEPT = re.compile(r"to row (\d+) \(")


@dataclass(frozen=True)
class Pair:
    """Two documents, by row, and how alike they are."""

    a: int
    b: int
    likeness: float


@dataclass(frozen=True)
class Found:
    """What became of each document: whether it stays, and the row that stands for its cluster."""

    stays: Sequence[bool]
    cluster: Sequence[int]


def shingles(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return {tuple(words[start : start + 5]) for start in range(len(words) - 4)}


def jaccard(one: str, other: str) -> float:
    a, b = shingles(one), shingles(other)
    return len(a & b) / len(a | b) if a or b else 0.0


def plant(texts: Sequence[str], per_band: int) -> tuple[list[str], list[Pair]]:
    """Return texts that are copies of others with words replaced, and the pairs that they make."""
    rng = random.Random(7)
    whole = [row for row, text in enumerate(texts) if 100 <= len(_WORD.findall(text)) > len(text) / 15]
    vocabulary = sorted({word for row in rng.sample(whole, 50) for word in _WORD.findall(texts[row])})
    made: list[str] = []
    pairs: list[Pair] = []
    for low, high in BANDS.values():
        wanted = len(pairs) + per_band
        while len(pairs) < wanted:
            row = rng.choice(whole)
            goal = rng.uniform(low, min(high, 1.0))
            copy = changed(texts[row], goal, vocabulary, rng)
            likeness = jaccard(texts[row], copy)
            if low <= likeness < high and copy != texts[row]:
                pairs.append(Pair(row, len(texts) + len(made), likeness))
                made.append(copy)
    return made, pairs


def changed(text: str, goal: float, vocabulary: Sequence[str], rng: random.Random) -> str:
    """Replace words until about `goal` of the 5-grams are shared: each word spoils five of them, on both sides."""
    places = list(_WORD.finditer(text))
    share = 1 - (2 * goal / (1 + goal)) ** (1 / 5)
    chosen = {place for place in range(len(places)) if rng.random() < share}
    parts, end = [], 0
    for place in sorted(chosen):
        parts += [text[end : places[place].start()], rng.choice(vocabulary)]
        end = places[place].end()
    return "".join([*parts, text[end:]])


def ours(documents: Path) -> tuple[Found, int]:
    """Run our pipeline; returns what became of each document, and the bytes of text."""
    drops: list[Drop] = []
    source = open_source(documents, collected_at=now(), text_column="text")
    batches = run(packed(source.read(), drops.append), [DropNearDuplicates()], on_drop=drops.append)
    rows = sum(batch.num_rows for batch in batches) + len(drops)
    stays, cluster = [True] * rows, list(range(rows))
    for drop in drops:
        row = int(drop.locator.removeprefix("row "))
        kept = _KEPT.search(drop.detail)
        stays[row], cluster[row] = False, int(kept[1]) if kept else row
    return Found(stays, cluster), rows


def theirs(documents: Path, rows: int) -> tuple[Found, float]:
    """Run datatrove's pipeline; returns what became of each document, and the seconds of its four steps."""
    with tempfile.TemporaryDirectory() as folder:
        told = json.loads(
            run_alone(peer_command("datatrove", "datatrove_minhash", str(documents), folder)).splitlines()[-1]
        )
    cluster = [
        row if told["clusters"].get(str(row)) is None else rows + int(told["clusters"][str(row)])
        for row in range(rows)
    ]
    return Found([told["stays"][str(row)] for row in range(rows)], cluster), sum(told["seconds"].values())


def judged(found: Found, pairs: Sequence[Pair]) -> dict[str, float]:
    """Return recall by band, and the share of wrong merges."""
    shares: dict[str, float] = {}
    for name, (low, high) in BANDS.items():
        band = [pair for pair in pairs if low <= pair.likeness < high]
        if name == "50":
            hits = sum(found.cluster[pair.a] == found.cluster[pair.b] for pair in band)
        else:
            hits = sum(not (found.stays[pair.a] and found.stays[pair.b]) for pair in band)
        shares["false_merge_50" if name == "50" else f"recall_{name}"] = (
            hits / len(band) if band else float("nan")
        )
    return shares


def prepare(data: Path, folder: Path, planted: int) -> tuple[Path, list[Pair], int]:
    """Write the documents of a run; returns the file, the pairs and the bytes of text."""
    table = pq.read_table(data / "documents.parquet", columns=["id", "text"])
    rows = {name: row for row, name in enumerate(table["id"].to_pylist())}
    given = pq.read_table(data / "near_duplicates.parquet").to_pylist()
    pairs = [Pair(rows[pair["a"]], rows[pair["b"]], pair["j"]) for pair in given]
    texts = table["text"].to_pylist()
    made, more = plant(texts, planted)
    texts += made
    path = folder / "documents.parquet"
    pq.write_table(pa.table({"row": [str(row) for row in range(len(texts))], "text": texts}), path)
    return path, pairs + more, sum(len(text.encode()) for text in texts)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--planted", type=int, default=PLANTED, help="pairs planted in each band")
    parser.add_argument("--no-peer", action="store_true", help="leave datatrove out")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        documents, pairs, size_bytes = prepare(arguments.data, Path(folder), arguments.planted)
        result = measure(documents, pairs, size_bytes, arguments.rounds, with_peer=not arguments.no_peer)
    print(json.dumps(result))


def measure(
    documents: Path, pairs: Sequence[Pair], size_bytes: int, rounds: int, *, with_peer: bool
) -> dict[str, Any]:
    costs: list[Cost] = []
    ours(documents)  # the first round loads what all later ones have
    for _ in range(rounds - rounds // 2):
        (found, rows), cost = cost_of(lambda: ours(documents))
        costs.append(cost)
    peer, peer_seconds = theirs(documents, rows) if with_peer else (None, float("nan"))
    for _ in range(rounds // 2):
        (found, rows), cost = cost_of(lambda: ours(documents))
        costs.append(cost)
    seconds = statistics.median(cost.seconds for cost in costs)
    rate, peer_rate = size_bytes / 1e6 / seconds, size_bytes / 1e6 / peer_seconds
    print(f"{rows:,} documents, {size_bytes / 1e6:.1f} MB, {len(pairs)} pairs of known similarity, one core")
    print(f"ours: {rate:.1f} MB/s (median of {rounds}; {[round(cost.seconds, 3) for cost in costs]} s)")
    result: dict[str, Any] = {
        "mb_per_s": round(rate, 2),
        "docs_per_s": round(rows / seconds),
        **{name: round(value, 4) for name, value in judged(found, pairs).items()},
        "kept": sum(found.stays),
        "peak_mb": round(max(cost.peak_mb for cost in costs), 1),
    }
    if peer is not None:
        told = judged(peer, pairs)
        print(
            f"datatrove: {peer_rate:.2f} MB/s, {sum(peer.stays):,} kept, "
            + ", ".join(f"{k} {v:.3f}" for k, v in told.items())
        )
        result |= {
            "peer": "datatrove 0.10.1",
            "peer_mb_per_s": round(peer_rate, 3),
            "peer_ratio": round(rate / peer_rate, 1),
            **{f"peer_{name}": round(value, 4) for name, value in told.items()},
        }
    return result


if __name__ == "__main__":
    main()
