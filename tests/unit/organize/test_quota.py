"""Quotas: what goes over the limit is refused, and leaves what was there as it was."""

from pathlib import Path

import pyarrow as pa
import pytest
from tests.unit.organize.conftest import image_item, text_item

from groundswell.errors import InputError, OverQuota, StoreError
from groundswell.items import to_batch
from groundswell.organize import DatasetStore, Quota, Retention, clean_up, set_own_limit
from groundswell.store.blobs import BlobStore


def limited(tmp_path: Path, limit_bytes: int | None) -> DatasetStore:
    return DatasetStore(tmp_path / "datasets", BlobStore(tmp_path / "blobs"), quota_bytes=limit_bytes)


def texts(count: int, first: int = 0) -> list[pa.RecordBatch]:
    return [to_batch([text_item(place) for place in range(first, first + count)])]


def test_without_a_limit_nothing_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Quota, "used_bytes", lambda quota: pytest.fail("counted"))
    limited(tmp_path, None).write("pets", texts(3))


def test_what_fits_is_kept_and_what_does_not_is_refused_with_the_figures(tmp_path: Path) -> None:
    store = limited(tmp_path, 20_000)
    store.write("pets", texts(3))
    used = store.quota.used_bytes()
    with pytest.raises(OverQuota, match=r"may keep 20,000 bytes; [0-9,]+ are used.*clean-up"):
        store.write("pets", texts(1000))
    assert store.quota.used_bytes() == used
    assert [version.number for version in store.versions("pets")] == [1]
    store.write("pets", texts(3, first=5))


def test_columns_count_too(tmp_path: Path) -> None:
    version = limited(tmp_path, None).write("pets", texts(100))
    store = limited(tmp_path, Quota((tmp_path,)).used_bytes() + 100)
    with pytest.raises(OverQuota):
        store.add_columns(version, pa.table({"id": version.ids(), "note": ["x" * 100] * 100}))


def test_media_are_refused_before_their_bytes_are_there(tmp_path: Path) -> None:
    store = limited(tmp_path, 1000)
    with pytest.raises(OverQuota):
        store.write("photos", [to_batch([image_item(place) for place in range(20)])])
    assert not [path for path in (tmp_path / "blobs").rglob("*") if len(path.name) == 64]


def test_media_that_are_there_already_take_no_more_room(tmp_path: Path) -> None:
    photos = [to_batch([image_item(place) for place in range(5)])]
    limited(tmp_path, None).write("photos", photos)
    used = Quota((tmp_path,)).used_bytes()
    limited(tmp_path, used + 20_000).write("again", photos)
    assert Quota((tmp_path,)).used_bytes() < used + 20_000


def test_clean_up_makes_room(tmp_path: Path) -> None:
    limited(tmp_path, None).write("pets", texts(500))
    store = limited(tmp_path, int(Quota((tmp_path,)).used_bytes() * 1.5))
    with pytest.raises(OverQuota):
        store.write("pets", texts(500, first=1000))
    store.write("pets", texts(1))
    clean_up(store, "pets", policy=Retention(keep_last=1))
    store.write("pets", texts(500, first=1000))


def test_a_limit_of_its_own_goes_before_that_of_the_installation(tmp_path: Path) -> None:
    limited(tmp_path, None).write("pets", texts(3))
    set_own_limit(tmp_path / "datasets", 100)
    with pytest.raises(OverQuota, match="may keep 100 bytes"):
        limited(tmp_path, 10**9).write("pets", texts(3, first=5))
    set_own_limit(tmp_path / "datasets", 10**9)
    limited(tmp_path, 100).write("pets", texts(3, first=5))
    set_own_limit(tmp_path / "datasets", None)
    with pytest.raises(OverQuota):
        limited(tmp_path, 100).write("pets", texts(3, first=9))
    assert limited(tmp_path, 100).names() == ["pets"]
    with pytest.raises(InputError, match="from 0"):
        set_own_limit(tmp_path / "datasets", -1)
    (tmp_path / "datasets" / "quota.json").write_text("[]")
    with pytest.raises(StoreError, match="set the quota anew"):
        limited(tmp_path, None)
