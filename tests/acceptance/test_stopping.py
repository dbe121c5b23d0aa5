"""However it ends, everything that was acknowledged is there at the next start."""

import json
import re
import signal
import threading
import time
from pathlib import Path

import pytest

from groundswell.client import ServiceError, connection
from groundswell.errors import STOPPED
from tests.acceptance.command import Groundswell, Running, lease, wait_until


@pytest.fixture
def texts(groundswell: Groundswell) -> Groundswell:
    """The command, beside a file of four texts."""
    rows = [{"text": f"{name} is on its way"} for name in ("ann", "bob", "eve", "zoe")]
    (groundswell.here / "texts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return groundswell


LABEL = ["label", "texts.jsonl", "--classes", "yes,no"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_a_signal_stops_it_cleanly_and_the_next_start_finds_everything(texts: Groundswell, number):
    seen = []
    for command in (LABEL, ["up"], LABEL):
        with texts.serving(*command) as running:
            with running.client() as service:
                lease(service, next(service.projects())["id"], want=1)  # the same one each time
                seen.append(next(service.projects()))
            done = running.stop(number)
        assert done.code == 0
        assert done.err.rstrip().endswith("Stopping; everything is kept.")
        assert texts.postgres() == []
    assert seen[0] == seen[1] == seen[2]
    assert len(json.loads(texts.run("keys", "list", "--json").good())) == len(seen)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
@pytest.mark.parametrize("delay_seconds", [0.25, 0.5, 0.9])
def test_a_signal_while_it_starts_leaves_no_process_and_no_harm(texts: Groundswell, number, delay_seconds):
    running = texts.start("up", "--port", "0")
    wait_until(lambda: listens(running.process.pid), "Python has started, and the command listens to signals")
    time.sleep(delay_seconds)
    done = running.stop(number)
    assert "Traceback" not in done.err
    assert done.code in (0, STOPPED)
    wait_until(lambda: not texts.postgres(), "the database ends with its owner", seconds=10)
    with texts.serving("up") as again:
        assert again.stop().code == 0


def listens(pid: int) -> bool:
    """Say whether a process does something of its own at SIGTERM, which Python by itself does not."""
    (caught,) = re.findall(r"SigCgt:\s*(\w+)", Path(f"/proc/{pid}/status").read_text())
    return bool(int(caught, 16) >> signal.SIGTERM - 1 & 1)


def test_a_stopped_collect_keeps_nothing_of_the_version_it_wrote(groundswell: Groundswell):
    lines = (f'{{"text": "number {n} of very many texts"}}\n' for n in range(300_000))
    (groundswell.here / "many.jsonl").write_text("".join(lines))
    running = groundswell.start("collect", "many.jsonl", "--raw")
    wait_until(groundswell.leftovers, "the first rows reach the disk")
    done = running.stop()
    assert done.code == STOPPED
    assert done.complaint == "groundswell: stopped"
    assert groundswell.versions() == []
    assert groundswell.leftovers() == []


def test_answers_that_were_acknowledged_survive_kill_9_each_once(groundswell: Groundswell, monkeypatch):
    monkeypatch.setattr(
        connection, "FIRST_PAUSE_SECONDS", 0.01
    )  # the server will not come back for this client
    rows = [{"text": f"text {n} says {'yes' if n % 3 else 'no'}", "n": n} for n in range(400)]
    (groundswell.here / "texts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    acknowledged: dict[int, str] = {}
    with groundswell.serving(*LABEL) as running:
        worker = threading.Thread(target=_answer_until_it_dies, args=(running, acknowledged))
        worker.start()
        wait_until(lambda: len(acknowledged) >= 80, "some answers are acknowledged")
        running.process.kill()
        worker.join(30)
        assert not worker.is_alive()
    wait_until(lambda: not groundswell.postgres(), "the database ends with its owner", seconds=10)
    assert 80 <= len(acknowledged) < 400
    with groundswell.serving(*LABEL) as again, again.client() as service:
        assert next(service.projects())["state"] == "active"
        labelled = _labels_when_learnt(groundswell, len(acknowledged))
    assert len({row["n"] for row in labelled}) == len(labelled) <= len(acknowledged) + 8
    assert all(row["label_answers"] == 1 for row in labelled)
    assert acknowledged.items() <= {row["n"]: row["label"] for row in labelled}.items()


def _answer_until_it_dies(running: Running, acknowledged: dict[int, str]) -> None:
    """Answer as fast as it goes; note an answer only once its receipt is here."""
    with running.client() as service:
        project_id = next(service.projects())["id"]
        tasks = lease(service, project_id)
        while tasks:
            said = {task["task_id"]: task["item"]["text"].rpartition(" ")[2] for task in tasks}
            place = {task["task_id"]: task["item"]["meta"]["n"] for task in tasks}
            submit = [{"task_id": task, "answer": {"choice": choice}} for task, choice in said.items()]
            try:
                given = service.work(project_id, submit=submit, want=8)
            except ServiceError:
                return
            for receipt in given["receipts"]:
                assert receipt["status"] == "stored"
                acknowledged[place[receipt["task_id"]]] = said[receipt["task_id"]]
            tasks = given["tasks"]


def _labels_when_learnt(groundswell: Groundswell, answers: int) -> list[dict]:
    """Export until labels have been inferred from all answers: a killed job is done again by itself."""
    target = groundswell.here / "labels.jsonl"

    def exported() -> bool:
        done = groundswell.run("export", "texts", "--to", "labels.jsonl", "--overwrite", "--json")
        return done.code == 0 and json.loads(done.out)["rows"] >= answers

    wait_until(exported, f"{answers} labels", seconds=45)
    return [json.loads(line) for line in target.read_text().splitlines()]


def test_answers_given_just_before_the_end_are_in_the_export_after_it(texts: Groundswell):
    with texts.serving(*LABEL) as running, running.client() as service:
        project_id = next(service.projects())["id"]
        tasks = lease(service, project_id, want=4)
        submit = [{"task_id": task["task_id"], "answer": {"choice": "yes"}} for task in tasks]
        receipts = service.work(project_id, submit=submit, want=0)["receipts"]
        running.process.kill()
        running.process.wait()
    assert [receipt["status"] for receipt in receipts] == ["stored"] * 4
    assert "4 labelled items" in texts.run("export", "texts").good()


def test_commands_work_beside_a_running_server(texts: Groundswell):
    with texts.serving("up") as running:
        assert "No projects yet" in texts.run("projects").good()
        assert texts.run("keys", "create", "me").good().startswith("gsk_")
        port = running.address.rpartition(":")[2]
        assert texts.run("sign-in", "--port", port).good().startswith(f"{running.address}/sign-in#token=")
        assert "4 items" in texts.run("collect", "texts.jsonl").good()
        refused = texts.run("export", "texts")
        assert refused.code == 3
        assert running.process.poll() is None
        assert running.stop().code == 0
    assert texts.postgres() == []
