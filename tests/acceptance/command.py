"""The real command in a process of its own, as a person runs it: its answer, its error line, its end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from groundswell.client import Client

COMMAND = str(Path(sys.executable).with_name("groundswell"))
PATIENCE_SECONDS = 60
STOP_SECONDS = 20
"""A job that runs has ten seconds of grace, PostgreSQL needs less than one."""


@dataclass
class Groundswell:
    """The command with a data folder, run in a folder where inputs lie and outputs appear."""

    here: Path
    home: Path
    settings: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, **settings: str) -> "Outcome":
        """Run a command to its end; keyword arguments are settings, such as `max_source_bytes="10"`."""
        done = subprocess.run(
            self._command(arguments),
            cwd=self.here,
            env=self._environment(settings),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str, **settings: str) -> "Running":
        """Start a command and do not wait."""
        process = subprocess.Popen(
            self._command(arguments),
            cwd=self.here,
            env=self._environment(settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return Running(self, process)

    @contextmanager
    def serving(self, *arguments: str) -> Iterator["Running"]:
        """Start `up` or `label` on a free port; yields once it answers, and stops it by Ctrl-C in the end."""
        running = self.start(*arguments, "--port", "0")
        try:
            assert running.process.stdout is not None
            running.link = running.process.stdout.readline().strip()
            assert running.link, running.process.communicate()
            yield running
            if running.process.poll() is None:
                assert running.stop().code == 0
        finally:
            running.kill()

    def postgres(self) -> list[int]:
        """Return the database processes of the data folder, living ones."""
        data = self.home / "postgres"
        return [int(entry.name) for entry in Path("/proc").iterdir() if _works_in(entry, data)]

    def versions(self) -> list[str]:
        """Return every dataset version that there is."""
        return sorted(str(path.relative_to(self.home)) for path in self.home.rglob("v*.json"))

    def leftovers(self) -> list[Path]:
        """Return files that were begun and not finished, in the data folder or beside the inputs."""
        return [
            path for path in self.here.rglob("*") if path.name.startswith(".new-") or path.suffix == ".part"
        ]

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [COMMAND, "--home", str(self.home), *arguments]

    def _environment(self, settings: dict[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GROUNDSWELL_")}
        given = {
            f"GROUNDSWELL_{name.upper()}": value for name, value in {**self.settings, **settings}.items()
        }
        return kept | given


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit code and what it said."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line that says what is wrong; fails if there is none, more than one, or a traceback."""
        assert "Traceback" not in self.err, self.err
        lines = [line for line in self.err.splitlines() if line.strip()]
        ours = [line for line in lines if line.startswith("groundswell: ")]
        assert len(ours) == 1, self.err
        assert lines[-1] == ours[0], self.err
        return ours[0]

    def good(self) -> str:
        """Return what was printed by a command that went well."""
        assert self.code == 0, self.err
        return self.out


@dataclass
class Running:
    """A command that was started, and the sign-in link that it printed."""

    groundswell: Groundswell
    process: "subprocess.Popen[str]"
    link: str = ""

    @property
    def address(self) -> str:
        return self.link.split("/sign-in")[0]

    def stop(self, number: int = signal.SIGINT) -> Outcome:
        """Send a signal and wait for the end."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=STOP_SECONDS)
        return Outcome(self.process.returncode, out, err)

    def kill(self) -> None:
        """Make sure that no process and no pipe is left, whatever the test did."""
        with self.process:
            self.process.kill()

    @contextmanager
    def client(self) -> Iterator[Client]:
        """Yield a client with a key of its own, made by the command beside the running one."""
        key = self.groundswell.run("keys", "create", "test").good().strip()
        with Client(self.address, key) as client:
            yield client


def _works_in(entry: Path, data: Path) -> bool:
    try:
        return (entry / "comm").read_text() == "postgres\n" and (entry / "cwd").samefile(data)
    except (OSError, ValueError):
        return False


def lease(client: Client, project_id: int, want: int = 8) -> list[dict[str, Any]]:
    """Lease tasks, with patience: a project that was just opened is planned in the background."""
    tasks: list[dict[str, Any]] = []

    def given() -> bool:
        tasks.extend(client.work(project_id, want=want)["tasks"])
        return bool(tasks)

    wait_until(given, "there are tasks to lease")
    return tasks


def answer_everything(client: Client, project_id: int, right: Callable[[dict[str, Any]], str]) -> None:
    """Lease and answer until nothing is left; `right` gives the choice for an item."""
    tasks = lease(client, project_id)
    while tasks:
        submit = [
            {"task_id": task["task_id"], "answer": {"choice": right(task["item"])}, "active_ms": 900}
            for task in tasks
        ]
        given = client.work(project_id, submit=submit, want=8)
        assert all(receipt["status"] == "stored" for receipt in given["receipts"]), given["receipts"]
        tasks = given["tasks"]
    wait_until(lambda: client.project(project_id)["state"] == "done", "all that was answered is learnt")


def wait_until(true: Any, what: str, seconds: float = 30.0) -> None:
    """Wait for something that happens in the background; fails by name when it does not."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)


def draw(path: Path, number: int) -> None:
    """Draw a picture that no other number's picture is a near duplicate of."""
    image = Image.effect_noise((48, 48), 90).convert("RGB")
    ImageDraw.Draw(image).ellipse([number % 7, number % 5, 20 + number, 24], fill=(number * 40 % 255, 60, 90))
    image.save(path)
