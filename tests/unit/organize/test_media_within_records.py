"""Records that name media: their bytes are kept once, come back with them, stay while they are named, and count."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest
from tests.unit.organize.conftest import NOW, image_item, record_item

from groundswell.clean import RedactPersonal, default_recipe
from groundswell.errors import InputError, OverQuota
from groundswell.items import Item, ItemKind, bundle, media_of, to_batch
from groundswell.organize import DatasetStore, Retention, clean_up, clean_up_media, collect, parts
from groundswell.organize.version import Version

Batches = Callable[..., list[pa.RecordBatch]]


def test_media_are_kept_by_their_digest_and_come_back_with_the_record(
    store: DatasetStore, batches: Batches
) -> None:
    items = [record_item(1, 2), record_item(2, 3), record_item()]
    version = store.write("pairs", batches(items))
    assert list(version.items()) == items
    assert all(store.blobs.get(image_item(place).id) == image_item(place).data for place in (1, 2, 3))
    assert sum(path.is_file() for path in store.blobs.root.rglob("?" * 64)) == 3
    assert media_of(next(version.items())).keys() == {image_item(1).id, image_item(2).id}


def test_a_record_whose_media_are_kept_already_needs_to_bring_nothing(
    store: DatasetStore, batches: Batches
) -> None:
    store.write("pairs", batches([record_item(1, 2)]))
    alone = store.write("others", batches([replace(record_item(2, 1), data=None)]))
    assert media_of(next(alone.items())).keys() == {image_item(1).id, image_item(2).id}


def test_a_record_that_names_what_nobody_has_is_set_aside_with_the_reason(
    store: DatasetStore, batches: Batches
) -> None:
    lacking = replace(record_item(1, 2), data=bundle(media_of(record_item(2))))
    version = store.write("pairs", batches([lacking, record_item(3)]))
    assert version.ids() == [record_item(3).id]
    (drop,) = version.drops()
    assert (drop.item_id, drop.reason) == (lacking.id, "media:missing")
    assert image_item(1).id in drop.detail


def test_media_that_are_not_what_their_name_says_are_refused(store: DatasetStore, batches: Batches) -> None:
    wrong = replace(record_item(1), data=bundle({image_item(1).id: b"other bytes"}))
    with pytest.raises(InputError, match="of other bytes"):
        store.write("pairs", batches([wrong]))
    assert store.names() == []


def test_only_what_the_record_names_is_kept_of_what_comes_with_it(
    store: DatasetStore, batches: Batches
) -> None:
    more = replace(record_item(1), data=record_item(1, 2).data)
    store.write("pairs", batches([more]))
    assert image_item(1).id in store.blobs
    assert image_item(2).id not in store.blobs


def test_media_stay_as_long_as_a_version_names_them(store: DatasetStore, batches: Batches) -> None:
    store.write("pairs", batches([record_item(1, 2)]))
    store.write("pairs", batches([record_item(2, 3)]))
    assert clean_up_media(store, grace_seconds=-1) == (0, 0)
    clean_up(store, "pairs", policy=Retention(keep_last=1))
    assert clean_up_media(store, grace_seconds=-1)[0] == 1
    assert image_item(1).id not in store.blobs
    assert list(store.open("pairs").items()) == [record_item(2, 3)]


def test_media_within_records_count_against_the_quota(store: DatasetStore, batches: Batches) -> None:
    size = len(record_item(1, 2).data or b"")
    limited = DatasetStore(store.root, store.blobs, quota_bytes=size // 2)
    with pytest.raises(OverQuota):
        limited.write("pairs", batches([record_item(1, 2)]))


def test_one_batch_brings_no_more_media_than_fit(
    store: DatasetStore, batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    items: list[Item] = [record_item(place, place + 1) for place in range(6)]
    version = store.write("pairs", batches(items))
    monkeypatch.setattr("groundswell.organize.version._MEDIA_BYTES", len(items[0].data or b"") + 1)
    assert [batch.num_rows for batch in version.batches(with_data=True)] == [2, 2, 2]
    assert list(version.items()) == items


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with twelve images and a file of pairs of them, each with a mail address; one pair lacks an image."""
    folder = tmp_path / "raw"
    folder.mkdir()
    for place in range(12):
        (folder / f"{place}.png").write_bytes(image_item(place).data or b"")
    pairs = [(place, place + 1) for place in range(12)]
    lines = [
        {"prompt": "Write to ann@mail.org", "responses": [{"file": f"{one}.png"}, {"file": f"{other}.png"}]}
        for one, other in pairs
    ]
    (folder / "pairs.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def pairs_in(version: Version) -> list[set[str]]:
    return [set(media_of(item)) for item in version.items()]


def test_media_come_through_a_pipeline_and_an_update(folder: Path, tmp_path: Path) -> None:
    pages = collect(folder / "pairs.jsonl", as_records=True, now=NOW, home=tmp_path / "home")
    cleaned = pages.clean(*default_recipe(), RedactPersonal())
    version = cleaned.save("pairs")
    assert dict(version.drop_counts) == {"media:missing": 1}
    assert all("<email>" in (item.text or "") for item in version.items())
    expected = [{image_item(place).id, image_item(place + 1).id} for place in range(11)]
    assert pairs_in(version) == expected
    with (folder / "pairs.jsonl").open("a") as file:
        file.write(json.dumps({"responses": [{"file": "0.png"}, {"file": "5.png"}]}) + "\n")
    after = cleaned.save("pairs", update=True)
    assert pairs_in(after) == [*expected, {image_item(0).id, image_item(5).id}]
    assert cleaned.report is not None
    assert cleaned.report.kept == 1


@pytest.mark.slow
def test_media_come_through_processes_as_through_one(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "PART_BYTES", 200)
    pages = collect(folder / "pairs.jsonl", as_records=True, now=NOW).clean()
    one = pages.save("pairs", home=tmp_path / "one")
    many = pages.save("pairs", home=tmp_path / "many", workers=2, memory="900MB")
    assert many.digest == one.digest
    assert pairs_in(many) == pairs_in(one)


def test_what_the_media_of_records_lack_is_told_with_the_counts(store: DatasetStore) -> None:
    lost = {"media": "a" * 64, "media_type": "image/png"}
    pages = collect([{"image": lost}, {"text": "whole"}], as_records=True, now=NOW)
    version = pages.save("pairs", store=store)
    assert (version.rows, str(pages.report)) == (1, "2 read, 1 kept, 1 dropped (1 media:missing)")


def test_no_digest_is_taken_for_something_personal() -> None:
    rng = Random(0)
    names = ["".join(rng.choices("0123456789abcdef", k=64)) for _ in range(20_000)]
    names += ["".join(rng.choices("0123456789", k=64)) for _ in range(2_000)]
    texts = [json.dumps({"media": name, "media_type": "image/png"}) for name in names]
    items = [Item(ItemKind.RECORD, text, None, "application/json", "s", "l", NOW) for text in texts]
    assert RedactPersonal().apply(to_batch(items)).batch["text"].to_pylist() == texts
