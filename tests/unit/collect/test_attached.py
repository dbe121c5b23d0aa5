"""Media that records name by a file, or hold as bytes: read, and named by their digests from then on."""

import io
import json
import os
import wave
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from groundswell.collect import AS_RECORD, Options, open_source
from groundswell.collect.records import Records
from groundswell.items import Drop, Item, digest_bytes, drops_to_batch, media_of

NOW = datetime(2026, 1, 2, tzinfo=UTC)
TEXT = {"prompt": "Which?"}


def png(colour: str = "teal", width: int = 3) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, 2), colour).save(file, "PNG")
    return file.getvalue()


def wav() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(4000)
        sound.writeframes(bytes(1000))
    return file.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with images and a recording, beside one with a secret."""
    given = {
        "a.png": png(),
        "sub/b.PNG": png("red"),
        "sub/c.wav": wav(),
        "broken.png": b"no image",
        "empty.jpg": b"",
    }
    for name, data in given.items():
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / "secret.png").write_bytes(png("black"))
    return tmp_path / "data"


def read(place: Any, **options: Any) -> list[Item | Drop]:
    return list(open_source(place, text_column="*", collected_at=NOW, **options).read())


def collected(folder: Path, *records: dict[str, Any], **options: Any) -> list[Item | Drop]:
    """Return what is read of records in a file of the folder; a good one stands before them."""
    lines = [TEXT, *records]
    (folder / "records.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    first, *rest = read(folder / "records.jsonl", **options)
    assert isinstance(first, Item)
    assert first.data is None
    return rest


def test_files_become_references_and_their_bytes_come_with_the_record(folder: Path) -> None:
    responses = [
        {"file": "a.png"},
        {"id": "x", "file": "./sub/b.PNG", "text": "red"},
        {"file": "sub/c.wav"},
        "words",
    ]
    (item,) = collected(folder, {**TEXT, "responses": responses})
    assert isinstance(item, Item)
    image, red, sound = digest_bytes(png()), digest_bytes(png("red")), digest_bytes(wav())
    size = {"width": 3, "height": 2}
    assert item.record["responses"] == [
        {"media": image, "media_type": "image/png", **size},
        {"id": "x", "text": "red", "media": red, "media_type": "image/png", **size},
        {"media": sound, "media_type": "audio/wav", "duration_seconds": 0.25},
        "words",
    ]
    assert media_of(item) == {image: png(), red: png("red"), sound: wav()}


def test_the_same_content_under_other_names_is_the_same_record(folder: Path) -> None:
    (folder / "copy.png").write_bytes(png())
    one, other = collected(folder, {"image": {"file": "a.png"}}, {"image": {"file": "copy.png"}})
    assert isinstance(one, Item)
    assert isinstance(other, Item)
    assert one.id == other.id


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("none.png", "media:missing"),
        ("sub/none/x.png", "media:missing"),
        ("broken.png", "media:broken"),
        ("empty.jpg", "media:broken"),
        ("../secret.png", "media:outside"),
        ("sub/../../secret.png", "media:outside"),
        ("sub/../a.png", "media:outside"),
        ("link.png", "media:outside"),
        ("linked/secret.png", "media:outside"),
        ("pipe.png", "file:special"),
        ("https://example.org/a.png", "media:address"),
        ("file:///etc/a.png", "media:address"),
        ("nul\x00.png", "media:outside"),
        ("half \ud800.png", "media:missing"),
        ("long" * 1000 + ".png", "file:unreadable"),
    ],
)
def test_what_cannot_be_had_sets_its_record_aside_and_no_other(folder: Path, file: str, reason: str) -> None:
    (folder / "link.png").symlink_to(folder / "a.png")
    (folder / "linked").symlink_to(folder.parent)
    os.mkfifo(folder / "pipe.png")
    drop, after = collected(folder, {"image": {"file": file}}, TEXT)
    assert isinstance(drop, Drop)
    assert (drop.reason, drop.locator, drop.failed) == (reason, "line 2", True)
    assert drop.detail[:3] == file[:3]
    assert drops_to_batch([drop]).num_rows == 1
    assert isinstance(after, Item)


def test_an_absolute_path_is_never_read_even_into_the_folder(folder: Path) -> None:
    (drop,) = collected(folder, {"image": {"file": str(folder / "a.png")}})
    assert isinstance(drop, Drop)
    assert drop.reason == "media:outside"


def test_the_media_of_a_record_are_together_within_the_limit_of_an_item(folder: Path) -> None:
    limit = len(png()) + len(png("red")) - 1
    one, drop = collected(
        folder,
        {"image": {"file": "a.png"}},
        {"images": [{"file": "a.png"}, {"file": "sub/b.PNG"}]},
        max_item_bytes=limit,
    )
    assert isinstance(one, Item)
    assert isinstance(drop, Drop)
    assert drop.reason == "item:too_large"


@pytest.mark.parametrize(
    "record",
    [
        {"file": "a.png", "n": 1},
        {"code": {"file": "main.py"}},
        {"code": {"file": 7}},
        {"at": {"file": ["a.png"]}},
    ],
)
def test_an_object_that_names_no_medium_stays_as_it_is(folder: Path, record: dict[str, Any]) -> None:
    (item,) = collected(folder, record)
    assert isinstance(item, Item)
    assert item.record == record


def test_of_several_files_each_names_what_lies_beside_itself(folder: Path) -> None:
    for name, colour in (("one", "red"), ("two", "blue")):
        (folder / name).mkdir()
        (folder / name / "x.png").write_bytes(png(colour))
        (folder / name / "records.jsonl").write_text(json.dumps({"image": {"file": "x.png"}}) + "\n")
    found = read(str(folder / "*" / "records.jsonl"))
    expected = [{digest_bytes(png(colour)): png(colour)} for colour in ("red", "blue")]
    assert [media_of(item) for item in found if isinstance(item, Item)] == expected


def test_a_folder_taken_as_records_is_read_by_its_files_of_records_however_many_images_lie_beside_them(
    folder: Path,
) -> None:
    (folder / "records.jsonl").write_text(json.dumps({"image": {"file": "a.png"}}) + "\n")
    items = [each for each in read(folder) if isinstance(each, Item)]
    assert [media_of(item) for item in items] == [{digest_bytes(png()): png()}]


def test_images_in_a_table_come_as_data_sets_hold_them(tmp_path: Path) -> None:
    rows = [
        {"question": "Which?", "image": {"bytes": png(), "path": "a.png"}},
        {"question": "Which?", "image": {"bytes": png("red"), "path": None}},
        {"question": "Which?", "image": {"bytes": b"no image", "path": "a.png"}},
        {"question": "Which?", "image": {"bytes": b"%PDF", "path": "a.pdf"}},
        {"question": "Which?", "image": None},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet")
    one, other, broken, paper, none = read(tmp_path / "rows.parquet")
    for item, data in ((one, png()), (other, png("red"))):
        assert isinstance(item, Item)
        assert media_of(item) == {digest_bytes(data): data}
        assert item.record["image"]["media"] == digest_bytes(data)
    assert isinstance(broken, Drop)
    assert broken.reason == "media:broken"
    assert isinstance(paper, Item)
    assert paper.record["image"] == {"bytes": "<4 bytes>", "path": "a.pdf"}
    assert isinstance(none, Item)


def test_records_in_memory_hold_their_media_as_bytes() -> None:
    records = [{"images": [{"bytes": png()}]}, {"image": {"file": "a.png"}}]
    item, other = Records(records, Options(NOW, AS_RECORD)).read()
    assert isinstance(item, Item)
    assert media_of(item) == {digest_bytes(png()): png()}
    assert isinstance(other, Item)
    assert (other.record, other.data) == (records[1], None), "there is no folder in which it could lie"
