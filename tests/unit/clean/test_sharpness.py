"""Blurred images and odd shapes go; sharp ones stay."""

from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from groundswell.clean import DropPoorImages
from groundswell.clean.sharpness import sharpness
from groundswell.items import Item

Flow = Callable[..., Any]
PHOTO = Image.effect_mandelbrot((240, 180), (-2, -1.2, 1, 1.2), 60).convert("RGB")


def test_a_blurred_copy_goes_and_the_sharp_one_stays(flow: Flow, make_image: Callable[..., Item]) -> None:
    blurred = PHOTO.filter(ImageFilter.GaussianBlur(6))
    outcome = flow([make_image(np.asarray(PHOTO)), make_image(np.asarray(blurred), 1)], DropPoorImages())
    assert [item.locator for item in outcome.kept] == ["line 0"]
    (drop,) = outcome.drops
    assert drop.reason == "image:blurred"
    assert "the least is 20" in drop.detail


def test_the_blurrier_the_less_sharp_whatever_the_size() -> None:
    found = [sharpness(PHOTO.filter(ImageFilter.GaussianBlur(radius))) for radius in (0, 1, 2, 4)]
    assert found == sorted(found, reverse=True)
    assert sharpness(PHOTO.resize((2, 2))) == 0


def test_strips_go(flow: Flow, make_image: Callable[..., Item]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (20, 200)).astype(np.uint8)
    (drop,) = flow([make_image(noise)], DropPoorImages()).drops
    assert (drop.reason, drop.detail) == ("image:aspect", "200 x 20 pixels; the most is 5 to 1")


def test_damaged_images_are_left_to_others(flow: Flow, make_data: Callable[..., Item]) -> None:
    assert len(flow([make_data(b"broken")], DropPoorImages()).kept) == 1
