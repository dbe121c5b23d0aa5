"""Images that nobody could label are dropped, each with its reason."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from groundswell.clean import DropBadImages
from groundswell.items import Item

Flow = Callable[..., Any]
Make = Callable[..., Item]
NOISE = np.random.default_rng(1).integers(0, 256, (20, 20, 3)).astype(np.uint8)


def test_each_reason(flow: Flow, make_image: Make, make_data: Make) -> None:
    items = [
        make_image(NOISE),
        make_image(NOISE[:7]),
        make_image(np.full((20, 20, 3), 255, np.uint8)),
        make_data(b"broken"),
        make_data(b""),
        make_image(NOISE[:8, :8]),
    ]
    outcome = flow(items, DropBadImages())
    assert [item.id for item in outcome.kept] == [items[0].id, items[5].id]
    assert outcome.reasons == ["image:tiny", "image:blank", "image:broken", "image:broken"]
    assert outcome.drops[0].detail == "20 x 7 pixels; the shortest side is 8"


@pytest.mark.parametrize(("levels", "is_kept"), [(2, False), (3, True)])
def test_blank_forgives_two_levels(flow: Flow, make_image: Make, levels: int, is_kept: bool) -> None:
    pixels = np.full((20, 20), 100, np.uint8)
    pixels[3, 3] += levels
    assert bool(flow([make_image(pixels)], DropBadImages()).kept) is is_kept


def test_a_shape_that_is_in_the_opacity_alone_is_no_blank(flow: Flow, make_image: Make) -> None:
    pixels = np.zeros((20, 20, 4), np.uint8)
    pixels[5:9, 5:9, 3] = 255
    assert flow([make_image(pixels)], DropBadImages()).kept


def test_a_bomb_is_dropped_unopened(flow: Flow, make_image: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundswell.items.images.open_image.__kwdefaults__", {"max_pixels": 399})
    assert flow([make_image(NOISE)], DropBadImages()).reasons == ["image:too_large"]


def test_texts_pass(flow: Flow) -> None:
    assert flow(["", "a"], DropBadImages()).texts == ["", "a"]
