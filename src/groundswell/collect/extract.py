"""The text of documents: HTML, Markdown, PDF."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from groundswell.errors import MissingExtra, UnreadableSource

MAX_PAGES = 10_000


@dataclass(frozen=True)
class Extracted:
    """What a document says.

    Attributes:
        text: its text.
        title: its title; empty where it has none.
    """

    text: str
    title: str = ""


def html_text(data: bytes, charset: str | None = None) -> Extracted:
    """Return the main text of a page, without menus, notices and scripts.

    Args:
        data: the page, in any encoding that browsers read.
        charset: what the server said of the encoding; the page's own word, and its bytes, come after.

    Raises:
        UnreadableSource: it is no HTML, or looks like something else.
        MissingExtra: resiliparse is not installed.
    """
    html = _html()
    if data.startswith(_OTHERS):
        raise UnreadableSource("no HTML: the bytes are of another format")
    if (depth := nesting(data)) > MAX_DEPTH:
        raise UnreadableSource(f"elements are nested {depth:,} deep; the most is {MAX_DEPTH:,}")
    encoding = charset or _declared(data) or html.detect_encoding(data)
    page = html.bytes_to_str(data, html.map_encoding_to_html5(encoding or "utf-8"))
    try:
        tree = html.parse(page)
        text = html.extract(tree, main_content=True, alt_texts=False)
    except (ValueError, RuntimeError) as error:
        raise UnreadableSource(f"no readable HTML: {error}") from error
    return Extracted(text, " ".join((tree.title or "").split())[:300])


MAX_DEPTH = 1000
"""Browsers stop at 512. The time that a page takes grows with the square of its depth."""

_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*?(/?)>")
_WITHOUT_END = frozenset(
    b"area base br col embed hr img input link meta source track wbr p li td th tr dt dd option".split()
)
"""Elements that have no end, and those whose end is often left out."""


def nesting(data: bytes) -> int:
    """Return about how deep the elements of a page are nested; exact only where that is suspiciously deep."""
    letters = np.frombuffer(data, np.uint8)
    opens = np.flatnonzero(letters[:-1] == ord("<"))
    steps = np.where(letters[opens + 1] == ord("/"), -1, 1) if len(opens) else np.zeros(1, np.int64)
    rough = int(np.cumsum(steps).max())
    if rough <= MAX_DEPTH:
        return rough
    depth = deepest = 0
    for tag in _TAG.finditer(data):
        if tag[3] or tag[2].lower() in _WITHOUT_END:
            continue
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


_OTHERS = (b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"RIFF", b"\x7fELF")
"""How files of other formats begin that are found under the names of pages."""

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset=[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)


def _declared(data: bytes) -> str | None:
    """Return the encoding that a page names in its head, where browsers look for it."""
    found = _CHARSET.search(data[:2048])
    return found[1].decode("ascii") if found else None


def markdown_text(text: str) -> Extracted:
    """Return what a reader of rendered Markdown sees; the title is the first heading of the first level."""
    from markdown_it import MarkdownIt

    blocks: list[str] = []
    title = ""
    tokens = MarkdownIt("commonmark").enable("table").parse(_without_front_matter(text))
    for place, token in enumerate(tokens):
        if token.type in ("fence", "code_block"):
            blocks.append(token.content.rstrip("\n"))
        elif token.type == "inline":
            blocks.append(_inline(token))
            if (
                not title
                and place
                and tokens[place - 1].type == "heading_open"
                and tokens[place - 1].tag == "h1"
            ):
                title = blocks[-1]
    return Extracted("\n\n".join(block for block in blocks if block), title)


def _inline(token: Any) -> str:
    parts = {"softbreak": "\n", "hardbreak": "\n"}
    return "".join(
        child.content if child.type in ("text", "code_inline", "image") else parts.get(child.type, "")
        for child in token.children or ()
    )


def _without_front_matter(text: str) -> str:
    """Leave out the fields between two lines of hyphens at the start, which are not for readers."""
    if not text.startswith("---\n"):
        return text
    end = text.find("\n---", 4)
    return text[end + 4 :].lstrip("-") if end >= 0 else text


def pdf_text(data: bytes, *, max_pages: int = MAX_PAGES) -> Extracted:
    """Return what the pages of a PDF say, an empty line between them.

    Raises:
        UnreadableSource: no PDF, damaged, encrypted, or of more than `max_pages` pages.
        MissingExtra: pypdfium2 is not installed.
    """
    library = _pdf()
    try:
        document = library.PdfDocument(data)
    except library.PdfiumError as error:
        raise UnreadableSource(f"not a readable PDF: {error}") from error
    try:
        if len(document) > max_pages:
            raise UnreadableSource(f"{len(document):,} pages; the most is {max_pages:,}")
        pages = [_page_text(document, number) for number in range(len(document))]
        return Extracted("\n\n".join(filter(None, pages)), document.get_metadata_value("Title").strip())
    except library.PdfiumError as error:
        raise UnreadableSource(f"not a readable PDF: {error}") from error
    finally:
        document.close()


def _page_text(document: Any, number: int) -> str:
    page = document[number]
    lines = page.get_textpage()
    text = str(lines.get_text_range())
    lines.close()
    page.close()
    return text.replace("\r\n", "\n").replace("\x00", "").replace("\ufffe", "").strip()


@cache
def _pdf() -> Any:
    try:
        import pypdfium2
    except ImportError as error:
        raise MissingExtra("reading PDF needs pypdfium2: pip install 'groundswell[clean]'") from error
    return pypdfium2


@dataclass(frozen=True)
class _Html:
    """The functions of resiliparse that are used here."""

    parse: Any
    extract: Any
    detect_encoding: Any
    bytes_to_str: Any
    map_encoding_to_html5: Any


@cache
def _html() -> _Html:
    try:
        from resiliparse.extract.html2text import extract_plain_text
        from resiliparse.parse.encoding import bytes_to_str, detect_encoding, map_encoding_to_html5
        from resiliparse.parse.html import HTMLTree
    except ImportError as error:
        raise MissingExtra("reading HTML needs resiliparse: pip install 'groundswell[clean]'") from error
    return _Html(HTMLTree.parse, extract_plain_text, detect_encoding, bytes_to_str, map_encoding_to_html5)
