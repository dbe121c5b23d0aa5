import gzip
import logging
import time
from datetime import UTC, datetime

import pytest
from tests.unit.assist.models.server import HERE, QUICK, Drop, Trickle

from groundswell.assist.models import AllowedHosts, Budget, Limits, Price
from groundswell.assist.models.connection import Connection, Failed, Hopeless, Rejected, _retry_after
from groundswell.assist.models.cost import Meter, OverBudget, Usage
from groundswell.errors import InputError

ONE = Usage(items=1)


def post(server, *, limits=QUICK, key=None, headers=None, meter=None):
    connection = Connection(server.url, HERE, key=key, headers=headers, limits=limits)
    try:
        return connection.post({"a": 1}, meter or Meter(Price(), None), ONE, lambda _: None)
    finally:
        connection.close()


def after(failures, failure):
    """Fail so many times, then answer."""

    def answer(_, number):
        if number > failures:
            return {"ok": True}
        if isinstance(failure, type):
            raise failure
        return failure

    return answer


@pytest.mark.parametrize("failure", [(500, {}), (503, b""), (429, {}), (408, {}), Drop])
def test_what_may_pass_is_tried_again(failure, serve):
    server = serve(after(2, failure))
    assert post(server) == {"ok": True}
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("failure", "kind"), [((503, b"busy"), Failed), ((500, b"oops"), Rejected), (Drop, Failed)]
)
def test_attempts_end(failure, kind, serve):
    server = serve(after(99, failure))
    with pytest.raises(kind) as caught:
        post(server)
    assert type(caught.value) is kind
    assert len(server.asked) == 3


def test_retry_after_is_waited_for(serve):
    server = serve(after(1, (429, {}, {"Retry-After": "0.3"})))
    started = time.monotonic()
    post(server)
    assert time.monotonic() - started >= 0.3


def test_a_server_that_asks_for_too_long_a_wait_is_given_up(serve):
    server = serve(after(1, (429, {}, {"Retry-After": "3600"})))
    with pytest.raises(Failed, match="asks to wait 3600 s"):
        post(server)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("12", 12),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("-3", None),
        ("inf", None),
        ("nan", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header, seconds):
    assert _retry_after(header, datetime(2026, 11, 22, 12, tzinfo=UTC)) == seconds


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_rejected_request_is_not_repeated(status, serve):
    server = serve(after(9, (status, {"error": "too long"})))
    with pytest.raises(Rejected, match="too long"):
        post(server)
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_wrong_key_or_address_is_hopeless(status, serve):
    server = serve(after(9, (status, {})))
    with pytest.raises(Hopeless, match=str(status)):
        post(server)
    assert len(server.asked) == 1


def test_redirects_are_not_followed(serve):
    goal = serve(after(0, None))
    server = serve(after(9, (307, b"", {"Location": goal.url})))
    with pytest.raises(Hopeless, match="not followed"):
        post(server)
    assert not goal.asked


@pytest.mark.parametrize("garbage", [b"<html>", b"", b"\xff\xfe", b'{"a": ', b"[" * 200_000])
def test_what_is_not_json_is_rejected(garbage, serve):
    with pytest.raises(Rejected, match="did not answer in JSON"):
        post(serve(after(9, (200, garbage))))


def test_a_huge_answer_is_not_read_to_its_end(serve):
    limits = Limits(attempts=1, most_bytes=100_000)
    with pytest.raises(Rejected, match="more than 100,000 bytes"):
        post(serve(after(9, (200, b" " * 5_000_000))), limits=limits)


def test_a_compressed_answer_is_not_unpacked(serve):
    bomb = gzip.compress(b" " * 10_000_000)
    server = serve(after(9, (200, bomb, {"Content-Encoding": "gzip"})))
    with pytest.raises(Rejected, match="compressed"):
        post(server)
    assert server.headers[0]["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("slow", [Trickle, None])
def test_a_slow_server_is_given_up_in_time(slow, serve):
    def answer(*_):
        if slow:
            raise slow
        time.sleep(2)
        return {}

    started = time.monotonic()
    with pytest.raises(Failed, match="does not answer"):
        post(serve(answer), limits=Limits(timeout_seconds=0.2, attempts=1))
    assert time.monotonic() - started < 1.5


def test_nobody_listening_costs_nothing(serve):
    server = serve(after(0, None))
    server.close()
    meter = Meter(Price(per_item=1), Budget(5))
    with pytest.raises(Failed, match="does not answer"):
        post(server, meter=meter)
    assert (meter.cost.requests, meter.cost.cents) == (3, 0)


def test_errors_cost_nothing_and_lost_answers_the_most(serve):
    meter = Meter(Price(per_item=1), None)
    post(serve(after(2, (503, {}))), meter=meter)
    assert meter.cost.cents == 1
    post(serve(after(2, Drop)), meter=meter)
    assert meter.cost.cents == 4


def test_a_budget_ends_repeats_too(serve):
    server = serve(after(9, Drop))
    with pytest.raises(OverBudget):
        post(server, meter=Meter(Price(per_item=1), Budget(2)))
    assert len(server.asked) == 2


def test_keys_are_sent_and_never_shown(serve, caplog):
    caplog.set_level(logging.DEBUG)
    said = {"error": "wrong key sk-secret, header h-secret"}
    server = serve(after(9, (400, said)))
    with pytest.raises(Rejected) as caught:
        post(server, key="sk-secret", headers={"x-api-key": "h-secret", "x-empty": ""})
    assert server.headers[0]["Authorization"] == "Bearer sk-secret"
    assert server.headers[0]["x-api-key"] == "h-secret"
    assert "wrong key ***, header ***" in str(caught.value)
    shown = str(caught.value) + repr(caught.value) + repr(vars(caught.value)) + caplog.text
    assert "secret" not in shown


def test_a_key_that_cannot_be_a_header_is_refused_without_showing_it():
    for key in ("line\nbreak", "ключ"):
        with pytest.raises(InputError, match="copy it anew") as caught:
            Connection("http://127.0.0.1/", HERE, key=key, limits=QUICK)
        assert key not in str(caught.value)


def test_proxies_of_the_environment_are_not_used(serve, monkeypatch):
    proxy = serve(after(0, None))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    server = serve(after(0, None))
    assert post(server) == {"ok": True}
    assert not proxy.asked


def test_an_address_inside_is_refused_unless_it_is_meant(serve):
    server = serve(after(0, None))
    connection = Connection(f"https://localhost:{server.port}", AllowedHosts(["localhost"]), limits=QUICK)
    with pytest.raises(InputError, match="not public"):
        connection.post({}, Meter(Price(), None), Usage(), lambda _: None)
    connection.close()
    assert not server.asked


@pytest.mark.parametrize(
    "bad", [{"attempts": 0}, {"at_once": 0}, {"timeout_seconds": 0}, {"first_wait_seconds": -1}]
)
def test_limits_must_be_limits(bad):
    with pytest.raises(InputError, match="above 0"):
        Limits(**bad)
