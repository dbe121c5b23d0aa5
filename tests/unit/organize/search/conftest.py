"""A small dataset of reviews for the tests of searching, and what a plain loop over it finds."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from groundswell.items import Item, ItemKind, to_batch
from groundswell.organize import DatasetStore, Version
from groundswell.organize.search import search
from groundswell.store.blobs import BlobStore

REVIEWS: list[tuple[str, dict[str, Any], str | None, float | None]] = [
    ("The screen is broken", {"stars": 1, "lang": "en", "tags": ["screen", "fault"]}, "negative", 0.9),
    ("A lovely bright screen!", {"stars": 5, "lang": "en", "tags": ["screen"]}, "positive", 0.95),
    ("Écran cassé, écran noir", {"stars": 2, "lang": "fr"}, "negative", 0.55),
    ("Broken on arrival; the broken box, too", {"stars": 1, "lang": "en", "verified": True}, None, None),
    ("屏幕坏了", {"stars": 1, "lang": "zh"}, "negative", 0.8),
    ("Does what it should", {"stars": "four", "lang": "en", "by": {"name": "Ann"}}, "positive", 0.6),
    ("screen protector", {"stars": 4.5, "verified": False}, "positive", 0.7),
]


def review(place: int, text: str, meta: dict[str, Any]) -> Item:
    at = datetime(2026, 1, 1 + place, 12, tzinfo=UTC)
    licence = "CC0-1.0" if place % 2 else None
    return Item(ItemKind.TEXT, text, None, "text/plain", "shop", f"line {place}", at, meta, licence)


@pytest.fixture
def store(tmp_path: Path) -> DatasetStore:
    return DatasetStore(tmp_path / "datasets", BlobStore(tmp_path / "blobs"))


@pytest.fixture
def reviews(store: DatasetStore) -> Version:
    items = [review(place, text, meta) for place, (text, meta, _, _) in enumerate(REVIEWS)]
    version = store.write("reviews", [to_batch(items[:4]), to_batch(items[4:])])
    labels = {
        "id": version.ids(),
        "label": [label for _, _, label, _ in REVIEWS],
        "label_probability": [probability for *_, probability in REVIEWS],
        "checked": [True, False, None, True, False, True, None],
    }
    return store.add_columns(version, pa.table(labels))


@pytest.fixture
def rows(reviews: Version) -> Callable[[str], list[int]]:
    """Return a function that finds rows, in the order in which they are stored."""
    return lambda query: sorted(search(reviews, query).rows.tolist())
