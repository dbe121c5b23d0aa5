"""The catalogue: what is said of a dataset stays said, and several who say something do not undo each other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest

from groundswell.errors import InputError, StoreError
from groundswell.organize import DatasetStore, Entry, Retention, describe, read_entry

Batches = Callable[..., list[pa.RecordBatch]]


def test_what_is_said_stays_said(store: DatasetStore, batches: Batches) -> None:
    folder = store.write("pets", batches(1)).folder
    assert read_entry(folder) == Entry()
    said = describe(folder, description="# Pets", owners=("ann@example.org",), licence="CC0-1.0")
    assert read_entry(folder) == said == Entry("# Pets", ("ann@example.org",), "CC0-1.0")
    describe(folder, retention=Retention(keep_last=3, keep_days=30))
    assert read_entry(folder) == Entry("# Pets", ("ann@example.org",), "CC0-1.0", Retention(3, 30))


def test_many_who_say_something_at_once_do_not_undo_each_other(store: DatasetStore, batches: Batches) -> None:
    folder = store.write("pets", batches(1)).folder
    changes = [{"description": "d"}, {"owners": ("o",)}, {"licence": "l"}, {"retention": Retention(2)}] * 5
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda change: describe(folder, **change), changes))
    assert read_entry(folder) == Entry("d", ("o",), "l", Retention(2))


@pytest.mark.parametrize(
    "change",
    [{"description": "x" * 10_001}, {"owners": ("",)}, {"owners": ("a\n",)}, {"owners": ("a",) * 51}],
)
def test_what_nobody_could_read_is_refused(
    store: DatasetStore, batches: Batches, change: dict[str, object]
) -> None:
    folder = store.write("pets", batches(1)).folder
    with pytest.raises(InputError):
        describe(folder, **change)
    assert read_entry(folder) == Entry()


def test_a_damaged_entry_is_noticed(store: DatasetStore, batches: Batches) -> None:
    folder = store.write("pets", batches(1)).folder
    (folder / "dataset.json").write_text("[]")
    with pytest.raises(StoreError, match="is damaged"):
        read_entry(folder)
