"""Clients that are slow, greedy, confused or malicious: refused in words, soon, and nobody else notices."""

import contextlib
import json
import resource
import socket
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from groundswell.http import patience
from groundswell.http.callers import MAX_BODY_BYTES
from groundswell.http.wire.work import MAX_ACTIVE_MS
from tests.acceptance.command import Groundswell, wait_until
from tests.acceptance.crowd import Stage, set_up
from tests.acceptance.processes import Service, living

TOO_LARGE_ID = 2**63
SLOW_SECONDS = patience.REQUEST_SECONDS + 5


@dataclass
class Target:
    """A running service with a project and a crowd, and how one calls it."""

    service: Service
    stage: Stage
    http: httpx.Client

    @property
    def path(self) -> str:
        return f"/api/v1/projects/{self.stage.project_id}/work"

    def call(self, method: str, path: str, *, person: int | None = None, **options: Any) -> httpx.Response:
        """Call as a person of the crowd, or as an admin."""
        key = self.stage.admin_key if person is None else self.stage.keys[person]
        headers = {"Authorization": f"Bearer {key}", **options.pop("headers", {})}
        return self.http.request(method, path, headers=headers, **options)

    def work(self, person: int | None = None, **body: Any) -> httpx.Response:
        return self.call("POST", self.path, person=person, json=body)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.service.port), timeout=SLOW_SECONDS)

    def head(self, length: int) -> bytes:
        """The head of a good request for work whose body has so many bytes."""
        return (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.stage.keys[0]}\r\n"
            f"Content-Length: {length}\r\n\r\n"
        ).encode()


