"""Operators: pages by their address: one copy of each, and addresses that are not wanted."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

import numpy as np
import pyarrow as pa

from groundswell.clean.copies.best import Keep
from groundswell.clean.copies.first_fit import Likeness
from groundswell.clean.copies.search import DropCopies
from groundswell.clean.fields import values_of
from groundswell.clean.job.gathered import Rows
from groundswell.clean.job.shelf import Taken
from groundswell.clean.operator import Result, Seen

_DIGEST_BYTES = 16
_TRACKING = ("utm_", "gclid", "fbclid", "mc_cid", "mc_eid", "msclkid", "igshid")
_PORTS = {"http": 80, "https": 443}


def normal_url(url: str) -> str:
    """Return one form for addresses that lead to the same page; an address that is none stays as it is.

    Scheme, `www.`, fragment, the scheme's own port, a slash at the end and parameters that only track go;
    the others are sorted; the host is in lower case.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:
        return url
    if not host:
        return url
    query = sorted(
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not pair[0].startswith(_TRACKING)
    )
    where = host if port in (None, _PORTS.get(parts.scheme)) else f"{host}:{port}"
    return where + parts.path.rstrip("/") + (f"?{urlencode(query)}" if query else "")


@dataclass(frozen=True)
class DropUrlDuplicates(DropCopies):
    """Drop each item that was found under the address of another; one copy stays.

    Attributes:
        by: the column, or the field of `meta`, that holds the address; items without one stay.
        keep: which copy stays: the `first` that was read, the `longest`, or the one with the greatest
            number in a column, for example the date of the crawl.
    """

    by: str = "url"
    keep: Keep = "first"
    name: ClassVar[str] = "url_duplicates"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        """Return where the address is and which copy stays."""
        return asdict(self)

    def gather(self, batch: pa.RecordBatch) -> Seen:
        """Note a digest of each address."""
        urls = values_of(batch, self.by)
        digests = [
            hashlib.blake2b(normal_url(url).encode(), digest_size=_DIGEST_BYTES).digest() for url in urls
        ]
        heads = np.array([int.from_bytes(digest[:8], "big") for digest in digests], np.uint64)
        has_url = np.flatnonzero(np.array([bool(url) for url in urls], np.bool_))
        return self.note(batch, heads[has_url], has_url, pa.array(digests, pa.binary()))

    def compare(self, looks: Taken, one: Rows, other: Rows) -> Likeness:
        """Tell copies from items that only share a key."""
        digests = looks.data[looks.starts[:, None] + np.arange(_DIGEST_BYTES)]
        return np.where((digests[one] == digests[other]).all(axis=1), 1.0, np.nan)

    def verdict(self, likeness: float, kept: str) -> tuple[str, str]:
        """Name the copy that stays."""
        return "duplicate:url", f"the same address as {kept}"


@dataclass(frozen=True)
class DropUrls:
    """Drop items whose address is not wanted.

    Attributes:
        domains: these, with all below them, go: `example.com` also stands for `shop.example.com`.
        words: addresses with one of these in the host or path go, whatever their case.
        by: the column, or the field of `meta`, that holds the address.
    """

    domains: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    by: str = "url"
    name: ClassVar[str] = "urls"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        """Return what goes."""
        return {"domains": list(self.domains), "words": list(self.words), "by": self.by}

    def apply(self, batch: pa.RecordBatch) -> Result:
        """Give a reason for each item whose address is not wanted."""
        domains, words = frozenset(self.domains), tuple(word.lower() for word in self.words)
        told = [_unwanted(url, domains, words) for url in values_of(batch, self.by)]
        reasons = pa.array([reason for reason, _ in told], pa.string())
        return Result(batch, reasons, pa.array([detail for _, detail in told], pa.string()))


def _unwanted(url: str, domains: frozenset[str], words: tuple[str, ...]) -> tuple[str | None, str | None]:
    address = normal_url(url).lower()
    host = address.partition("/")[0].partition(":")[0]
    labels = host.split(".")
    for start in range(len(labels)):
        if (domain := ".".join(labels[start:])) in domains:
            return "url:domain", domain
    found = next((word for word in words if word in address.partition("?")[0]), None)
    return ("url:word", found) if found else (None, None)
