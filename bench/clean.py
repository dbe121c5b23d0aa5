"""How fast are documents cleaned? Rules beside datatrove's filters, the whole recipe for web text, and a tiny job.

    python -m bench.clean [--data DIR] [--rounds 5] [--no-peer]

DIR holds `documents.parquet` with a column `text`; without it, pages are made of words. One after the other are timed:

- the rules of Gopher (quality and repetition) and FineWeb over all documents, on one core, beside datatrove's
  `GopherRepetitionFilter`, `GopherQualityFilter` and `FineWebQualityFilter` over the first of the same file,
  and how often the two decide alike. datatrove takes each punctuation mark for a word, so that its share of words
  with a letter (at least 0.8) is missed by most texts about programs, and its shares of repeated words are others;
- the whole recipe `web-text` from the Parquet file to what is kept, on one core, and with two processes on a corpus
  that is several times as large: copies in which words are replaced, so that they are no duplicates;
- a tiny job: the command line on 100 documents, from start to finish.

Megabytes are of UTF-8 that is read, of what is dropped early too. The last line is JSON.
"""

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.peers.environment import peer_command, run_alone
from groundswell.clean import (
    FINEWEB_QUALITY,
    GOPHER_QUALITY,
    GOPHER_REPETITION,
    DropByRules,
    InProcess,
    KeepC4Lines,
    RunFolder,
    Running,
    run_job,
    web_text,
)
from groundswell.clock import now
from groundswell.collect import open_source
from groundswell.items import packed
from groundswell.organize.parts import parts_of_source

FAMILIES = {"repetition": GOPHER_REPETITION, "gopher": GOPHER_QUALITY, "fineweb": FINEWEB_QUALITY}
COPIES = 8
_WORD = re.compile(r"\w+")


def made_documents(count: int = 4000) -> list[str]:
    """Return pages of words, sentences and lines, some of them poor."""
    rng = random.Random(3)
    words = ["the", "be", "to", "of", "and", "that", "have", "with", *(f"word{n}" for n in range(20_000))]
    weights = [2000] * 8 + [20_000 / (place + 10) for place in range(20_000)]
    pages = []
    for _ in range(count):
        lines = [
            " ".join(rng.choices(words, weights, k=rng.randrange(4, 40))).capitalize()
            + rng.choice([".", ".", "!", ""])
            for _ in range(rng.randrange(2, 60))
        ]
        pages.append("\n".join(lines))
    return pages


def changed(texts: Sequence[str], copies: int, folder: Path) -> tuple[Path, float]:
    """Write copies of texts with three words in ten replaced; returns the folder and the megabytes."""
    rng = random.Random(5)
    words = sorted({word for text in texts[:200] for word in _WORD.findall(text)})
    folder.mkdir()
    size_bytes = 0
    for copy in range(copies):
        made = [
            _WORD.sub(lambda found: rng.choice(words) if rng.random() < 0.3 else found[0], text)
            for text in texts
        ]
        size_bytes += sum(len(text.encode()) for text in made)
        pq.write_table(pa.table({"text": made}), folder / f"{copy}.parquet", row_group_size=500)
    return folder, size_bytes / 1e6


def timed(call: Callable[[], Any], rounds: int) -> tuple[Any, float]:
    """Return what a call returns, and the median seconds of some rounds after a first one."""
    call()
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - started)
    return result, statistics.median(seconds)


def heuristics(documents: Path, megabytes: float, rounds: int) -> dict[str, Any]:
    """Measure the rules on batches that are in memory."""
    source = open_source(documents, collected_at=now(), text_column="text")
    batches = list(packed(source.read(), lambda drop: None))
    result: dict[str, Any] = {}
    for name, operator in (("heuristics", DropByRules()), ("c4", KeepC4Lines(needs_terminal=False))):
        _, seconds = timed(lambda each=operator: [each.apply(batch) for batch in batches], rounds)
        result[f"{name}_mb_per_s"] = round(megabytes / seconds, 1)
    return result


