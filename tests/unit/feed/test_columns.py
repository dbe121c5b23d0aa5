from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from groundswell.errors import MissingColumn
from groundswell.feed.columns import Columns
from groundswell.feed.order import Order
from groundswell.feed.samples import TableSamples

PLAIN: dict[str, tuple[pa.DataType, list[Any]]] = {
    "text": (pa.string(), ["", "é\0\n", "third"]),
    "large_text": (pa.large_string(), ["a", None, "c"]),
    "data": (pa.large_binary(), [b"\0\1", b"", None]),
    "small_data": (pa.binary(), [b"x", b"yy", b"zzz"]),
    "tokens": (pa.list_(pa.uint16()), [[1, 2], [], [65535]]),
    "names": (pa.list_(pa.string()), [["a"], None, []]),
    "box": (pa.struct({"x": pa.int8()}), [{"x": 1}, {"x": 2}, None]),
    "count": (pa.int64(), [2**62, None, -1]),
    "flag": (pa.bool_(), [True, None, False]),
    "kind": (pa.dictionary(pa.int8(), pa.string()), ["cat", "dog", "cat"]),
}


def both_ways(kind: pa.DataType, values: list[Any]) -> list[pa.Table]:
    """The values in one shard, and in three with an offset into a longer array each."""
    whole = pa.array(values, kind)
    longer = pa.concat_arrays([whole, whole])
    pieces = [longer.slice(3 + number, 1) for number in range(3)]
    return [pa.table({"c": whole}), pa.table({"c": pa.chunked_array(pieces)})]


@pytest.mark.parametrize("name", PLAIN)
def test_objects_of_every_type_come_back_as_they_were_in_the_order_asked_for(name: str) -> None:
    kind, values = PLAIN[name]
    for table in both_ways(kind, values):
        taken = Columns(TableSamples(table)).take(np.array([2, 0, 1, 0]))["c"]
        assert taken.dtype == object
        found = [value.tolist() if isinstance(value, np.ndarray) else value for value in taken]
        assert found == [values[2], values[0], values[1], values[0]]


@pytest.mark.parametrize(
    ("kind", "values", "dtype"),
    [
        (pa.int16(), [1, -2, 3], "int16"),
        (pa.uint64(), [1, 2**64 - 1, 3], "uint64"),
        (pa.float16(), [1.5, 2.5, 3.5], "float16"),
        (pa.float32(), [1.5, None, 3.5], "float32"),
        (pa.float64(), [0.1, None, 3.5], "float64"),
        (pa.bool_(), [True, False, True], "bool"),
        (pa.list_(pa.float32(), 2), [[1, 2], [3, 4], [5, 6]], "float32"),
        (pa.timestamp("us", "UTC"), [datetime(2026, 1, 2, tzinfo=UTC)] * 3, "datetime64[us]"),
        (pa.date32(), [date(2026, 1, 2)] * 3, "datetime64[D]"),
    ],
)
def test_numbers_keep_their_dtype_and_values(kind: pa.DataType, values: list[Any], dtype: str) -> None:
    plain = [value.replace(tzinfo=None) if isinstance(value, datetime) else value for value in values]
    for table in both_ways(kind, values):
        taken = Columns(TableSamples(table)).take(np.array([1, 2, 0]))["c"]
        np.testing.assert_array_equal(taken, np.array([plain[1], plain[2], plain[0]], dtype=dtype))
        assert taken.dtype == dtype
        assert taken.flags.writeable


@pytest.mark.parametrize(
    ("kind", "shape"), [(pa.int8(), (0,)), (pa.list_(pa.int8(), 4), (0, 4)), (pa.string(), (0,))]
)
def test_no_rows_give_empty_arrays_of_the_columns_own_dtype(
    kind: pa.DataType, shape: tuple[int, ...]
) -> None:
    value = "x" if kind == pa.string() else [1] * 4 if shape == (0, 4) else 1
    columns = Columns(TableSamples(pa.table({"c": pa.array([value], kind)})))
    none, one = columns.take(np.arange(0))["c"], columns.take(np.array([0]))["c"]
    assert (none.shape, none.dtype) == (shape, one.dtype)


@pytest.mark.parametrize("shard_rows", [1, 7, 500, 1000])
@pytest.mark.parametrize("in_order", [True, False])
def test_large_and_small_shards_read_alike(shard_rows: int, in_order: bool) -> None:
    whole = pa.table({"x": range(1000), "text": [f"text {number}" for number in range(1000)]})
    columns = Columns(TableSamples(pa.Table.from_batches(whole.to_batches(shard_rows))))
    rows = np.arange(300, 700) if in_order else Order(1000).sample(0, np.arange(400))
    taken = columns.take(rows)
    assert taken["x"].tolist() == rows.tolist()
    assert taken["text"].tolist() == [f"text {row}" for row in rows]
    assert all(values.flags.writeable for values in taken.values())


def test_the_dtype_of_a_column_does_not_depend_on_the_batch() -> None:
    columns = Columns(TableSamples(pa.table({"count": pa.array([1, 2, None, 4])})))
    assert {columns.take(np.array(rows))["count"].dtype.name for rows in ([0, 1], [2, 3], [2])} == {"object"}


def test_only_the_named_columns_are_read_in_the_order_named(table: pa.Table) -> None:
    batch = Columns(TableSamples(table), ["label", "id"]).take(np.array([5]))
    assert list(batch) == ["label", "id"]


def test_a_column_that_is_not_there_is_named_with_those_that_are(table: pa.Table) -> None:
    with pytest.raises(MissingColumn, match="no column 'lable'; there are id, text, data, label"):
        Columns(TableSamples(table), ["lable"])


def test_the_digest_of_a_table_is_of_its_rows_not_of_its_chunks(table: pa.Table) -> None:
    chunked = pa.Table.from_batches(table.to_batches(max_chunksize=9))
    assert TableSamples(chunked).digest == TableSamples(table).digest
    assert TableSamples(table.slice(1)).digest != TableSamples(table).digest
    assert TableSamples(table.slice(5, 9)).digest == TableSamples(table.take(list(range(5, 14)))).digest
