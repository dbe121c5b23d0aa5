"""Decoders: from the bytes of one sample to the array that a model takes."""

import io

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from groundswell.errors import UnreadableSource

_GREY = ("1", "L", "LA")
_DEEP = ("I", "F")


def decode_image(
    data: bytes | None, *, mode: str | None = None, size: tuple[int, int] | None = None
) -> npt.NDArray[np.uint8]:
    """Return an encoded image as pixels, turned as a camera's orientation mark says.

    Give it to a feed with `decode={"data": decode_image}`; bind options with `functools.partial`.

    Args:
        data: a PNG, JPEG or other file that Pillow reads.
        mode: Pillow mode of the result, for example "L" or "RGBA"; None gives "L" for grey images and
            "RGB" for all others.
        size: height and width in pixels to resize to; None keeps the image's own.

    Returns:
        uint8 `[height, width]` for grey, `[height, width, channels]` for colour.

    Raises:
        UnreadableSource: there are no bytes, they are not an image, or it has more than 8 bits per channel
            and no `mode` says to give them up.
    """
    if data is None:
        raise UnreadableSource("a sample has no image bytes; 'decode' suits columns of media only")
    try:
        with Image.open(io.BytesIO(data)) as image:
            upright = ImageOps.exif_transpose(image).convert(mode or _natural_mode(image))
            return np.array(upright.resize((size[1], size[0])) if size else upright, dtype=np.uint8)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadableSource(f"a sample's {len(data)} bytes cannot be read as an image: {error}") from error


def _natural_mode(image: Image.Image) -> str:
    if image.mode.startswith(_DEEP):
        raise ValueError(
            f"pixels of mode {image.mode} do not fit 8 bits; name a mode or decode them yourself"
        )
    return "L" if image.mode in _GREY else "RGB"
