"""All that goes wrong in raw data, at once: set aside with a reason, within the memory limit, and nothing lost."""

import gzip
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from groundswell.clean.job.memory import held_by
from groundswell.organize import local_store

pytestmark = pytest.mark.slow

MB = 2**20
LIMIT_MB = 700


def lines(count: int, name: str = "text") -> bytes:
    return b"".join(
        json.dumps({name: f"a good line of {name} number {place}"}).encode() + b"\n" for place in range(count)
    )


def long_line(path: Path, size_bytes: int) -> None:
    """Write a line of so many bytes, mostly as a hole, between two good ones."""
    with path.open("wb") as file:
        file.write(lines(1))
        file.seek(size_bytes, os.SEEK_CUR)
        file.write(b"\n" + lines(1, "body").replace(b"body", b"text"))


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "a-good.jsonl").write_bytes(lines(20))
    (folder / "b-truncated.jsonl.gz").write_bytes(
        gzip.compress(os.urandom(50).hex().encode() + b"\n" + lines(5000))[:-4000]
    )
    (folder / "c-mixed.jsonl").write_bytes(
        '{"text": "caf\u00e9"}\n'.encode()
        + '{"text": "na\u00efve"}\n'.encode("latin-1")
        + '{"text": "\u03a9"}\n'.encode("utf-16-le")
        + lines(2)
    )
    long_line(folder / "d-long.jsonl", 2 * 1024 * MB)
    (folder / "e-nul.jsonl").write_bytes(b'{"text": "a\\u0000b"}\n' + lines(1))
    (folder / "f-image.jsonl").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    (folder / "g-table.csv").write_bytes(b"PAR1" + bytes(200))
    pq.write_table(pa.table({"text": ["one of the old schema"], "n": [1]}), folder / "h-old.parquet")
    pq.write_table(
        pa.table({"content": ["one of the new schema"], "extra": [[1, 2]]}), folder / "i-new.parquet"
    )
    pq.write_table(pa.table({"a": ["no text"], "b": ["here either"]}), folder / "j-other.parquet")
    (folder / "k-bomb.jsonl.gz").write_bytes(gzip.compress(lines(3)) + gzip.compress(bytes(100 * MB), 9) * 16)
    (folder / "l-loop").symlink_to(folder)
    (folder / "m-link.jsonl").symlink_to(folder / "nowhere.jsonl")
    (folder / "n-deep.jsonl").write_bytes(b"[" * 100_000 + b"\n" + lines(1))
    return folder


def collected(path: Path, home: Path, *options: str) -> tuple[int, float, str]:
    """Run the command; returns its exit code, the peak MB of all its processes, and what it said."""
    command = [sys.executable, "-m", "groundswell.cli.main", "collect", str(path), "--name", "set", *options]
    environment = {
        **os.environ,
        "GROUNDSWELL_HOME": str(home),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    peak = 0

    def watch() -> None:
        nonlocal peak
        while process.poll() is None:
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
            try:
                listed = [int(each) for each in children.read_text().split()]
            except OSError:
                return
            peak = max(peak, sum(map(held_by, [process.pid, *listed])))
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, errors = process.communicate(timeout=300)
    watcher.join()
    return process.returncode, peak / MB, errors.decode()


def test_everything_at_once_is_set_aside_within_the_limit(raw: Path, tmp_path: Path) -> None:
    code, peak_mb, said = collected(
        raw, tmp_path / "home", "--raw", "--workers", "2", "--memory", f"{LIMIT_MB}MiB", "--yes"
    )
    assert code == 0, said
    assert 0 < peak_mb < LIMIT_MB
    version = local_store(tmp_path / "home").open("set")
    reasons: dict[str, set[str]] = {}
    for drop in version.drops():
        reasons.setdefault(drop.locator.split()[0], set()).add(drop.reason)
    assert reasons == {
        "b-truncated.jsonl.gz": {"json:invalid", "file:damaged"},
        "c-mixed.jsonl": {"json:invalid", "text:encoding"},
        "d-long.jsonl": {"item:too_large"},
        "e-nul.jsonl": {"text:nul"},
        "f-image.jsonl": {"json:invalid", "text:encoding", "file:unreadable"},
        "g-table.csv": {"file:no_text_column"},
        "j-other.parquet": {"file:no_text_column"},
        "k-bomb.jsonl.gz": {"file:bomb"},
        "l-loop": {"file:symlink"},
        "m-link.jsonl": {"file:symlink"},
        "n-deep.jsonl": {"file:unreadable"},
    }
    texts = version.to_table(["text"])["text"].to_pylist()
    assert {"caf\u00e9", "one of the old schema", "one of the new schema"} <= set(texts)
    assert sum(text.startswith("a good line") for text in texts) > 20 + 2 + 2 + 1 + 3 + 1
    assert list((tmp_path / "home" / "runs" / "local").iterdir()) == []


def test_bombs_and_broken_images_are_set_aside_within_the_limit(tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 64, 3)).astype(np.uint8)).save(
        folder / "good.png"
    )
    Image.new("1", (40_000, 40_000)).save(folder / "bomb.png")
    (folder / "cut.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    (folder / "text.png").write_text("no image")
    code, peak_mb, said = collected(
        folder, tmp_path / "home", "--memory", f"{LIMIT_MB}MiB", "--recipe", "images"
    )
    assert code == 0, said
    assert peak_mb < LIMIT_MB
    version = local_store(tmp_path / "home").open("set")
    assert {drop.locator: drop.reason for drop in version.drops()} == {
        "bomb.png": "image:too_large",
        "cut.jpg": "image:broken",
        "text.png": "image:broken",
    }
    assert version.rows == 1
