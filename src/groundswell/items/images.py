"""Opening an image that nobody vouches for: only known formats, within a size limit, decoded wholly."""

import io
import warnings

from PIL import Image, ImageFile, UnidentifiedImageError

from groundswell.errors import TooLarge, UnreadableSource

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
"""Pillow's names of the formats that are opened; others (EPS, PSD, ...) never reach their decoders."""

MAX_PIXELS = 100_000_000
"""Width times height over which an image is taken for a decompression bomb: 300 MB decoded as RGB."""


def open_image(data: bytes, *, max_pixels: int = MAX_PIXELS) -> ImageFile.ImageFile:
    """Decode the first frame of an image, all of it, so that a truncated file is found out here.

    Args:
        data: the encoded bytes; the format is told from them, not from a file name.
        max_pixels: limit on width times height, checked before any pixel is decoded.

    Raises:
        TooLarge: over `max_pixels`.
        UnreadableSource: not an image of `FORMATS`, or damaged.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of bombs and odd metadata; the check below decides
            image = _open_checked(data, max_pixels)
            image.load()
    except TooLarge:
        raise
    except UnidentifiedImageError as error:
        raise UnreadableSource(f"not a readable image: none of {', '.join(FORMATS)}") from error
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged input
        raise UnreadableSource(f"not a readable image: {_one_line(error)}") from error
    return image


def _open_checked(data: bytes, max_pixels: int) -> ImageFile.ImageFile:
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise TooLarge(_one_line(error)) from error
    if image.width * image.height > max_pixels:
        raise TooLarge(f"{image.width} x {image.height} pixels; the limit is {max_pixels:,} in all")
    return image


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
