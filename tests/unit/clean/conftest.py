"""Shared by the tests of operators: batches of texts and images, and a run that keeps everything."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from groundswell.clean import Operator, run
from groundswell.items import Drop, Item, ItemKind, items_of, to_batch

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def text_item(text: str, place: int = 0) -> Item:
    return Item(ItemKind.TEXT, text, None, "text/plain", "s", f"line {place}", NOW)


def image_item(pixels: np.ndarray, place: int = 0, *, kind: str = "PNG", quality: int = 90) -> Item:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **({"quality": quality} if kind == "JPEG" else {}))
    return data_item(file.getvalue(), place)


def data_item(data: bytes, place: int = 0) -> Item:
    return Item(ItemKind.IMAGE, None, data, "image/png", "s", f"line {place}", NOW)


@dataclass
class Outcome:
    kept: list[Item] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)

    @property
    def texts(self) -> list[str | None]:
        return [item.text for item in self.kept]

    @property
    def reasons(self) -> list[str]:
        return [drop.reason for drop in self.drops]


Flow = Callable[..., Outcome]


@pytest.fixture
def flow() -> Flow:
    """Return a function that sends items through operators, `rows` to a batch."""

    def send(items: Sequence[Item | str], *operators: Operator, rows: int = 3) -> Outcome:
        whole = [
            text_item(item, place) if isinstance(item, str) else item for place, item in enumerate(items)
        ]
        batches: list[pa.RecordBatch] = [
            to_batch(whole[start : start + rows]) for start in range(0, len(whole), rows)
        ]
        outcome = Outcome()
        for batch in run(batches, operators, on_drop=outcome.drops.append):
            outcome.kept.extend(items_of(batch))
        return outcome

    return send


@pytest.fixture
def make_image() -> Callable[..., Item]:
    """Return `image_item`."""
    return image_item


@pytest.fixture
def make_data() -> Callable[..., Item]:
    """Return `data_item`."""
    return data_item


@pytest.fixture
def make_text() -> Callable[..., Item]:
    """Return `text_item`."""
    return text_item
