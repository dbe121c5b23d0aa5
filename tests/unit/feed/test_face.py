import doctest
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from groundswell.errors import SourceNotFound, TooLarge
from groundswell.feed import Feed, decode_image, face, feed
from groundswell.feed.exporters import exporter_for
from groundswell.feed.snapshot import snapshot
from groundswell.items import Item, ItemKind, to_batch
from groundswell.organize import DatasetStore, Version
from groundswell.store.blobs import BlobStore


def labels(stream: Feed) -> list[int]:
    return [label for batch in stream for label in batch["label"].tolist()]


def test_every_kind_of_source_feeds_the_same_stream(tmp_path: Path, version: Any) -> None:
    stored = snapshot(version, tmp_path / "stored")
    sources = [stored, tmp_path / "stored", str(tmp_path / "stored"), version, version.table]
    streams = [labels(feed(source, batch_size=8, seed=1)) for source in sources]
    assert all(stream == streams[0] for stream in streams)
    assert sorted(streams[0]) == list(range(100))


def test_a_version_with_a_folder_is_fed_from_a_snapshot_that_stays(tmp_path: Path, version: Any) -> None:
    first = labels(feed(version, 8, folder=tmp_path / "kept"))
    version.table = None
    assert labels(feed(version, 8, folder=tmp_path / "kept")) == first


def test_a_state_moves_between_a_version_in_memory_and_its_snapshot(tmp_path: Path, version: Any) -> None:
    state = feed(version, 8).state_dict()
    feed(version, 8, folder=tmp_path / "kept").load_state_dict(state)


def test_columns_narrow_what_is_read_of_a_version(version: Any) -> None:
    stream = feed(version, 8, columns=["label"], split="train")
    assert {name for batch in stream for name in batch} == {"label"}


def test_a_version_too_large_for_memory_asks_for_a_folder(
    version: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(face, "MEMORY_LIMIT_BYTES", 1000)
    with pytest.raises(TooLarge, match="give folder="):
        feed(version, 8)


def test_a_path_that_holds_no_snapshot_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="is no snapshot"):
        feed(tmp_path / "nothing")


def test_the_example_of_the_docstring_runs_as_it_says() -> None:
    assert doctest.testmod(face).failed == 0


@pytest.fixture
def digits(tmp_path: Path) -> Version:
    """A stored version of twelve images of two classes, their bytes in a blob store."""
    store = DatasetStore(tmp_path / "datasets", BlobStore(tmp_path / "blobs"))
    version = store.write("digits", [to_batch([image_item(number) for number in range(12)])])
    labels = [f"class {number % 2}" for number in range(12)]
    return store.add_columns(version, pa.table({"id": version.ids(), "label": labels}))


def image_item(number: int) -> Item:
    buffer = io.BytesIO()
    Image.fromarray(np.full((4, 4), number, dtype=np.uint8)).save(buffer, "PNG")
    return Item(
        ItemKind.IMAGE,
        None,
        buffer.getvalue(),
        "image/png",
        "scans",
        f"{number}.png",
        datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_a_stored_version_of_images_is_fed_as_pixels_with_or_without_a_snapshot(
    digits: Version, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"columns": ["data", "label"], "decode": {"data": decode_image}, "seed": 3}
    for folder in (None, tmp_path / "snapshot"):
        fed = list(feed(digits, 5, folder=folder, **options))
        pixels = np.concatenate([batch["data"] for batch in fed])
        labels = [label for batch in fed for label in batch["label"]]
        assert sorted(pixels[:, 0, 0].tolist()) == list(range(12))
        assert labels == [f"class {value % 2}" for value in pixels[:, 0, 0]]


def test_a_stored_version_is_exported_with_its_media(digits: Version, tmp_path: Path) -> None:
    exporter = exporter_for("image_folder")
    exporter.write(digits.batches(with_data=exporter.needs_data), tmp_path / "out")
    files = {path.name[:2].rstrip("-."): path.parent.name for path in (tmp_path / "out").rglob("*.png")}
    assert files == {str(number): f"class {number % 2}" for number in range(12)}
