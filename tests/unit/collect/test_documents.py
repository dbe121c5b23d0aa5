"""Documents become their text, which says what it was made from."""

from collections.abc import Callable
from pathlib import Path

import pytest

from groundswell.collect.extract import html_text, markdown_text, pdf_text
from groundswell.errors import UnreadableSource
from groundswell.items import Drop, Item, digest_bytes

Read = Callable[..., list[Item | Drop]]

PAGE = """<!doctype html><html><head><meta charset="{charset}"><title>A  caf\u00e9</title><script>bad()</script></head>
<body><nav><a href="/">Home</a><a href="/x">More</a></nav><main><article><h1>Heading</h1>
<p>The first paragraph says something about a caf\u00e9 in a long enough sentence to be the main content of it.</p>
<p>The second one says something else, and says it at some length too.</p></article></main>
<footer>Imprint and cookies</footer></body></html>"""


def pdf(*pages: str) -> bytes:
    """Write a small PDF by hand."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{3 + 2 * place} 0 R" for place in range(len(pages)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode())
    for place, text in enumerate(pages):
        font = "<< /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] "
            + f"/Contents {4 + 2 * place} 0 R /Resources {font} >>".encode()
        )
        stream = f"BT /F 12 Tf 20 200 Td ({text}) Tj ET".encode()
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    data = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        data
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
        % (
            len(objects) + 1,
            table,
            len(objects) + 1,
            len(data),
        )
    )


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252"])
def test_the_main_text_of_a_page_is_read_in_its_own_encoding(charset: str) -> None:
    found = html_text(PAGE.format(charset=charset).encode(charset))
    assert found.title == "A caf\u00e9"
    assert "about a caf\u00e9 in a long enough sentence" in found.text
    assert "Home" not in found.text
    assert "Imprint" not in found.text
    assert "bad()" not in found.text


def test_what_the_server_says_of_the_encoding_goes_before_what_the_page_says() -> None:
    page = PAGE.format(charset="utf-8").encode("iso-8859-1")
    assert "caf\u00e9 in" in html_text(page, "iso-8859-1").text


@pytest.mark.parametrize("data", [b"%PDF-1.4", b"PK\x03\x04", b"\x89PNG\r\n"])
def test_other_formats_under_the_name_of_a_page_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSource, match="another format"):
        html_text(data)


def test_a_page_that_is_nested_to_take_for_ever_is_refused() -> None:
    with pytest.raises(UnreadableSource, match="nested 200,001 deep"):
        html_text(b"<html>" + b"<div>" * 200_000 + b"deep" + b"</div>" * 200_000)


def test_a_page_with_many_elements_that_have_no_end_is_not_deep() -> None:
    page = PAGE.format(charset="utf-8").replace("</article>", "<br>" * 3000 + "<p>x" * 3000 + "</article>")
    assert "The second one" in html_text(page.encode()).text


def test_markdown_is_what_a_reader_sees() -> None:
    found = markdown_text(
        "---\ntitle: x\n---\n# The *title*\n\nA [link](http://a.b) and `code`.\n\n- one\n- two\n\n"
        "```\nx = 1\n```\n\n|a|b|\n|-|-|\n|1|2|\n"
    )
    assert found.title == "The title"
    assert found.text.split("\n\n") == [
        "The title",
        "A link and code.",
        "one",
        "two",
        "x = 1",
        "a",
        "b",
        "1",
        "2",
    ]


def test_the_pages_of_a_pdf_are_read() -> None:
    assert pdf_text(pdf("Hello world", "Second page")).text == "Hello world\n\nSecond page"


@pytest.mark.parametrize("data", [b"", b"no pdf", pdf("x")[:120], b"%PDF-1.7\n" + b"\x00" * 500])
def test_a_damaged_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSource, match="not a readable PDF"):
        pdf_text(data)


def test_a_pdf_of_very_many_pages_is_refused() -> None:
    with pytest.raises(UnreadableSource, match="3 pages; the most is 2"):
        pdf_text(pdf("a", "b", "c"), max_pages=2)


def test_a_folder_of_documents_is_read_each_with_where_it_is_from(read: Read, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    page = PAGE.format(charset="utf-8").encode()
    (folder / "a.html").write_bytes(page)
    (folder / "b.md").write_text("# Title\n\ntext")
    (folder / "c.pdf").write_bytes(pdf("Hello world"))
    (folder / "d.txt").write_text("plain")
    (folder / "e.pdf").write_bytes(b"no pdf")
    (folder / "f.html").write_bytes(b"<html><script>only()</script></html>")
    found = read("set")
    assert [(each.locator, each.reason) for each in found if isinstance(each, Drop)] == [
        ("e.pdf", "document:broken"),
        ("f.html", "document:no_text"),
    ]
    html, markdown, portable, plain = (each for each in found if isinstance(each, Item))
    assert html.derived_from == digest_bytes(page)
    assert dict(html.meta) == {"title": "A caf\u00e9", "media_type": "text/html"}
    assert (markdown.text, markdown.meta["title"]) == ("Title\n\ntext", "Title")
    assert portable.text == "Hello world"
    assert (plain.text, plain.derived_from) == ("plain", None)
