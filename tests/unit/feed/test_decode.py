import io

import numpy as np
import pytest
from PIL import Image

from groundswell.errors import UnreadableSource
from groundswell.feed.decode import decode_image


def encoded(pixels: np.ndarray, mode: str | None = None, **options: object) -> bytes:
    image = Image.fromarray(pixels)
    buffer = io.BytesIO()
    (image.convert(mode) if mode else image).save(buffer, "PNG", **options)
    return buffer.getvalue()


GREY = np.arange(48, dtype=np.uint8).reshape(6, 8)
COLOUR = np.arange(144, dtype=np.uint8).reshape(6, 8, 3)


def test_grey_and_colour_images_give_their_exact_pixels() -> None:
    assert np.array_equal(decode_image(encoded(GREY)), GREY)
    assert np.array_equal(decode_image(encoded(COLOUR)), COLOUR)


def test_an_image_with_a_palette_gives_colours_not_indices() -> None:
    assert decode_image(encoded(COLOUR, "P")).shape == (6, 8, 3)


def test_mode_and_size_bring_all_images_to_one_shape() -> None:
    shapes = {decode_image(encoded(pixels), mode="RGB", size=(4, 5)).shape for pixels in (GREY, COLOUR)}
    assert shapes == {(4, 5, 3)}


def test_a_photo_is_turned_as_its_orientation_mark_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera lay on its side
    assert np.array_equal(decode_image(encoded(GREY, exif=exif)), np.rot90(GREY, -1))


def test_deep_images_are_refused_rather_than_clipped() -> None:
    with pytest.raises(UnreadableSource, match="do not fit 8 bits"):
        decode_image(encoded(np.full((2, 2), 40_000, dtype=np.uint16)))


@pytest.mark.parametrize(
    "data", [None, b"", b"not an image", encoded(COLOUR)[:50]], ids=["none", "empty", "text", "cut off"]
)
def test_what_is_no_image_is_an_error(data: bytes | None) -> None:
    with pytest.raises(UnreadableSource, match="image"):
        decode_image(data)