@contextlib.contextmanager
def few_files(number: int) -> Iterator[None]:
    """Let what is started within begin with few open files allowed, as shells often do."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    here = tmp_path_factory.mktemp("hostile")
    groundswell = Groundswell(here, here / "home")
    stage = set_up(groundswell.home, tasks=30, people=3)
    with contextlib.ExitStack() as stack:
        with few_files(300):
            service = stack.enter_context(living(groundswell))
        http = httpx.Client(base_url=service.address, timeout=20, trust_env=False)
        yield Target(service, stage, stack.enter_context(http))
    assert service.complaints() == [], "the log holds no stack trace, whatever was sent"


@pytest.fixture(autouse=True)
def nothing_breaks(target: Target) -> Iterator[None]:
    """Whatever was tried, the next one is served, and soon."""
    yield
    began = time.monotonic()
    assert target.work(want=0).is_success
    assert time.monotonic() - began < 2


# ── bodies ───────────────────────────────────────────────────────────────────────────────────────

KEY = str(uuid.UUID(int=7, version=4))
SUBMIT = {"task_id": 1, "answer": {"choice": "yes"}, "idempotency_key": KEY, "active_ms": 5}
WRONG: dict[str, list[Any]] = {
    "task_id": [None, "1", 1.5, True, [], {}, 0, -1, TOO_LARGE_ID, 10**400],
    "answer": [None, "yes", 1, True, ["yes"]],
    "idempotency_key": [None, 1, True, [], {}, "", "not a uuid", KEY + "0"],
    "active_ms": [None, "5", 0.5, True, [], {}, -1, MAX_ACTIVE_MS + 1, TOO_LARGE_ID],
    "proposal_seen": [None, 1, "true", [], {}],
    "unknown": [1],
}
BAD_IDS = [None, "1", 1, {}, [None], ["1"], [1.5], [0], [-1], [TOO_LARGE_ID], [[1]], [1] * 101]
BODIES: list[Any] = [
    None,
    [],
    "x",
    7,
    True,
    *({"submit": [{**SUBMIT, name: value}]} for name, values in WRONG.items() for value in values),
    *({"submit": [{k: v for k, v in SUBMIT.items() if k != name}]} for name in ("task_id", "answer")),
    *({"submit": value} for value in (None, {}, "x", [None], [1], [[]], [SUBMIT] * 101)),
    *({"skip": value} for value in (None, {}, "x", [None], [{}], [{"task_id": "1"}], [{"task_id": 1}] * 101)),
    *({"skip": [{"task_id": 1, "reason": value}]} for value in (None, 1, [], "x" * 501)),
    *({name: value} for name in ("release", "holding") for value in BAD_IDS),
    *({"want": value} for value in (None, "1", 1.5, True, [], {}, -1, 9, TOO_LARGE_ID)),
    {"unknown": 1},
]


def test_a_wrong_type_or_an_impossible_value_in_any_field_is_refused(target: Target):
    for body in BODIES:
        response = target.work() if body is None else target.call("POST", target.path, json=body)
        if body is not None:
            assert (response.status_code, response.json()["code"]) == (400, "invalid_input"), body


def test_what_is_no_json_at_all_is_refused(target: Target):
    for data in (
        b"",
        b"{",
        b"\xff\xfe",
        b'{"want": 1',
        b'{"want": 1}x',
        b'{"want": 1e999}',
        b'{"want": NaN}',
        b'{"skip": [{"task_id": 1, "reason": "\\ud800"}]}',
        b'{"unknown\\u0000": 1}',
        b"\x00" * 100,
    ):
        response = target.call("POST", target.path, content=data)
        assert (response.status_code, response.json()["code"]) == (400, "invalid_input"), data


@pytest.mark.parametrize("around", ['{"submit": %s}', '{"submit": [{"answer": {"choice": %s}}]}', "%s"])
@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":', "}")], ids=["lists", "objects"])
@pytest.mark.parametrize("depth", [900, 100_000])
def test_json_that_is_nested_very_deeply_is_refused(
    target: Target, around: str, opens: str, closes: str, depth: int
):
    data = around % (opens * depth + "1" + closes * depth)
    response = target.call("POST", target.path, content=data)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_input")


def test_a_deep_answer_that_can_be_read_is_refused_by_its_receipt_and_costs_no_other(target: Target):
    task = target.work(1, want=1).json()["tasks"][0]["task_id"]
    deep: Any = "yes"
    for _ in range(200):
        deep = [deep]
    answers = [deep, "no\x00", "yes\N{GRINNING FACE}", "x" * 100_000, None, 10**30]
    bad = [
        {**SUBMIT, "task_id": task, "answer": {"choice": choice}, "idempotency_key": str(uuid.uuid4())}
        for choice in answers
    ]
    good = {**SUBMIT, "task_id": task, "idempotency_key": str(uuid.uuid4())}
    receipts = target.work(1, submit=[*bad, good]).json()["receipts"]
    assert [receipt["status"] for receipt in receipts] == ["refused"] * len(bad) + ["stored"]
    assert all(len(receipt["error"]) < 1000 for receipt in receipts[:-1])


def test_a_body_that_is_too_large_is_refused_before_it_is_read_to_its_end(target: Target):
    began = time.monotonic()
    response = target.call("POST", target.path, content=b" " * (2 * MAX_BODY_BYTES))
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert time.monotonic() - began < 2
    with target.connect() as line:
        line.sendall(target.head(10**12) + b" " * (MAX_BODY_BYTES + 1))
        assert line.recv(100).startswith(b"HTTP/1.1 413")


# ── somebody else's things ───────────────────────────────────────────────────────────────────────


def test_another_persons_task_key_or_receipt_opens_nothing_and_tells_nothing(target: Target):
    task = target.work(0, want=1).json()["tasks"][0]
    mine = {**SUBMIT, "task_id": task["task_id"], "idempotency_key": str(uuid.uuid4())}
    theirs = target.work(1, submit=[mine]).json()["receipts"][0]
    assert (theirs["status"], theirs["annotation_id"]) == ("refused", None)
    stored = target.work(0, submit=[mine]).json()["receipts"][0]
    assert stored["status"] == "stored"
    replayed = target.work(1, submit=[mine]).json()["receipts"][0]
    assert (replayed["status"], replayed["annotation_id"]) == ("refused", None)
    assert replayed["error"] == theirs["error"], "nothing says that somebody answered it"
    assert target.work(0, submit=[mine]).json()["receipts"][0] == stored


def test_tasks_that_are_not_mine_can_neither_be_held_nor_given_back(target: Target):
    task = target.work(0, want=1).json()["tasks"][0]["task_id"]
    strange = [task, 10**9, 2**63 - 1]
    done = target.work(
        1, skip=[{"task_id": t, "reason": "\x00"} for t in strange], release=strange, holding=strange
    )
    assert done.is_success
    assert [each["task_id"] for each in target.work(0, want=1).json()["tasks"]] == [task], "it is still held"


def test_paths_that_name_nothing_of_ours_are_not_found_or_refused(target: Target):
    project = "/api/v1/projects/"
    for path, status in {
        f"{project}{2**63 - 1}/work": 404,
        f"{project}{2**63}/work": 400,
        f"{project}-1/work": 400,
        f"{project}1%00/work": 400,
        f"{project}%F0%9F%90%88/work": 400,
        f"{project}\u00b2/work": 400,
    }.items():
        response = target.call("POST", path, json={"want": 1})
        assert response.status_code == status, path
    for path in ("blobs/%00", "blobs/..%2f..%2fpostgresql.conf", f"blobs/{'a' * 5000}", f"blobs/{'0' * 64}"):
        assert target.call("GET", f"/api/v1/{path}").status_code in (400, 404), path
    for path in ("/%00", "/assets/%00", "/..%2f..%2fetc/passwd", "/" + "a" * 5000):
        assert target.call("GET", path).status_code in (400, 404), path


def test_a_query_of_nonsense_is_refused(target: Target):
    for path in ("projects", "keys", "workers", "restrictions", "projects/1/tasks", "projects/1/batches"):
        for query in (
            "cursor=%00",
            "cursor=" + "A" * 5000,
            "limit=0",
            "limit=-1",
            "limit=9e9",
            "limit=%F0%9F",
        ):
            response = target.call("GET", f"/api/v1/{path}?{query}")
            assert response.status_code in (200, 400), f"{path}?{query}: {response.text}"


# ── the connection itself ────────────────────────────────────────────────────────────────────────


def served(target: Target) -> bool:
    began = time.monotonic()
    return target.work(want=0).is_success and time.monotonic() - began < 2


def answer_to(target: Target, data: bytes) -> bytes:
    with target.connect() as line:
        with contextlib.suppress(ConnectionError):
            line.sendall(data)
        with contextlib.suppress(ConnectionError):
            return line.recv(4096)
    return b""


def test_what_is_no_http_is_refused_and_the_line_closed(target: Target):
    good = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    for data in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
        b"nonsense\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\x00b\r\n\r\n",
    ):
        assert answer_to(target, data)[:12] == b"HTTP/1.1 400", data
    with target.connect() as line:
        line.sendall(good + b"and then garbage\r\n\r\n")
        line.settimeout(5)
        said = b"".join(iter(lambda: line.recv(4096), b""))
    assert said.count(b"HTTP/1.1 200") <= 1
    assert said.count(b"HTTP/1.1 400") == 1


def test_a_head_without_end_is_refused(target: Target):
    endless = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * (2 * patience.MAX_HEAD_BYTES)
    assert answer_to(target, endless)[:12] in (b"HTTP/1.1 400", b"")
    assert answer_to(target, b"GET /" + b"x" * (2 * patience.MAX_HEAD_BYTES))[:12] in (b"HTTP/1.1 400", b"")


def test_an_upgrade_that_we_do_not_offer_is_an_ordinary_request(target: Target):
    asked = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    assert answer_to(target, asked)[:12] == b"HTTP/1.1 200"


def test_hundreds_of_silent_connections_keep_nobody_out(target: Target):
    """Far more than the service might have files open when it began."""
    with contextlib.ExitStack() as lines:
        for _ in range(500):
            lines.enter_context(target.connect())
        assert served(target)


@pytest.mark.slow
def test_whoever_trickles_or_falls_silent_is_cut_off_and_nobody_waits_for_it(target: Target):
    """All at once: a silent one, a head that trickles, empty lines, a body that trickles, one that never comes."""
    slow = {
        "silent": (b"", b""),
        "head": (b"GET /health HTTP/1.1\r\n", b"X: y\r\n"),
        "lines": (b"", b"\r\n"),
        "body": (target.head(1000), b" "),
        "no body": (target.head(1000), b""),
        "after an answer": (b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"\r\n"),
    }
    open_lines = {name: target.connect() for name in slow}
    for name, (first, _) in slow.items():
        open_lines[name].sendall(first)
    began = time.monotonic()
    ended: dict[str, float] = {}

    def all_ended() -> bool:
        for name in open_lines.keys() - ended.keys():
            try:
                open_lines[name].sendall(slow[name][1])
                open_lines[name].settimeout(0.01)
                while open_lines[name].recv(4096):
                    pass
                ended[name] = time.monotonic() - began
            except TimeoutError:
                continue
            except ConnectionError:
                ended[name] = time.monotonic() - began
        assert served(target)
        time.sleep(0.3)
        return len(ended) == len(slow)

    wait_until(all_ended, "all are cut off", seconds=SLOW_SECONDS)
    for line in open_lines.values():
        line.close()
    assert max(ended.values()) < SLOW_SECONDS


def test_a_request_in_pieces_is_served_as_long_as_it_comes_in_time(target: Target):
    body = json.dumps({"want": 0}).encode()
    with target.connect() as line:
        for part in (target.head(len(body))[:30], target.head(len(body))[30:], body[:3], body[3:]):
            line.sendall(part)
            time.sleep(0.2)
        assert line.recv(100).startswith(b"HTTP/1.1 200")
