"""A model on this machine that behaves as a test wants it to."""

import json
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from groundswell.assist.models import AllowedHosts, Limits
from groundswell.items import Item, ItemKind


class Drop(Exception):
    """Close the connection without an answer."""


class Trickle(Exception):
    """Send a byte now and then, for ever."""


class Server:
    """A model on this machine that answers as `answer(body, number)` says: JSON, (status, JSON), or an exception."""

    def __init__(self, answer):
        self.answer, self.asked, self.headers, self.paths = answer, [], [], []
        self._lock, self._over = threading.Lock(), threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()
        self.port = self._http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/predict"

    def close(self):
        self._over.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _handler(server):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # one packet for each answer: two of them wait for each other for 40 ms

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with server._lock:
                    server.asked.append(body)
                    server.headers.append(dict(self.headers))
                    server.paths.append(self.path)
                    number = len(server.asked)
                try:
                    self.reply(server.answer(body, number))
                except Drop:
                    self.close_connection = True
                except Trickle:
                    self.trickle()

            def do_GET(self):
                raise AssertionError("nothing is fetched")

            def reply(self, answer):
                status, content, headers = (
                    (*answer, {}, {})[:3] if isinstance(answer, tuple) else (200, answer, {})
                )
                content = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def trickle(self):
                self.send_response(200)
                self.send_header("Content-Length", "100000")
                self.end_headers()
                self.close_connection = True
                while not server._over.is_set():
                    try:
                        self.wfile.write(b" ")
                        self.wfile.flush()
                        time.sleep(0.02)
                    except OSError:
                        return

            def log_message(self, *_):
                pass

        return Handler


HERE = AllowedHosts(["127.0.0.1"], private=True)
QUICK = Limits(timeout_seconds=5.0, attempts=3, first_wait_seconds=0.01, longest_wait_seconds=1.0)


def text(content):
    return Item(ItemKind.TEXT, content, None, "text/plain", "test", "", datetime(2026, 1, 1, tzinfo=UTC))


def image(content):
    return Item(ItemKind.IMAGE, None, content, "image/png", "test", "", datetime(2026, 1, 1, tzinfo=UTC))


def texts(n):
    return [text(f"item {i}") for i in range(n)]


def by_length(body, number=0):
    """Say of each text how surely it is "even": by its length."""
    return {"probabilities": [[0.9, 0.1] if len(one["text"]) % 2 else [0.2, 0.8] for one in body["items"]]}
