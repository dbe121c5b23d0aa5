"""Images as the search for near copies sees them: band keys, and thumbnails to compare."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.clean import thumbnail
from groundswell.clean.copies.first_fit import Likeness
from groundswell.clean.job.shelf import Taken
from groundswell.errors import TooLarge, UnreadableSource

Rows = NDArray[np.int64]
Keys = NDArray[np.uint64]

IMAGE = 2
"""The first four bytes of a look; only looks of one sort are compared."""

_LOOK = np.dtype([("sort", "<u4"), ("shape", "<f4"), ("pixels", "u1", (thumbnail.PIXELS,))])


@dataclass(frozen=True)
class ImageLooks:
    """The looks of images.

    Attributes:
        places: of those that can be read, `[m]`; `DropBadImages` says why others cannot.
        keys: their band keys, `[m, BANDS]`.
        looks: one for each of these.
    """

    places: Rows
    keys: Keys
    looks: list[bytes]


def look_at_images(images: Sequence[bytes]) -> ImageLooks:
    """Return the looks of encoded images."""
    places: list[int] = []
    looks: list[bytes] = []
    pixels: list[thumbnail.Thumbnail] = []
    for place, data in enumerate(images):
        try:
            small, shape = thumbnail.thumbnail(data)
        except (UnreadableSource, TooLarge):
            continue
        places.append(place)
        pixels.append(small)
        looks.append(np.array([(IMAGE, shape, small)], _LOOK).tobytes())
    return ImageLooks(np.array(places, np.int64), thumbnail.band_keys(pixels), looks)


def compare_images(looks: Taken, one: Rows, other: Rows, *, least: float, most_difference: float) -> Likeness:
    """Return the correlation of pairs of looks of images, not-a-number where they are no copies."""
    needed, places = np.unique(np.concatenate([one, other]), return_inverse=True)
    read = looks.data[looks.starts[needed][:, None] + np.arange(_LOOK.itemsize)].view(_LOOK)[:, 0]
    a, b = (read[side] for side in np.split(places, 2))
    likeness = thumbnail.correlations(a["pixels"], b["pixels"])
    is_copy = thumbnail.have_same_shape(a["shape"], b["shape"]) & (likeness >= least)
    is_copy &= thumbnail.largest_differences(a["pixels"], b["pixels"]) <= most_difference
    return np.where(is_copy, likeness, np.nan)
