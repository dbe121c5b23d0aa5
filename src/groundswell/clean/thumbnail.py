"""What an image looks like from afar: a small thumbnail, keys that look-alikes share, their similarity."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from groundswell.items.images import open_image

SIDE = 16
"""Thumbnails are 16 by 16 pixels in colour: 768 bytes an image in memory."""

BANDS, BITS_PER_BAND = 16, 16
"""Two images at correlation r agree on a bit with probability 1 - arccos(r) / pi; so at r = 0.98 they
share a band with probability 0.999, at r = 0.9 with 0.75."""

_PLANES = np.random.default_rng(20261122).standard_normal(
    (SIDE * SIDE * 3, BANDS * BITS_PER_BAND), np.float32
)
_MAX_STRETCH = 1.1

Thumbnail = NDArray[np.uint8]


def thumbnail(data: bytes) -> tuple[Thumbnail, float]:
    """Return an image's thumbnail, uint8 `[SIDE * SIDE * 3]`, and its width divided by its height.

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
    centred = np.stack([_centred(entry) for entry in thumbnails])
    bits = (centred @ _PLANES > 0).reshape(len(centred), BANDS, BITS_PER_BAND)
    weights = np.left_shift(np.uint64(1), np.arange(BITS_PER_BAND, dtype=np.uint64))
    return bits @ weights + (np.arange(BANDS, dtype=np.uint64) << np.uint64(BITS_PER_BAND))


def correlation(one: Thumbnail, other: Thumbnail) -> float:
    """Return Pearson's correlation of two thumbnails, -1 to 1; 0 where one of them is of one colour."""
    a, b = _centred(one), _centred(other)
    scale = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / scale if scale else 0.0


def largest_difference(one: Thumbnail, other: Thumbnail) -> float:
    """Return how far apart the two thumbnails are where they differ most, as a share of full range."""
    return float(np.abs(one.astype(np.int16) - other).max()) / 255


def is_same_shape(one: float, other: float) -> bool:
    """Tell whether two ratios of width to height lie within 10 % of each other."""
    return max(one, other) <= _MAX_STRETCH * min(one, other)


def _centred(entry: Thumbnail) -> NDArray[np.float32]:
    values = entry.astype(np.float32)
    centred: NDArray[np.float32] = values - values.mean()
    return centred
