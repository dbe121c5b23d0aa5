"""The hub is read from its files: at the commit that was listed, from the cache where there is no network."""

import hashlib
import json
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import unquote

import pytest

from groundswell.collect import Growing, Source, Stated, hub, open_source
from groundswell.errors import InputError, MissingExtra, SourceNotFound
from groundswell.items import Drop, Item

constants = pytest.importorskip("huggingface_hub.constants")

NOW = datetime(2026, 1, 2, tzinfo=UTC)
FILES = {
    "README.md": b"# Reviews",
    "data/train.jsonl": b'{"text": "one", "stars": 5}\n{"text": "two"}\n',
    "data/test.jsonl": b'{"text": "three"}\n',
    "script.py": b"raise SystemExit('this must never run')",
}


class Answers(BaseHTTPRequestHandler):
    """Answers what the hub is asked for a data set `acme/reviews`, and remembers it."""

    files: ClassVar[dict[str, bytes]] = {}
    asked: ClassVar[list[str]] = []
    commit: ClassVar[str] = ""
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        path = unquote(self.path.partition("?")[0])
        self.asked.append(f"{self.command} {path}")
        base = "/api/datasets/acme/reviews"
        if path == f"{base}/revision/main":
            self._json({"id": "acme/reviews", "sha": self.commit, "siblings": []})
        elif path.startswith(f"{base}/tree/{self.commit}"):
            self._json([self._entry(name, body) for name, body in self.files.items()])
        elif path.startswith(place := f"/datasets/acme/reviews/resolve/{self.commit}/"):
            body = self.files[path.removeprefix(place)]
            self._send(200, body, {"ETag": f'"{_digest(body)}"', "X-Repo-Commit": self.commit})
        else:
            self._send(404, b"", {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"})

    @staticmethod
    def _entry(name: str, body: bytes) -> dict[str, Any]:
        return {"type": "file", "path": name, "size": len(body), "oid": _digest(body)}

    def _json(self, value: object) -> None:
        self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


def _digest(body: bytes) -> str:
    return hashlib.sha1(body).hexdigest()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Answers]]:
    """Answer as the hub does, and let its library ask here."""
    Answers.files, Answers.commit = dict(FILES), "a" * 40
    Answers.asked.clear()
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=httpd.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{httpd.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    yield Answers
    httpd.shutdown()
    httpd.server_close()


def opened(spec: str = "hf://datasets/acme/reviews") -> Source:
    return open_source(spec, collected_at=NOW)


def told(source: Source) -> list[tuple[str, str]]:
    return [
        (each.locator, each.text or "" if isinstance(each, Item) else each.reason) for each in source.read()
    ]


def test_the_files_of_a_data_set_are_read_and_its_code_is_not_run(server: type[Answers]) -> None:
    assert told(opened()) == [
        ("README.md", "file:unsupported"),
        ("data/test.jsonl line 1", "three"),
        ("data/train.jsonl line 1", "one"),
        ("data/train.jsonl line 2", "two"),
        ("script.py", "file:unsupported"),
    ]
    assert told(opened("hf://datasets/acme/reviews/data/test.jsonl")) == [("data/test.jsonl line 1", "three")]
    assert len(told(opened("hf://datasets/acme/reviews@main/data/*.jsonl"))) == 3
    assert not any("telemetry" in path or "script" in path or "README" in path for path in server.asked)


def test_what_was_downloaded_is_read_without_a_network_and_nothing_else(
    server: type[Answers], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = opened("hf://datasets/acme/reviews/data")
    list(before.read())
    assert isinstance(before, Growing)
    cursor = before.cursor()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    server.asked.clear()
    offline = opened("hf://datasets/acme/reviews/data")
    assert [text for _, text in told(offline)] == ["three", "one", "two"]
    assert isinstance(offline, Growing)
    assert list(offline.after(cursor).read()) == []
    with pytest.raises(SourceNotFound, match="not downloaded before, and HF_HUB_OFFLINE is set"):
        list(opened("hf://datasets/acme/other").read())
    assert server.asked == []


def test_an_update_reads_the_files_that_are_new_at_their_commit(server: type[Answers]) -> None:
    before = opened()
    assert isinstance(before, Growing)
    assert isinstance(before, Stated)
    cursor, states = before.cursor(), list(before.state())
    server.commit = "b" * 40
    assert list(opened().state()) == states, "another commit with the same files is the same"  # type: ignore[attr-defined]
    server.files["data/more.jsonl"] = b'{"text": "four"}\n'
    new = pickle.loads(pickle.dumps(opened().after(cursor)))  # type: ignore[attr-defined]
    assert [each.text for each in new.read()] == ["four"]


def test_what_is_not_there_or_cannot_be_reached_says_what_to_do(
    server: type[Answers], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SourceNotFound, match="there is no file of hf://datasets/acme/reviews/nowhere"):
        list(opened("hf://datasets/acme/reviews/nowhere").read())
    with pytest.raises(SourceNotFound, match="check owner, name and revision"):
        list(opened("hf://datasets/acme/other").read())
    with pytest.raises(InputError, match="write hf://datasets/OWNER/NAME"):
        list(opened("hf://models/acme").read())
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(SourceNotFound, match="is this machine connected"):
        list(opened().read())


def test_a_file_that_vanishes_is_set_aside(server: type[Answers]) -> None:
    source = opened("hf://datasets/acme/reviews/data")
    parts = source.parts(1)  # type: ignore[attr-defined]
    del server.files["data/test.jsonl"]
    server.files["data/test.jsonl"] = b""
    first, second = (list(part.read()) for part in parts)
    assert all(isinstance(each, Drop) for each in first)
    assert [each.text for each in second] == ["one", "two"]


def test_without_the_library_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    hub._library.cache_clear()
    with pytest.raises(MissingExtra, match=r"pip install 'groundswell\[hub\]'"):
        list(opened().read())


def test_telemetry_is_off() -> None:
    assert hub._library().constants.HF_HUB_DISABLE_TELEMETRY
