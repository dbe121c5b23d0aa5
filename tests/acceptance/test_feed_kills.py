"""A trainer that is killed anywhere and resumed with other ranks and workers sees the sequence of one that was not.

The long form: `FEED_KILLS=300 pytest tests/acceptance/test_feed_kills.py -s`. With PyTorch, workers are processes.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from groundswell.feed import snapshot
from tests.acceptance.trainer import make_feed

KILLS = int(os.environ.get("FEED_KILLS", "6"))
SEED = int(os.environ.get("FEED_SEED", "1"))
LONGEST_SECONDS = 0.35
ROWS = 997
STREAMS: list[dict[str, Any]] = [
    {"batch_size": 13, "epochs": 3, "tail": "exact"},
    {"batch_size": 8, "epochs": 2, "tail": "drop", "window": 3},
    {"batch_size": 10, "epochs": 2, "tail": "pad", "seed": 5},
    {"batch_size": 9, "epochs": 1, "mixture": {"first": 3, "second": 1}, "tail": "exact"},
]


class Texts:
    """A dataset version of short texts."""

    name, number, digest, rows = "texts", 1, "t" * 64, ROWS

    def batches(self, columns: Any = None, with_data: bool = False) -> list[pa.RecordBatch]:
        ids = [f"{number:04d}" for number in range(ROWS)]
        # Large texts have files of their own, and then the ids have, too: single ones are read from these at first.
        texts = pa.array([each * 50 for each in ids], pa.large_string())
        return pa.table({"id": ids, "text": texts}).to_batches(100)


def start(folder: Path, ranks: int, workers: int, run: int) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "tests.acceptance.trainer",
        str(folder),
        *map(str, (ranks, workers, run)),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process


def delivered_before(folder: Path) -> int:
    checkpoint = folder / "checkpoint.json"
    return int(json.loads(checkpoint.read_text())["delivered"]) if checkpoint.exists() else 0


def steps_of(folder: Path, run: int, ranks: int) -> dict[int, list[str]]:
    """What all ranks of a run got in each step that was whole when it ended."""
    parts: dict[int, dict[int, list[str]]] = defaultdict(dict)
    for rank in range(ranks):
        log = folder / f"run-{run}-rank-{rank}"  # not there yet, if the kill came first
        for line in (log.read_text() if log.exists() else "").split("\n")[:-1]:
            step, *ids = line.split()
            parts[int(step)][rank] = ids
    return {
        step: [each for rank in range(ranks) for each in by_rank[rank]]
        for step, by_rank in parts.items()
        if len(by_rank) == ranks
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    snapshot(Texts(), tmp_path / "snapshot", shard_bytes=20_000)
    return tmp_path


def test_a_killed_and_rescaled_trainer_sees_the_sequence_of_one_that_ran_through(folder: Path) -> None:
    draw, kills, runs, streams = random.Random(SEED), 0, 0, 0
    while kills < KILLS:
        (folder / "checkpoint.json").unlink(missing_ok=True)
        (folder / "feed.json").write_text(json.dumps(STREAMS[streams % len(STREAMS)]))
        whole = [batch["id"].tolist() for batch in make_feed(folder)]
        seen: dict[int, list[str]] = {}
        while delivered_before(folder) < len(whole):
            ranks, workers, first = draw.randint(1, 5), draw.choice([0, 1, 3]), delivered_before(folder)
            process = start(folder, ranks, workers, runs)
            if kills < KILLS:
                time.sleep(draw.uniform(0, LONGEST_SECONDS))
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    kills += 1
            elif process.wait(120):
                pytest.fail(
                    f"run {runs} with {ranks} ranks and {workers} workers ended with {process.returncode}"
                )
            process.communicate()
            last, steps = delivered_before(folder), steps_of(folder, runs, ranks)
            assert set(range(first, last)) <= set(steps)
            assert all(ids == whole[step] for step, ids in steps.items())
            seen |= {step: steps[step] for step in range(first, last)}
            runs += 1
        assert [seen[step] for step in range(len(whole))] == whole
        streams += 1
    print(f"{kills} kills in {runs} runs of {streams} streams")
