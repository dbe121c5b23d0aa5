"""Source: a folder of documents, or one document: HTML, Markdown, PDF, plain text."""

from dataclasses import dataclass
from typing import ClassVar

from groundswell.collect.each import EachFile
from groundswell.collect.extract import Extracted, html_text, markdown_text, pdf_text
from groundswell.collect.folder import Found
from groundswell.collect.source import Origin, Place
from groundswell.errors import UnreadableSource
from groundswell.items import Drop, Item

TEXT = (".txt", ".text")
HTML = (".html", ".htm", ".xhtml")
MARKDOWN = (".md", ".markdown")
PDF = (".pdf",)
SUFFIXES = (*TEXT, *HTML, *MARKDOWN, *PDF)

_MEDIA_TYPES = {
    **dict.fromkeys(HTML, "text/html"),
    **dict.fromkeys(MARKDOWN, "text/markdown"),
    **dict.fromkeys(PDF, "application/pdf"),
}


@dataclass(frozen=True)
class Documents(EachFile):
    """The documents below a folder, at any depth, in the order of names: each file is one item, its text.

    Of HTML it is the main text, without menus and notices; of Markdown what a reader sees; of PDF what its
    pages say. `meta` has the `title`; `derived_from` is the digest of the file. HTML and PDF need
    `pip install 'groundswell[clean]'`.
    """

    name: ClassVar[str] = "texts"
    suffixes: ClassVar[tuple[str, ...]] = SUFFIXES
    what: ClassVar[str] = "document"

    @classmethod
    def recognises(cls, place: Place) -> bool:
        """Take a folder with a document in it, and a file that is one; a plain text is read line by line."""
        return place.folder_has(*SUFFIXES) or place.file_ends_with(*HTML, *MARKDOWN, *PDF)

    def make(self, data: bytes, found: Found, origin: Origin) -> Item | Drop:
        """Return the item of a document."""
        try:
            extracted = _extracted(data, found.suffix)
        except UnicodeDecodeError as error:
            return origin.failure(found.relative, "text:encoding", f"byte {error.start} is not UTF-8")
        except UnreadableSource as error:
            return origin.failure(found.relative, "document:broken", str(error))
        if found.suffix in TEXT:
            return origin.text(extracted.text, found.relative)
        return origin.extracted(extracted, data, _MEDIA_TYPES[found.suffix], found.relative, {})


def _extracted(data: bytes, suffix: str) -> Extracted:
    if suffix in HTML:
        return html_text(data)
    if suffix in PDF:
        return pdf_text(data)
    text = data.decode("utf-8-sig")
    return markdown_text(text) if suffix in MARKDOWN else Extracted(text)
