"""A run of cleaning that is killed at any moment, any number of times, ends with the same bytes.

The long form: `CLEAN_KILLS=100 .venv/bin/python -m pytest tests/acceptance/test_killed_cleaning.py -s`.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from groundswell.organize import Version, local_store
from tests.unit.clean.job.conftest import corpus

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("CLEAN_KILLS", "3"))
KILLS_A_ROUND = 4
SEED = int(os.environ.get("CLEAN_SEED", "1"))


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of files with copies within and between them, and some lines that are no records."""
    folder = tmp_path_factory.mktemp("raw")
    texts = corpus(600, seed=3)
    for number in range(12):
        lines = [
            json.dumps({"text": text, "url": f"http://a.org/{hash_of(text)}"}) for text in texts[number::12]
        ]
        lines.insert(number, "no record")
        (folder / f"{number:02d}.jsonl").write_text("\n".join(lines))
    return folder


def hash_of(text: str) -> int:
    return sum(map(ord, text)) % 900


def command(raw: Path, home: Path) -> subprocess.Popen[bytes]:
    recipe = home.parent / "recipe.py"
    recipe.write_text(
        "from groundswell.clean import *\n"
        "recipe = [NormalizeText(), DropUrlDuplicates(keep='longest'), DropRepeatedLines(), DropExactDuplicates(),"
        " DropNearDuplicates(text_similarity=0.75), Sample(0.9)]\n"
    )
    # Small parts, so that there is much between two tasks; one instant, so that items are the same.
    code = (
        "from datetime import UTC, datetime\n"
        "import groundswell.clock as clock\n"
        "clock.now = lambda: datetime(2026, 1, 2, tzinfo=UTC)\n"
        "import groundswell.organize.parts as parts\n"
        "parts.PART_BYTES = 20_000\n"
        "from groundswell.cli.main import main; main()"
    )
    arguments = [
        "collect",
        str(raw),
        "--name",
        "texts",
        "--recipe",
        str(recipe),
        "--workers",
        "2",
        "--memory",
        "1GB",
    ]
    environment = {
        **os.environ,
        "GROUNDSWELL_HOME": str(home),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def whole(raw: Path, home: Path) -> Version:
    process = command(raw, home)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()
    return local_store(home).open("texts")


def bytes_of(version: Version) -> tuple[object, ...]:
    return (
        version.digest,
        tuple(file.sha256 for file in version.manifest.drop_files),
        str(version.drop_counts),
    )


def test_a_run_that_is_killed_again_and_again_ends_with_the_same_bytes(raw: Path, tmp_path: Path) -> None:
    started = time.monotonic()
    expected = whole(raw, tmp_path / "whole")
    seconds = time.monotonic() - started
    rng = random.Random(SEED)
    killed = ended = 0
    while killed < KILLS:
        home = tmp_path / f"home-{killed}"
        for _ in range(min(KILLS_A_ROUND, KILLS - killed)):
            has_ended = end_or_kill(command(raw, home), rng.uniform(0.1, seconds), rng)
            killed, ended = killed + (not has_ended), ended + has_ended
        whole(raw, home)
        assert {bytes_of(version) for version in local_store(home).versions("texts")} == {bytes_of(expected)}
        assert not list((home / "runs").rglob("*.done"))
    print(f"{killed} kills, {ended} runs that ended before theirs; one run takes {seconds:.1f} s")


def end_or_kill(process: subprocess.Popen[bytes], seconds: float, rng: random.Random) -> bool:
    """Let a run go on for some seconds, then kill it, with or without its workers; returns whether it ended first."""
    try:
        _, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL) if rng.random() < 0.5 else process.kill()
        process.communicate()
        return False
    assert process.returncode == 0, errors.decode()
    return True


def test_ctrl_c_says_how_to_go_on_and_the_same_command_does(raw: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    process = command(raw, home)
    deadline = time.monotonic() + 60
    while not list(home.rglob("*.done")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"the same command goes on with what is done" in errors
    done = {path.name: path.stat().st_mtime_ns for path in home.rglob("*.done")}
    assert done
    assert whole(raw, home).rows > 200
