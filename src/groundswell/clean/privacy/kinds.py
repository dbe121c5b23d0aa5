"""What is personal or secret: each kind looks closely at the spots that may be of it."""

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from groundswell.clean.privacy.accounts import account_length, is_card
from groundswell.clean.privacy.secrets import secret_length
from groundswell.clean.privacy.spots import Spot, SpotKind
from groundswell.errors import MissingExtra

Kind = Literal["email", "phone", "iban", "card", "ip", "secret", "name"]

KINDS: tuple[Kind, ...] = ("email", "phone", "iban", "card", "ip", "secret")
"""What is found without a model."""


@dataclass(frozen=True)
class Found:
    """Something personal in a text.

    Attributes:
        kind: what it is.
        start: where it begins, in bytes of UTF-8.
        end: where it ends.
    """

    kind: Kind
    start: int
    end: int


_EMAIL = re.compile(
    r"(?P<name>[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*)@(?P<host>(?:[^\W_](?:[\w-]*[^\W_])?\.)+(?P<top>[^\W\d_]{2,24}))"
)
_MOST_NAME, _MOST_HOST = 64, 253
"""RFC 5321, section 4.5.3.1; a name in the DNS."""

_MOST_OF_VERSION = 32

_NOBODYS = ("example.com", "example.org", "example.net")
_NO_TOPS = re.compile(
    r"example|test|invalid|localhost|png|jpe?g|gif|svg|webp|ico|css|js|html?|php|service", re.IGNORECASE
)
"""Reserved for examples (RFC 2606), and endings of files: `logo@2x.png`."""


def emails(spot: Spot, regions: Sequence[str]) -> list[Found]:
    """Return the address of a spot around an `@`, unless it is one that stands for nobody."""
    match = _EMAIL.search(spot.text)
    if not match or len(match["name"]) > _MOST_NAME or len(match["host"]) > _MOST_HOST:
        return []
    host = match["host"].lower()
    if _NO_TOPS.fullmatch(match["top"]) or host.endswith(_NOBODYS):
        return []
    return [_found("email", spot, match.start(), match.end())]


def phones(spot: Spot, regions: Sequence[str]) -> list[Found]:
    """Return the spot if it is a phone number that exists: with its country, or of one of the regions.

    Raises:
        MissingExtra: the package `phonenumbers` is not installed.
    """
    if not (regions or spot.text.startswith("+")):
        return []
    library = _phonenumbers()
    for region in [None, *regions]:
        try:
            number = library.parse(spot.text, region)
        except library.NumberParseException:
            continue
        if library.is_valid_number(number):
            return [_found("phone", spot, 0, len(spot.text))]
    return []


def cards(spot: Spot, regions: Sequence[str]) -> list[Found]:
    """Return the spot if it is the number of a payment card."""
    return [_found("card", spot, 0, len(spot.text))] if is_card(spot.text) else []


def accounts(spot: Spot, regions: Sequence[str]) -> list[Found]:
    """Return the account number that a spot begins with."""
    length = account_length(spot.text)
    return [_found("iban", spot, 0, length)] if length else []


def addresses(spot: Spot, regions: Sequence[str]) -> list[Found]:
    """Return the spot if it is an address that the whole internet can reach: others name nobody."""
    if not (_is_quad if spot.kind == "quad" else _is_groups)(spot.text):
        return []
    try:
        address = ipaddress.ip_address(spot.text)
    except ValueError:
        return []
    is_somebody = address.is_global and not address.is_multicast
    return [_found("ip", spot, 0, len(spot.text))] if is_somebody else []


def _is_quad(text: str) -> bool:
    """Tell addresses from versions and numbers of sections: of addresses one in 4,000 has only groups under 32."""
    return any(int(group) >= _MOST_OF_VERSION for group in text.split("."))


def _is_groups(text: str) -> bool:
    """Tell addresses from times and from what programs write with two colons."""
    groups = [group for group in text.split(":") if group]
    return ("::" in text or len(groups) == 8) and len(groups) >= 3 and max(map(len, groups)) >= 3


def secrets(spot: Spot, regions: Sequence[str]) -> list[Found]:
    """Return the key that a spot begins with."""
    length = secret_length(spot.text)
    return [_found("secret", spot, 0, length)] if length else []


Look = Callable[[Spot, Sequence[str]], list[Found]]

LOOKS: dict[Kind, tuple[tuple[SpotKind, ...], Look]] = {
    "email": (("email",), emails),
    "card": (("number",), cards),
    "phone": (("number",), phones),
    "iban": (("account",), accounts),
    "ip": (("quad", "hex_groups"), addresses),
    "secret": (("secret",), secrets),
}
"""For each kind the spots that it looks at, and how; of two kinds that see the same, the first takes it."""


def _found(kind: Kind, spot: Spot, start: int, end: int) -> Found:
    before, inside = spot.text[:start].encode(), spot.text[start:end].encode()
    return Found(kind, spot.start + len(before), spot.start + len(before) + len(inside))


@cache
def _phonenumbers() -> Any:
    try:
        import phonenumbers
    except ImportError as error:
        raise MissingExtra(
            "finding phone numbers needs phonenumbers: pip install 'groundswell[clean]'"
        ) from error
    return phonenumbers
