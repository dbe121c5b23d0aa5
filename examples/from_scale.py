"""A program written for Scale AI's API asks its own server: tasks, people's answers, callbacks; one line is changed.

Run it: `pip install scaleapi`, then `python examples/from_scale.py`. It starts `groundswell up` on a free port, over a
folder of its own, asks for texts to be categorized and an image to be boxed, answers them as a person would in the
workspace, and is called back.
"""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from PIL import Image, ImageDraw
from scaleapi import ScaleClient
from scaleapi.tasks import TaskStatus, TaskType

from groundswell.client import Client


def free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Told(BaseHTTPRequestHandler):
    """The program's own server: it is told when a task is done."""

    news: list[dict] = []  # noqa: RUF012

    def do_POST(self):
        self.news.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def up(home: str, callbacks: str):
    """Run `groundswell up`, and yield its address and a new API key."""
    port = free_port()
    environment = {**os.environ, "GROUNDSWELL_HOME": home, "GROUNDSWELL_CALLBACK_HOSTS": callbacks}
    groundswell = [sys.executable, "-m", "groundswell.cli.main"]
    service = subprocess.Popen(
        [*groundswell, "up", "--port", str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        service.stdout.readline()  # the sign-in link: it serves
        key = subprocess.run(
            [*groundswell, "keys", "create", "program"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        yield f"http://127.0.0.1:{port}", key.stdout.strip()
    finally:
        service.send_signal(signal.SIGINT)
        service.wait(60)
        service.stdout.close()


def photograph() -> io.BytesIO:
    picture, data = Image.new("RGB", (200, 120), "lightgrey"), io.BytesIO()
    ImageDraw.Draw(picture).rectangle([40, 30, 120, 90], fill="red")
    picture.save(data, "PNG")
    data.seek(0)
    data.name = "street.png"
    return data


def person(url: str, key: str) -> None:
    """Answer whatever is asked, as somebody in the workspace does."""
    with Client(url, key) as me:
        while (project := me.next_project()) is not None:
            for task in me.work(project, want=8)["tasks"]:
                text = task["item"]["text"]
                if text is None:
                    answer = {"shapes": [{"type": "box", "label": "car", "points": [[40, 30], [120, 90]]}]}
                else:
                    answer = {"choice": "complaint" if "wait" in text else "praise"}
                me.work(project, submit=[{"task_id": task["task_id"], "answer": answer}], want=0)


server = HTTPServer(("127.0.0.1", 0), Told)
threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
told_at = f"http://127.0.0.1:{server.server_port}"

with tempfile.TemporaryDirectory() as home, up(home, told_at) as (url, key):
    client = ScaleClient(key, api_instance_url=f"{url}/v1")  # the one line: the address was Scale's

    client.create_project("reviews", TaskType.Categorization, params={"instruction": "What is it?"})
    client.create_batch("reviews", "monday", callback=told_at)
    for number, text in enumerate(["We had to wait for an hour.", "So kind!", "Never again, what a wait."]):
        client.create_task(
            TaskType.Categorization,
            batch="monday",
            attachment_type="text",
            attachment=text,
            categories=["praise", "complaint"],
            unique_id=f"review {number}",
            metadata={"row": number},
            callback_url=told_at,
        )
    image = client.upload_file(file=photograph())
    boxes = client.create_task(
        TaskType.ImageAnnotation,
        instruction="Box every car.",
        attachment=image.attachment_url,
        geometries={"box": {"objects_to_annotate": ["car"]}},
    )
    print("asked:", client.batch_status("monday"))

    deadline = time.monotonic() + 60
    while (
        client.get_batch("monday").status != "completed" or boxes.status != "completed" or len(Told.news) < 4
    ):
        person(url, key)
        boxes.refresh()
        assert time.monotonic() < deadline, (client.batch_status("monday"), boxes.status, len(Told.news))
        time.sleep(0.2)

    for task in client.get_tasks(project_name="reviews", status=TaskStatus.Completed):
        print(task.metadata["row"], task.params["attachment"], "->", task.response["category"])
    (box,) = boxes.response["annotations"]
    print("car at", box["left"], box["top"], "of", box["width"], "x", box["height"])
    print("told:", [news.get("task_id", "batch") and news["status"] for news in Told.news])

    assert [t.response["category"] for t in client.get_tasks("reviews")] == [
        "complaint",
        "praise",
        "complaint",
    ]
    assert (box["left"], box["top"], box["width"], box["height"]) == (40, 30, 80, 60)
server.shutdown()
server.server_close()
