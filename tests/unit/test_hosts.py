import socket

import httpx
import pytest

from groundswell.errors import InputError
from groundswell.hosts import AllowedHosts, PinnedTransport

PUBLIC = AllowedHosts(["api.example.org", "10.0.0.5:8000"])


def resolves_to(monkeypatch, *answers):
    """Let every name resolve to the next of the answers, the last one for ever."""
    asked = []

    def lookup(host, port, *_, **__):
        asked.append(host)
        addresses = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://evil.example.org/v1", "not among the allowed hosts"),
        ("https://api.example.org.evil.net", "not among the allowed hosts"),
        ("https://sub.api.example.org", "not among the allowed hosts"),
        ("http://api.example.org/v1", "needs https"),
        ("https://user:secret@api.example.org/", "name or password"),
        ("ftp://api.example.org/", "https://"),
        ("file:///etc/passwd", "https://"),
        ("api.example.org/v1", "https://"),
        ("https://10.0.0.5:9000/", "not among the allowed hosts"),
        ("https://[::1", "URL"),
        ("", "https://"),
    ],
)
def test_a_url_that_is_not_allowed_is_refused_before_anything_is_looked_up(url, why, monkeypatch):
    asked = resolves_to(monkeypatch, ["93.184.215.14"])
    with pytest.raises(InputError, match=why) as caught:
        PUBLIC.check(url)
    assert not asked
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["https://api.example.org/v1", "https://API.EXAMPLE.ORG:8443", "https://10.0.0.5:8000"]
)
def test_named_hosts_are_allowed_by_name_or_by_name_and_port(url):
    assert PUBLIC.check(url).scheme == "https"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.100.100.200",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:224.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_a_name_that_stands_for_an_inner_address_is_refused(address, monkeypatch):
    resolves_to(monkeypatch, ["93.184.215.14", address])
    with pytest.raises(InputError, match="not public"):
        PUBLIC.addresses("api.example.org", 443)
    assert AllowedHosts([], private=True).addresses("api.example.org", 443) == ["93.184.215.14", address]


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"]
)
def test_public_addresses_are_allowed(address, monkeypatch):
    resolves_to(monkeypatch, [address])
    assert PUBLIC.addresses("api.example.org", 443) == [address]


class Recorder(httpx.BaseTransport):
    def __init__(self, dead=()):
        self.dead, self.requests = dead, []

    def handle_request(self, request):
        self.requests.append(request)
        if request.url.host in self.dead:
            raise httpx.ConnectError("refused")
        return httpx.Response(200)


def test_the_address_that_was_checked_is_connected_to_and_tls_proves_the_name(monkeypatch):
    asked = resolves_to(monkeypatch, ["93.184.215.14"], ["127.0.0.1"])
    inner = Recorder()
    with httpx.Client(transport=PinnedTransport(PUBLIC, inner)) as client:
        client.post("https://api.example.org/v1?q=1", json={})
    (request,) = inner.requests
    assert str(request.url) == "https://93.184.215.14/v1?q=1"
    assert request.headers["host"] == "api.example.org"
    assert request.extensions["sni_hostname"] == "api.example.org"
    assert asked == ["api.example.org"]


def test_a_name_that_later_stands_for_another_address_is_checked_again(monkeypatch):
    resolves_to(monkeypatch, ["93.184.215.14"], ["127.0.0.1"])
    with httpx.Client(transport=PinnedTransport(PUBLIC, Recorder())) as client:
        client.post("https://api.example.org/v1")
        with pytest.raises(InputError, match="not public"):
            client.post("https://api.example.org/v1")


def test_where_one_address_refuses_the_next_is_tried(monkeypatch):
    resolves_to(monkeypatch, ["93.184.215.14", "93.184.215.15"])
    inner = Recorder(dead=("93.184.215.14",))
    with httpx.Client(transport=PinnedTransport(PUBLIC, inner)) as client:
        assert client.post("https://api.example.org/v1", json={}).is_success
    assert [one.url.host for one in inner.requests] == ["93.184.215.14", "93.184.215.15"]


def test_a_name_without_an_address_cannot_be_connected_to(monkeypatch):
    def nothing(*_, **__):
        raise socket.gaierror("unknown")

    monkeypatch.setattr(socket, "getaddrinfo", nothing)
    with pytest.raises(httpx.ConnectError, match="no address"):
        PUBLIC.addresses("api.example.org", 443)


def test_hosts_are_a_list():
    with pytest.raises(InputError, match="list of names"):
        AllowedHosts("api.example.org")
