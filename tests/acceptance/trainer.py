"""A trainer for tests to kill: `python -m tests.acceptance.trainer FOLDER RANKS WORKERS RUN`.

Its ranks are processes in step with one another. Each writes down the ids of every batch that it gets; the first
one writes checkpoints. FOLDER holds `snapshot/`, the options in `feed.json`, and what the run leaves.
"""

import json
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from groundswell.feed import Columns, Feed, Mixture, open_snapshot
from groundswell.feed.threads import in_threads

try:
    from groundswell.feed.torch import TorchFeed
except ImportError:
    TorchFeed = None  # type: ignore[assignment, misc]


def make_feed(folder: Path, rank: int = 0, world_size: int = 1) -> Feed:
    options: dict[str, Any] = json.loads((folder / "feed.json").read_text())
    rows: Any = Columns(open_snapshot(folder / "snapshot"), ["id"])
    weights = options.pop("mixture", None)
    if weights:
        rows = Mixture({"first": rows, "second": rows}, weights)
    return Feed(rows, rank=rank, world_size=world_size, **options)


def delivered(feed: Feed, workers: int) -> Iterator[Any]:
    """Batches by way of processes where there is PyTorch, else by threads."""
    if TorchFeed is not None:
        return iter(TorchFeed(feed, num_workers=workers))
    return in_threads(feed, workers) if workers else iter(feed)


def train(folder: Path, rank: int, ranks: int, workers: int, run: int, together: Any) -> None:
    feed = make_feed(folder, rank, ranks)
    checkpoint = folder / "checkpoint.json"
    if checkpoint.exists():
        feed.load_state_dict(json.loads(checkpoint.read_text()))
    draw = random.Random(run)
    with (folder / f"run-{run}-rank-{rank}").open("w") as log:
        for batch in delivered(feed, workers):
            step = feed.delivered - 1
            log.write(f"{step} {' '.join(batch['id'])}\n")
            log.flush()
            together.wait()
            if rank == 0 and draw.random() < 0.3:
                save(checkpoint, feed.state_dict())
            together.wait()
            time.sleep(0.001)
    if rank == 0:
        save(checkpoint, feed.state_dict())


def save(path: Path, state: dict[str, Any]) -> None:
    path.with_suffix(".part").write_text(json.dumps(state))
    os.replace(path.with_suffix(".part"), path)


def main() -> None:
    folder = Path(sys.argv[1])
    ranks, workers, run = map(int, sys.argv[2:])
    context = multiprocessing.get_context("fork")
    together = context.Barrier(ranks)
    processes = [
        context.Process(target=train, args=(folder, rank, ranks, workers, run, together))
        for rank in range(ranks)
    ]
    for process in processes:
        process.start()
    print("started", flush=True)
    for process in processes:
        process.join()
    sys.exit(max(process.exitcode or 0 for process in processes))


if __name__ == "__main__":
    main()
