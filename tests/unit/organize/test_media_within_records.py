"""Records that name media: their bytes are kept once, come back with them, stay while they are named, and count."""

from collections.abc import Callable
from dataclasses import replace

import pyarrow as pa
import pytest
from tests.unit.organize.conftest import image_item, record_item

from groundswell.errors import InputError, OverQuota
from groundswell.items import Item, bundle, media_of
from groundswell.organize import DatasetStore, Retention, clean_up, clean_up_media

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
