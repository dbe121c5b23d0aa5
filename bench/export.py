"""Labels as a file: `python -m bench.export [--records 50000] [--format jsonl]`.

A project of so many text records, each with a label, behind a running `groundswell up`. Measured by the client, over
HTTP with an API key: from asking for a file that nobody asked for before (the labels become a version, the version a
file) to its last byte; then a second download of the file, whose first byte comes first. The memory is the greatest
that the service and its background process had while they did that. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx
import psycopg

from groundswell.client import Client
from groundswell.store import running_dsn

SENTENCE = "A customer writes, in a few lines, what went wrong, since when, and what should be done about it, "
LABEL = """
update tasks set state = 'completed', completed_at = now();
insert into consensus (org_id, task_id, project_id, answer, probability, annotations, source)
  select org_id, id, project_id, jsonb_build_object('choice', case position % 2 when 0 then 'angry' else 'calm' end),
         0.9, 3, 'people' from tasks on conflict do nothing;
update projects set state = 'paused';
"""


def up(home: Path, records: int) -> tuple[subprocess.Popen[str], str]:
    """Serve a new project of `records` texts, and return the process and its address."""
    source = home.with_suffix(".jsonl")
    with source.open("w") as file:
        file.writelines(json.dumps({"text": f"{n}: {SENTENCE * 5}", "ticket": n}) + "\n" for n in range(records))
    run = [sys.executable, "-m", "groundswell", "--home", str(home)]
    process = subprocess.Popen(
        [*run, "label", str(source), "--classes", "angry,calm", "--no-open", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://[0-9.:]+", line):
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return process, found[0]
    raise SystemExit("the service did not start")


class Memory(threading.Thread):
    """Watches what a process and those that it started have in memory, without the database."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak_mb, self.ended = pid, 0.0, threading.Event()

    def run(self) -> None:
        """Look twenty times a second."""
        while not self.ended.wait(0.05):
            self.peak_mb = max(self.peak_mb, *(_memory_mb(pid) for pid in (self.pid, *_children(self.pid))))


def _children(pid: int) -> list[int]:
    """Return the processes that one has started; the database is a child of none of ours."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(child) for path in tasks for child in path.read_text().split()]
    return [child for child in found if "groundswell" in Path(f"/proc/{child}/cmdline").read_text()]


def _memory_mb(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0
