"""Images of segments: polygons on an image as a map of numbers, a mask for each number, and a picture in colours. Pure.

A pixel belongs to a polygon where its centre does, by the even-odd rule. Where polygons overlap, the smaller one lies
on top of the larger one, as nobody could have drawn it otherwise.
"""

import colorsys
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

UNLABELED = 0
"""The number of pixels that belong to no segment."""

Points = Sequence[Sequence[float]]
Numbers = NDArray[np.uint16]


def inside(points: Points, height: int, width: int) -> NDArray[np.bool_]:
    """Return which pixels are inside a polygon, bool `[height, width]`.

    Each edge turns the parity of all pixels of its rows that lie to the right of it. O(edges * rows + pixels).

    Args:
        points: corners `(x, y)` in pixels, where the pixel of column 0 and row 0 reaches from (0, 0) to (1, 1).
    """
    corners = np.asarray(points, np.float64)
    turned = np.zeros((height, width + 1), np.uint8)
    for edge in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        (x0, y0), (x1, y1) = sorted(
            edge, key=lambda corner: (corner[1], corner[0])
        )  # so its direction is nothing
        rows = np.arange(_first_centre(y0, height), _first_centre(y1, height))
        if rows.size:
            crossed = x0 + (rows + 0.5 - y0) * (x1 - x0) / (y1 - y0)
            turned[rows, np.clip(np.ceil(crossed - 0.5), 0, width).astype(np.int64)] ^= 1
    return np.bitwise_xor.accumulate(turned, axis=1)[:, :width].astype(bool)


def _first_centre(y: float, height: int) -> int:
    """Return the first row whose centre is at or below `y`."""
    return int(np.clip(np.ceil(y - 0.5), 0, height))


def numbered(polygons: Sequence[tuple[int, Points]], height: int, width: int) -> Numbers:
    """Return the number of each pixel's segment, `[height, width]`; 0 where there is none.

    Args:
        polygons: each with the number of its segment, 1 to 65535.
    """
    found = np.full((height, width), UNLABELED, np.uint16)
    for number, points in sorted(polygons, key=lambda one: -area(one[1])):
        found[inside(points, height, width)] = number
    return found


def area(points: Points) -> float:
    """Return the area of a polygon, in square pixels."""
    x, y = np.asarray(points, np.float64).T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def colour(number: int) -> tuple[int, int, int]:
    """Return the colour of a segment; neighbouring numbers are told apart, and none is black, as no segment is."""
    if number == UNLABELED:
        return (0, 0, 0)
    hue, turn = (number * 0.618034) % 1, (number // 12) % 3
    red, green, blue = colorsys.hsv_to_rgb(hue, 0.85 - 0.2 * turn, 0.95 - 0.15 * turn)
    return (round(255 * red), round(255 * green), round(255 * blue))


def as_hex(number: int) -> str:
    """Return the colour of a segment as `#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*colour(number))


def mask(numbers: Numbers, wanted: Sequence[int]) -> bytes:
    """Return a PNG with each pixel of the wanted numbers in its colour, white where it is of none, else transparent."""
    shown = np.isin(numbers, np.asarray(wanted, np.uint16))
    pixels = _in_colours(numbers)
    pixels[numbers == UNLABELED, :3] = 255
    return _png(_seen(pixels, shown))


def indexed(numbers: Numbers) -> bytes:
    """Return a PNG of the numbers themselves, of one grey channel: 8 bits, or 16 where a number needs them."""
    return _png(numbers if numbers.max(initial=0) > 255 else numbers.astype(np.uint8))


def extended(numbers: Numbers) -> bytes:
    """Return a PNG of the numbers in 24 bits: red is the lowest byte, blue the highest."""
    pixels = np.zeros((*numbers.shape, 4), np.uint8)
    pixels[..., 0], pixels[..., 1], pixels[..., 3] = numbers & 255, numbers >> 8, 255
    return _png(pixels)


def coloured(numbers: Numbers) -> bytes:
    """Return a PNG of each segment in its colour; what belongs to none is transparent."""
    return _png(_seen(_in_colours(numbers), numbers != UNLABELED))


def _in_colours(numbers: Numbers) -> NDArray[np.uint8]:
    palette = np.array([(*colour(n), 255) for n in range(int(numbers.max(initial=0)) + 1)], np.uint8)
    pixels: NDArray[np.uint8] = palette[numbers]
    return pixels


def _seen(pixels: NDArray[np.uint8], shown: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return pixels, those that are not shown wholly transparent."""
    return np.where(shown[..., None], pixels, np.uint8(0))


def _png(pixels: NDArray[Any]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def size_of(shown: Mapping[str, Any]) -> tuple[int, int]:
    """Return the height and the width of an image that is shown."""
    return int(shown["meta"]["height"]), int(shown["meta"]["width"])
