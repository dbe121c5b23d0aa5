"""Source: a list of addresses, each of which is fetched: from hosts that are allowed, and nowhere else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import httpx

from groundswell.collect.extract import Extracted, html_text, pdf_text
from groundswell.collect.known import Known, cursor_of
from groundswell.collect.lines import read_lines
from groundswell.collect.one import Nothing, OneFile
from groundswell.collect.shares import Share
from groundswell.collect.source import Cursor, Origin, Place, Source, one_line
from groundswell.errors import InputError, TooLarge, UnreadableSource
from groundswell.hosts import AllowedHosts, PinnedTransport
from groundswell.items import Drop, Item
from groundswell.items.audio import MEDIA_TYPES, open_audio
from groundswell.items.images import open_image

SUFFIXES = (".urls",)
TIMEOUT_SECONDS = 30.0
MOST_REDIRECTS = 5
_LONGEST_URL = 8192
_PART_URLS = 256
_HEADERS = {"User-Agent": "groundswell (open data engine; collects on behalf of whoever runs it)"}


@dataclass(frozen=True)
class UrlList(OneFile):
    """The pages, documents, images and recordings at the addresses in a file, one a line.

    Only hosts that are allowed are asked, redirects to others are not followed, and addresses inside one's own
    network are not connected to. `meta` has `url`, `fetched_from` where that is another, and `title`; `derived_from`
    is the digest of what was fetched. Lines that begin with `#` are remarks.
    """

    addresses: tuple[str, ...] | None = None
    name: ClassVar[str] = "urls"
    what: ClassVar[str] = "pages"

    @classmethod
    def recognises(cls, place: Place) -> bool:
        """Take a file by its suffix."""
        return place.file_ends_with(*SUFFIXES)

    def size_bytes(self) -> None:  # type: ignore[override]
        """Return None: nobody knows what is at the addresses."""

    def cursor(self, before: Cursor | None = None) -> Cursor:
        """Return which addresses there are."""
        return cursor_of(self._addresses(), before)

    def after(self, cursor: Cursor) -> Source:
        """Return the addresses that were not there before."""
        known = Known.from_json(cursor)
        new = tuple(address for address in self._addresses() if address not in known)
        return replace(self, addresses=new, share=Share(1)) if new else Nothing(self.describe())

    def parts(self, part_bytes: int) -> Sequence[Self]:
        """Return groups of addresses: several are fetched at once where several processes run."""
        every = tuple(self._addresses())
        groups = [every[start : start + _PART_URLS] for start in range(0, len(every), _PART_URLS)]
        return [
            replace(self, addresses=group, share=Share(number)) for number, group in enumerate(groups)
        ] or [self]

    def records(self, origin: Origin) -> Iterator[Item | Drop]:
        """Yield an item for each address."""
        allowed = AllowedHosts(self.options.hosts)
        with _client(allowed) as client:
            for address in self._addresses():
                yield _fetched(address, client, allowed, origin)

    def _addresses(self) -> Iterator[str]:
        if self.addresses is not None:
            yield from self.addresses
            return
        for line in read_lines(self.place.path, _LONGEST_URL):
            address = line.text.strip()
            if address and not address.startswith("#"):
                yield address


def fetch(
    address: str, allowed: AllowedHosts, *, max_bytes: int, timeout_seconds: float = TIMEOUT_SECONDS
) -> bytes:
    """Return what is at one address.

    Args:
        address: whatever somebody gave.
        allowed: where it may lead, redirects too.
        max_bytes: the most that is read.
        timeout_seconds: how long to wait for a connection, and for each part of the answer.

    Raises:
        InputError: it may not be asked.
        TooLarge: there is more.
        UnreadableSource: it cannot be reached, or does not answer with success.
    """
    allowed.check(address)
    try:
        with _client(allowed, timeout_seconds) as client, client.stream("GET", address) as answer:
            if answer.status_code != 200:
                raise UnreadableSource(f"{one_line(address)} answered {answer.status_code}")
            return _body(answer, max_bytes)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UnreadableSource(
            f"{one_line(address)} cannot be read: {type(error).__name__}: {error}"
        ) from error


def _client(allowed: AllowedHosts, timeout_seconds: float = TIMEOUT_SECONDS) -> httpx.Client:
    transport = PinnedTransport(allowed, httpx.HTTPTransport(retries=1))
    return httpx.Client(
        transport=transport,
        timeout=timeout_seconds,
        follow_redirects=True,
        max_redirects=MOST_REDIRECTS,
        headers=_HEADERS,
    )


def _fetched(address: str, client: httpx.Client, allowed: AllowedHosts, origin: Origin) -> Item | Drop:
    locator = one_line(address)
    try:
        allowed.check(address)
        with client.stream("GET", address) as answer:
            if answer.status_code != 200:
                return origin.failure(locator, "page:status", f"the server answered {answer.status_code}")
            data = _body(answer, origin.options.max_item_bytes)
            where = str(answer.url)
            media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            charset = answer.charset_encoding
    except TooLarge as error:
        return origin.failure(locator, "item:too_large", str(error))
    except InputError as error:
        return origin.refusal(locator, "url:not_allowed", one_line(str(error)))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return origin.failure(locator, "url:failed", f"{type(error).__name__}: {error}")
    meta = {"url": address} if where == address else {"url": address, "fetched_from": where}
    return _item(data, media_type, charset, locator, meta, origin)


def _body(answer: httpx.Response, limit: int) -> bytes:
    """Return the body, decompressed, as far as it is within the limit.

    Raises:
        TooLarge: it is not.
    """
    parts: list[bytes] = []
    size_bytes = 0
    for part in answer.iter_bytes():
        size_bytes += len(part)
        if size_bytes > limit:
            raise TooLarge(f"over {limit:,} bytes")
        parts.append(part)
    return b"".join(parts)


def _item(
    data: bytes, media_type: str, charset: str | None, locator: str, meta: dict[str, Any], origin: Origin
) -> Item | Drop:
    try:
        if media_type.startswith("image/"):
            image = open_image(data)
            size = {"width": image.width, "height": image.height}
            return origin.image(data, image.get_format_mimetype() or media_type, locator, {**meta, **size})
        if media_type in MEDIA_TYPES.values() or media_type.startswith("audio/"):
            sound = open_audio(data)
            return origin.audio(
                data, sound.media_type, locator, {**meta, "duration_seconds": round(sound.seconds, 3)}
            )
        if media_type == "application/pdf":
            extracted = pdf_text(data)
        elif media_type in ("text/html", "application/xhtml+xml"):
            extracted = html_text(data, charset)
        elif media_type.startswith("text/"):
            extracted = Extracted(data.decode(charset or "utf-8"))
        else:
            return origin.refusal(locator, "page:type", media_type or "no content type")
    except TooLarge as error:
        return origin.failure(locator, "item:too_large", str(error))
    except (UnreadableSource, UnicodeDecodeError, LookupError) as error:
        return origin.failure(locator, "document:broken", one_line(str(error)))
    return origin.extracted(extracted, data, media_type, locator, meta)
