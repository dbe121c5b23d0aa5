"""What an image looks like from afar: a small thumbnail, keys that look-alikes share, their similarity."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from groundswell.clean.hashing import mixed
from groundswell.items.images import open_image

SIDE = 16
"""Thumbnails are 16 by 16 pixels in colour."""

PIXELS = SIDE * SIDE * 3
"""Bytes of a thumbnail."""

BANDS, BITS_PER_BAND = 16, 16
"""Two images at correlation r agree on a bit with probability 1 - arccos(r) / pi; so at r = 0.98 they
share a band with probability 0.999, at r = 0.9 with 0.75."""

_PLANES = np.random.default_rng(20261122).standard_normal((PIXELS, BANDS * BITS_PER_BAND), np.float32)
_MAX_STRETCH = 1.1

Thumbnail = NDArray[np.uint8]
Thumbnails = NDArray[np.uint8]


def thumbnail(data: bytes) -> tuple[Thumbnail, float]:
    """Return an image's thumbnail, uint8 `[PIXELS]`, and its width divided by its height.

    Orientation is taken from the metadata; what is transparent is taken as on white.

    Raises:
        UnreadableSource: the image is damaged.
        TooLarge: it has too many pixels.
    """
    image = ImageOps.exif_transpose(open_image(data)).convert("RGBA")
    canvas = Image.new("RGBA", image.size, "white")
    canvas.alpha_composite(image)
    small = canvas.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.asarray(small, np.uint8).ravel(), image.width / image.height


def band_keys(thumbnails: Sequence[Thumbnail]) -> NDArray[np.uint64]:
    """Return keys that images of high correlation share, uint64 `[n, BANDS]`.

    Source:
        Random hyperplanes: Charikar (2002), doi:10.1145/509907.509965, on the centred thumbnails.
    """
    if not thumbnails:
        return np.empty((0, BANDS), np.uint64)
    centred = _centred(np.stack(thumbnails))
    bits = (centred @ _PLANES > 0).reshape(len(centred), BANDS, BITS_PER_BAND)
    weights = np.left_shift(np.uint64(1), np.arange(BITS_PER_BAND, dtype=np.uint64))
    return mixed(bits @ weights + (np.arange(BANDS, dtype=np.uint64) << np.uint64(BITS_PER_BAND)))


def correlations(one: Thumbnails, other: Thumbnails) -> NDArray[np.float64]:
    """Return Pearson's correlation of pairs of thumbnails, -1 to 1; 0 where one of them is of one colour.

    Args:
        one: uint8 `[n, PIXELS]`.
        other: the same.
    """
    a, b = _centred(one), _centred(other)
    scale = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return np.asarray(np.einsum("ij,ij->i", a, b) / np.where(scale, scale, 1), np.float64)


def largest_differences(one: Thumbnails, other: Thumbnails) -> NDArray[np.float64]:
    """Return how far apart pairs of thumbnails are where they differ most, as shares of full range."""
    return np.asarray(np.abs(one.astype(np.int16) - other).max(axis=1, initial=0) / 255, np.float64)


def have_same_shape(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell whether ratios of width to height lie within 10 % of each other."""
    return np.maximum(one, other) <= _MAX_STRETCH * np.minimum(one, other)


def _centred(thumbnails: Thumbnails) -> NDArray[np.float32]:
    values = thumbnails.astype(np.float32)
    centred: NDArray[np.float32] = values - values.mean(axis=1, keepdims=True)
    return centred
