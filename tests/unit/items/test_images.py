"""An image from anywhere is decoded wholly, or refused with a reason."""

import io
import struct
import zlib

import pytest
from PIL import Image

from groundswell.errors import TooLarge, UnreadableSource
from groundswell.items.images import open_image


def encoded(kind: str, size: tuple[int, int] = (12, 9)) -> bytes:
    file = io.BytesIO()
    Image.effect_noise(size, 50).convert("RGB").save(file, kind)
    return file.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_each_known_format_is_decoded(kind: str) -> None:
    assert open_image(encoded(kind)).size == (12, 9)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP"])
def test_a_truncated_image_is_refused(kind: str) -> None:
    whole = encoded(kind, (64, 64))
    with pytest.raises(UnreadableSource, match="not a readable image"):
        open_image(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", b"\x00" * 100]
)
def test_what_is_no_image_of_a_known_format_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSource):
        open_image(data)


@pytest.mark.parametrize("side", [20_000, 60_000])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(side: int) -> None:
    with pytest.raises(TooLarge):
        open_image(png_claiming(side, side))


def test_the_limit_on_pixels_is_inclusive() -> None:
    assert open_image(encoded("PNG"), max_pixels=12 * 9).size == (12, 9)
    with pytest.raises(TooLarge, match="12 x 9 pixels; the limit is 107"):
        open_image(encoded("PNG"), max_pixels=12 * 9 - 1)
