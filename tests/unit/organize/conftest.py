"""Shared by the tests of datasets: items, batches and a store with a clock that does not move."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from groundswell.items import Item, ItemKind, bundle, digest_bytes, to_batch
from groundswell.items.media import reference_to
from groundswell.organize import DatasetStore
from groundswell.store.blobs import BlobStore

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def text_item(place: int) -> Item:
    return Item(
        ItemKind.TEXT, f"text {place}", None, "text/plain", "s", f"line {place}", NOW, {"n": place}, "CC0-1.0"
    )


def image_item(place: int) -> Item:
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(place).integers(0, 256, (9, 9)).astype(np.uint8)).save(file, "PNG")
    return Item(ItemKind.IMAGE, None, file.getvalue(), "image/png", "s", f"{place}.png", NOW)


@pytest.fixture
def store(tmp_path: Path) -> DatasetStore:
    return DatasetStore(tmp_path / "datasets", BlobStore(tmp_path / "blobs"), now=lambda: NOW)


@pytest.fixture
def mixed() -> list[Item]:
    """Return texts and images in turn."""
    return [image_item(place) if place % 3 == 0 else text_item(place) for place in range(10)]


@pytest.fixture
def batches() -> Callable[..., list[pa.RecordBatch]]:
    """Return a function that packs items, or so many texts, into batches of a few."""

    def pack(items: list[Item] | int, rows: int = 4) -> list[pa.RecordBatch]:
        items = [text_item(place) for place in range(items)] if isinstance(items, int) else items
        return [to_batch(items[start : start + rows]) for start in range(0, len(items), rows)]

    return pack


def record_item(*places: int) -> Item:
    """Return a record that names the images of some places."""
    images = [image_item(place).data or b"" for place in places]
    text = json.dumps({"responses": [reference_to(data) for data in images]}, sort_keys=True)
    data = bundle({digest_bytes(data): data for data in images})
    return Item(ItemKind.RECORD, text, data, "application/json", "s", f"record {places}", NOW)
