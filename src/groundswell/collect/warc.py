"""Source: an archive of web pages."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, ClassVar, Self

from groundswell.collect.extract import Extracted, html_text
from groundswell.collect.one import OneFile
from groundswell.collect.source import Origin, Place, one_line
from groundswell.errors import MissingExtra, UnreadableSource
from groundswell.items import Drop, Item

SUFFIXES = (".warc", ".wet")
_HTML = ("text/html", "application/xhtml+xml")
_PLAIN = "text/plain"


@dataclass(frozen=True)
class Warc(OneFile):
    """The pages of a WARC or WET file, plain or compressed, each with its main text.

    Answers with status 200 that are HTML or plain text are read; others are left out by rule. `meta` has
    `url`, `date` and `title`; `derived_from` is the digest of the page as it was fetched. Needs
    `pip install 'groundswell[clean]'`.

    Attributes:
        spared: records, from 0, that are not looked into, since whoever did so died.
    """

    spared: frozenset[int] = frozenset()
    name: ClassVar[str] = "warc"
    what: ClassVar[str] = "pages"

    @classmethod
    def recognises(cls, place: Place) -> bool:
        """Take a file by its suffix."""
        return place.file_ends_with(*SUFFIXES)

    def sparing(self, records: tuple[int, ...]) -> Self:
        """Return the source with some of its records set aside."""
        return replace(self, spared=frozenset(records))

    def records(self, origin: Origin) -> Iterator[Item | Drop]:
        """Yield an item for each record."""
        library = _library()
        kinds = library.WarcRecordType.response | library.WarcRecordType.conversion
        number = -1
        try:
            with self.place.path.open("rb") as file:
                pages = library.ArchiveIterator(
                    file, record_types=kinds, parse_http=True, auto_decode="all", fsspec_args=False
                )
                for number, page in enumerate(pages):
                    yield self._record(page, number, origin)
        except (OSError, ValueError, EOFError) as error:
            yield origin.failure(
                f"record {number + 1}", "file:damaged", f"cannot be read from here on: {error}"
            )

    def _record(self, page: Any, number: int, origin: Origin) -> Item | Drop:
        url = printable_url(page.headers.get("WARC-Target-URI", ""))
        locator = f"record {number} {url}".strip()
        if number in self.spared:
            detail = "the process that looked into it died each time: out of memory, stalled or crashed"
            return origin.failure(locator, "file:killed", detail)
        if page.content_length > origin.options.max_item_bytes:
            detail = f"{page.content_length:,} bytes; the limit is {origin.options.max_item_bytes:,}"
            return origin.failure(locator, "item:too_large", detail)
        status = page.http_headers.status_code if page.is_http and page.http_headers else 200
        if status != 200:
            return origin.refusal(locator, "page:status", f"the server answered {status}")
        media_type = (page.http_content_type if page.is_http else _PLAIN) or ""
        if media_type not in (*_HTML, _PLAIN):
            return origin.refusal(locator, "page:type", media_type or "no content type")
        return _page(page, media_type, url, locator, origin)


def _page(page: Any, media_type: str, url: str, locator: str, origin: Origin) -> Item | Drop:
    data = page.reader.read(origin.options.max_item_bytes + 1)
    if len(data) > origin.options.max_item_bytes:
        detail = f"over {origin.options.max_item_bytes:,} bytes when unpacked"
        return origin.failure(locator, "item:too_large", detail)
    date = str(page.headers.get("WARC-Date", ""))
    try:
        if media_type == _PLAIN:
            extracted = Extracted(data.decode(page.http_charset or "utf-8", "strict"))
        else:
            extracted = html_text(data, page.http_charset)
    except (UnicodeDecodeError, LookupError) as error:
        return origin.failure(locator, "text:encoding", str(error))
    except UnreadableSource as error:
        return origin.failure(locator, "document:broken", str(error))
    return origin.extracted(extracted, data, media_type, locator, {"url": url, "date": date})


def printable_url(url: str) -> str:
    """Return an address in one line, of bounded length."""
    return one_line(url)[:2000]


@cache
def _library() -> Any:
    try:
        from fastwarc import warc
    except ImportError as error:
        raise MissingExtra("reading WARC needs fastwarc: pip install 'groundswell[clean]'") from error
    return warc
