"""Whatever happens to the processes of a run, it ends with the same result, and costs no row but the guilty."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from tests.unit.clean.job.conftest import Go, corpus, parts_of
from tests.unit.clean.job.steps import DieOnce, Trouble

from groundswell.clean import DropEmptyText, InProcess, default_recipe
from groundswell.clean.job.memory import held_by
from groundswell.clean.job.processes import LEAST_BYTES, Processes
from groundswell.errors import InputError

pytestmark = pytest.mark.slow

MB = 2**20


def test_processes_give_what_one_process_gives(go: Go) -> None:
    parts = parts_of(corpus(), 50)
    with Processes(2, memory_bytes=900 * MB) as processes:
        assert go(parts, default_recipe(), processes, "many") == go(
            parts, default_recipe(), InProcess(), "one"
        )


def test_a_process_that_dies_is_replaced_and_costs_nothing(go: Go, tmp_path: Path) -> None:
    texts = corpus(60)
    with Processes(1, memory_bytes=900 * MB) as processes:
        found = go(parts_of(texts), (DieOnce(tmp_path / "note"), DropEmptyText()), processes)
    assert found.texts == texts
    assert found.drops == []


@pytest.mark.parametrize("deed", ["die", "stall", "hoard"])
def test_the_row_that_does_it_is_found_and_set_aside(go: Go, deed: str) -> None:
    texts = [f"text {place}" + (" poison" if place == 9 else "") for place in range(16)]
    with Processes(1, memory_bytes=700 * MB, stall_seconds=0.5) as processes:
        found = go(parts_of(texts, 40), (Trouble("poison", deed),), processes)
    assert found.texts == [text for text in texts if "poison" not in text]
    (drop,) = found.drops
    assert (drop.locator, drop.failed) == ("row 9", True)
    assert drop.reason == ("operator:failed" if deed == "hoard" else "operator:killed")


def test_a_task_that_cannot_be_helped_ends_the_run_with_its_name(go: Go) -> None:
    class Deadly:
        def read(self):
            os.kill(os.getpid(), signal.SIGKILL)
            yield

    from groundswell.clean import SourcePart

    with (
        Processes(1, memory_bytes=700 * MB) as processes,
        pytest.raises(InputError, match=r"killed 5 processes \(at record 0\), .* ended with status -9"),
    ):
        go([SourcePart(Deadly())], (), processes)


def test_an_error_of_ours_ends_the_run_with_its_trace(go: Go) -> None:
    class Wrong:
        def read(self):
            raise KeyError("no such thing")

    from groundswell.clean import SourcePart

    with (
        Processes(1, memory_bytes=700 * MB) as processes,
        pytest.raises(RuntimeError, match="KeyError: 'no such thing'"),
    ):
        go([SourcePart(Wrong())], (), processes)


def test_too_little_memory_is_refused_and_few_processes_are_started_in_little() -> None:
    with pytest.raises(InputError, match=r"a memory of 100 MB is too little to work in; the least is \d+ MB"):
        Processes(memory_bytes=100_000_000)
    with Processes(64, memory_bytes=LEAST_BYTES + 10 * MB) as processes:
        assert processes.workers == 1
        assert processes.task_memory() > 0


def test_the_memory_limit_is_kept(go: Go) -> None:
    texts = [text * 40 for text in corpus(400)]
    limit = 640 * MB
    peak, is_over = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not is_over.wait(0.05):
            peak = max(peak, sum(map(held_by, children())))

    watcher = threading.Thread(target=watch)
    watcher.start()
    with Processes(2, memory_bytes=limit) as processes:
        go(parts_of(texts, 100), default_recipe(), processes)
    is_over.set()
    watcher.join()
    assert 0 < peak < limit


def test_what_the_caller_held_before_is_not_counted(go: Go) -> None:
    texts = corpus(60)
    held = np.ones(700 * MB, np.uint8)
    with Processes(1, memory_bytes=700 * MB) as processes:
        assert go(parts_of(texts), (DropEmptyText(),), processes).texts == texts
    assert held.all()


def children() -> list[int]:
    return [
        int(each) for each in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    ]


DRIVER = """
import sys
from pathlib import Path
from tests.unit.clean.job.conftest import corpus, parts_of
from tests.unit.clean.job.steps import Slow
from groundswell.clean import RunFolder, run_job
from groundswell.clean.job.processes import Processes

folder = Path(sys.argv[1])
with Processes(2, memory_bytes=900 * 2**20) as processes:
    run_job(parts_of(corpus(600), 50), (Slow(folder, 0.4),), folder=RunFolder(folder), executor=processes)
print("done")
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_no_process_outlives_the_one_that_started_it(tmp_path: Path, how: signal.Signals) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(tmp_path)],
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    began: list[Path] = []
    deadline = time.monotonic() + 60
    while len(began) < 2 and time.monotonic() < deadline:
        began = list(tmp_path.glob("began-*"))
        time.sleep(0.02)
    driver.send_signal(how)
    driver.communicate(timeout=20)
    assert driver.returncode != 0
    workers = [int(path.name.removeprefix("began-")) for path in began]
    assert len(workers) == 2
    while any(Path(f"/proc/{worker}").exists() for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
