"""Where a URL may lead: named hosts only, and no address inside one's own network unless that is meant."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

import httpx

from groundswell.errors import InputError

_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses that a gateway turns into any IPv4 address, private ones too (RFC 6052)."""


class AllowedHosts:
    """The hosts that may be asked, whatever URL somebody gives: in a service, the operator's list.

    Names are compared exactly. An address is looked up once for each connection, checked, and then connected to as
    it is, so that a name server cannot give one address to the check and another to the connection.
    """

    def __init__(self, hosts: Iterable[str], *, private: bool = False) -> None:
        """Name the hosts.

        Args:
            hosts: `api.example.org`, or `127.0.0.1:8080` to allow one port only.
            private: allow addresses that are not public (this machine, the local network), and with them plain
                http. Without, only https to public addresses.

        Raises:
            InputError: a single text instead of a list.
        """
        if isinstance(hosts, str):
            raise InputError(f"hosts must be a list of names, such as [{hosts!r}]")
        self.hosts = frozenset(host.lower() for host in hosts)
        self.private = private

    def __repr__(self) -> str:
        return f"AllowedHosts({sorted(self.hosts)}, private={self.private})"

    def check(self, url: str) -> httpx.URL:
        """Return the URL if it may be asked.

        Raises:
            InputError: not http or https, a password in it, a host that is not allowed, or plain http to the public.
        """
        try:
            parsed = httpx.URL(url)
        except (httpx.InvalidURL, TypeError) as error:
            raise InputError(f"the address must be a URL: {error}") from None
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise InputError("the address must start with https:// or http:// and name a host")
        if parsed.userinfo:
            raise InputError(f"the address of {parsed.host} holds a name or password; give it as `key`")
        if not {parsed.host, f"{parsed.host}:{_port(parsed)}"} & self.hosts:
            listed = ", ".join(sorted(self.hosts)) or "none"
            raise InputError(f"{parsed.host}:{_port(parsed)} is not among the allowed hosts ({listed})")
        if parsed.scheme == "http" and not self.private:
            raise InputError(f"{parsed.host} needs https; plain http is for AllowedHosts(..., private=True)")
        return parsed

    def addresses(self, host: str, port: int) -> list[str]:
        """Look a host up; every address that may be connected to.

        Raises:
            InputError: an address is not public, and that is not allowed.
            httpx.ConnectError: there is none.
        """
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"{host} has no address: {error}") from error
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        inner = [address for address in addresses if not _is_public(address)]
        if inner and not self.private:
            raise InputError(
                f"{host} is {inner[0]}, which is not public; allow it by private=True if it is meant"
            )
        return addresses


def allowed_for(url: str, hosts: Iterable[str]) -> AllowedHosts | None:
    """Return the door through which a URL may be asked, of an operator's list of hosts; None if it is not on it.

    Args:
        url: whatever somebody gave.
        hosts: `api.example.org` is asked by https at public addresses only; `http://10.0.0.5:8000` may be inside the
            operator's own network, and without https.

    Raises:
        InputError: not a URL.
    """
    given = parsed(url)
    place = f"{given.host}:{_port(given)}"
    for host in hosts:
        one = parsed(host if "://" in host else f"https://{host}")
        if f"{one.host}:{_port(one)}" == place:
            return AllowedHosts([place], private=one.scheme == "http")
    return None


def parsed(url: str) -> httpx.URL:
    """Return a URL with a host, or raise `InputError`."""
    try:
        found = httpx.URL(url)
    except (httpx.InvalidURL, TypeError, ValueError) as error:
        raise InputError(f"the address must be a URL: {error}") from None
    if not found.host:
        raise InputError("the address must be a URL with a host")
    return found


class PinnedTransport(httpx.BaseTransport):
    """Connects to addresses that were checked, and to nothing else; TLS still proves the name."""

    def __init__(self, allowed: AllowedHosts, inner: httpx.BaseTransport) -> None:
        self._allowed, self._inner = allowed, inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to the first address that lets itself be connected to."""
        name = self._allowed.check(str(request.url))
        failure = httpx.ConnectError(f"{name.host} has no address")
        for address in self._allowed.addresses(name.host, _port(name)):
            pinned = httpx.Request(
                request.method,
                name.copy_with(host=address),
                headers=request.headers,  # with the name as Host
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": name.host},
            )
            try:
                return self._inner.handle_request(pinned)
            except httpx.ConnectError as error:
                failure = error
        raise failure

    def close(self) -> None:
        """Close all connections."""
        self._inner.close()


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _is_public(address: str) -> bool:
    """Say whether an address is on the public internet, and stays so through gateways."""
    given = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(given, ipaddress.IPv6Address):
        if given.sixtofour or given.teredo or given in _TRANSLATED:
            return False
        given = given.ipv4_mapped or given
    return given.is_global and not given.is_multicast
