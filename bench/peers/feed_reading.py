"""How `bench.feed` measures a loader, in a process of its own with the loader's packages.

A peer's module has a class with these methods and ends with `main(Class)`:

- `write(kind, folder, count)`: store so many samples in the loader's own format;
- `batches(kind, folder, workers)`: shuffled epochs without end, as the loader's documentation recommends;
- `state(kind, folder, done)`: what a checkpoint holds when so many batches are done; None if there is no such thing;
- `resumed(kind, folder, state)`: the batches after that;
- `plan(count)`: do what has to be done before a shuffled epoch over `count` samples can begin, if that can be
  called alone; raise NotImplementedError if it cannot.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path

from bench.peers.feed_data import BATCH, consume

KINDS = ("text", "images", "tokens")
ENOUGH_BATCHES = 20


def main(make) -> None:
    """Do what the command line says; the last line printed is JSON."""
    command, folder, rest = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    loader = make()
    if command == "write":
        counts = dict(zip(KINDS, map(int, rest), strict=True))
        print(json.dumps({kind: write(loader, kind, folder, counts[kind]) for kind in KINDS}))
    else:
        counts = dict(zip(KINDS, map(int, rest[:3]), strict=True))
        measured = {"measure": measure, "workers": workers}[command]
        print(json.dumps(measured(loader, folder, counts, float(rest[3]))))


def write(loader, kind: str, folder: Path, count: int) -> float:
    """Write a data set unless that was done before; returns seconds."""
    target = folder / f"{kind}-{count}"
    if (target / "complete").exists():
        return 0.0
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    started = time.perf_counter()
    loader.write(kind, target / "data", count)
    seconds = time.perf_counter() - started
    (target / "complete").touch()
    return seconds


def measure(loader, folder: Path, counts: dict[str, int], seconds: float) -> dict:
    """Return what is measured in one round, by kind; see `bench.feed`."""
    found: dict = {"plan_1e7": planned(loader, 10**7), "plan_1e10": planned(loader, 10**10)}
    for kind in KINDS:
        data = folder / f"{kind}-{counts[kind]}" / "data"
        wall, cpu = first_batch(loader.batches(kind, data, 0), kind)
        found[kind] = {"first_wall_ms": wall, "first_cpu_ms": cpu}
        found[kind]["per_cpu_s"], found[kind]["per_s"] = rate(loader.batches(kind, data, 0), kind, seconds)
        half = counts[kind] // BATCH[kind] // 2
        state = loader.state(kind, data, half)
        if state is not None:
            wall, cpu = first_batch(loader.resumed(kind, data, state), kind)
            size = len(json.dumps(state, default=repr))
            found[kind] |= {"resume_wall_ms": wall, "resume_cpu_ms": cpu, "state_bytes": size}
    return found


def workers(loader, folder: Path, counts: dict[str, int], seconds: float) -> dict:
    """Return samples for each second with two workers, by kind: in a process that has read nothing before."""
    found = {}
    for kind in KINDS:
        data = folder / f"{kind}-{counts[kind]}" / "data"
        _, per_second = rate(loader.batches(kind, data, 2), kind, seconds)
        found[kind] = {"two_workers_per_s": per_second}
    return found


def first_batch(batches, kind: str) -> tuple[float, float]:
    """Return the milliseconds, wall and processor, until the first batch is there; `batches` is lazy."""
    wall, cpu = time.perf_counter(), time.process_time()
    consume(kind, next(iter(batches)))
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


def rate(batches, kind: str, seconds: float) -> tuple[float, float]:
    """Return samples for each processor second of this process and for each second, after the first batch.

    At least 20 batches are read, and as many as the time permits.
    """
    batches = iter(batches)
    consume(kind, next(batches))
    samples, wall, cpu = 0, time.perf_counter(), time.process_time()
    for done, batch in enumerate(batches, start=1):
        samples += consume(kind, batch)
        if done >= ENOUGH_BATCHES and time.perf_counter() - wall > seconds:
            break
    return samples / (time.process_time() - cpu), samples / (time.perf_counter() - wall)


def endless(loader):
    """Yield the batches of epoch after epoch."""
    while True:
        yield from loader


def planned(loader, count: int) -> float | None:
    """Return the processor seconds that planning an epoch takes; None where it cannot be done."""
    cpu = time.process_time()
    try:
        loader.plan(count)
    except (NotImplementedError, MemoryError):
        return None
    return time.process_time() - cpu
