"""Thumbnails: what is the same from afar is alike, what differs is not."""

import io

import numpy as np
import pytest
from PIL import Image

from groundswell.clean.thumbnail import (
    BANDS,
    PIXELS,
    Thumbnail,
    band_keys,
    correlations,
    have_same_shape,
    largest_differences,
    thumbnail,
)
from groundswell.errors import UnreadableSource

PHOTO = Image.effect_mandelbrot((120, 90), (-2, -1.2, 1, 1.2), 60).convert("RGB")


def correlation(one: Thumbnail, other: Thumbnail) -> float:
    return float(correlations(one[None], other[None])[0])


def largest_difference(one: Thumbnail, other: Thumbnail) -> float:
    return float(largest_differences(one[None], other[None])[0])


def is_same_shape(one: float, other: float) -> bool:
    return bool(have_same_shape(np.array([one], np.float32), np.array([other], np.float32))[0])


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def test_a_copy_of_other_size_and_format_looks_the_same() -> None:
    one, shape = thumbnail(encoded(PHOTO))
    other, other_shape = thumbnail(encoded(PHOTO.resize((240, 180)), "JPEG", quality=70))
    assert one.shape == (PIXELS,)
    assert correlation(one, other) > 0.99
    assert largest_difference(one, other) < 0.1
    assert is_same_shape(shape, other_shape)
    assert (band_keys([one]) == band_keys([other])).any()


def test_correlation_is_pearsons() -> None:
    rng = np.random.default_rng(3)
    one, other = rng.integers(0, 256, (2, PIXELS)).astype(np.uint8)
    assert correlation(one, other) == pytest.approx(np.corrcoef(one, other)[0, 1], abs=1e-5)
    assert correlation(one, np.full_like(one, 9)) == 0


def test_the_largest_difference_does_not_wrap_around() -> None:
    assert largest_difference(np.array([250, 3], np.uint8), np.array([5, 3], np.uint8)) == pytest.approx(
        245 / 255
    )


def test_keys_of_different_bands_never_meet() -> None:
    pixels = [np.random.default_rng(seed).integers(0, 256, PIXELS).astype(np.uint8) for seed in range(50)]
    keys = band_keys(pixels)
    assert keys.shape == (50, BANDS)
    assert all(
        not set(keys[:, a].tolist()) & set(keys[:, b].tolist()) for a in range(BANDS) for b in range(a)
    )
    assert band_keys([]).shape == (0, BANDS)
    assert len(np.unique(keys >> np.uint64(56))) > 200, "keys are spread over all buckets"


def test_transparent_is_white() -> None:
    clear = np.zeros((20, 20, 4), np.uint8)
    assert (thumbnail(encoded(Image.fromarray(clear)))[0] == 255).all()


def test_orientation_is_taken_from_the_metadata() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned, shape = thumbnail(encoded(PHOTO.rotate(90, expand=True), "JPEG", exif=exif, quality=95))
    upright, upright_shape = thumbnail(encoded(PHOTO))
    assert is_same_shape(shape, upright_shape)
    assert correlation(turned, upright) > 0.98


def test_a_damaged_image_raises() -> None:
    with pytest.raises(UnreadableSource):
        thumbnail(b"broken")
