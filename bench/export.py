"""Labels as a file: `python -m bench.export [--records 50000] [--format jsonl]`.

A project of so many text records, each with a label, behind a running `groundswell up`. Measured by the client, over
HTTP with an API key: from asking for a file that nobody asked for before (the labels become a version, the version a
file) to its last byte; then a second download, to its first byte and to its last. The memory is the greatest that the
service and its background process, which writes the file, had meanwhile. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import psycopg

from groundswell.app import local_member, open_app
from groundswell.client import Client
from groundswell.label.projects.model import ProjectSpec
from groundswell.label.projects.service import create_project
from groundswell.organize import collect
from groundswell.settings import Settings
from groundswell.tenancy.service import create_api_key

SENTENCE = (
    "A customer writes, in a few lines, what went wrong, since when, and what should be done about it, "
)
LABEL = """
update tasks set state = 'completed', completed_at = now();
insert into consensus (org_id, task_id, project_id, answer, probability, annotations, source)
  select org_id, id, project_id, jsonb_build_object('choice', case position % 2 when 0 then 'angry' else 'calm' end),
         0.9, 3, 'people' from tasks on conflict do nothing;
update projects set state = 'paused';
"""


async def prepare(home: Path, records: int) -> str:
    """Make a project of `records` labelled texts in a data folder; returns an API key."""
    async with open_app(Settings(home=home)) as app:
        member = await local_member(app)
        texts = (f"{number}: {SENTENCE * 5}" for number in range(records))
        version = collect(list(texts)).save("letters", store=app.datasets(member.org_slug))
        spec = ProjectSpec("letters", "text_choice", ("angry", "calm"), version.name, version.number)
        await create_project(app.db, member.scope(), spec, version, rng=np.random.default_rng(0))
        with psycopg.connect(app.db.dsn) as connection:
            psycopg.ClientCursor(connection).execute(LABEL)
        with psycopg.connect(app.db.dsn, autocommit=True) as connection:
            connection.execute("vacuum analyze")
        return await create_api_key(app.db, member.scope(), "bench")


@contextlib.contextmanager
def up(home: Path) -> Iterator[tuple[int, str]]:
    """Run `groundswell up` as a process of its own; gives its number and its address."""
    command = [sys.executable, "-c", "from groundswell.cli.main import main; main()"]
    process = subprocess.Popen(
        [*command, "up", "--port", "0"],
        env=os.environ | {"GROUNDSWELL_HOME": str(home)},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    try:
        address = next(found[0] for line in process.stderr if (found := re.search(r"http://[0-9.:]+", line)))
        yield process.pid, address.rstrip(":;")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


class Memory(threading.Thread):
    """Watches what the service and its background process have in memory; the database is a process of its own."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.ended = pid, threading.Event()
        self._peaks = {"service": 0.0, "background": 0.0}

    def run(self) -> None:
        """Look twenty times a second."""
        while not self.ended.wait(0.05):
            found = {
                "service": _memory_mb(self.pid),
                "background": sum(map(_memory_mb, _background(self.pid))),
            }
            self._peaks = {name: max(mb, found[name]) for name, mb in self._peaks.items()}

    def peaks(self) -> dict[str, float]:
        """Return the greatest that was seen, in MB."""
        return self._peaks


def _background(pid: int) -> list[int]:
    children = [
        int(child)
        for path in Path(f"/proc/{pid}/task").glob("*/children")
        for child in path.read_text().split()
    ]
    return [
        child
        for child in children
        if b"groundswell.background" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def _memory_mb(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def measure(address: str, key: str, file_format: str, folder: Path) -> dict[str, float]:
    """Ask for a file, fetch it, and fetch it once more."""
    with Client(address, key) as client:
        project = next(client.projects())["id"]
        started = time.perf_counter()
        export = client.export(project, file_format)
        ready = time.perf_counter() - started
        client.download(project, export["id"], folder / "labels")
        whole = time.perf_counter() - started
    headers = {"Authorization": f"Bearer {key}"}
    url = f"{address}/api/v1/projects/{project}/exports/{export['id']}/file"
    started = time.perf_counter()
    with httpx.stream("GET", url, headers=headers, trust_env=False) as response:
        parts = response.iter_raw()
        next(parts)
        first = time.perf_counter() - started
        for _ in parts:
            pass
    again = time.perf_counter() - started
    return {
        "rows": export["rows"],
        "mb": round(export["bytes"] / 1e6, 1),
        "ready_s": round(ready, 2),
        "seconds": round(whole, 2),
        "first_byte_s": round(first, 4),
        "download_s": round(again, 3),
    }


def main() -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--format", choices=["jsonl", "csv", "parquet"], default="jsonl")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        key = asyncio.run(prepare(home, given.records))
        with up(home) as (pid, address):
            memory = Memory(pid)
            memory.start()
            found = measure(address, key, given.format, Path(folder))
            memory.ended.set()
    peaks = {f"{name}_peak_mb": round(mb) for name, mb in memory.peaks().items()}
    print(json.dumps({"records": given.records, "format": given.format, **found, **peaks}))


if __name__ == "__main__":
    main()
