"""Do near-duplicates of a corpus that is far larger than memory fit into a small limit, and how long does that take?

    python -m bench.memory [--keys 300_000_000] [--memory 2GB] [--workers 2]

Band keys as 14 bands of 21 million documents have them are made and written as tasks write them (not timed): three
documents in ten belong to families of about three, whose members share a band with probability 0.6, in parts far from
each other. Then what every search for copies does is timed: pairs that share a key are compared, clustered, and in each
cluster the copies are chosen that go, by processes within the limit. The peak is that of all processes together,
looked at ten times a second: what they hold, without what is mapped from files. The last line is JSON.
"""

import argparse
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from groundswell.clean import Progress, RunFolder, Running, bytes_of
from groundswell.clean.copies import search
from groundswell.clean.copies.first_fit import Likeness
from groundswell.clean.hashing import mixed
from groundswell.clean.job.exchange import Receiver, Sender
from groundswell.clean.job.gathered import KEYED, Gathered, Rows, bucket_of, row_of
from groundswell.clean.job.ledger import Ledger
from groundswell.clean.job.memory import held_by
from groundswell.clean.job.shelf import ShelfWriter, Taken
from groundswell.clean.job.work import Work

BANDS = 14
PART_DOCUMENTS = 1 << 18
SHARED = 0.6
"""How probable it is that a member of a family has the family's key in a band."""


@dataclass(frozen=True)
class ByFamily(search.DropCopies):
    """Copies are documents of one family."""

    keep: str = "first"
    name: ClassVar[str] = "family"
    version: ClassVar[str] = "1"

    def compare(self, looks: Taken, one: Rows, other: Rows) -> Likeness:
        families = looks.data.view(np.uint64)[looks.starts // 8]
        return np.where(families[one] == families[other], 1.0, np.nan)

    def verdict(self, likeness: float, kept: str) -> tuple[str, str]:
        return "duplicate:family", kept


def families_of(documents: Rows, total: int) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """Return the family of each document; one that has none is its own."""
    drawn = mixed(documents.astype(np.uint64))
    families = mixed(drawn) % np.uint64(max(total // 10, 1)) + np.uint64(1 << 40)
    return np.where(drawn % np.uint64(10) < 3, families, documents.astype(np.uint64))


def write_part(gathered: Gathered, part: int, total: int) -> int:
    """Write the keys and looks of one part; returns how many keys."""
    documents = np.arange(part * PART_DOCUMENTS, min((part + 1) * PART_DOCUMENTS, total))
    families = families_of(documents, total)
    sender = Sender(gathered.folder, gathered.name("keys", part), KEYED)
    for band in range(BANDS):
        luck = mixed(documents.astype(np.uint64) * np.uint64(BANDS) + np.uint64(band + 1)) / 2.0**64
        owners = np.where(luck < SHARED, families, documents.astype(np.uint64) + np.uint64(1 << 50))
        keyed = np.empty(len(documents), KEYED)
        keyed["key"] = mixed(mixed(owners) + np.uint64(band))
        keyed["row"] = row_of(part, np.arange(len(documents)))
        sender.send(bucket_of(keyed["key"]), keyed)
    sender.close()
    looks = ShelfWriter(gathered.folder, gathered.name(search.LOOKS, part))
    looks.add(pa.Array.from_buffers(pa.binary(8), len(documents), [None, pa.py_buffer(families)]))
    looks.close()
    return len(documents) * BANDS


@contextmanager
def watched() -> Iterator[Callable[[], float]]:
    """Yield what tells the peak of this process and its children so far, in MB."""
    peak, is_over = 0, threading.Event()

    def look() -> None:
        nonlocal peak
        while not is_over.wait(0.1):
            peak = max(peak, sum(map(held_by, [os.getpid(), *children()])))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield lambda: peak / 2**20
    finally:
        is_over.set()
        thread.join()


def children() -> list[int]:
    listed = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text()
    return [int(each) for each in listed.split()]


def measure(keys: int, memory: str, workers: int, folder: RunFolder) -> dict[str, Any]:
    documents = keys // BANDS
    parts = -(-documents // PART_DOCUMENTS)
    gathered = Gathered(folder, "0-family", parts)
    started = time.perf_counter()
    made = sum(write_part(gathered, part, documents) for part in range(parts))
    print(
        f"{made:,} keys of {documents:,} documents written in {time.perf_counter() - started:.0f} s",
        flush=True,
    )
    began = time.perf_counter()

    def tell(progress: Progress) -> None:
        if progress.done in (0, progress.total):
            print(
                f"{time.perf_counter() - began:6.0f} s  {progress.step}: {progress.done} of {progress.total}",
                flush=True,
            )

    with watched() as peak_mb:
        executor = Running(workers, bytes_of(memory)).executor(None)
        ledger = Ledger(folder)
        work = Work(folder, executor, {}, executor.task_memory(), ledger.keep, tell)
        settled = search.settle(ByFamily(), gathered, work)
        executor.close()
        seconds, peak = time.perf_counter() - began, peak_mb()
    dropped = sum(Receiver(settled, search.VERDICT).counts().values())
    return {
        "keys": made,
        "documents": documents,
        "dropped": dropped,
        "seconds": round(seconds, 1),
        "keys_per_s": round(made / seconds),
        "peak_mb": round(peak),
        "limit_mb": bytes_of(memory) // 2**20,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keys", type=int, default=300_000_000)
    parser.add_argument("--memory", default="2GB")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measure(arguments.keys, arguments.memory, arguments.workers, RunFolder(Path(folder)))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