def agreement(documents: Path, texts: Sequence[str], count: int) -> dict[str, Any]:
    """Measure datatrove's filters on some of the documents, and compare the decisions of each family of rules."""
    told = json.loads(
        run_alone(peer_command("datatrove", "datatrove_filters", str(documents), str(count))).splitlines()[-1]
    )
    megabytes = sum(len(text.encode()) for text in texts[:count]) / 1e6
    source = open_source(documents, collected_at=now(), text_column="text")
    batch = pa.concat_batches(list(packed(source.read(), lambda drop: None))).slice(0, count)
    result: dict[str, Any] = {
        "peer": "datatrove 0.10.1",
        "peer_heuristics_mb_per_s": round(megabytes / sum(told[name]["seconds"] for name in FAMILIES), 3),
        "peer_c4_mb_per_s": round(megabytes / told["c4"]["seconds"], 3),
    }
    for name, rules in FAMILIES.items():
        drop = DropByRules(rules).apply(batch).drop
        ours = (
            np.array([reason is None for reason in drop.to_pylist()])
            if drop is not None
            else np.ones(count, bool)
        )
        same = [
            mine == bool(theirs)
            for mine, theirs in zip(ours, told[name]["keeps"], strict=True)
            if theirs is not None
        ]
        result[f"agreement_{name}"] = round(sum(same) / len(same), 4)
    return result


def recipe(path: Path, megabytes: float, rounds: int, workers: int) -> float:
    """Return the megabytes a second of the whole recipe, from the files to what is kept."""
    source = open_source(path, collected_at=now(), text_column="text")

    def clean() -> int:
        executor = InProcess() if workers == 1 else Running(workers).executor(None)
        with tempfile.TemporaryDirectory() as folder:
            outcome = run_job(
                parts_of_source(source, now()), web_text(), folder=RunFolder(Path(folder)), executor=executor
            )
            kept = sum(batch.num_rows for batch in outcome.batches(lambda drop: None))
        executor.close()
        return kept

    kept, seconds = timed(clean, rounds)
    print(
        f"recipe web-text, {workers} process(es): {megabytes:.0f} MB, {kept:,} kept, {seconds:.2f} s",
        flush=True,
    )
    return round(megabytes / seconds, 1)


def tiny(texts: Sequence[str], folder: Path) -> float:
    """Return the median seconds of the command line on 100 documents."""
    path = folder / "tiny.jsonl"
    path.write_text("".join(json.dumps({"text": text[:5000]}) + "\n" for text in texts[:100]))
    seconds = []
    for number in range(3):
        home = {**os.environ, "GROUNDSWELL_HOME": str(folder / f"home-{number}")}
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "groundswell.cli.main", "collect", str(path), "--recipe", "web-text"],
            env=home,
            check=True,
            capture_output=True,
        )
        seconds.append(time.perf_counter() - started)
    return round(statistics.median(seconds), 2)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer-documents", type=int, default=600)
    parser.add_argument("--no-peer", action="store_true", help="leave datatrove out")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(arguments, Path(folder))))


def measure(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    given = (
        arguments.data
        and pq.read_table(arguments.data / "documents.parquet", columns=["text"])["text"].to_pylist()
    )
    texts = given or made_documents()
    documents = folder / "documents.parquet"
    pq.write_table(pa.table({"text": texts}), documents)
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    print(f"{len(texts):,} documents, {megabytes:.1f} MB", flush=True)
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(every)})
    result = heuristics(documents, megabytes, arguments.rounds)
    if not arguments.no_peer:
        result |= agreement(documents, texts, arguments.peer_documents)
        ratio = result["heuristics_mb_per_s"] / result["peer_heuristics_mb_per_s"]
        result["heuristics_ratio"] = round(ratio, 1)
    result["recipe_mb_per_s"] = recipe(documents, megabytes, arguments.rounds, 1)
    large, large_megabytes = changed(texts, COPIES, folder / "large")
    result["recipe_large_mb_per_s"] = recipe(large, large_megabytes, 1, 1)
    os.sched_setaffinity(0, every)
    result["recipe_two_mb_per_s"] = recipe(large, large_megabytes, 1, 2)
    result["tiny_seconds"] = tiny(texts, folder)
    return result


if __name__ == "__main__":
    main()
