"""Vectors of images: an item has the same whatever else is there, and what is alike is near."""

import io
from datetime import UTC, datetime

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from groundswell.assist.embeddings import Pixels
from groundswell.collect import open_source
from groundswell.items import Item, ItemKind

AT = datetime(2026, 1, 1, tzinfo=UTC)


def picture(image: Image.Image, form: str = "PNG") -> Item:
    file = io.BytesIO()
    image.save(file, form)
    return Item(ItemKind.IMAGE, None, file.getvalue(), f"image/{form.lower()}", "s", "p", AT)


def scene(seed: int, side: int = 96) -> Image.Image:
    rng = np.random.default_rng(seed)
    return Image.fromarray(rng.integers(0, 256, (6, 6, 3)).astype(np.uint8)).resize((side, side))


def cosines(rows: np.ndarray) -> np.ndarray:
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit @ unit.T


def test_an_image_has_the_same_vector_whatever_else_is_there() -> None:
    items = [picture(scene(seed, side)) for seed, side in ((1, 8), (2, 96), (3, 300))]
    together = Pixels().embed(items)
    assert together.shape == (3, 390)
    for row, item in zip(together, items, strict=True):
        np.testing.assert_array_equal(Pixels().embed([item])[0], row)


def test_the_same_scene_in_another_size_or_compression_is_nearest() -> None:
    scenes = [picture(scene(seed)) for seed in range(8)]
    others = [picture(scene(seed, 200), "JPEG") for seed in range(8)]
    alike = cosines(Pixels().embed([*scenes, *others]))[:8, 8:]
    assert alike.argmax(axis=1).tolist() == list(range(8))


def test_a_damaged_image_is_like_no_other() -> None:
    broken = Item(ItemKind.IMAGE, None, b"no image", "image/png", "s", "p", AT)
    assert not Pixels().embed([broken]).any()


def test_real_digits_are_nearest_to_their_own_kind() -> None:
    items = [item for item in open_source("digits", collected_at=AT).read() if isinstance(item, Item)][:300]
    alike = cosines(Pixels().embed(items))
    np.fill_diagonal(alike, -1)
    classes = load_digits().target[:300]
    assert np.mean(classes[alike.argmax(axis=1)] == classes) > 0.9
