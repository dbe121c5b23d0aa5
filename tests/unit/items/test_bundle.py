"""The bundle of bytes that travels beside a record."""

import io
import json
import zipfile
from datetime import UTC, datetime

import pytest

from groundswell.errors import InputError
from groundswell.items import Item, ItemKind, bundle, digest_bytes, media_of, unbundle

MEDIA = {digest_bytes(data): data for data in (b"one", b"another", b"")}


def zipped(name: str, data: bytes, how: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as made:
        made.writestr(name, data)
    return file.getvalue()


def test_media_come_back_as_they_were() -> None:
    assert unbundle(bundle(MEDIA)) == MEDIA


def test_the_same_media_in_another_order_are_the_same_bytes() -> None:
    assert bundle(dict(reversed(MEDIA.items()))) == bundle(MEDIA)


def test_no_media_are_no_bundle() -> None:
    assert bundle({}) is None
    assert unbundle(None) == {}


def test_any_program_that_knows_zip_reads_a_bundle_by_the_digest() -> None:
    with zipfile.ZipFile(io.BytesIO(bundle(MEDIA) or b"")) as file:
        assert file.read(digest_bytes(b"one")) == b"one"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"no zip", "uncompressed ZIP file"),
        (zipped(digest_bytes(b"0" * 10**6), b"0" * 10**6, zipfile.ZIP_DEFLATED), "is compressed"),
        (zipped("../../etc/passwd", b"x"), "of other bytes"),
        (zipped(digest_bytes(b"one"), b"x"), "of other bytes"),
    ],
)
def test_what_is_no_bundle_of_ours_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        unbundle(data)


def test_an_item_gives_the_bytes_it_brings(picture: bytes) -> None:
    def item(kind: ItemKind, text: str | None, data: bytes | None) -> Item:
        return Item(kind, text, data, "x/y", "s", "l", datetime(2026, 1, 2, tzinfo=UTC))

    assert media_of(item(ItemKind.IMAGE, None, picture)) == {digest_bytes(picture): picture}
    assert media_of(item(ItemKind.RECORD, json.dumps({}), bundle(MEDIA))) == MEDIA
    assert media_of(item(ItemKind.TEXT, "text", None)) == {}
