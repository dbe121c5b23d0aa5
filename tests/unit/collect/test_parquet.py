"""Parquet and Arrow: a row is an item; values that Python cannot hold cost one row."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from groundswell.errors import EmptySource, MissingColumn, UnreadableSource
from groundswell.items import Drop, Item

Read = Callable[..., list[Item | Drop]]
Summary = Callable[[list[Item | Drop]], list[tuple[str, str | None]]]


def write(path: Path, table: pa.Table) -> None:
    if path.suffix == ".parquet":
        pq.write_table(table, path)
    elif path.suffix == ".feather":
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
    else:
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow", "a.feather"])
def test_rows_become_items_in_order_across_batches(read: Read, tmp_path: Path, name: str) -> None:
    table = pa.table({"n": list(range(700)), "text": [f"row {n}" for n in range(700)], "raw": [b"x"] * 700})
    write(tmp_path / name, table)
    items = [item for item in read(name) if isinstance(item, Item)]
    assert [item.text for item in items] == [f"row {n}" for n in range(700)]
    assert (items[699].locator, items[699].meta) == ("row 699", {"n": 699})


def test_dates_nested_values_and_categories_become_plain(read: Read, tmp_path: Path) -> None:
    table = pa.table(
        {
            "content": pa.array(["a", "b"]).dictionary_encode(),
            "at": pa.array([1, 2], pa.timestamp("ns", tz="UTC")),
            "where": [{"x": 1.5}, {"x": float("nan")}],
            "far": pa.array([2**61, 0], pa.timestamp("s")),
        }
    )
    write(tmp_path / "a.arrow", table)
    first, second = (item for item in read("a.arrow") if isinstance(item, Item))
    assert first.text == "a"
    assert first.meta["at"] == "1970-01-01 00:00:00.000000001Z"
    assert second.meta["where"] == {"x": None}


def test_a_row_without_text_or_too_long_is_set_aside(read: Read, summary: Summary, tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", pa.table({"text": ["a", None, "x" * 50, "b\x00", "c"]}))
    assert summary(read("a.parquet", max_item_bytes=20)) == [
        ("row 0", "a"),
        ("row 1", "parquet:no_text"),
        ("row 2", "item:too_large"),
        ("row 3", "text:nul"),
        ("row 4", "c"),
    ]


def test_a_value_that_python_cannot_hold_costs_one_row(read: Read, summary: Summary, tmp_path: Path) -> None:
    spans = pa.array([1, 2**62, 3], pa.duration("s"))
    write(tmp_path / "a.parquet", pa.table({"text": ["a", "b", "c"], "span": spans}))
    assert summary(read("a.parquet")) == [("row 0", "a"), ("row 1", "parquet:value"), ("row 2", "c")]


def test_a_missing_column_is_named(read: Read, tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", pa.table({"title": ["a"], "review": ["b"]}))
    with pytest.raises(MissingColumn, match="2 columns of texts"):
        read("a.parquet")
    with pytest.raises(MissingColumn, match="no column 'x'"):
        read("a.parquet", text_column="x")


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow"])
def test_a_file_that_is_something_else_is_unreadable(read: Read, name: str) -> None:
    with pytest.raises(UnreadableSource, match="damaged, or not what its name says"):
        read(name, b"no table at all, but long enough to look for a footer")


def test_a_truncated_file_is_unreadable(read: Read, tmp_path: Path) -> None:
    write(tmp_path / "whole.parquet", pa.table({"text": ["a"] * 1000}))
    with pytest.raises(UnreadableSource):
        read("half.parquet", (tmp_path / "whole.parquet").read_bytes()[:-100])


def test_a_table_without_rows_is_empty(read: Read, tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", pa.table({"text": pa.array([], pa.string())}))
    with pytest.raises(EmptySource):
        read("a.parquet")


def test_collected_at_is_the_instant_that_was_passed_in(read: Read, tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", pa.table({"text": ["a"]}))
    (item,) = read("a.parquet")
    assert isinstance(item, Item)
    assert item.collected_at == datetime(2026, 1, 2, tzinfo=UTC)
