"""Processes that write, grow, name, compact, remove and read one dataset at once, some of them killed.

`ORGANIZE_SECONDS=600` runs the long form; `ORGANIZE_SEED` chooses another course.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from groundswell.organize import DatasetStore
from groundswell.organize.manifest import numbers_in
from groundswell.store.blobs import BlobStore

SECONDS = float(os.environ.get("ORGANIZE_SECONDS", "4"))
SEED = int(os.environ.get("ORGANIZE_SEED", "1"))

WORKER = """
import random, sys
from pathlib import Path
from datetime import UTC, datetime
import pyarrow as pa
from groundswell.errors import Conflict, NotFound
from groundswell.items import Item, ItemKind, to_batch
from groundswell.organize import DatasetStore, Retention, clean_up
from groundswell.store.blobs import BlobStore

root, duty, seed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
store = DatasetStore(root / "datasets", BlobStore(root / "blobs"))
rng = random.Random(seed)
at = datetime(2026, 1, 1, tzinfo=UTC)

def item(n):
    return Item(ItemKind.TEXT, f"text {n}", None, "text/plain", "s", f"line {n}", at)

def say(what, version):
    print(what, version.number, version.rows, version.digest, flush=True)

def write():
    first = rng.randrange(1000)
    say("committed", store.write("pets", [to_batch([item(n) for n in range(first, first + 50)])]))

def append():
    say("committed", store.append(store.open("pets"), [to_batch([item(rng.randrange(10**9))])]))

def label():
    version = store.open("pets")
    table = pa.table({"id": version.ids(), "label": [rng.choice("ab") for _ in range(version.rows)]})
    say("committed", store.add_columns(version, table))

def compact():
    say("committed", store.compact(store.open("pets")))

def tag():
    version = store.open("pets")
    store.tag(version, f"t{seed}-{rng.randrange(10**9)}")
    say("tagged", version)

def clean():
    clean_up(store, "pets", policy=Retention(keep_last=3))

def read():
    version = store.open("pets", rng.choice(store.versions("pets")).number)
    version.verify()
    assert len(version.to_table(["id", "text"]).combine_chunks()) == version.rows
    say("read", version)

duties = {"write": [write, append], "label": [label, append], "tag": [tag, compact], "clean": [clean], "read": [read]}
while True:
    try:
        rng.choice(duties[duty])()
    except NotFound as error:  # removed by retention between one look and the next: said, and nothing broken
        assert "removed" in str(error) or "no version" in str(error), error
"""


def start(root: Path, duty: str, seed: int, log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", WORKER, str(root), duty, str(seed)]
    with log.open("ab") as output, log.with_suffix(".errors").open("ab") as errors:
        return subprocess.Popen(command, stdout=output, stderr=errors)


def slow(folder: Path) -> bool:
    """Say whether the processes have hardly begun, as on a machine that does much else."""
    return sum(len(path.read_text().splitlines()) for path in folder.glob("*.log")) < 10


@pytest.mark.slow
def test_whoever_does_what_at_once_nothing_is_lost_broken_or_counted_twice(tmp_path: Path) -> None:
    store = DatasetStore(tmp_path / "datasets", BlobStore(tmp_path / "blobs"))
    store.write("pets", [])
    rng = random.Random(SEED)
    duties = ["write", "label", "tag", "clean", "read"]
    workers = {
        duty: start(tmp_path, duty, SEED + n, tmp_path / f"{duty}.log") for n, duty in enumerate(duties)
    }
    begun = time.monotonic()
    try:
        while time.monotonic() < begun + SECONDS or (slow(tmp_path) and time.monotonic() < begun + 60):
            time.sleep(rng.uniform(0.8, 1.6))
            for duty, process in workers.items():
                assert process.poll() is None, (tmp_path / f"{duty}.errors").read_text()
            duty = rng.choice(duties)
            workers[duty].send_signal(signal.SIGKILL)
            workers[duty].wait()
            workers[duty] = start(tmp_path, duty, rng.randrange(10**6), tmp_path / f"{duty}.log")
    finally:
        for process in workers.values():
            process.kill()
            process.wait()
    logs = {
        duty: [line.split() for line in (tmp_path / f"{duty}.log").read_text().splitlines()]
        for duty in duties
    }
    said = [line for lines in logs.values() for line in lines if len(line) == 4]
    committed = Counter(line[1] for line in said if line[0] == "committed")
    digests = {(line[1], line[3]) for line in said}
    assert committed
    assert len(digests) == len({number for number, _ in digests}), "one number, one content"
    there = {version.number: version for version in store.versions("pets")}
    gone = numbers_in(store.root / "pets" / "removed")
    assert set(map(int, committed)) <= {*there, *gone}, (
        "what was acknowledged is there, or was removed by retention"
    )
    assert not set(there) & set(gone)
    assert {int(line[1]) for line in said if line[0] == "tagged"} <= set(there), "what has a name stays"
    for version in there.values():
        version.verify()
        assert len(version.to_table(["id"])) == version.rows
        store.trace(version)
    assert any(line[0] == "read" for line in said)
