"""Exports of records that name media: their bytes go where bytes are kept, and are never taken for the item."""

import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from groundswell.errors import InputError
from groundswell.feed.exporters import exporter_for
from groundswell.items import Item, ItemKind, bundle, digest_bytes, to_batch, unbundle

DATA = b"the bytes of an image"
DIGEST = digest_bytes(DATA)


@pytest.fixture
def batches() -> list[pa.RecordBatch]:
    """A labelled record that names an image, and one that names none."""
    now, image = datetime(2026, 1, 2, tzinfo=UTC), {"media": DIGEST, "media_type": "image/png"}
    items = [
        Item(ItemKind.RECORD, json.dumps(record), bundle(media), "application/json", "s", "l", now)
        for record, media in (({"image": image}, {DIGEST: DATA}), ({"image": None}, {}))
    ]
    return [to_batch(items).append_column("label", pa.array(["yes", "no"]))]


def test_the_media_of_a_record_are_an_archive_beside_it(
    batches: list[pa.RecordBatch], tmp_path: Path
) -> None:
    exporter_for("webdataset").write(batches, tmp_path / "out")
    with tarfile.open(tmp_path / "out" / "shard-000000.tar") as shard:
        (archive,) = [name for name in shard.getnames() if name.endswith(".zip")]
        file = shard.extractfile(archive)
        assert file is not None
        assert unbundle(file.read()) == {DIGEST: DATA}
    exporter_for("parquet").write(batches, tmp_path / "rows.parquet")
    data = pq.read_table(tmp_path / "rows.parquet")["data"].to_pylist()
    assert [unbundle(each) for each in data] == [{DIGEST: DATA}, {}]


def test_in_lines_a_record_says_by_which_digest_its_media_are_fetched(
    batches: list[pa.RecordBatch], tmp_path: Path
) -> None:
    exporter_for("jsonl").write([batch.drop_columns(["data"]) for batch in batches], tmp_path / "rows.jsonl")
    row = json.loads((tmp_path / "rows.jsonl").read_text().splitlines()[0])
    assert json.loads(row["text"])["image"]["media"] == DIGEST


def test_an_archive_is_never_taken_for_an_image(batches: list[pa.RecordBatch], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a record: image_folder is for media"):
        exporter_for("image_folder").write(batches, tmp_path / "folder")
    exporter_for("label_studio").write(batches, tmp_path / "studio")
    assert not list((tmp_path / "studio").rglob("images/*"))
