"""Whose turn it is on a connection, and what happens when it is the client's for too long."""

import asyncio
from dataclasses import dataclass, field

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from groundswell.http import patience
from groundswell.http.patience import MAX_HEAD_BYTES, PatientProtocol, cutting_off

pytestmark = pytest.mark.anyio

HEAD = b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n"
REFUSED = b"HTTP/1.1 400"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Line(asyncio.Transport):
    """A connection without a network: what was sent to the client, and whether it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.closed = False

    def write(self, data) -> None:
        self.sent += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


@dataclass
class Service:
    """Answers each request once it is told to, whether or not the request is here as a whole."""

    answers: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def __call__(self, scope, receive, send) -> None:
        await self.answers.acquire()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})

    async def answer(self) -> None:
        self.answers.release()
        for _ in range(5):
            await asyncio.sleep(0)


@pytest.fixture
async def service() -> Service:
    return Service()


@pytest.fixture
async def protocol(service) -> PatientProtocol:
    config = Config(service, http=PatientProtocol, ws="none", lifespan="off", log_config=None)
    protocol = PatientProtocol(config, ServerState(), {})
    protocol.connection_made(Line())
    return protocol


def waits(protocol: PatientProtocol) -> bool:
    return protocol.waiting_since is not None


async def test_it_is_the_clients_turn_until_the_request_is_here_and_after_it_was_answered(service, protocol):
    assert waits(protocol)
    protocol.data_received(HEAD + b"12")
    assert waits(protocol)
    protocol.data_received(b"34")
    assert not waits(protocol)
    await service.answer()
    assert waits(protocol)


async def test_it_is_ours_while_an_earlier_or_a_later_request_is_worked_on(service, protocol):
    protocol.data_received(2 * (HEAD + b"1234"))
    assert not waits(protocol)
    await service.answer()
    assert not waits(protocol), "the second one is here, too"
    await service.answer()
    assert waits(protocol)


async def test_it_is_the_clients_when_the_next_request_is_not_here_as_a_whole(service, protocol):
    protocol.data_received(HEAD + b"1234" + HEAD + b"12")
    await service.answer()
    assert waits(protocol)


async def test_it_is_the_clients_when_a_request_was_answered_before_it_was_here(service, protocol):
    protocol.data_received(HEAD)
    await service.answer()
    assert waits(protocol)
    protocol.data_received(b"1234")
    assert waits(protocol)


async def test_a_head_that_is_too_long_is_refused_and_a_long_body_is_not(service, protocol):
    body = b"x" * (2 * MAX_HEAD_BYTES)
    protocol.data_received(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert not protocol.transport.closed
    await service.answer()
    protocol.data_received(b"GET / HTTP/1.1\r\nX: " + b"x" * MAX_HEAD_BYTES)
    assert protocol.transport.closed
    assert protocol.transport.sent.count(REFUSED) == 1


async def test_a_request_of_any_other_shape_has_a_limit_too(protocol):
    protocol.data_received(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
    for _ in range(patience.MAX_REQUEST_BYTES // 100_000 + 1):
        protocol.data_received(b"Trailer: " + b"x" * 100_000 + b"\r\n")
        if protocol.transport.closed:
            break
    assert protocol.transport.sent.count(REFUSED) == 1


async def test_whose_turn_lasts_too_long_is_cut_off_and_who_is_served_is_not(service, protocol, monkeypatch):
    monkeypatch.setattr(patience, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(patience, "REQUEST_SECONDS", 0.05)
    protocol.data_received(HEAD + b"1234")
    async with cutting_off([protocol]):
        await asyncio.sleep(0.1)
        assert not protocol.transport.closed
        await service.answer()
        await asyncio.sleep(0.1)
        assert protocol.transport.closed
